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

from zt_interop import circuit, signed
from zt_interop.claiming import Lease, claim, end_of_lease, streams_to_ring
from zt_interop.counting import count_answer, count_failure
from zt_interop.errors import DeliveryFailed, HistoryIncomplete, MessageRefused, NoAnswer, ReceiptInvalid
from zt_interop.keys.signing import signer_for
from zt_interop.opening import verified_key
from zt_interop.queue.models import PENDING, OutboundStream, OutboxMessage
from zt_interop.receipts import Receipt, read_receipt
from zt_interop.record import DestinationBusy, StandsRefused, record_receipt
from zt_interop.send import ring
from zt_interop.shipment import Shipment, next_shipment
from zt_interop.signed import Signer
from zt_interop.tracing import traced_shipment
from zt_interop.transports.base import Transport, transport_for
from zt_tenants import server_clock
from zt_tenants.backoff import wait_after
from zt_tenants.centres import centre_by_code
from zt_tenants.clock import now
from zt_tenants.context import enter, outside_centres
from zt_tenants.errors import DomainError
from zt_tenants.faults import crash_point
from zt_tenants.models import Centre
from zt_tenants.telemetry.instruments import SHIPMENT_SECONDS, timed
from zt_tenants.wall.access import DatabaseRole

logger = logging.getLogger(__name__)

SHIPMENTS_PER_TURN: Final = 100
FIRST_WAIT: Final = timedelta(seconds=2)
LONGEST_WAIT: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Turn:
    """What one turn on a stream did; ``more`` when messages are left that could go at once."""

    shipments: int = 0
    more: bool = False


def relay_stream(stream_id: UUID) -> Turn:
    """Take one stream's messages to their destination, unless another relay is at it or the stream must wait."""
    with outside_centres(DatabaseRole.RELAY):
        lease = claim(stream_id)
        if lease is None:
            return Turn()
        crash_point("after_claim")
        return _take_turn(lease)


def relay_due(limit: int = 100) -> int:
    """Relay up to ``limit`` due streams in this process; the number of shipments that were answered."""
    shipments = 0
    with outside_centres(DatabaseRole.RELAY):
        ids = streams_to_ring(limit)
    for stream_id in ids:
        turn = relay_stream(stream_id)
        shipments += turn.shipments
        while turn.more:
            turn = relay_stream(stream_id)
            shipments += turn.shipments
    return shipments


def sweep(limit: int = 1000) -> int:
    """Ring the doorbell of every due stream (lost bells, waits that are over, relays that died); how many rang."""
    with outside_centres(DatabaseRole.RELAY):
        ids = streams_to_ring(limit)
    for stream_id in ids:
        ring(stream_id)
    return len(ids)


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
            if lease.troubled and shipments == 1:
                with outside_centres(DatabaseRole.RELAY):
                    circuit.note_answer(lease.destination)
            if shipped is Shipped.LAST:
                with enter(way.source):  # where the connection already is
                    return Turn(shipments, more=_has_pending(lease))
    except DomainError as error:
        _put_off(lease, error)
        _tell_circuit(lease, error)
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
        if stream is None:
            return Shipped.NOTHING
        channel = stream.channel
        shipment = next_shipment(stream, destination=way.destination, signer=way.signer, at=now())
    if shipment is None:
        return Shipped.NOTHING
    crash_point("after_sign")
    with traced_shipment(shipment, source=lease.source, destination=lease.destination, channel=channel):
        return _deliver(shipment, lease, way, channel)


def _deliver(shipment: Shipment, lease: Lease, way: _Way, channel: str) -> Shipped:
    """Deliver and record; raises DomainError."""
    answer = _answer_to(shipment, way, channel)
    with enter(way.source):
        receipt = verified_receipt(answer, wire=shipment.wire, source=lease.source, destination=lease.destination)
        count_answer(receipt, channel=channel, transport=way.transport.name, messages=len(shipment.messages))
        crash_point("after_deliver")
        with transaction.atomic():
            stream = _locked(lease)
            if stream is None:
                return Shipped.NOTHING
            if shipment.is_last:
                stream.lease_token = stream.lease_until = None  # saved with the receipt
            acknowledged = record_receipt(stream, shipment, receipt, answer=answer, transport=way.transport.name)
        crash_point("after_record")
    return Shipped.LAST if shipment.is_last and acknowledged else Shipped.MORE


def _answer_to(shipment: Shipment, way: _Way, channel: str) -> bytes:
    """Deliver; raises DeliveryFailed."""
    name = way.transport.name
    with timed(SHIPMENT_SECONDS.labels(name)):
        try:
            return way.transport.deliver(shipment.wire, destination=way.destination)
        except DomainError as error:
            count_failure(error.code, channel=channel, transport=name)
            raise


def _locked(lease: Lease) -> OutboundStream | None:
    """The stream's row, locked, its lease prolonged (the caller saves it); None when the lease was lost."""
    stream = OutboundStream.objects.select_for_update(no_key=True).get(id=lease.stream_id)
    if stream.lease_token != lease.token:
        return None
    stream.lease_until = end_of_lease()
    return stream


def verified_receipt(answer: bytes, *, wire: bytes, source: str, destination: str) -> Receipt:
    """Verify the receipt: signed by the destination, for us, about exactly these bytes.

    Raises:
        ReceiptInvalid: it is not; the delivery counts as unanswered.
    """
    try:
        jws = signed.parse(answer, typ=signed.RECEIPT_TYPE)
        key = verified_key(jws, now=now())
        if key.centre_code != destination:
            raise ReceiptInvalid(detail="signed by another centre")
        return read_receipt(jws, wire=wire, source=destination, destination=source)
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
    moment = server_clock.read()
    with transaction.atomic():
        stream = _locked(lease)
        if stream is None:
            return
        if isinstance(error, DestinationBusy):
            stream.next_attempt_at = error.until(moment)
        else:
            stream.failures += 1
            stream.failing_since = stream.failing_since or moment
            stream.next_attempt_at = next_attempt(stream.failures, at=moment, failing_since=stream.failing_since)
        if isinstance(error, DeliveryFailed):
            stream.batch_limit = max(1, stream.batch_limit // 2)  # perhaps it was too much for one answer
        stream.last_error, stream.last_error_at = f"{error.zh_text}\n{error.en_text}", moment
        stream.lease_token = stream.lease_until = None
        stream.save()


def _tell_circuit(lease: Lease, error: DomainError) -> None:
    """What a failed turn says of its destination. Silence is counted; any answer, also a refusal, is a sign of life."""
    if not lease.elsewhere:
        return
    words = f"{error.zh_text}\n{error.en_text}"
    if isinstance(error, NoAnswer | ReceiptInvalid):
        circuit.note_silence(lease.destination, words)
    elif isinstance(error, DestinationBusy):
        circuit.note_busy(lease.destination, words, until=error.until(server_clock.read()))
    elif lease.troubled and isinstance(error, StandsRefused | HistoryIncomplete):
        circuit.note_answer(lease.destination)
    elif lease.troubled:
        circuit.free_probe(lease.destination)


def next_attempt(failures: int, *, at: datetime, failing_since: datetime | None = None) -> datetime:
    """When a stream is tried again after so many failures in a row: 2 s doubling to 15 min, with jitter of one half;
    about once an hour after it failed for a week."""
    if circuit.has_given_up(failing_since, at=at):
        return at + wait_after(1, first=circuit.GIVEN_UP_WAIT, longest=circuit.GIVEN_UP_WAIT)
    return at + wait_after(failures, first=FIRST_WAIT, longest=LONGEST_WAIT)
