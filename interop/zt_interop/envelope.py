"""The envelope: a CloudEvent (CNCF CloudEvents 1.0, JSON format) in one canonical form.

An event is what happened; it never expires and is never signed by itself. :mod:`zt_interop.signed` and
:mod:`zt_interop.batch` put signatures around its canonical bytes, and its digest links it to the event before.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from json.encoder import encode_basestring as _text
from typing import Any, Final, Self, cast
from uuid import UUID

from zt_interop.canonical import canonical_bytes, plain_bytes, sha256_hex
from zt_interop.errors import EnvelopeInvalid
from zt_interop.schemas import envelope_problem

CASE_CHANNEL: Final = "case"
SUPERVISION_CHANNEL: Final = "supervision"
RECEIPT_CHANNEL: Final = "receipt"
FIRST_LINK: Final = "0" * 64
"""``prevhash`` of a stream's first event."""

_SOURCE_PREFIX: Final = "urn:zhengtong:centre:"
_SCHEMA_PREFIX: Final = "urn:zhengtong:schema:"
_TIME: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z")
_KNOWN: Final = frozenset(
    ("specversion", "id", "source", "type", "subject", "time", "datacontenttype", "dataschema", "data")
    + ("destination", "channel", "sequence", "prevhash", "traceparent")
)


def instant_text(moment: datetime) -> str:
    """An instant as the protocol writes it: UTC, six decimals, ``Z``.

    Raises:
        ValueError: the datetime is naive.
    """
    if moment.tzinfo is None:
        raise ValueError("an instant on the wire needs a time zone")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"


def parse_instant(text: str) -> datetime:
    """Read what :func:`instant_text` wrote.

    Raises:
        EnvelopeInvalid: another form, or no such date.
    """
    if not _TIME.fullmatch(text):
        raise EnvelopeInvalid(detail="time")
    try:
        return datetime.fromisoformat(text)
    except ValueError as broken:
        raise EnvelopeInvalid(detail="time") from broken


@dataclass(frozen=True, slots=True)
class Event:
    """One CloudEvent; ``source`` and ``destination`` are centre codes.

    ``sequence`` and ``prevhash`` are given at signing, per stream (source, destination, channel); receipts have none.
    ``extensions`` keeps attributes a later minor version may add, so that the digest stays right.
    """

    id: UUID
    type: str
    source: str
    destination: str
    channel: str
    subject: str
    time: datetime
    data: dict[str, Any]
    sequence: int | None = None
    prevhash: str | None = None
    traceparent: str | None = None
    extensions: dict[str, Any] = field(default_factory=dict)
    _bytes: bytes | None = field(default=None, init=False, repr=False, compare=False)
    _digest: str | None = field(default=None, init=False, repr=False, compare=False)

    def to_json(self) -> dict[str, Any]:
        """The CloudEvent as a JSON object; absent attributes are left out."""
        attributes: dict[str, Any] = {
            "specversion": "1.0",
            "id": str(self.id),
            "source": _SOURCE_PREFIX + self.source,
            "type": self.type,
            "subject": self.subject,
            "time": instant_text(self.time),
            "datacontenttype": "application/json",
            "dataschema": _SCHEMA_PREFIX + self.type,
            "destination": self.destination,
            "channel": self.channel,
            "sequence": self.sequence,
            "prevhash": self.prevhash,
            "traceparent": self.traceparent,
        }
        present = {name: value for name, value in attributes.items() if value is not None}
        return {**self.extensions, **present, "data": self.data}

    def canonical(self) -> bytes:
        """The event's one byte form (RFC 8785).

        Raises:
            Malformed: ``data`` holds what the protocol's JSON cannot.
            TooDeep: ``data`` is nested too deep.
        """
        if self._bytes is None:
            object.__setattr__(self, "_bytes", canonical_bytes(self.to_json()))
        return cast(bytes, self._bytes)

    def digest(self) -> str:
        """SHA-256 over the canonical bytes, hexadecimal: what receipts answer and the next event links to."""
        if self._digest is None:
            object.__setattr__(self, "_digest", sha256_hex(self.canonical()))
        return cast(str, self._digest)

    @classmethod
    def from_json(cls, attributes: Any, *, canonical: bytes | None = None) -> Self:
        """Read a parsed CloudEvent; ``canonical`` are its canonical bytes where they are known already.

        Raises:
            EnvelopeInvalid: the envelope's schema forbids it.
        """
        problem = envelope_problem("event", attributes)
        if problem:
            raise EnvelopeInvalid(detail=problem)
        if attributes["dataschema"] != _SCHEMA_PREFIX + attributes["type"]:
            raise EnvelopeInvalid(detail="dataschema")
        event = cls(
            id=UUID(attributes["id"]),
            type=attributes["type"],
            source=attributes["source"].removeprefix(_SOURCE_PREFIX),
            destination=attributes["destination"],
            channel=attributes["channel"],
            subject=attributes["subject"],
            time=parse_instant(attributes["time"]),
            data=attributes["data"],
            sequence=attributes.get("sequence"),
            prevhash=attributes.get("prevhash"),
            traceparent=attributes.get("traceparent"),
            extensions={name: attributes[name] for name in attributes.keys() - _KNOWN},
        )
        object.__setattr__(event, "_bytes", canonical)
        return event


def canonical_event(
    *,
    id: str,
    type: str,
    source: str,
    destination: str,
    channel: str,
    subject: str,
    time: str,
    data: str,
    sequence: int,
    prevhash: str,
    traceparent: str,
) -> bytes | None:
    """The canonical bytes of an event of a stream whose ``data`` are canonical JSON text already, put together; ``id`` and
    ``time`` as the protocol writes them.

    None where the short way might not give the canonical form; :meth:`Event.canonical` always does.
    """
    trace = f'"traceparent":{_text(traceparent)},' if traceparent else ""
    return plain_bytes(
        f'{{"channel":{_text(channel)},"data":{data},"datacontenttype":"application/json",'
        f'"dataschema":{_text(_SCHEMA_PREFIX + type)},"destination":{_text(destination)},"id":"{id}",'
        f'"prevhash":{_text(prevhash)},"sequence":{sequence},"source":{_text(_SOURCE_PREFIX + source)},'
        f'"specversion":"1.0","subject":{_text(subject)},"time":"{time}",{trace}"type":{_text(type)}}}'
    )
