"""Taking papers back: the public verify page says so from that moment on."""

from __future__ import annotations

from collections.abc import Collection

from zt_platform.actors import Actor
from zt_platform.papers.kinds import PaperKind
from zt_platform.papers.models import Paper
from zt_tenants.clock import now
from zt_tenants.context import current_centre


def revoke_papers(
    *, subject: str, kinds: Collection[PaperKind], reason: str, actor: Actor, number: str | None = None
) -> int:
    """Revoke the papers of these kinds about a subject (or only the one with this ``number``), in the caller's
    transaction; how many were still in force.

    Who may is decided by the act that makes them void (a withdrawal before the decision); the reason is public.
    """
    current_centre()
    standing = Paper.objects.filter(subject=subject, kind__in=list(kinds), revoked_at__isnull=True)
    if number is not None:
        standing = standing.filter(number=number)
    return standing.update(revoked_at=now(), revoke_reason=f"{reason}（{actor.name}）"[:500] if actor.name else reason)
