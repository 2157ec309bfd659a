"""The registry as a file: what two deployments give each other so that each can verify and encrypt to the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from zt_interop import signed
from zt_interop.canonical import parse_strict
from zt_interop.envelope import parse_instant
from zt_interop.errors import KeyUntrusted, MessageRefused
from zt_interop.keys.models import KeyUsage, PublicKey
from zt_interop.keys.registry import TrustedKey, believed_root, verified_statement
from zt_interop.keys.statements import EVERYBODY
from zt_interop.schemas import envelope_problem
from zt_interop.suites import key_algorithm
from zt_tenants.centres import province
from zt_tenants.errors import DomainError, UnknownCentre
from zt_tenants.models import Centre


def export_statements() -> list[str]:
    """All statements of keys that are not revoked, roots first: what a deployment elsewhere needs to verify ours."""
    rows = PublicKey.objects.filter(revoked_at__isnull=True).order_by("-usage", "kid")
    roots_first = sorted(rows, key=lambda row: row.usage != KeyUsage.ROOT)
    return [row.statement for row in roots_first]


def export_revocations() -> list[str]:
    """The signed revocations of all revoked keys."""
    return list(PublicKey.objects.exclude(revocation="").order_by("kid").values_list("revocation", flat=True))


def export_lines() -> Iterator[str]:
    """The registry as lines of a file: statements, then revocations, each a compact JWS."""
    yield from export_statements()
    yield from export_revocations()


def import_statement(statement: str, *, centre_id: UUID, at: datetime) -> PublicKey:
    """Take a key of a centre elsewhere into the registry; its root must already be believed here.

    Raises:
        KeyUntrusted: the root is not known or not believed, or this is no centre's key.
        MessageRefused: the statement is malformed or forged.
    """
    said = verified_statement(statement, believed_root(statement, {}))
    if said.usage not in (KeyUsage.MESSAGE, KeyUsage.ENCRYPTION):
        raise KeyUntrusted(kid=said.kid)
    if not key_algorithm(said.suite).is_public_key(said.public_key):
        raise KeyUntrusted(kid=said.kid)
    columns = {
        "centre_id": centre_id,
        "centre_code": said.centre,
        "suite": said.suite,
        "usage": said.usage,
        "public_key": said.public_key,
        "not_before": said.not_before,
        "not_after": said.not_after,
        "statement": statement,
    }
    row, _ = PublicKey.objects.update_or_create(
        kid=said.kid, defaults=columns, create_defaults={**columns, "created_at": at}
    )
    return row


@dataclass(slots=True)
class ImportReport:
    """What an import did: rows taken, revocations taken, and the lines refused with the reason of each."""

    keys: int = 0
    revocations: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)


def import_lines(lines: Iterable[str], *, at: datetime) -> ImportReport:
    """Take what :func:`export_lines` of another deployment wrote.

    A root is taken only when the setting ``INTEROP_ROOT_KEYS`` pins it; keys of centres that are not known here are
    refused. A bad line does not stop the others.
    """
    report = ImportReport()
    centres = dict(Centre.objects.values_list("code", "id"))
    for number, raw in enumerate(lines, start=1):
        line = raw.strip()
        if not line:
            continue
        try:
            if _is_revocation(line):
                report.revocations += _take_revocation(line)
            else:
                _take_statement(line, centres, at)
                report.keys += 1
        except DomainError as refusal:
            report.refused.append((number, refusal.text()))
    return report


def _is_revocation(line: str) -> bool:
    try:
        signed.parse(line.encode(), typ=signed.REVOCATION_TYPE)
    except MessageRefused:
        return False
    return True


def _take_statement(line: str, centres: dict[str, UUID], at: datetime) -> None:
    said: Any = parse_strict(signed.parse(line.encode(), typ=signed.KEY_TYPE).payload)
    if envelope_problem("key", said):
        raise KeyUntrusted(kid="?")
    if said["usage"] == KeyUsage.ROOT:
        _take_pinned_root(line, said, at)
        return
    if said["centre"] not in centres:
        raise UnknownCentre(centre=said["centre"])
    import_statement(line, centre_id=centres[said["centre"]], at=at)


def _take_pinned_root(line: str, said: dict[str, Any], at: datetime) -> None:
    if said["public_key"] not in settings.INTEROP_ROOT_KEYS:
        raise KeyUntrusted(kid=said["kid"])
    root = TrustedKey(said["kid"], said["centre"], said["suite"], signed.decode(said["public_key"].encode()))
    statement = verified_statement(line, root)
    PublicKey.objects.get_or_create(
        kid=statement.kid,
        defaults={
            "centre_id": province().id,
            "centre_code": statement.centre,
            "suite": statement.suite,
            "usage": KeyUsage.ROOT,
            "public_key": statement.public_key,
            "not_before": statement.not_before,
            "not_after": statement.not_after,
            "statement": line,
            "created_at": at,
        },
    )


def _take_revocation(line: str) -> int:
    """Verify a revocation by a believed root and note it; 1 when a key was revoked by it, 0 when it was already."""
    jws = signed.parse(line.encode(), typ=signed.REVOCATION_TYPE)
    row = PublicKey.objects.filter(kid=jws.header.kid, usage=KeyUsage.ROOT).first()
    if row is None or jws.header.dst != EVERYBODY:
        raise KeyUntrusted(kid=jws.header.kid)
    root = believed_root(row.statement, {row.kid: row})
    if root.kid != jws.header.kid:
        raise KeyUntrusted(kid=jws.header.kid)
    signed.verify(jws, public_key=root.public_key, suite_name=root.suite)
    said: Any = parse_strict(jws.payload)
    if envelope_problem("revocation", said):
        raise KeyUntrusted(kid="?")
    moment = parse_instant(said["revoked_at"])
    known = PublicKey.objects.filter(kid=said["kid"])
    if known.exists():
        return known.filter(revoked_at__isnull=True).update(revoked_at=moment, revocation=line)
    _remember_revocation(said["kid"], moment, line)
    return 1


def _remember_revocation(kid: str, moment: datetime, line: str) -> None:
    """A row for a key that is not known here: an older file may bring its statement later, and it stays revoked.

    Raises:
        UnknownCentre: nor is its centre, so that no statement about it would be taken either.
    """
    code = kid.partition(":")[0]
    centre = Centre.objects.filter(code=code).first()
    if centre is None:
        raise UnknownCentre(centre=code)
    PublicKey.objects.create(
        kid=kid,
        centre_id=centre.id,
        centre_code=code,
        usage=KeyUsage.MESSAGE,
        public_key=b"",
        not_before=moment,
        not_after=moment,
        revoked_at=moment,
        revocation=line,
        created_at=moment,
    )
