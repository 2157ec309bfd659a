"""How the ways to centres elsewhere stand: last contact, what is not confirmed, silence, keys; for operators' pages."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Any

from django.db.models import F, Max, Min, Sum

from zt_interop.certificates import certificate_ends
from zt_interop.circuit import CircuitState, CircuitStatus, circuits
from zt_interop.keys.commands import CENTRE_USAGES
from zt_interop.keys.queries import key_terms
from zt_interop.queue.models import OutboundStream
from zt_tenants.context import beside
from zt_tenants.models import Centre
from zt_tenants.wall.access import DatabaseRole


class WayState(Enum):
    """The worst first."""

    SILENT = "SILENT"
    FAILING = "FAILING"
    UNUSED = "UNUSED"
    OPEN = "OPEN"


@dataclass(frozen=True, slots=True)
class Way:
    """The way from this deployment to a centre elsewhere.

    ``unconfirmed`` are messages that were numbered and not acknowledged; ``keys_until`` is when its first key ends
    for which there is no later one, None when one is missing.
    """

    centre: Centre
    state: WayState
    last_delivered_at: datetime | None
    compared_at: datetime | None
    unconfirmed: int
    failing_since: datetime | None
    keys_until: datetime | None
    certificate_until: datetime | None = None
    """When the certificate ends that its site last showed; None where none was seen yet."""


@beside(DatabaseRole.RELAY)
def ways_to(centres: Collection[Centre], *, at: datetime) -> list[Way]:
    """The ways to these centres, the worst first; four statements, whatever their number."""
    codes = [centre.code for centre in centres]
    streams = OutboundStream.objects.filter(destination_code__in=codes).values("destination_code")
    found = {
        row["destination_code"]: row
        for row in streams.annotate(
            delivered=Max("last_delivered_at"),
            compared=Max("head_confirmed_at"),
            unconfirmed=Sum(F("last_sequence") - F("acknowledged_sequence")),
            failing=Min("failing_since"),
        )
    }
    troubled = {circuit.destination_code: circuit for circuit in circuits()}
    ends: dict[str, list[datetime]] = {}
    code_of = {centre.id: centre.code for centre in centres}
    for term in key_terms(list(code_of), at=at):
        ends.setdefault(code_of[term.centre_id], []).append(term.not_after)
    shown = certificate_ends(centres)
    ways = [
        replace(
            _way(centre, found.get(centre.code), troubled.get(centre.code), ends),
            certificate_until=shown.get(centre.code),
        )
        for centre in centres
    ]
    order = list(WayState)
    return sorted(ways, key=lambda way: (order.index(way.state), way.centre.code))


def _way(
    centre: Centre, row: Mapping[str, Any] | None, circuit: CircuitStatus | None, ends: dict[str, list[datetime]]
) -> Way:
    until = ends.get(centre.code, [])
    keys_until = min(until) if len(until) >= len(CENTRE_USAGES) else None
    if row is None:
        return Way(centre, WayState.UNUSED, None, None, 0, None, keys_until)
    silent = circuit is not None and circuit.state is not CircuitState.CLOSED
    failing = row["failing"] or (circuit.failing_since if circuit else None)
    state = WayState.SILENT if silent else WayState.FAILING if failing else WayState.OPEN
    return Way(
        centre,
        state,
        row["delivered"],
        row["compared"],
        row["unconfirmed"] or 0,
        failing,
        keys_until,
    )
