"""Opening a delivery: from bytes on the wire to verified events, checked in the order of docs/protocol.md.

Nothing here writes. What could be read before a refusal is noted on a :class:`Sighting` for the refusal log.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from uuid import UUID

from zt_interop import batch, signed
from zt_interop.canonical import parse_canonical
from zt_interop.envelope import CASE_CHANNEL, Event
from zt_interop.errors import BatchInvalid, EnvelopeInvalid, LinkBroken, Misaddressed, NotCanonical, WrongSource
from zt_interop.keys.registry import TrustedKey, trusted_key
from zt_tenants.models import Centre


@dataclass(slots=True)
class Sighting:
    """What was learned of a delivery so far; ``source`` is a mere claim until ``authentic``."""

    kid: str = ""
    source: str = ""
    authentic: bool = False
    event_id: UUID | None = None
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery whose signature, times, address and source are right: one event, or a batch of one stream."""

    id: UUID
    source: str
    channel: str
    events: tuple[Event, ...]
    wire: bytes
    is_batch: bool

    @property
    def keeps_each(self) -> bool:
        """Whether each message gets rows of its own: all of the case channel; of supervision the stream's place is
        proof enough."""
        return self.channel == CASE_CHANNEL

    @property
    def first_sequence(self) -> int:
        """The sequence of the first event."""
        return self.events[0].sequence or 0

    @property
    def last_sequence(self) -> int:
        """The sequence of the last event."""
        return self.events[-1].sequence or 0


def is_batch(wire: bytes) -> bool:
    """Whether the bytes are a batch (a JSON object) rather than a compact JWS."""
    return wire[:1] == b"{"


def open_delivery(wire: bytes, *, at: Centre, now: datetime, sighting: Sighting) -> Delivery:
    """Verify a delivery for the centre ``at``.

    Raises:
        MessageRefused: why it is not taken; the subclass is the reason.
    """
    return _open_batch(wire, at, now, sighting) if is_batch(wire) else _open_single(wire, at, now, sighting)


def verified_key(jws: signed.Signed, *, now: datetime) -> TrustedKey:
    """Check key, signature and times of a JWS, in this order, and say whose key it is.

    Raises:
        KeyUnknown, KeyRevoked, KeyUntrusted, KeyNotValid, SignatureInvalid, SignatureExpired, SignatureNotYetValid.
    """
    key = trusted_key(jws.header.kid, signed_at=jws.header.signed_at)
    signed.verify(jws, public_key=key.public_key, suite_name=key.suite)
    signed.check_times(jws.header, now=now)
    return key


def check_sender(jws: signed.Signed, at: Centre, now: datetime, sighting: Sighting) -> TrustedKey:
    """Check who signed, and that it is for this centre.

    Raises:
        MessageRefused: as :func:`verified_key`; Misaddressed.
    """
    sighting.kid = jws.header.kid
    key = verified_key(jws, now=now)
    sighting.source, sighting.authentic = key.centre_code, True
    if jws.header.dst != at.code:
        raise Misaddressed(destination=jws.header.dst, here=at.code)
    return key


def _open_single(wire: bytes, at: Centre, now: datetime, sighting: Sighting) -> Delivery:
    jws = signed.parse(wire, typ=signed.EVENT_TYPE)
    key = check_sender(jws, at, now, sighting)
    attributes, is_canonical = parse_canonical(jws.payload)
    if not is_canonical:
        raise NotCanonical
    event = Event.from_json(attributes, canonical=jws.payload)
    sighting.event_id, sighting.digest = event.id, event.digest()
    if event.channel != CASE_CHANNEL:
        raise EnvelopeInvalid(detail="channel")
    _check_address(event.source, event.destination, key, at)
    return Delivery(event.id, event.source, event.channel, (event,), wire, is_batch=False)


def _open_batch(wire: bytes, at: Centre, now: datetime, sighting: Sighting) -> Delivery:
    parsed = batch.parse(wire)
    key = check_sender(parsed.signed, at, now, sighting)
    manifest = batch.Manifest.from_bytes(parsed.signed.payload)
    sighting.event_id = manifest.id
    if manifest.channel == CASE_CHANNEL and manifest.count > batch.MAX_BATCH_CASES:
        raise BatchInvalid(detail="count")
    _check_address(manifest.source, manifest.destination, key, at)
    events = batch.check_events(manifest, parsed.events, leaves=parsed.leaves)
    for before, event in pairwise(events):
        if event.prevhash != before.digest():
            raise LinkBroken(sequence=event.sequence)
    return Delivery(manifest.id, manifest.source, manifest.channel, tuple(events), wire, is_batch=True)


def _check_address(source: str, destination: str, key: TrustedKey, at: Centre) -> None:
    if source != key.centre_code:
        raise WrongSource(source=source, owner=key.centre_code)
    if destination != at.code:
        raise Misaddressed(destination=destination, here=at.code)


def logged_event(wire: bytes, sequence: int) -> Event:
    """An event out of the bytes of a delivery that was verified when it was logged (replay, proofs).

    Raises:
        Malformed: the bytes are not what was logged.
        IndexError: they hold no event with this sequence.
    """
    if is_batch(wire):
        return batch.prove(wire, sequence).event
    attributes, _ = parse_canonical(signed.parse(wire, typ=signed.EVENT_TYPE).payload)
    return Event.from_json(attributes)
