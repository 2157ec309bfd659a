"""What goes out next on a stream: one signed message, or many under one signature.

Supervision always travels in batches. Messages of cases do as soon as their destination has said that it takes them
(``batch_limit`` in its receipts), each with a fate of its own there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection

from zt_interop import batch, signed
from zt_interop.confidential import is_sealed, must_be_sealed, seal_event, sealing_key
from zt_interop.envelope import SUPERVISION_CHANNEL, Event
from zt_interop.keys.registry import TrustedKey
from zt_interop.queue.models import MessageState, OutboundStream, OutboxMessage
from zt_interop.signed import Signer
from zt_tenants.models import Centre
from zt_tenants.uuid7 import uuid7

MAX_BATCH_CONTENT: Final = 6 * 1024 * 1024
MAX_BATCH_WEIGHT: Final = 1000
_MATERIAL_WEIGHT: Final = 50


@dataclass(frozen=True, slots=True)
class Shipment:
    """Bytes to deliver and the messages in them, in the order of their sequence.

    ``is_last`` when nothing else was pending in the stream as it was made.
    """

    id: UUID
    wire: bytes
    messages: tuple[OutboxMessage, ...]
    is_batch: bool
    is_last: bool

    @property
    def first_sequence(self) -> int:
        """The sequence of the first message."""
        return self.messages[0].sequence or 0

    @property
    def last_sequence(self) -> int:
        """The sequence of the last message."""
        return self.messages[-1].sequence or 0


def next_shipment(stream: OutboundStream, *, destination: Centre, signer: Signer, at: datetime) -> Shipment | None:
    """Give the next pending messages their place in the stream (its row is locked) and sign them; None: nothing is left.

    Messages whose place was given before (a relay died, a delivery failed) go first and keep it; only the signature is
    fresh. Data for a centre elsewhere are encrypted to its key as the message takes its place, once for all attempts;
    from then on the queue holds only what was encrypted.

    Raises:
        NoEncryptionKey: there is no key of the destination to encrypt to; the stream waits.
    """
    pending = _pending(stream, _most(stream) + 1)
    if not pending:
        return None
    chosen: list[OutboxMessage] = []
    events: list[Event] = []
    size = weight = 0
    sealing = _Sealing(destination, at)
    for message in pending[: _most(stream)]:
        event = _placed(stream, message)
        if must_be_sealed(destination, stream.channel, message.type) and not is_sealed(event.data):
            event = sealing.sealed(event)
        size += len(event.canonical())
        weight += _weight(message)
        follows = not events or event.sequence == (events[-1].sequence or 0) + 1
        if chosen and (size > MAX_BATCH_CONTENT or weight > MAX_BATCH_WEIGHT or not follows):
            break
        if message.sequence is None:
            _take_place(stream, message, event)
            message.data = event.data
        chosen.append(message)
        events.append(event)
    _save_places(chosen)
    stream.save(update_fields=["last_sequence", "last_hash", "lease_until"])
    return _signed(stream, chosen, events, signer=signer, at=at, is_last=len(chosen) == len(pending))


def _most(stream: OutboundStream) -> int:
    """How many messages may go together."""
    if stream.channel == SUPERVISION_CHANNEL:
        return batch.MAX_BATCH_EVENTS
    return max(1, min(stream.batch_limit, batch.MAX_BATCH_CASES))


def _weight(message: OutboxMessage) -> int:
    """How much work a message makes there before it is taken: its attachments are copied then."""
    if is_sealed(message.data):  # from an attempt before; how many it names cannot be seen any more
        return 1 + _MATERIAL_WEIGHT
    return 1 + _MATERIAL_WEIGHT * len(message.data.get("materials") or ())


def _signed(
    stream: OutboundStream,
    chosen: list[OutboxMessage],
    events: list[Event],
    *,
    signer: Signer,
    at: datetime,
    is_last: bool,
) -> Shipment:
    if stream.channel == SUPERVISION_CHANNEL or len(chosen) > 1:
        id_ = uuid7()
        wire = batch.build(id_, events, signer=signer, at=at)
        return Shipment(id_, wire, tuple(chosen), is_batch=True, is_last=is_last)
    event = events[0]
    wire = signed.sign(event.canonical(), typ=signed.EVENT_TYPE, signer=signer, destination=event.destination, at=at)
    return Shipment(event.id, wire, tuple(chosen), is_batch=False, is_last=is_last)


class _Sealing:
    """Encrypts to the destination's key, which is looked up when the first message needs it."""

    def __init__(self, destination: Centre, at: datetime) -> None:
        self._destination, self._at = destination, at
        self._key: TrustedKey | None = None

    def sealed(self, event: Event) -> Event:
        """The event with its data encrypted."""
        if self._key is None:
            self._key = sealing_key(self._destination, at=self._at)
        return seal_event(event, self._key)


_SAVE_PLACES: Final = """
    UPDATE interop_queue_outboxmessage AS message
    SET state = 'SIGNED', attempts = attempts + 1,
        sequence = place.sequence, prevhash = place.prevhash, digest = place.digest,
        data = coalesce(place.data, message.data)
    FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::bytea[])
        AS place (position, sequence, prevhash, digest, data)
    WHERE message.position = place.position
"""  # one statement for 500 rows; the ORM's bulk_update takes a second for them


def _save_places(messages: list[OutboxMessage]) -> None:
    field = OutboxMessage._meta.get_field("data")
    with connection.cursor() as cursor:
        cursor.execute(
            _SAVE_PLACES,
            [
                [message.position for message in messages],
                [message.sequence for message in messages],
                [message.prevhash for message in messages],
                [message.digest for message in messages],
                [
                    field.get_db_prep_value(message.data, connection) if is_sealed(message.data) else None
                    for message in messages
                ],
            ],
        )


def _pending(stream: OutboundStream, most: int) -> list[OutboxMessage]:
    """The next messages: first those that have a place, then the others as they were queued.

    Two index scans of at most ``most`` rows, so that the length of the backlog costs nothing.
    """
    placed = stream.messages.filter(state=MessageState.SIGNED).order_by("sequence")[:most]
    queued = stream.messages.filter(state=MessageState.QUEUED).order_by("position")[:most]
    both = placed.union(queued, all=True)
    return sorted(both, key=lambda row: (row.sequence is None, row.sequence or row.position))[:most]


def _placed(stream: OutboundStream, message: OutboxMessage) -> Event:
    """The message as an event in its place: the one it has, or the stream's next."""
    has_place = message.sequence is not None
    return Event(
        id=message.event_id,
        type=message.type,
        source=stream.source_code,
        destination=stream.destination_code,
        channel=stream.channel,
        subject=message.subject,
        time=message.time,
        data=message.data,
        sequence=message.sequence if has_place else stream.last_sequence + 1,
        prevhash=message.prevhash if has_place else stream.last_hash,
        traceparent=message.traceparent or None,
    )


def _take_place(stream: OutboundStream, message: OutboxMessage, event: Event) -> None:
    message.state = MessageState.SIGNED
    message.sequence = stream.last_sequence = event.sequence or 0
    message.prevhash = event.prevhash or ""
    message.digest = stream.last_hash = event.digest()
