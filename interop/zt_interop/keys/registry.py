"""The registry of public keys: whose key it is, whether it may be believed, and when it was valid.

Each row bears a statement signed by the province's root key (typ ``zt-key+jws``); a row that was changed in the
database, or added by anybody else, is not believed. The root keys themselves can be pinned in the setting
``INTEROP_ROOT_KEYS`` (base64url of the raw public keys); without a pin the self-signed root rows are believed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final

from django.conf import settings

from zt_interop import signed
from zt_interop.errors import KeyNotValid, KeyRevoked, KeyUnknown, KeyUntrusted, MessageRefused
from zt_interop.keys.models import KeyUsage, PublicKey
from zt_interop.keys.statements import EVERYBODY, Statement
from zt_interop.suites import key_algorithm


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """A public key that the province vouches for."""

    kid: str
    centre_code: str
    suite: str
    public_key: bytes


def trusted_key(kid: str, *, signed_at: datetime, usage: KeyUsage = KeyUsage.MESSAGE) -> TrustedKey:
    """The key with this id, if it may be believed for a signature made at ``signed_at``.

    A revoked key is refused whatever date the signature bears: who stole the key also chooses the date.

    Raises:
        KeyUnknown, KeyRevoked, KeyNotValid, KeyUntrusted: why it may not.
    """
    # The root's row is read in the same statement: its id is known from earlier statements, its state never is.
    read = {row.kid: row for row in PublicKey.objects.filter(kid__in={kid, *_root_ids})}
    row = read.get(kid)
    if row is None or row.usage != usage:
        raise KeyUnknown(kid=kid)
    if row.revoked_at is not None or row.revocation:
        raise KeyRevoked(kid=kid)
    if not is_vouched_for(row, read):
        raise KeyUntrusted(kid=kid)
    if not row.not_before <= signed_at < row.not_after:
        raise KeyNotValid(kid=kid)
    return TrustedKey(kid=kid, centre_code=row.centre_code, suite=row.suite, public_key=bytes(row.public_key))


_root_ids: set[str] = set()
_MOST_ROOTS: Final = 16


def is_vouched_for(row: PublicKey, read: Mapping[str, PublicKey] | None = None) -> bool:
    """Whether the row says exactly what a believed root key has signed; ``read`` are rows that were read just now."""
    try:
        root = believed_root(row.statement, read or {})
        return verified_statement(row.statement, root) == Statement.of(row)
    except MessageRefused:
        return False


def believed_root(statement: str, read: Mapping[str, PublicKey]) -> TrustedKey:
    """The root key that signed a statement, if it is believed: pinned, or (without pins) signed by itself.

    Raises:
        KeyUntrusted: there is no such root, or it is not believed.
    """
    kid = signed.parse(statement.encode(), typ=signed.KEY_TYPE).header.kid
    row = read.get(kid) or PublicKey.objects.filter(kid=kid).first()
    if row is None or row.usage != KeyUsage.ROOT or row.revoked_at is not None:
        raise KeyUntrusted(kid=kid)
    if len(_root_ids) < _MOST_ROOTS:
        _root_ids.add(kid)
    root = TrustedKey(kid=row.kid, centre_code=row.centre_code, suite=row.suite, public_key=bytes(row.public_key))
    pinned = getattr(settings, "INTEROP_ROOT_KEYS", ())
    if pinned:
        believed = signed.encode(root.public_key).decode() in pinned
    else:
        believed = verified_statement(row.statement, root) == Statement.of(row)
    if not believed:
        raise KeyUntrusted(kid=kid)
    return root


@lru_cache(maxsize=4096)
def verified_statement(statement: str, root: TrustedKey) -> Statement:
    """Check a statement against a root key and read it. Pure, hence cached: statements are read for every message.

    Raises:
        MessageRefused: it is malformed or not signed by this key.
    """
    jws = signed.parse(statement.encode(), typ=signed.KEY_TYPE)
    if jws.header.kid != root.kid or jws.header.dst != EVERYBODY:
        raise KeyUntrusted(kid=jws.header.kid)
    signed.verify(jws, public_key=root.public_key, suite_name=root.suite)
    return Statement.from_bytes(jws.payload)


def key_id(centre_code: str, suite_name: str, public_key: bytes) -> str:
    """The id of a key: the centre's code and the key's thumbprint (RFC 7638)."""
    return f"{centre_code}:{key_algorithm(suite_name).thumbprint(public_key)}"
