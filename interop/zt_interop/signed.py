"""Compact JWS (RFC 7515) with the strict header of docs/protocol.md.

The header holds exactly eight members; what varies is only ``kid``, ``typ``, ``iat``, ``exp`` and ``dst``. Keys never
travel inside a message (``jwk``, ``jku``, ``x5c`` … are refused with every other unknown member), and the algorithm is
taken from the registered key, never from the message (RFC 8725, sections 3.1 and 3.9).
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol

from zt_interop.canonical import canonical_bytes, parse_strict
from zt_interop.errors import (
    AlgorithmRefused,
    HeaderInvalid,
    Malformed,
    SignatureExpired,
    SignatureInvalid,
    SignatureNotYetValid,
    TooLarge,
)
from zt_interop.suites import DEFAULT_SUITE, suite

EVENT_TYPE: Final = "zt-event+jws"
BATCH_TYPE: Final = "zt-batch+jws"
RECEIPT_TYPE: Final = "zt-receipt+jws"
KEY_TYPE: Final = "zt-key+jws"
REVOCATION_TYPE: Final = "zt-revocation+jws"

MAX_MESSAGE_BYTES: Final = 1024 * 1024
MAX_HEADER_CHARACTERS: Final = 2048
LIFETIME: Final = timedelta(minutes=10)
LONGEST_LIFETIME: Final = timedelta(hours=1)
CLOCK_TOLERANCE: Final = timedelta(seconds=60)
MAX_SEQUENCE: Final = 2**53 - 1
CRITICAL: Final = ("suite", "iat", "exp", "dst")

_MEMBERS: Final = frozenset({"alg", "suite", "kid", "typ", "iat", "exp", "dst", "crit"})
_BASE64URL: Final = re.compile(rb"[A-Za-z0-9_-]*")
_KID: Final = re.compile(r"[A-Za-z0-9._:-]{1,128}")
_DESTINATION: Final = re.compile(r"[0-9]{6}(?:[0-9]{3})?|\*|service:[a-z][a-z0-9.-]{0,63}")


class Signer(Protocol):
    """Whoever can sign for a key: the key store, a test's fixed key, later a hardware module."""

    @property
    def kid(self) -> str:
        """The id of the key."""

    @property
    def suite_name(self) -> str:
        """The suite of the key."""

    def sign(self, message: bytes) -> bytes:
        """The signature over the bytes."""


@dataclass(frozen=True, slots=True)
class Header:
    """The protected header; times are Unix seconds, ``dst`` a centre's code, ``service:<code>`` or ``*`` (everybody)."""

    kid: str
    typ: str
    iat: int
    exp: int
    dst: str
    suite: str = DEFAULT_SUITE

    @property
    def signed_at(self) -> datetime:
        """``iat`` as an instant; the calendar's last where it lies beyond."""
        try:
            return datetime.fromtimestamp(self.iat, UTC)
        except (OverflowError, ValueError, OSError):
            return datetime.max.replace(tzinfo=UTC)

    def to_json(self) -> dict[str, Any]:
        """All eight members."""
        return {
            "alg": suite(self.suite).algorithm,
            "suite": self.suite,
            "kid": self.kid,
            "typ": self.typ,
            "iat": self.iat,
            "exp": self.exp,
            "dst": self.dst,
            "crit": list(CRITICAL),
        }


@dataclass(frozen=True, slots=True)
class Signed:
    """A parsed compact JWS whose signature has **not** been checked."""

    header: Header
    payload: bytes
    signing_input: bytes
    signature: bytes


