"""The issuing centre's signature over a paper: a JWS of typ ``zt-paper+jws`` by its registered key.

The payload names number, kind, tracking number, department, centre, code, date and the file's SHA-256. Whoever holds the
file, the signature and the registry of public keys can check it without us.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from zt_interop import signed
from zt_interop.canonical import canonical_bytes, parse_strict
from zt_interop.errors import MessageRefused
from zt_interop.keys.registry import trusted_key
from zt_interop.keys.signing import signer_for
from zt_interop.keys.statements import EVERYBODY
from zt_platform.papers.models import Paper
from zt_tenants.clock import now
from zt_tenants.models import Centre

PAPER_TYPE: Final = "zt-paper+jws"
_LIFETIME: Final = timedelta(days=365 * 100)
"""A paper's signature is checked by when it was made, not by when it ends: it stands as long as the paper."""


def statement(paper: Paper, centre_code: str, sha256: str) -> dict[str, Any]:
    """What is signed."""
    return {
        "number": paper.number,
        "kind": paper.kind,
        "code": paper.code,
        "tracking_number": paper.subject,
        "sha256": sha256,
        "issued_on": paper.issued_on.isoformat(),
        "department": paper.department_name,
        "centre": centre_code,
    }


def sign_paper(paper: Paper, centre: Centre, sha256: str) -> str:
    """The compact JWS of a paper. Raises NoSigningKey, SealBroken."""
    moment = now()
    signer = signer_for(centre, at=moment)
    payload = canonical_bytes(statement(paper, centre.code, sha256))
    return signed.sign(
        payload, typ=PAPER_TYPE, signer=signer, destination=EVERYBODY, at=moment, lifetime=_LIFETIME
    ).decode()


def verified_statement(jws: str) -> Mapping[str, Any]:
    """The statement of a signature that a registered key of the named centre made.

    Raises MessageRefused: malformed, forged, by an unknown, revoked or foreign key.
    """
    parsed = signed.parse(jws.encode(), typ=PAPER_TYPE)
    key = trusted_key(parsed.header.kid, signed_at=datetime.fromtimestamp(parsed.header.iat, UTC))
    signed.verify(parsed, public_key=key.public_key, suite_name=key.suite)
    said: Any = parse_strict(parsed.payload)
    if not isinstance(said, dict) or said.get("centre") != key.centre_code:
        raise MessageRefused
    return said
