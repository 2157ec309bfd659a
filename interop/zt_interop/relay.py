"""The relay: takes queued messages to their destinations, stream by stream.

1. Claim a stream: a lease with an end, so that the work of a relay that dies is taken over by the next sweep.
2. Sign (transaction 1): give the message its sequence and hash link under a lock on the stream, and sign it.
3. Deliver, outside any transaction.
4. Record (transaction 2): what the receipt says, and the permanent log entry.

Whoever dies in between leaves a message that is signed but not recorded; it is delivered again with the same event, and
the receiver answers "duplicate". Two relays on one stream (a lease that ran out) do no harm for the same reason.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from zt_interop import signed
from zt_interop.errors import DeliveryFailed, MessageRefused, ReceiptInvalid
from zt_interop.keys.signing import signer_for
from zt_interop.opening import verified_key
from zt_interop.queue.models import PENDING, OutboundStream, OutboxMessage
from zt_interop.receipts import Receipt, read_receipt
from zt_interop.record import record_receipt
from zt_interop.send import ring
from zt_interop.shipment import Shipment, next_shipment
from zt_interop.signed import Signer
from zt_interop.transports.base import Transport, transport_for
from zt_tenants.backoff import wait_after
from zt_tenants.centres import centre_by_code
from zt_tenants.clock import now
from zt_tenants.context import enter, outside_centres
from zt_tenants.errors import DomainError
from zt_tenants.faults import crash_point
from zt_tenants.models import Centre
from zt_tenants.uuid7 import uuid7

logger = logging.getLogger(__name__)

LEASE: Final = timedelta(seconds=90)
SHIPMENTS_PER_TURN: Final = 100
FIRST_WAIT: Final = timedelta(seconds=2)
LONGEST_WAIT: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on a stream for a while."""

    stream_id: UUID
    token: UUID
    source: str
    destination: str


@dataclass(frozen=True, slots=True)
class Turn:
    """What one turn on a stream did; ``more`` when messages are left that could go at once."""

    shipments: int = 0
    more: bool = False


def due_streams() -> QuerySet[OutboundStream]:
    """Streams with pending messages whose waiting time is over and whose lease, if any, has run out."""
    pending = OutboxMessage.objects.filter(stream=OuterRef("pk"), state__in=PENDING)
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=now())
    return OutboundStream.objects.filter(free, Exists(pending), next_attempt_at__lte=now()).order_by("next_attempt_at")


def relay_stream(stream_id: UUID) -> Turn:
    """Take one stream's messages to their destination, unless another relay is at it or the stream must wait."""
    with outside_centres():
        lease = _claim(stream_id)
        if lease is None:
            return Turn()
        crash_point("after_claim")
        return _take_turn(lease)


def relay_due(limit: int = 100) -> int:
    """Relay up to ``limit`` due streams in this process; the number of shipments that were answered."""
    shipments = 0
    with outside_centres():
        ids = list(due_streams().values_list("id", flat=True)[:limit])
    for stream_id in ids:
        turn = relay_stream(stream_id)
        shipments += turn.shipments
        while turn.more:
            turn = relay_stream(stream_id)
            shipments += turn.shipments
    return shipments


def sweep(limit: int = 1000) -> int:
    """Ring the doorbell of every due stream (lost bells, waits that are over, relays that died); how many rang."""
    with outside_centres():
        ids = list(due_streams().values_list("id", flat=True)[:limit])
    for stream_id in ids:
        ring(stream_id)
    return len(ids)


def _claim(stream_id: UUID) -> Lease | None:
    # One statement, which waits for the row instead of skipping it and then looks again: a bell that rings while
    # another relay is giving its lease back must not be lost. That relay holds the row for one statement only.
    token = uuid7()
    if not due_streams().filter(id=stream_id).update(lease_token=token, lease_until=now() + LEASE):
        return None
    stream = OutboundStream.objects.get(id=stream_id)
    return Lease(stream.id, token, stream.source_code, stream.destination_code)


class Shipped(Enum):
    """What became of one attempt to ship."""

    NOTHING = auto()
    """Nothing is left, or the lease was lost."""
    MORE = auto()
    """One shipment was answered and the stream is still ours."""
    LAST = auto()
    """One shipment was answered, nothing was behind it, and the lease was given back with it."""


