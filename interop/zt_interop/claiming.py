"""Claiming a stream: a lease with an end, so that the work of a relay that dies is taken over by the next sweep."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import Combinable

from zt_interop import circuit
from zt_interop.queue.models import PENDING, OutboundStream, OutboxMessage
from zt_tenants import server_clock
from zt_tenants.centres import centre_by_code
from zt_tenants.errors import UnknownCentre
from zt_tenants.models import Transport as Kind
from zt_tenants.uuid7 import uuid7

LEASE: Final = timedelta(seconds=90)


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on a stream for a while.

    ``elsewhere``: the destination runs in another deployment; ``troubled``: it did not answer lately.
    """

    stream_id: UUID
    token: UUID
    source: str
    destination: str
    elsewhere: bool = False
    troubled: bool = False


def due_streams() -> QuerySet[OutboundStream]:
    """Streams with pending messages whose waiting time is over, that nobody works on and whose destination may be
    tried."""
    pending = OutboxMessage.objects.filter(stream=OuterRef("pk"), state__in=PENDING)
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=server_clock.moment())
    waited = Q(next_attempt_at__lte=server_clock.moment())
    due = OutboundStream.objects.filter(free, waited, Exists(pending), ~circuit.is_blocked())
    return due.order_by("next_attempt_at")


def streams_to_ring(limit: int) -> list[UUID]:
    """Due streams, of a half-open destination only one."""
    trying: set[str] = set()
    half_open = circuit.half_open()
    ids = []
    for id_, destination in due_streams().values_list("id", "destination_code")[:limit]:
        if destination in trying:
            continue
        if destination in half_open:
            trying.add(destination)
        ids.append(id_)
    return ids


def claim(stream_id: UUID) -> Lease | None:
    """Take a due stream; None when somebody else has it or it must wait.

    One statement for a destination in this deployment, which waits for the row instead of skipping it and then looks
    again: a bell that rings while another relay is giving its lease back must not be lost. That relay holds the row for
    one statement only. For a destination elsewhere the claims wait for each other, so that they can be counted.
    """
    codes = OutboundStream.objects.filter(id=stream_id).values_list("source_code", "destination_code").first()
    if codes is None:
        return None
    source, destination = codes
    lease = Lease(stream_id, uuid7(), source, destination, elsewhere=_is_elsewhere(destination))
    return _claim_elsewhere(lease) if lease.elsewhere else lease if _take(lease) else None


def end_of_lease() -> Combinable:
    """Until when a lease lasts that is given or prolonged now, by the database's clock: a relay whose own clock is ahead
    must not keep a stream beyond its death."""
    return server_clock.moment() + LEASE


def _is_elsewhere(destination: str) -> bool:
    try:
        return centre_by_code(destination).transport == Kind.HTTPS
    except UnknownCentre:
        return False  # the turn fails, with this as the reason that people see


def _take(lease: Lease) -> bool:
    due = due_streams().filter(id=lease.stream_id)
    return bool(due.update(lease_token=lease.token, lease_until=end_of_lease()))


def _claim_elsewhere(lease: Lease) -> Lease | None:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"relay {lease.destination}"])
        to_it = OutboundStream.objects.filter(destination_code=lease.destination)
        working = to_it.filter(lease_until__gt=server_clock.moment())
        if working.count() >= circuit.workers_per_destination() or not _take(lease):
            return None
        troubled = circuit.begin(lease.destination, until=end_of_lease())
    return Lease(lease.stream_id, lease.token, lease.source, lease.destination, elsewhere=True, troubled=troubled)
