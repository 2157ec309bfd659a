"""What goes out next on a stream: one signed message, or many under one signature.

Supervision always travels in batches. Messages of cases do as soon as their destination has said that it takes them
(``batch_limit`` in its receipts), each with a fate of its own there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from zt_interop import batch, signed
from zt_interop.canonical import canonical_bytes, sha256_hex
from zt_interop.confidential import must_be_sealed, seal_event, sealing_key
from zt_interop.envelope import SUPERVISION_CHANNEL
from zt_interop.keys.registry import TrustedKey
from zt_interop.pending import Waiting, read_in_flight, read_pending, save_places
from zt_interop.queue.models import InFlight, OutboundStream
from zt_interop.signed import Signer
from zt_tenants.models import Centre, Transport
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
    messages: tuple[Waiting, ...]
    is_batch: bool
    is_last: bool
    in_flight: InFlight | None = None
    """Of the channel supervision: what the stream's row knows of them."""

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
    fresh. Places of cases are written into the messages' rows, those of supervision into the stream's alone
    (:class:`InFlight`), until they have arrived. Data for a centre elsewhere are encrypted to its key as the message takes
    its place, once for all attempts; from then on the queue holds only what was encrypted.

    Raises:
        NoEncryptionKey: there is no key of the destination to encrypt to; the stream waits.
        HistoryIncomplete: something that has a place is in the queue no more.
    """
    most = _most(stream)
    before = InFlight.of(stream) if stream.channel == SUPERVISION_CHANNEL else None
    pending = read_in_flight(stream, before, most) if before else read_pending(stream, most + 1)
    if not pending:
        return None
    after = stream.last_sequence
    chosen, leaves = _placed(stream, pending[:most], _Sealing(destination, at))
    in_flight = None
    if stream.channel == SUPERVISION_CHANNEL:
        in_flight = _in_flight(before, after, chosen)
        stream.in_flight = in_flight.to_json() if in_flight else {}
        stream.save(update_fields=["in_flight", "lease_until"])
    else:
        save_places(chosen)
        stream.save(update_fields=["last_sequence", "last_hash", "lease_until"])
    is_last = before is None and len(chosen) == len(pending)
    return _signed(stream, chosen, leaves, signer=signer, at=at, is_last=is_last, in_flight=in_flight)


def _placed(stream: OutboundStream, pending: list[Waiting], sealing: _Sealing) -> tuple[list[Waiting], list[bytes]]:
    """As many messages as fit under one signature, each with its place and its bytes."""
    chosen: list[Waiting] = []
    leaves: list[bytes] = []
    size = weight = 0
    weighs, seals = stream.channel != SUPERVISION_CHANNEL, sealing.is_elsewhere
    for message in pending:
        if weighs:
            weight += _weight(message)
        if seals and sealing.must_seal(message, stream):
            sealing.seal(message, stream)
        leaf = message.bytes_in_place(stream)
        size += len(leaf)
        sequence = message.sequence or stream.last_sequence + 1
        follows = not chosen or sequence == (chosen[-1].sequence or 0) + 1
        if chosen and (size > MAX_BATCH_CONTENT or weight > MAX_BATCH_WEIGHT or not follows):
            break
        if message.sequence is None:
            _take_place(stream, message, leaf)
        chosen.append(message)
        leaves.append(leaf)
    return chosen, leaves


def _in_flight(before: InFlight | None, after: int, chosen: list[Waiting]) -> InFlight | None:
    """What is in flight with these messages under way: what was, once more, or those of them that have taken a place."""
    if before is not None:
        return replace(before, attempts=before.attempts + 1)
    taken = tuple(message.position for message in chosen if (message.sequence or 0) > after)
    return InFlight(after, taken) if taken else None


def _most(stream: OutboundStream) -> int:
    """How many messages may go together."""
    if stream.channel == SUPERVISION_CHANNEL:
        return min(batch.MAX_BATCH_EVENTS, max(batch.FIRST_BATCH_EVENTS, stream.batch_limit))
    return max(1, min(stream.batch_limit, batch.MAX_BATCH_CASES))


def _weight(message: Waiting) -> int:
    """How much work a message makes there before it is taken: its attachments are copied then."""
    if message.is_sealed:  # from an attempt before; how many it names cannot be seen any more
        return 1 + _MATERIAL_WEIGHT
    if '"materials":' not in message.text:
        return 1
    return 1 + _MATERIAL_WEIGHT * len(message.data.get("materials") or ())


def _signed(
    stream: OutboundStream,
    chosen: list[Waiting],
    leaves: list[bytes],
    *,
    signer: Signer,
    at: datetime,
    is_last: bool,
    in_flight: InFlight | None,
) -> Shipment:
    way = (stream.source_code, stream.destination_code, stream.channel)
    if stream.channel == SUPERVISION_CHANNEL or len(chosen) > 1:
        id_, first = uuid7(), chosen[0].sequence or 0
        wire = batch.build_of(id_, leaves, stream=way, first_sequence=first, signer=signer, at=at)
        return Shipment(id_, wire, tuple(chosen), is_batch=True, is_last=is_last, in_flight=in_flight)
    wire = signed.sign(leaves[0], typ=signed.EVENT_TYPE, signer=signer, destination=way[1], at=at)
    return Shipment(chosen[0].event_id, wire, tuple(chosen), is_batch=False, is_last=is_last)


class _Sealing:
    """Encrypts to the destination's key, which is looked up when the first message needs it."""

    def __init__(self, destination: Centre, at: datetime) -> None:
        self._destination, self._at = destination, at
        self._key: TrustedKey | None = None
        self.is_elsewhere = destination.transport == Transport.HTTPS

    def must_seal(self, message: Waiting, stream: OutboundStream) -> bool:
        """Whether a message goes out encrypted and is not yet."""
        return must_be_sealed(self._destination, stream.channel, message.type) and not message.is_sealed

    def seal(self, message: Waiting, stream: OutboundStream) -> None:
        """Encrypt the data of a message; the queue will hold only that."""
        if self._key is None:
            self._key = sealing_key(self._destination, at=self._at)
        data = seal_event(message.in_place(stream), self._key).data
        message.text, message.changed = canonical_bytes(data).decode(), True


def _take_place(stream: OutboundStream, message: Waiting, leaf: bytes) -> None:
    message.sequence = stream.last_sequence = stream.last_sequence + 1
    message.prevhash = stream.last_hash
    message.digest = stream.last_hash = sha256_hex(leaf)
