"""Confidentiality: what goes to a centre outside this deployment is encrypted to its key before it is signed.

The event's ``data`` becomes ``{"sealed": "header.key.nonce.ciphertext.tag"}`` (each base64url). The header names suite
and key and repeats what the data belong to (event, source, destination, type, subject); header and wrapped key are the
associated data, so that nothing can be moved to another event. Hash link, signature, log and proof are over the
encrypted event: none of them shows personal data, and none has to be opened to be checked.

Sealing is done once, when the message takes its place in its stream; every later attempt sends the same bytes.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from zt_interop import signed
from zt_interop.canonical import canonical_bytes, parse_canonical
from zt_interop.envelope import CASE_CHANNEL, Event
from zt_interop.errors import KeyNotHeld, MessageRefused, NoEncryptionKey, SealKeyUnknown, SealRefused
from zt_interop.keys.holder import holder
from zt_interop.keys.models import KeyUsage, PublicKey
from zt_interop.keys.registry import TrustedKey, trusted_key
from zt_interop.schemas import envelope_problem
from zt_interop.suites import SealedContent, sealing_suite
from zt_tenants.models import Centre, Transport

SEALED: Final = "sealed"
"""The one member of encrypted data; no message type has a payload of this form."""
GROWTH: Final = 2048
"""Bytes that header, key, nonce and tag need at most; the ciphertext grows by a third."""
_BOUND: Final = ("id", "source", "destination", "type", "subject")


OPEN_TYPES: Final = frozenset({"catalogue.published.v1", "log.head.v1"})
"""Types of the channel ``case`` that nobody needs to be kept from: what is published, and digests that a proof shows."""


def must_be_sealed(destination: Centre, channel: str, type_: str) -> bool:
    """Whether what goes there is encrypted: messages of cases to a centre outside this deployment.

    Supervision events hold no personal data, nor do the types of :data:`OPEN_TYPES`; a test reads their schemas.
    """
    return destination.transport == Transport.HTTPS and channel == CASE_CHANNEL and type_ not in OPEN_TYPES


def sealing_key(destination: Centre, *, at: datetime) -> TrustedKey:
    """The newest valid encryption key of a centre that the province vouches for.

    Raises:
        NoEncryptionKey: there is none.
    """
    valid = PublicKey.objects.valid_at(at).filter(centre_id=destination.id, usage=KeyUsage.ENCRYPTION)
    for kid in valid.order_by("-not_before", "-kid").values_list("kid", flat=True):
        try:
            key = trusted_key(kid, signed_at=at, usage=KeyUsage.ENCRYPTION)
        except MessageRefused:  # a row the root has not signed as it stands: as if it were not there
            continue
        if key.centre_code == destination.code:
            return key
    raise NoEncryptionKey(centre=destination.code)


def is_sealed(data: Mapping[str, Any]) -> bool:
    """Whether data are encrypted."""
    return data.keys() == {SEALED}


def seal_event(event: Event, key: TrustedKey) -> Event:
    """The event with its data encrypted to a key. What was checked against its schema before is not checked here.

    Raises:
        SuiteUnknown: the key is of a suite that is not known here.
        Malformed, TooDeep: the data hold what the protocol's JSON cannot.
    """
    suite = sealing_suite(key.suite)
    header = signed.encode(canonical_bytes({"suite": key.suite, "kid": key.kid, **_bound(event)}))
    content_key = secrets.token_bytes(suite.content_key_bytes)
    wrapped = signed.encode(suite.wrap(key.public_key, content_key, context=header))
    content = suite.encrypt(content_key, canonical_bytes(event.data), associated=header + b"." + wrapped)
    rest = [signed.encode(part) for part in (content.nonce, content.ciphertext, content.tag)]
    return replace(event, data={SEALED: b".".join([header, wrapped, *rest]).decode()})


def open_data(event: Event) -> dict[str, Any]:
    """The data of an event in clear; those of one that is not encrypted as they are.

    Raises:
        SealKeyUnknown: the destination does not hold the key they were encrypted to.
        SealRefused: altered, moved from another event, or not made as the protocol says.
        SignerUnreachable, SealBroken: the holder of the keys does not work; it can be tried again.
    """
    if not is_sealed(event.data):
        return event.data
    parts = _parts(event.data[SEALED])
    header = _header(parts[0], event)
    key = PublicKey.objects.filter(
        kid=header["kid"], usage=KeyUsage.ENCRYPTION, centre_code=event.destination, suite=header["suite"]
    ).first()
    if key is None:
        raise SealKeyUnknown(kid=header["kid"])
    suite = sealing_suite(key.suite)
    wrapped, nonce, ciphertext, tag = (signed.decode(part) for part in parts[1:])
    try:
        content_key = holder().unwrap(key.kid, wrapped, centre_id=key.centre_id, context=parts[0])
        clear = suite.decrypt(content_key, SealedContent(nonce, ciphertext, tag), associated=parts[0] + b"." + parts[1])
    except KeyNotHeld as missing:
        raise SealKeyUnknown(kid=key.kid) from missing
    except ValueError as broken:
        raise SealRefused(detail="altered") from broken
    return _clear_data(clear)


def opened(event: Event) -> Event:
    """The event with its data in clear (see :func:`open_data`); its digest is then no longer the one on the wire."""
    return replace(event, data=open_data(event)) if is_sealed(event.data) else event


def _bound(event: Event) -> dict[str, str]:
    return {
        "id": str(event.id),
        "source": event.source,
        "destination": event.destination,
        "type": event.type,
        "subject": event.subject,
    }


def _parts(text: Any) -> list[bytes]:
    if not isinstance(text, str) or not text.isascii():
        raise SealRefused(detail="form")
    parts = text.encode().split(b".")
    if len(parts) != 5 or len(parts[0]) > signed.MAX_HEADER_CHARACTERS:
        raise SealRefused(detail="form")
    try:
        for part in parts:
            signed.decode(part)
    except MessageRefused as broken:
        raise SealRefused(detail="form") from broken
    return parts


def _header(part: bytes, event: Event) -> dict[str, str]:
    try:
        members, is_canonical = parse_canonical(signed.decode(part))
    except MessageRefused as broken:
        raise SealRefused(detail="header") from broken
    if not is_canonical or envelope_problem("sealed-header", members):
        raise SealRefused(detail="header")
    bound = _bound(event)
    moved = [name for name in _BOUND if members[name] != bound[name]]
    if moved:
        raise SealRefused(detail=", ".join(moved))
    return dict(members)


def _clear_data(clear: bytes) -> dict[str, Any]:
    try:
        data, _ = parse_canonical(clear)
    except MessageRefused as broken:
        raise SealRefused(detail="content") from broken
    if not isinstance(data, dict) or is_sealed(data):
        raise SealRefused(detail="content")
    return data
