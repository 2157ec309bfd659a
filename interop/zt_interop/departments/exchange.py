"""One question and its answer as they travel: payloads by JSON Schema, each a JWS, the answer bound to its question.

Both sides use this module: the platform signs questions and reads answers, a department (see :mod:`.demo`) the other
way round. A question is addressed to ``service:<code>``, so it is of no use at another service; an answer names the
question's id and the digest of its payload, so it fits no other question.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from zt_interop import signed
from zt_interop.canonical import canonical_bytes, parse_strict, sha256_hex
from zt_interop.envelope import instant_text
from zt_interop.errors import HeaderInvalid, Malformed, Misaddressed, SchemaInvalid, WrongSource
from zt_interop.schemas import check_data
from zt_interop.signed import Signer

REQUEST_TYPE: Final = "zt-exchange-request+jws"
RESPONSE_TYPE: Final = "zt-exchange-response+jws"
REQUEST: Final = "exchange.request.v1"
RESPONSE: Final = "exchange.response.v1"
MOST_BYTES: Final = 256 * 1024
"""Of a signed question or answer."""


@dataclass(frozen=True, slots=True)
class Request:
    """One question, as its payload says it."""

    id: UUID
    service: str
    consumer: str
    purpose: str
    legal_basis: str
    parameters: Mapping[str, Any]
    fields: Sequence[str]
    requested_at: datetime
    requested_by: str = ""
    tracking_number: str = ""

    def payload(self) -> bytes:
        """The canonical bytes that are signed and that an answer refers to.

        Raises:
            SchemaInvalid, Malformed: a value does not fit the protocol.
        """
        data: dict[str, Any] = {
            "request_id": str(self.id),
            "service": self.service,
            "consumer": self.consumer,
            "purpose": self.purpose,
            "legal_basis": self.legal_basis,
            "parameters": dict(self.parameters),
            "fields": list(self.fields),
            "requested_at": instant_text(self.requested_at),
        }
        if self.requested_by:
            data["requested_by"] = self.requested_by
        if self.tracking_number:
            data["tracking_number"] = self.tracking_number
        check_data(REQUEST, data)
        return canonical_bytes(data)

    def signed_by(self, signer: Signer, *, at: datetime) -> bytes:
        """The question on the wire."""
        destination = f"service:{self.service}"
        return signed.sign(self.payload(), typ=REQUEST_TYPE, signer=signer, destination=destination, at=at)


@dataclass(frozen=True, slots=True)
class Key:
    """A public key that the reader trusts already."""

    kid: str
    suite: str
    public_key: bytes


def opened(wire: bytes, *, typ: str, key: Key, destination: str, now: datetime) -> bytes:
    """The payload of a JWS by exactly this key for exactly this destination.

    Raises:
        MessageRefused: malformed, forged, altered, expired, misaddressed, or by another key.
    """
    jws = signed.parse(wire, typ=typ, limit=MOST_BYTES)
    if jws.header.kid != key.kid:
        raise WrongSource(source=jws.header.kid, owner=key.kid)
    if jws.header.dst != destination:
        raise Misaddressed(destination=jws.header.dst, here=destination)
    signed.verify(jws, public_key=key.public_key, suite_name=key.suite)
    signed.check_times(jws.header, now=now)
    return jws.payload


def read_request(payload: bytes) -> dict[str, Any]:
    """The members of a question whose signature was checked. Raises Malformed, TooDeep, SchemaInvalid."""
    data = parse_strict(payload)
    check_data(REQUEST, data)
    return dict(data)


def response_payload(
    question: bytes, *, status: str, result: Mapping[str, Any] | None, answered_at: datetime, reason: str = ""
) -> bytes:
    """The canonical answer to a question's payload. Raises SchemaInvalid, Malformed."""
    asked = parse_strict(question)
    data: dict[str, Any] = {
        "request_id": asked["request_id"],
        "request_digest": sha256_hex(question),
        "service": asked["service"],
        "status": status,
        "answered_at": instant_text(answered_at),
        "result": dict(result) if result is not None else None,
    }
    if reason:
        data["reason"] = reason
    check_data(RESPONSE, data)
    return canonical_bytes(data)


def read_response(payload: bytes, *, question: bytes) -> dict[str, Any]:
    """The members of an answer whose signature was checked, if it answers this question.

    Raises:
        Malformed, TooDeep, SchemaInvalid: it is no answer.
        HeaderInvalid: it answers another question (a replay).
    """
    data = parse_strict(payload)
    check_data(RESPONSE, data)
    asked = parse_strict(question)
    if (data["request_id"], data["service"]) != (asked["request_id"], asked["service"]):
        raise HeaderInvalid(detail="request_id")
    if data.get("request_digest") != sha256_hex(question):
        raise HeaderInvalid(detail="request_digest")
    if data["status"] == "FOUND" and not isinstance(data.get("result"), dict):
        raise SchemaInvalid(type=RESPONSE, detail="result: required")
    return dict(data)


def instant_of(text: str) -> datetime:
    """An RFC 3339 instant of a payload. Raises Malformed when it is no real date."""
    try:
        return datetime.fromisoformat(text)
    except ValueError as wrong:
        raise Malformed(detail="no such instant") from wrong
