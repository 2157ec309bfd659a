"""The keys of a bundle: which of them the province vouches for, and until when each may be believed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from zt_interop import signed
from zt_interop.canonical import parse_strict
from zt_interop.envelope import parse_instant
from zt_interop.errors import KeyNotValid, KeyRevoked, KeyUnknown, KeyUntrusted, MessageRefused
from zt_interop.keys.statements import EVERYBODY, Statement
from zt_interop.proof.report import Part, Report, Verdict
from zt_interop.schemas import envelope_problem

ROOT_USAGE, MESSAGE_USAGE = "root", "message"


@dataclass(slots=True)
class Keyring:
    """The believed keys of a bundle by id, and when those that were revoked were."""

    keys: dict[str, Statement] = field(default_factory=dict)
    revoked: dict[str, datetime] = field(default_factory=dict)

    @property
    def provinces(self) -> set[str]:
        """Codes of whose root keys these are: who witnesses the logs of all others."""
        return {key.centre for key in self.keys.values() if key.usage == ROOT_USAGE}

    def owner_of(self, jws: signed.Signed, *, witnessed_at: datetime | None = None) -> str:
        """Verify a JWS and say which centre signed it.

        ``witnessed_at`` is when a witness had seen it: what was seen before a key was revoked stays proven.

        Raises:
            KeyUnknown, KeyNotValid, KeyRevoked, SignatureInvalid, AlgorithmRefused.
        """
        kid = jws.header.kid
        key = self.keys.get(kid)
        if key is None or key.usage != MESSAGE_USAGE:
            raise KeyUnknown(kid=kid)
        signed.verify(jws, public_key=key.public_key, suite_name=key.suite)
        if not key.not_before <= jws.header.signed_at < key.not_after:
            raise KeyNotValid(kid=kid)
        revoked_at = self.revoked.get(kid)
        if revoked_at is not None and (witnessed_at is None or witnessed_at >= revoked_at):
            raise KeyRevoked(kid=kid)
        return key.centre


def read_keyring(entries: Iterable[Mapping[str, str]], report: Report, *, anchors: Collection[str]) -> Keyring:
    """Check every statement and revocation and note the outcome; a key that is not vouched for is left out.

    ``anchors`` are ids or base64url public keys of root keys the reader trusts; empty: any root that signs itself.
    """
    ring = Keyring()
    parsed = [_parsed(entry, report, number) for number, entry in enumerate(entries, start=1)]
    claims = [claim for claim in parsed if claim is not None]
    roots = [claim for claim in claims if claim[0].usage == ROOT_USAGE]
    for said, jws, _, place in roots:
        if _is_signed_by(jws, said) and _is_anchored(said, anchors):
            ring.keys[said.kid] = said
            report.roots.append(said.kid)
        else:
            report.add(Part.KEY, place, Verdict.BROKEN, "根密钥不可信。", "The root key cannot be believed.")
    report.is_anchored = bool(anchors) and bool(report.roots)
    for said, jws, revocation, place in claims:
        root = ring.keys.get(jws.header.kid)
        if root is None or root.usage != ROOT_USAGE or not _is_signed_by(jws, root):
            if said.usage != ROOT_USAGE:
                report.add(Part.KEY, place, Verdict.BROKEN, "没有省级根密钥的签名。", "Not signed by the root key.")
            continue
        ring.keys[said.kid] = said
        report.add(Part.KEY, place, Verdict.HOLDS, "省级根密钥已签名。", "Signed by the root key.")
        if revocation:
            _take_revocation(ring, said, revocation, report, place)
    return ring


_Claim = tuple[Statement, signed.Signed, str, str]


def _parsed(entry: Mapping[str, str], report: Report, number: int) -> _Claim | None:
    place = f"key {number}"
    try:
        jws = signed.parse(entry["statement"].encode(), typ=signed.KEY_TYPE)
        if jws.header.dst != EVERYBODY:
            raise KeyUntrusted(kid=jws.header.kid)
        said = Statement.from_bytes(jws.payload)
    except MessageRefused as problem:
        report.add(Part.KEY, place, Verdict.BROKEN, problem.zh_text, problem.en_text)
        return None
    return said, jws, entry["revocation"], said.kid


def _is_signed_by(jws: signed.Signed, key: Statement) -> bool:
    try:
        signed.verify(jws, public_key=key.public_key, suite_name=key.suite)
    except MessageRefused:
        return False
    return jws.header.kid == key.kid


def _is_anchored(root: Statement, anchors: Collection[str]) -> bool:
    return not anchors or root.kid in anchors or signed.encode(root.public_key).decode() in anchors


def _take_revocation(ring: Keyring, said: Statement, revocation: str, report: Report, place: str) -> None:
    try:
        jws = signed.parse(revocation.encode(), typ=signed.REVOCATION_TYPE)
        root = ring.keys.get(jws.header.kid)
        members: Any = parse_strict(jws.payload)
        if root is None or root.usage != ROOT_USAGE or not _is_signed_by(jws, root):
            raise KeyUntrusted(kid=jws.header.kid)
        if envelope_problem("revocation", members) or members["kid"] != said.kid:
            raise KeyUntrusted(kid=said.kid)
    except MessageRefused as problem:
        report.add(Part.KEY, place, Verdict.BROKEN, problem.zh_text, problem.en_text)
        del ring.keys[said.kid]
        return
    moment = parse_instant(members["revoked_at"])
    ring.revoked[said.kid] = moment
    report.add(
        Part.KEY,
        place,
        Verdict.NOTE,
        f"已于{moment:%Y-%m-%d %H:%M} UTC吊销；此前经见证的签名仍然有效。",
        f"Revoked at {moment:%Y-%m-%d %H:%M} UTC; what was witnessed before stays proven.",
    )
