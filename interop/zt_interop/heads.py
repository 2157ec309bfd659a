"""Stream heads: how a lost tail is found when no message follows that would show the gap.

``stream.head.v1``: the source tells the receiver how far its stream has come. A receiver that has less (restored from an
older backup) refuses it with the sequence it expects, and the source goes back and sends again.
``stream.resend.v1``: the receiver tells how far it has come and asks for what follows.

Both are a compact JWS of typ ``zt-head+jws``, answered by a receipt, without a place in any stream: repeating them does
no harm. A source asks only about streams with traffic since it last asked, and about the others once a day.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self
from uuid import UUID

from django.db import transaction

from zt_interop import signed
from zt_interop.canonical import canonical_bytes, parse_canonical, sha256_hex
from zt_interop.envelope import FIRST_LINK, instant_text
from zt_interop.errors import (
    EnvelopeInvalid,
    Malformed,
    Misaddressed,
    NotCanonical,
    SequenceGap,
    SequenceReused,
    WrongSource,
)
from zt_interop.handlers import gap_witness_for
from zt_interop.log.models import InboundStream
from zt_interop.opening import Sighting, check_sender
from zt_interop.queue.models import OutboundStream
from zt_interop.receipts import Outcome, Receipt
from zt_interop.resending import rewind
from zt_interop.schemas import envelope_problem
from zt_interop.send import ring_on_commit
from zt_tenants.clock import now
from zt_tenants.models import Centre
from zt_tenants.uuid7 import uuid7

HEAD_TYPE: Final = "zt-head+jws"
TELLS: Final = "stream.head.v1"
ASKS: Final = "stream.resend.v1"
_MARK: Final = b'"typ":"' + HEAD_TYPE.encode() + b'"'


@dataclass(frozen=True, slots=True)
class Head:
    """How far a stream has come, as ``source`` (who signs) tells ``destination``."""

    type: str
    id: UUID
    source: str
    destination: str
    channel: str
    last_sequence: int
    last_hash: str

    def signed_by(self, signer: signed.Signer) -> bytes:
        """The bytes to deliver."""
        moment = now()
        members = {name: getattr(self, name) for name in self.__slots__}
        payload = canonical_bytes({**members, "id": str(self.id), "time": instant_text(moment)})
        return signed.sign(payload, typ=HEAD_TYPE, signer=signer, destination=self.destination, at=moment)

    @classmethod
    def from_bytes(cls, payload: bytes) -> Self:
        """Read a verified payload.

        Raises:
            NotCanonical, EnvelopeInvalid.
        """
        members, is_canonical = parse_canonical(payload)
        if not is_canonical:
            raise NotCanonical
        problem = envelope_problem("head", members)
        if problem:
            raise EnvelopeInvalid(detail=problem)
        return cls(**{**{name: members[name] for name in cls.__slots__}, "id": UUID(members["id"])})


def head_of(stream: OutboundStream) -> Head:
    """What the source of a stream tells."""
    return Head(
        TELLS,
        uuid7(),
        stream.source_code,
        stream.destination_code,
        stream.channel,
        stream.last_sequence,
        stream.last_hash,
    )


def request_of(stream: InboundStream, *, here: str) -> Head:
    """What the receiver of a stream asks for: everything behind what it has."""
    return Head(ASKS, uuid7(), here, stream.source_code, stream.channel, stream.last_sequence, stream.last_hash)


def is_head(wire: bytes) -> bool:
    """Whether the bytes claim to be a head (not verified)."""
    try:
        return _MARK in signed.decode(wire[: signed.MAX_HEADER_CHARACTERS].split(b".", 1)[0])
    except Malformed:
        return False


def take_head(wire: bytes, *, at: Centre, sighting: Sighting) -> Receipt:
    """Verify a head or a request at the centre ``at`` (which is current) and act on it.

    Raises:
        SequenceGap: told of events that have not arrived here; the source goes back to the sequence expected.
        SequenceReused: the two histories differ; the stream stands until people compare.
        MessageRefused: it cannot be believed or read.
    """
    jws = signed.parse(wire, typ=HEAD_TYPE)
    key = check_sender(jws, at, now(), sighting)
    head = Head.from_bytes(jws.payload)
    sighting.event_id = head.id
    if head.source != key.centre_code:
        raise WrongSource(source=head.source, owner=key.centre_code)
    if head.destination != at.code:
        raise Misaddressed(destination=head.destination, here=at.code)
    if head.type == TELLS:
        _compare(head, here=at.code)
    else:
        _send_again(head)
    return Receipt(outcome=Outcome.ACCEPTED, sha256=sha256_hex(wire), received_at=now(), event_id=head.id)


def _compare(head: Head, *, here: str) -> None:
    InboundStream.objects.get_or_create(source_code=head.source, channel=head.channel)
    InboundStream.objects.filter(
        source_code=head.source, channel=head.channel, last_sequence__lte=head.last_sequence
    ).update(head_sequence=head.last_sequence, head_at=now())
    stream = InboundStream.objects.get(source_code=head.source, channel=head.channel)
    _same_history(stream.last_sequence, stream.last_hash, head)
    if stream.last_sequence < head.last_sequence:
        witness = gap_witness_for(head.channel)
        if witness is not None:
            witness(head.source, here, head.last_sequence)
        raise SequenceGap(sequence=head.last_sequence, expected=stream.last_sequence + 1)


def _same_history(sequence: int, hash_: str, head: Head) -> None:
    forked = sequence == head.last_sequence and hash_ != head.last_hash
    if forked or sequence > head.last_sequence:
        raise SequenceReused(sequence=head.last_sequence, expected=sequence + 1)


def _send_again(head: Head) -> None:
    streams = OutboundStream.objects.filter(
        source_code=head.destination, destination_code=head.source, channel=head.channel
    )
    with transaction.atomic():
        stream = streams.select_for_update(no_key=True).first()
        if stream is None or head.last_sequence > stream.given_sequence:
            raise SequenceReused(sequence=head.last_sequence, expected=(stream.last_sequence if stream else 0) + 1)
        if _hash_at(stream, head.last_sequence) not in (None, head.last_hash):
            raise SequenceReused(sequence=head.last_sequence, expected=head.last_sequence + 1)
        if head.last_sequence < stream.acknowledged_sequence and rewind(stream, head.last_sequence + 1):
            ring_on_commit(stream.id)


def _hash_at(stream: OutboundStream, sequence: int) -> str | None:
    """The digest of a stream's event as far as the queue still knows it."""
    if sequence == 0:
        return FIRST_LINK
    if sequence == stream.last_sequence:
        return stream.last_hash
    return stream.messages.filter(sequence=sequence).values_list("digest", flat=True).first()