def _take_turn(lease: Lease) -> Turn:
    shipments = 0
    try:
        way = _way(lease)
        while shipments < SHIPMENTS_PER_TURN:
            shipped = _ship_next(lease, way)
            if shipped is Shipped.NOTHING:
                break
            shipments += 1
            if shipped is Shipped.LAST:
                with enter(way.source):  # where the connection already is
                    return Turn(shipments, more=_has_pending(lease))
    except DomainError as error:
        _put_off(lease, error)
        return Turn(shipments)
    return Turn(shipments, more=_release(lease))


@dataclass(frozen=True, slots=True)
class _Way:
    """What stays the same for a turn: who signs, where to, by which transport."""

    source: Centre
    destination: Centre
    transport: Transport
    signer: Signer


def _way(lease: Lease) -> _Way:
    """Raises UnknownCentre, NoSigningKey, SealBroken."""
    source, destination = centre_by_code(lease.source), centre_by_code(lease.destination)
    return _Way(source, destination, transport_for(destination), signer_for(source, at=now()))


def _ship_next(lease: Lease, way: _Way) -> Shipped:
    """Sign, deliver and record one message or batch.

    Raises:
        DomainError: it did not work and the stream must wait.
    """
    with enter(way.source), transaction.atomic():
        stream = _locked(lease)
        shipment = next_shipment(stream, destination=way.destination, signer=way.signer, at=now()) if stream else None
    if shipment is None:
        return Shipped.NOTHING
    crash_point("after_sign")
    answer = way.transport.deliver(shipment.wire, destination=way.destination)
    with enter(way.source):
        receipt = _read(answer, shipment, lease)
        crash_point("after_deliver")
        with transaction.atomic():
            stream = _locked(lease)
            if stream is None:
                return Shipped.NOTHING
            if shipment.is_last:
                stream.lease_token = stream.lease_until = None  # saved with the receipt
            acknowledged = record_receipt(stream, shipment, receipt, answer=answer, transport=way.transport.name)
    return Shipped.LAST if shipment.is_last and acknowledged else Shipped.MORE


def _locked(lease: Lease) -> OutboundStream | None:
    """The stream's row, locked, its lease prolonged (the caller saves it); None when the lease was lost."""
    stream = OutboundStream.objects.select_for_update(no_key=True).get(id=lease.stream_id)
    if stream.lease_token != lease.token:
        return None
    stream.lease_until = now() + LEASE
    return stream


def _read(answer: bytes, shipment: Shipment, lease: Lease) -> Receipt:
    """Verify the receipt: signed by the destination, for us, about exactly these bytes.

    Raises:
        ReceiptInvalid: it is not; the delivery counts as unanswered.
    """
    try:
        jws = signed.parse(answer, typ=signed.RECEIPT_TYPE)
        key = verified_key(jws, now=now())
        if key.centre_code != lease.destination:
            raise ReceiptInvalid(detail="signed by another centre")
        return read_receipt(jws, wire=shipment.wire, source=lease.destination, destination=lease.source)
    except MessageRefused as problem:
        raise ReceiptInvalid(detail=problem.code) from problem


def _release(lease: Lease) -> bool:
    """Give the lease back; True when messages came in the meantime."""
    with transaction.atomic():
        stream = _locked(lease)
        if stream is None:
            return False
        stream.lease_token = stream.lease_until = None
        stream.save(update_fields=["lease_token", "lease_until"])
    return _has_pending(lease)


def _has_pending(lease: Lease) -> bool:
    """Whether messages are left. Asked after the lease was given back and that has committed: what is queued before
    this is seen here, and the bell of what is queued after it finds the stream free.
    """
    return OutboxMessage.objects.filter(stream=lease.stream_id, state__in=PENDING).exists()


def _put_off(lease: Lease, error: DomainError) -> None:
    """Let the stream wait, longer after each failure and never exactly as long as its neighbours."""
    if not isinstance(error, DeliveryFailed):
        logger.warning("stream %s → %s stands: %s", lease.source, lease.destination, error)
    with transaction.atomic():
        stream = _locked(lease)
        if stream is None:
            return
        stream.failures += 1
        stream.next_attempt_at = next_attempt(stream.failures, at=now())
        stream.last_error, stream.last_error_at = f"{error.zh_text}\n{error.en_text}", now()
        stream.lease_token = stream.lease_until = None
        stream.save()


def next_attempt(failures: int, *, at: datetime) -> datetime:
    """When a stream is tried again after so many failures in a row: 2 s doubling to 15 min, with jitter of one half."""
    return at + wait_after(failures, first=FIRST_WAIT, longest=LONGEST_WAIT)
