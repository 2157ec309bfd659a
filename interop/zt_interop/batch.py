"""Batches: many events under one signature over their Merkle root (supervision).

The wire form is a JSON object ``{"manifest": <compact JWS>, "events": [CloudEvent, …]}``. The leaves of the tree are
the canonical bytes of the events, so that one event with its audit path proves itself against the signed manifest
without showing its neighbours.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self
from uuid import UUID

from zt_interop import signed
from zt_interop.canonical import canonical_bytes, parse_canonical, parse_items, parse_strict, refuse_dense
from zt_interop.envelope import Event
from zt_interop.errors import BatchInvalid, Malformed, NotCanonical, TooLarge
from zt_interop.merkle import merkle_proof, merkle_root, verify_proof
from zt_interop.schemas import envelope_problem

MAX_BATCH_BYTES: Final = 8 * 1024 * 1024
MAX_BATCH_VALUES: Final = MAX_BATCH_BYTES // 16
"""JSON values in a batch: it is read before its signature can be checked, so anybody's bytes are."""
MAX_BATCH_EVENTS: Final = 1000
"""Of the channel ``supervision``, as our receipts say; every receiver takes :data:`FIRST_BATCH_EVENTS`."""
FIRST_BATCH_EVENTS: Final = 500
MAX_BATCH_CASES: Final = 100
"""Of the channel ``case``: each message is applied by itself, in one transaction with the others."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is signed of a batch."""

    id: UUID
    source: str
    destination: str
    channel: str
    first_sequence: int
    last_sequence: int
    count: int
    merkle_root: str

    def to_json(self) -> dict[str, Any]:
        """The manifest as a JSON object."""
        return {
            "id": str(self.id),
            "source": self.source,
            "destination": self.destination,
            "channel": self.channel,
            "first_sequence": self.first_sequence,
            "last_sequence": self.last_sequence,
            "count": self.count,
            "merkle_root": self.merkle_root,
        }

    @classmethod
    def from_bytes(cls, payload: bytes) -> Self:
        """Read a manifest from a JWS payload.

        Raises:
            Malformed, TooDeep: no strict JSON.
            NotCanonical: not in canonical form.
            BatchInvalid: a member is missing or wrong.
        """
        members, is_canonical = parse_canonical(payload)
        if not is_canonical:
            raise NotCanonical
        problem = envelope_problem("batch-manifest", members)
        if problem:
            raise BatchInvalid(detail=problem)
        return cls(**{**{name: members[name] for name in cls.__slots__}, "id": UUID(members["id"])})


@dataclass(frozen=True, slots=True)
class ParsedBatch:
    """A batch taken apart; neither the signature nor the events are checked yet."""

    signed: signed.Signed
    events: list[Any]
    leaves: list[bytes] | None = None
    """The canonical bytes of each event, where they are known from reading."""


def build(batch_id: UUID, events: Sequence[Event], *, signer: signed.Signer, at: datetime) -> bytes:
    """Sign consecutive events of one stream as a batch.

    Raises:
        ValueError: no events, or more than a batch may hold.
    """
    if not 0 < len(events) <= MAX_BATCH_EVENTS:
        raise ValueError(f"a batch holds 1 to {MAX_BATCH_EVENTS} events")
    leaves = [event.canonical() for event in events]
    stream = (events[0].source, events[0].destination, events[0].channel)
    return build_of(batch_id, leaves, stream=stream, first_sequence=events[0].sequence or 0, signer=signer, at=at)


def build_of(
    batch_id: UUID,
    leaves: Sequence[bytes],
    *,
    stream: tuple[str, str, str],
    first_sequence: int,
    signer: signed.Signer,
    at: datetime,
) -> bytes:
    """Sign the canonical bytes of consecutive events of one stream (source, destination, channel) as a batch."""
    source, destination, channel = stream
    manifest = Manifest(
        id=batch_id,
        source=source,
        destination=destination,
        channel=channel,
        first_sequence=first_sequence,
        last_sequence=first_sequence + len(leaves) - 1,
        count=len(leaves),
        merkle_root=merkle_root(leaves).hex(),
    )
    jws = signed.sign(
        canonical_bytes(manifest.to_json()), typ=signed.BATCH_TYPE, signer=signer, destination=destination, at=at
    )
    # The canonical form of {"events": […], "manifest": "…"}, put together from parts that are canonical already.
    return b'{"events":[' + b",".join(leaves) + b'],"manifest":' + canonical_bytes(jws.decode()) + b"}"


