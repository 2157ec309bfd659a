"""Reading notices: one's own inbox, and what a centre sent."""

from __future__ import annotations

from uuid import UUID

from zt_platform.actors import Actor
from zt_platform.notices.models import Notice, NoticePreference, NoticeQuerySet
from zt_platform.organisation.roles import Role
from zt_tenants.context import current_centre


def inbox(actor: Actor, *, before: UUID | None = None, limit: int = 20) -> list[Notice]:
    """The actor's site messages from all centres, the latest first; ``before`` continues a list. Raises NotPermitted."""
    found = Notice.objects.of_account(actor.require_applicant())
    if before is not None:
        found = found.filter(id__lt=before)
    return list(found.defer("phone")[:limit])


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
    found = Notice.objects.filter(centre_code=current_centre().code).order_by("-id").defer("phone")
    return found.undelivered() if undelivered else found


def told_about(subject: str) -> list[Notice]:
    """What the current centre told people about one case; for its page, whose reader may see the case."""
    found = Notice.objects.filter(centre_code=current_centre().code, subject=subject)
    return list(found.order_by("id").defer("phone", "facts"))
