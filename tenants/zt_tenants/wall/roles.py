"""Roles' passwords: derived from a secret of the deployment, so that nothing has to be stored or distributed.

PostgreSQL is only ever given the SCRAM-SHA-256 verifier (RFC 5802, RFC 7677), so no password stands in a statement, a
log or a backup.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from functools import lru_cache
from typing import Final

from zt_tenants.vault import blind_index

_ITERATIONS: Final = 1
"""Rounds make guessing a person's password dear (RFC 7677 §4 asks for 4,096). This one is 256 pseudo-random bits, which
nobody guesses; 4,096 rounds would only make every log-in last twice as long."""
_PURPOSE: Final = "database.role"


@lru_cache(maxsize=4096)
def password_of(role: str) -> str:
    """The password with which a role logs in; the same wherever the deployment's ``ZT_INDEX_KEY`` is."""
    return base64.urlsafe_b64encode(blind_index(role, purpose=_PURPOSE)).decode().rstrip("=")


def scram_verifier(role: str) -> str:
    """What PostgreSQL stores instead of the password; the same each time, so that setting it again changes nothing."""
    return verifier(password_of(role), salt=blind_index(role, purpose=_PURPOSE + ".salt")[:16])


def verifier(password: str, *, salt: bytes, iterations: int = _ITERATIONS) -> str:
    """The SCRAM-SHA-256 verifier of an ASCII password, as in ``pg_authid.rolpassword`` (RFC 5802 §3)."""
    salted = hashlib.pbkdf2_hmac("sha256", password.encode("ascii"), salt, iterations)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", hashlib.sha256)).digest()
    server = hmac.digest(salted, b"Server Key", hashlib.sha256)
    parts = [base64.b64encode(part).decode() for part in (salt, stored, server)]
    return f"SCRAM-SHA-256${iterations}:{parts[0]}${parts[1]}:{parts[2]}"