def parse(wire: bytes) -> ParsedBatch:
    """Take a batch apart without checking signature or content.

    Raises:
        TooLarge: more than 8 MiB.
        Malformed: more than :data:`MAX_BATCH_VALUES` values, or no batch.
        TooDeep, HeaderInvalid, AlgorithmRefused, SuiteUnknown: as :func:`zt_interop.signed.parse`.
    """
    if len(wire) > MAX_BATCH_BYTES:
        raise TooLarge(limit=MAX_BATCH_BYTES)
    refuse_dense(wire, most=MAX_BATCH_VALUES)
    quickly = _parse_written(wire)
    if quickly is not None:
        return quickly
    members = parse_strict(wire)
    if not isinstance(members, dict) or members.keys() != {"manifest", "events"}:
        raise Malformed(detail="not a batch")
    jws, events = members["manifest"], members["events"]
    if not isinstance(jws, str) or not jws.isascii() or not isinstance(events, list):
        raise Malformed(detail="not a batch")
    return ParsedBatch(signed=signed.parse(jws.encode(), typ=signed.BATCH_TYPE), events=events)


_OPENING: Final = '{"events":['
_CLOSING: Final = re.compile(r'\],"manifest":"([A-Za-z0-9._-]*)"\}')


def _parse_written(wire: bytes) -> ParsedBatch | None:
    """A batch as :func:`build` writes it, each event read once; None for any other, which is read as any JSON."""
    try:
        text = wire.decode()
    except UnicodeDecodeError:
        return None
    found = parse_items(text, len(_OPENING), depth=2) if text.startswith(_OPENING) else None
    closing = _CLOSING.fullmatch(text, found[2]) if found else None
    if found is None or closing is None:
        return None
    jws = signed.parse(closing[1].encode(), typ=signed.BATCH_TYPE)
    return ParsedBatch(signed=jws, events=found[0], leaves=found[1])


def check_events(
    manifest: Manifest, raw_events: Sequence[Any], *, leaves: Sequence[bytes] | None = None
) -> list[Event]:
    """Check that the events are exactly those of the manifest, and read them; ``leaves`` as in :class:`ParsedBatch`.

    Raises:
        BatchInvalid: another number, order, stream or content than was signed.
        EnvelopeInvalid: one of them is no event.
    """
    if len(raw_events) != manifest.count or manifest.count > MAX_BATCH_EVENTS:
        raise BatchInvalid(detail="count")
    if manifest.last_sequence - manifest.first_sequence + 1 != manifest.count:
        raise BatchInvalid(detail="sequence")
    leaves = [canonical_bytes(event) for event in raw_events] if leaves is None else leaves
    if merkle_root(leaves).hex() != manifest.merkle_root:
        raise BatchInvalid(detail="merkle_root")
    events = [Event.from_json(event, canonical=leaf) for event, leaf in zip(raw_events, leaves, strict=True)]
    stream = (manifest.source, manifest.destination, manifest.channel)
    for sequence, event in enumerate(events, start=manifest.first_sequence):
        if (event.source, event.destination, event.channel) != stream or event.sequence != sequence:
            raise BatchInvalid(detail="stream")
    return events


@dataclass(frozen=True, slots=True)
class Proof:
    """One event of a batch with its audit path: enough to prove it against the signed manifest."""

    event: Event
    index: int
    path: tuple[bytes, ...]
    manifest: bytes


def prove(wire: bytes, sequence: int) -> Proof:
    """Take one event out of a batch with the proof that it was signed in it.

    Raises:
        Malformed, BatchInvalid: the bytes are no batch.
        IndexError: the batch has no event with this sequence.
    """
    batch = parse(wire)
    manifest = Manifest.from_bytes(batch.signed.payload)
    events = check_events(manifest, batch.events, leaves=batch.leaves)
    index = sequence - manifest.first_sequence
    path = merkle_proof([event.canonical() for event in events], index)
    jws = batch.signed.signing_input + b"." + signed.encode(batch.signed.signature)
    return Proof(event=events[index], index=index, path=tuple(path), manifest=jws)


def proves(proof: Proof, *, public_key: bytes, suite_name: str) -> bool:
    """Whether the event was signed, in this place, by this key; needs nothing but the proof (offline).

    Raises:
        MessageRefused: the manifest is malformed or its signature is wrong.
    """
    jws = signed.parse(proof.manifest, typ=signed.BATCH_TYPE)
    signed.verify(jws, public_key=public_key, suite_name=suite_name)
    manifest = Manifest.from_bytes(jws.payload)
    return verify_proof(
        proof.event.canonical(),
        index=proof.index,
        size=manifest.count,
        proof=proof.path,
        root=bytes.fromhex(manifest.merkle_root),
    )
