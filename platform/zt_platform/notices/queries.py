"""Reading notices: one's own inbox, and what a centre sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast
from uuid import UUID

from django.db.models import Count, Min

from zt_platform.actors import Actor
from zt_platform.notices.kinds import JOINT_SUBJECT, ORDER_SUBJECT, SmsState
from zt_platform.notices.models import Notice, NoticePreference, NoticeQuerySet
from zt_platform.organisation.roles import Role
from zt_tenants.clock import now
from zt_tenants.context import beside, current_centre
from zt_tenants.uuid7 import earliest_uuid7
from zt_tenants.wall.access import DatabaseRole
from zt_tenants.wall.querysets import read_beside


def inbox(actor: Actor, *, before: UUID | None = None, limit: int = 20) -> list[Notice]:
    """The actor's site messages from all centres, the latest first; ``before`` continues a list. Raises NotPermitted."""
    found = Notice.objects.of_account(actor.require_applicant())
    if before is not None:
        found = found.filter(id__lt=before)
    return list(found.defer("phone")[:limit])


def messages_of(actor: Actor, *, unread: bool = False) -> NoticeQuerySet:
    """The same as a queryset, for lists that page, read wherever the actor is; ``unread``: only those.

    Raises NotPermitted.
    """
    found = Notice.objects.of_account(actor.require_applicant()).defer("phone")
    wanted = found.filter(read_at__isnull=True) if unread else found
    return cast(NoticeQuerySet, read_beside(wanted, DatabaseRole.PORTAL))


@beside(DatabaseRole.PORTAL)
def unread_count(account_id: UUID) -> int:
    """How many site messages nobody has looked at yet; one look into a partial index."""
    return Notice.objects.filter(account_id=account_id, read_at__isnull=True).count()


def preference_of(account_id: UUID) -> NoticePreference:
    """What an account wants; the defaults when it has said nothing."""
    return NoticePreference.objects.filter(account_id=account_id).first() or NoticePreference(account_id=account_id)


def sent_here(actor: Actor, *, undelivered: bool = False) -> NoticeQuerySet:
    """What the current centre told people, the latest first, telephones masked.

    Raises NotPermitted unless the actor is a window clerk or an administrator here.
    """
    actor.require(Role.WINDOW_CLERK, Role.CENTRE_ADMIN)
    found = Notice.objects.filter(centre_code=current_centre().code)
    found = found.exclude(subject__startswith=ORDER_SUBJECT).exclude(subject__startswith=JOINT_SUBJECT)
    found = found.order_by("-id").defer("phone")
    return found.undelivered() if undelivered else found


def told_about(subject: str) -> list[Notice]:
    """What the current centre told people about one case; for its page, whose reader may see the case."""
    found = Notice.objects.filter(centre_code=current_centre().code, subject=subject)
    return list(found.order_by("id").defer("phone", "facts"))


_TRIED_FOR: Final = timedelta(days=2)
"""No message is tried for longer, nights included."""


@dataclass(frozen=True, slots=True)
class TextMessageTotals:
    """Text messages of all centres: due and not sent, the longest wait among them, and those that failed lately."""

    due: int
    oldest: timedelta
    undelivered: int


def text_message_totals(*, since: datetime) -> TextMessageTotals:
    """How text messages stand, for alarms, outside centres; ``undelivered`` counts what was tried since then.

    Two statements: one over the partial index of what is to be sent, one over the newest end of the primary key.
    """
    moment = now()
    waiting = Notice.objects.filter(sms_state__in=(SmsState.WAITING, SmsState.SENDING), sms_after__lte=moment)
    found = waiting.order_by().aggregate(number=Count("id"), oldest=Min("sms_after"))
    lately: NoticeQuerySet = Notice.objects.filter(id__gt=earliest_uuid7(since - _TRIED_FOR), sms_tried_at__gt=since)
    failed = lately.undelivered().order_by().count()
    return TextMessageTotals(found["number"], moment - found["oldest"] if found["oldest"] else timedelta(0), failed)
