"""Writing the audit record: insertions only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zt_platform.actors import Actor, ActorKind
from zt_platform.audit.models import AuditRecord, Deed
from zt_tenants.clock import now
from zt_tenants.context import current_centre


def record(
    deed: Deed,
    *,
    actor: Actor,
    purpose: str = "",
    case_id: int | None = None,
    tracking_number: str = "",
    part_of: int | None = None,
    data: Mapping[str, Any] | None = None,
) -> AuditRecord:
    """One line in the record of the current centre, in the caller's transaction. ``data`` holds no personal data."""
    current_centre()
    return AuditRecord.objects.create(
        at=now(),
        account_id=actor.account_id,
        actor_name=actor.name[:120],
        roles=",".join(sorted(actor.roles))[:200],
        deed=deed,
        purpose=purpose[:200],
        case_id=case_id,
        tracking_number=tracking_number,
        part_of=part_of,
        data=dict(data or {}),
    )


def record_reading(actor: Actor, *, case_id: int, tracking_number: str, purpose: str) -> None:
    """A member of staff opened a case with its sealed personal data (个人信息保护法 art. 51 and 54; nothing for others).

    An applicant who reads his own case leaves no line.
    """
    if actor.kind is ActorKind.STAFF:
        record(Deed.READ_CASE, actor=actor, purpose=purpose, case_id=case_id, tracking_number=tracking_number)