def encode(data: bytes) -> bytes:
    """base64url without padding (RFC 7515, appendix C)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def decode(text: bytes) -> bytes:
    """The bytes of a base64url text; only the one canonical spelling is taken.

    Raises:
        Malformed: padding, white space, a foreign character, or stray bits at the end.
    """
    if not _BASE64URL.fullmatch(text):
        raise Malformed(detail="not base64url")
    try:
        data = base64.urlsafe_b64decode(text + b"=" * (-len(text) % 4))
    except (binascii.Error, ValueError) as broken:
        raise Malformed(detail="not base64url") from broken
    if encode(data) != text:
        raise Malformed(detail="base64url with stray bits")
    return data


def sign(
    payload: bytes, *, typ: str, signer: Signer, destination: str, at: datetime, lifetime: timedelta = LIFETIME
) -> bytes:
    """Sign a payload for one destination; the signature (not the payload) lives from ``at`` for ``lifetime``."""
    issued = int(at.timestamp())
    header = Header(
        kid=signer.kid,
        typ=typ,
        iat=issued,
        exp=issued + int(lifetime.total_seconds()),
        dst=destination,
        suite=signer.suite_name,
    )
    return seal(header, payload, signer)


def seal(header: Header, payload: bytes, signer: Signer) -> bytes:
    """The compact serialisation under a header that is already complete."""
    signing_input = encode(canonical_bytes(header.to_json())) + b"." + encode(payload)
    return signing_input + b"." + encode(signer.sign(signing_input))


def parse(wire: bytes, *, typ: str, limit: int = MAX_MESSAGE_BYTES) -> Signed:
    """Take a compact JWS apart and check everything that needs no key.

    Raises:
        TooLarge: more than ``limit`` bytes.
        Malformed: not three base64url parts, or the header is no strict JSON.
        HeaderInvalid: a member is missing, unknown or of the wrong type; ``crit`` or ``typ`` differ.
        AlgorithmRefused: ``alg`` is not the suite's own (``none`` never is).
        SuiteUnknown: no such suite.
    """
    if len(wire) > limit:
        raise TooLarge(limit=limit)
    parts = wire.split(b".")
    if len(parts) != 3 or not (parts[0] and parts[2]):
        raise Malformed(detail="not a compact JWS")
    if len(parts[0]) > MAX_HEADER_CHARACTERS:
        raise HeaderInvalid(detail="too long")
    header = _header(parse_strict(decode(parts[0])), typ)
    return Signed(
        header=header,
        payload=decode(parts[1]),
        signing_input=parts[0] + b"." + parts[1],
        signature=decode(parts[2]),
    )


def _header(members: Any, typ: str) -> Header:
    if not isinstance(members, dict):
        raise HeaderInvalid(detail="not an object")
    algorithm = members.get("alg")
    if not isinstance(algorithm, str) or algorithm.lower() == "none":
        raise AlgorithmRefused(algorithm=str(algorithm)[:40])
    odd = _MEMBERS ^ members.keys()
    if odd:
        raise HeaderInvalid(detail=f"missing or unknown: {', '.join(sorted(odd))[:200]}")
    if not isinstance(members["suite"], str) or suite(members["suite"]).algorithm != algorithm:
        raise AlgorithmRefused(algorithm=algorithm[:40])
    if not isinstance(members["crit"], list) or members["crit"] != list(CRITICAL):
        raise HeaderInvalid(detail="crit")
    if members["typ"] != typ:
        raise HeaderInvalid(detail="typ")
    _check_member(members, "kid", _KID)
    _check_member(members, "dst", _DESTINATION)
    for name in ("iat", "exp"):
        if not isinstance(members[name], int) or isinstance(members[name], bool) or members[name] < 0:
            raise HeaderInvalid(detail=name)
    if members["exp"] <= members["iat"]:
        raise HeaderInvalid(detail="exp")
    return Header(
        kid=members["kid"],
        typ=typ,
        iat=members["iat"],
        exp=members["exp"],
        dst=members["dst"],
        suite=members["suite"],
    )


def _check_member(members: dict[str, Any], name: str, pattern: re.Pattern[str]) -> None:
    if not isinstance(members[name], str) or not pattern.fullmatch(members[name]):
        raise HeaderInvalid(detail=name)


def verify(signed: Signed, *, public_key: bytes, suite_name: str) -> None:
    """Check the signature with a registered key.

    Raises:
        AlgorithmRefused: the key is registered for another suite than the header names.
        SignatureInvalid: forged or altered.
    """
    if signed.header.suite != suite_name:
        raise AlgorithmRefused(algorithm=signed.header.suite)
    if not suite(suite_name).verifies(public_key, signed.signing_input, signed.signature):
        raise SignatureInvalid


def check_times(header: Header, *, now: datetime) -> None:
    """Check that the signature is neither from the future nor expired; clocks may differ by 60 seconds.

    Raises:
        HeaderInvalid: it wants to live longer than an hour.
        SignatureExpired: ``exp`` has passed.
        SignatureNotYetValid: ``iat`` lies ahead.
    """
    if header.exp - header.iat > LONGEST_LIFETIME.total_seconds():
        raise HeaderInvalid(detail="exp")
    moment, tolerance = now.timestamp(), CLOCK_TOLERANCE.total_seconds()
    if moment >= header.exp + tolerance:
        raise SignatureExpired
    if moment < header.iat - tolerance:
        raise SignatureNotYetValid
