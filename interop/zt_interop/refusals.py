"""The receiver's refusal log: what was not taken, and why."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from django.db.models import F

from zt_interop.canonical import sha256_hex
from zt_interop.envelope import Event
from zt_interop.errors import MessageRefused
from zt_interop.log.models import Refusal
from zt_interop.opening import Delivery, Sighting
from zt_interop.receipts import Outcome
from zt_tenants.clock import now

_EXCERPT_BYTES: Final = 512
_STRANGERS_KEPT: Final = 10_000
_OF_A_SENDER_KEPT: Final = 1_000
"""A stream that stands tries again for weeks, each time with other bytes, because it is signed afresh."""


def recorded_refusals(delivery: Delivery, events: Collection[Event]) -> dict[UUID, Refusal]:
    """The events among these that were refused in their place before, in one statement."""
    rows = Refusal.objects.filter(
        source_code=delivery.source, event_id__in=[event.id for event in events], recorded_sequence__isnull=False
    )
    refused = {(row.event_id, row.event_digest, row.recorded_sequence): row for row in rows}
    found = {event.id: refused.get((event.id, event.digest(), event.sequence)) for event in events}
    return {id_: row for id_, row in found.items() if row is not None}


def told_refusal(event_id: UUID, row: Refusal) -> dict[str, Any]:
    """How the receipt of a batch names an event that was refused in its place."""
    reason = {"zh": row.reason_zh, "en": row.reason_en}
    return {"event_id": str(event_id), "outcome": Outcome.REFUSED.value, "code": row.code, "reason": reason}


def keep_recorded_refusal(refusal: MessageRefused, event: Event, delivery: Delivery, transport: str) -> None:
    """Keep why an event was refused in its place; the stream goes on behind it."""
    sighting = Sighting(source=delivery.source, authentic=True, event_id=event.id, digest=event.digest())
    row = _refusal_row(refusal, delivery.wire, sighting, transport)
    row.recorded_sequence = event.sequence
    row.save()


def keep_refusal(refusal: MessageRefused, wire: bytes, sighting: Sighting, transport: str) -> None:
    """Keep why a delivery was refused; the same bytes again only raise a count."""
    row = _refusal_row(refusal, wire, sighting, transport)
    again = Refusal.objects.filter(wire_sha256=row.wire_sha256, code=row.code, recorded_sequence__isnull=True)
    if again.update(times=F("times") + 1, refused_at=row.refused_at):
        return
    row.save()
    if not row.authentic:
        # Anybody can send junk; nobody can fill the centre's schema with it.
        Refusal.objects.filter(authentic=False, id__lte=row.id - _STRANGERS_KEPT).delete()
        return
    of_sender = Refusal.objects.filter(source_code=row.source_code, authentic=True, recorded_sequence__isnull=True)
    oldest = of_sender.order_by("-id").values_list("id", flat=True)[_OF_A_SENDER_KEPT : _OF_A_SENDER_KEPT + 1]
    for id_ in oldest:
        of_sender.filter(id__lte=id_).delete()


def _refusal_row(refusal: MessageRefused, wire: bytes, sighting: Sighting, transport: str) -> Refusal:
    return Refusal(
        source_code=sighting.source,
        authentic=sighting.authentic,
        event_id=sighting.event_id,
        event_digest=sighting.digest,
        kid=sighting.kid,
        code=refusal.code,
        reason_zh=refusal.zh_text,
        reason_en=refusal.en_text,
        transport=transport,
        size=len(wire),
        wire_sha256=sha256_hex(wire),
        excerpt=wire[:_EXCERPT_BYTES].decode("ascii", "backslashreplace"),
        refused_at=now(),
    )
