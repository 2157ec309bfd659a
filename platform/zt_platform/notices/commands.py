"""Putting notices up, reading them, choosing text messages, and sending a failed one again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from zt_platform.accounts.rules import MOBILE, mask_phone
from zt_platform.actors import Actor
from zt_platform.audit.commands import record
from zt_platform.audit.models import Deed
from zt_platform.notices.errors import NothingToRepeat, NoticeIncomplete, NoticeNotFound
from zt_platform.notices.kinds import UNDELIVERED, Event, SmsState
from zt_platform.notices.models import PHONE_INDEX, Notice, NoticePreference
from zt_platform.notices.quiet_hours import QuietHours
from zt_platform.notices.wording import WORDINGS
from zt_platform.organisation.roles import Role
from zt_tenants.clock import now
from zt_tenants.context import beside, current_centre
from zt_tenants.errors import InvalidInput
from zt_tenants.vault import blind_index
from zt_tenants.wall.access import DatabaseRole

MOST_NAMED = 100
LANGUAGES = ("zh-hans", "en")


@dataclass(frozen=True, slots=True)
class NewNotice:
    """A notice to be put up: ``key`` names the step that it tells, ``phone`` is empty when no text message is to go."""

    key: str
    event: Event
    subject: str
    facts: Mapping[str, Any]
    account_id: UUID | None = None
    phone: str = ""


def put_up(notices: Sequence[NewNotice], *, quiet: QuietHours) -> None:
    """Put notices of the current centre up, in the caller's transaction, by one statement; a key that is there stays.

    Nothing is sent here: a tick finds the rows once the transaction has committed. Text messages that can wait are kept
    through the centre's ``quiet`` hours. What has neither an account nor a telephone is left out.
    Raises NoCentre, NoticeIncomplete.
    """
    rows = [_row(new, quiet) for new in notices if new.account_id is not None or _is_texted(new)]
    if rows:
        Notice.objects.bulk_create(rows, ignore_conflicts=True)


def _is_texted(new: NewNotice) -> bool:
    return WORDINGS[new.event].sms and MOBILE.fullmatch(new.phone) is not None


def _row(new: NewNotice, quiet: QuietHours) -> Notice:
    centre, moment, wording = current_centre(), now(), WORDINGS[new.event]
    missing = sorted(wording.needs - new.facts.keys())
    if missing:
        raise NoticeIncomplete(field="facts", event=new.event.value, missing=", ".join(missing))
    row = Notice(
        centre_code=centre.code,
        centre_name=centre.name,
        key=new.key,
        account_id=new.account_id,
        subject=new.subject,
        event=new.event,
        facts={name: new.facts[name] for name in sorted(wording.needs)},
        created_at=moment,
    )
    if _is_texted(new):
        hours = QuietHours(quiet.begins, quiet.begins) if wording.urgent else quiet
        row.sms_state, row.sms_after = SmsState.WAITING, hours.earliest(moment)
        row.quiet_from, row.quiet_until = hours.begins, hours.ends
        row.phone, row.phone_masked = new.phone, mask_phone(new.phone)
        row.phone_index = blind_index(new.phone, purpose=PHONE_INDEX)
    return row


@beside(DatabaseRole.PORTAL)
def mark_read(actor: Actor, *, only: Sequence[UUID] | None = None) -> int:
    """What lies in the actor's inbox has been read: all, or ``only`` these (others' are left alone); how much was new.

    Raises NotPermitted, InvalidInput (more than 100 named).
    """
    unread = Notice.objects.filter(account_id=actor.require_applicant(), read_at__isnull=True)
    if only is not None:
        if len(only) > MOST_NAMED:
            raise InvalidInput(
                field="ids", zh=f"一次最多标记{MOST_NAMED}条。", en=f"Name at most {MOST_NAMED} messages at a time."
            )
        unread = unread.filter(id__in=only)
    return unread.update(read_at=now())


def choose(*, actor: Actor, by_sms: bool, language: str) -> NoticePreference:
    """Whether the actor wants text messages, and in which language. Raises NotPermitted, InvalidInput."""
    if language not in LANGUAGES:
        raise InvalidInput(field="language", zh="请选择中文或英文。", en="Choose Chinese or English.")
    preference, _ = NoticePreference.objects.update_or_create(
        account_id=actor.require_applicant(), defaults={"by_sms": by_sms, "language": language}
    )
    return preference


def send_again(*, actor: Actor, notice_id: UUID) -> Notice:
    """Let a text message of the current centre that failed be tried anew, with the same idempotency key.

    For window clerks and administrators. Raises NotPermitted, NoticeNotFound (none here), NothingToRepeat.
    """
    actor.require(Role.WINDOW_CLERK, Role.CENTRE_ADMIN)
    with transaction.atomic():
        found = Notice.objects.filter(id=notice_id, centre_code=current_centre().code).select_for_update().first()
        if found is None:
            raise NoticeNotFound
        if found.sms_state not in UNDELIVERED or found.phone is None:
            raise NothingToRepeat
        quiet = QuietHours(found.quiet_from, found.quiet_until)
        found.sms_state, found.sms_attempts = SmsState.WAITING, 0
        found.sms_after, found.sms_error = quiet.earliest(now()), ""
        found.save(update_fields=["sms_state", "sms_attempts", "sms_after", "sms_error"])
        record(
            Deed.TOLD_AGAIN,
            actor=actor,
            purpose=found.event,
            tracking_number=found.tracking_number,
            data={"notice": str(found.id)},
        )
    return found
