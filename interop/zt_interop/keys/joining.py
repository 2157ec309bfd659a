"""How a deployment elsewhere joins a province: an invitation, a request, and the registry in return.

1. The province writes an **invitation** (``zt-invitation+jws``, signed by its root key): which centres the other
   deployment is to run, who is above them and where these are reached, and the registry.
2. The other deployment believes it only if it has **pinned** that root key, makes its keys, whose private halves never
   leave it, and writes a **request** for each centre (``zt-request+jws``), signed by the new message key; for a renewal,
   by the one the province already knows.
3. The province's operator compares the request's fingerprint by telephone; then the root signs the public keys. The
   registry goes back as a file (:mod:`zt_interop.keys.exchange`).

All three are files: they may travel by mail or on paper, because nothing in them is secret.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.db import transaction

from zt_interop import signed
from zt_interop.canonical import canonical_bytes, parse_canonical
from zt_interop.envelope import instant_text
from zt_interop.errors import MessageRefused
from zt_interop.keys.commands import BACKDATED, CENTRE_USAGES, VALIDITY, default_suite, root_signer, state, suite_for
from zt_interop.keys.exchange import export_lines
from zt_interop.keys.holder import KeyRequest, holder
from zt_interop.keys.models import KeyUsage, PublicKey
from zt_interop.keys.registry import TrustedKey, key_id, trusted_key, verified_statement
from zt_interop.keys.signing import HeldSigner, signer_for
from zt_interop.keys.statements import EVERYBODY
from zt_interop.schemas import envelope_problem
from zt_interop.suites import key_algorithm
from zt_tenants.clock import now
from zt_tenants.errors import DomainError
from zt_tenants.models import Centre

INVITATION_TYPE: Final = "zt-invitation+jws"
REQUEST_TYPE: Final = "zt-request+jws"
INVITED: Final = "federation.invitation.v1"
REQUESTED: Final = "federation.request.v1"
INVITATION_LIFETIME: Final = timedelta(days=14)


class RootNotPinned(DomainError):
    """The invitation is signed by a root key that this deployment has not been told to believe."""

    code = "ROOT_NOT_PINNED"
    zh = "邀请由未登记的省级根密钥 {key} 签发。请通过电话等其他渠道与省级核对，一致后写入 INTEROP_ROOT_KEYS 再执行。"
    en = (
        "The invitation is signed by the root key {key}, which is not pinned here. Compare it with the province by another "
        "way, such as the telephone; if it is the same, put it into INTEROP_ROOT_KEYS and run this again."
    )


class FingerprintDiffers(DomainError):
    """The request is not the one whose fingerprint the other side has read out."""

    code = "FINGERPRINT_DIFFERS"
    zh = "申请文件的指纹是 {found}，与所给的不一致。请与对方电话核对，勿接受来历不明的密钥。"
    en = "The request's fingerprint is {found}, not the one given. Compare it with the other side; take no unknown key."


class JoiningRefused(DomainError):
    """An invitation or a request that cannot be believed or read."""

    code = "JOINING_REFUSED"
    zh = "文件无效：{detail}。请对方重新生成。"
    en = "The file is not valid: {detail}. Ask the other side to make it again."


@dataclass(frozen=True, slots=True)
class InvitedCentre:
    """A centre as the province describes it; ``invited``: the other deployment is to run it."""

    code: str
    name: str
    short_name: str
    level: str
    parent: str
    endpoint: str
    invited: bool


@dataclass(frozen=True, slots=True)
class Invitation:
    """A believed invitation: who is to join whom, parents before children, and the province's registry."""

    centres: tuple[InvitedCentre, ...]
    registry: tuple[str, ...]

    @property
    def invited(self) -> list[InvitedCentre]:
        """The centres that the invited deployment is to run."""
        return [centre for centre in self.centres if centre.invited]


def pin_of(public_key: bytes) -> str:
    """A root key as ``INTEROP_ROOT_KEYS`` names it."""
    return signed.encode(public_key).decode()


def write_invitation(centres: Sequence[InvitedCentre]) -> str:
    """An invitation signed by the province's root key, valid for a fortnight.

    Raises:
        NoSigningKey, KeyNotHeld: this deployment is not the province's.
    """
    root, moment = root_signer(), now()
    row = PublicKey.objects.get(kid=root.kid)
    members = {
        "type": INVITED,
        "time": instant_text(moment),
        "root": row.statement,
        "centres": [{name: getattr(centre, name) for name in InvitedCentre.__slots__} for centre in centres],
        "registry": list(export_lines()),
    }
    jws = signed.sign(
        canonical_bytes(members),
        typ=INVITATION_TYPE,
        signer=root,
        destination=EVERYBODY,
        at=moment,
        lifetime=INVITATION_LIFETIME,
    )
    return jws.decode()


def read_invitation(text: str) -> Invitation:
    """Read an invitation whose root key this deployment has pinned.

    Raises:
        RootNotPinned: it has not; the message shows the key to compare.
        JoiningRefused: malformed, forged or expired.
    """
    try:
        jws = signed.parse(text.strip().encode(), typ=INVITATION_TYPE, limit=_MOST_BYTES)
        members = _members(jws.payload, "invitation")
        root = _root_in(members["root"])
        pin = pin_of(root.public_key)
        if pin not in settings.INTEROP_ROOT_KEYS:
            raise RootNotPinned(key=pin)
        if jws.header.kid != root.kid:
            raise JoiningRefused(detail="kid")
        verified_statement(members["root"], root)
        signed.verify(jws, public_key=root.public_key, suite_name=root.suite)
    except MessageRefused as refusal:
        raise JoiningRefused(detail=refusal.text()) from refusal
    if now().timestamp() > jws.header.exp:
        raise JoiningRefused(detail="expired")
    return Invitation(tuple(InvitedCentre(**each) for each in members["centres"]), tuple(members["registry"]))


def _root_in(statement: str) -> TrustedKey:
    """The root key as it states itself; believed by nobody yet."""
    said = _members(signed.parse(statement.encode(), typ=signed.KEY_TYPE).payload, "key")
    if said["usage"] != KeyUsage.ROOT:
        raise JoiningRefused(detail="root")
    return TrustedKey(said["kid"], said["centre"], said["suite"], signed.decode(said["public_key"].encode()))


def write_request(centre: Centre, *, endpoint: str) -> str:
    """New keys for a centre of this deployment, and the request that the province vouch for them.

    Until it does, nobody believes them. A centre with a valid key asks for renewal, signed by that key.
    """
    moment = now()
    known = PublicKey.objects.valid_at(moment).filter(centre_id=centre.id, usage=KeyUsage.MESSAGE).exclude(statement="")
    family = known.order_by("-not_before").values_list("suite", flat=True).first() or default_suite()
    suites = {usage: suite_for(usage, family) for usage in CENTRE_USAGES}
    signer = signer_for(centre, at=moment) if known.exists() else None
    with transaction.atomic():
        made = holder().generate([KeyRequest(centre.id, centre.code, suites[usage]) for usage in CENTRE_USAGES])
        keys = dict(zip(CENTRE_USAGES, made, strict=True))
        members = {
            "type": REQUESTED,
            "time": instant_text(moment),
            "centre": centre.code,
            "endpoint": endpoint,
            "keys": [
                {"usage": usage.value, "suite": suites[usage], "public_key": signed.encode(key.public_key).decode()}
                for usage, key in keys.items()
            ],
        }
        new = HeldSigner(keys[KeyUsage.MESSAGE].kid, suites[KeyUsage.MESSAGE], centre.id)
        jws = signed.sign(
            canonical_bytes(members),
            typ=REQUEST_TYPE,
            signer=signer or new,
            destination=EVERYBODY,
            at=moment,
            lifetime=INVITATION_LIFETIME,
        )
    return jws.decode()


def fingerprint_of(requests: Iterable[str]) -> str:
    """What two operators read to each other: SHA-256 over the requests, the first 160 bits in groups of four."""
    digest = hashlib.sha256("\n".join(sorted(requests)).encode()).hexdigest()[:40]
    return " ".join(digest[start : start + 4] for start in range(0, 40, 4))


@dataclass(frozen=True, slots=True)
class RequestedKeys:
    """A request whose signature fits its own keys (``renews``: a key that the province knows)."""

    centre: str
    endpoint: str
    renews: bool
    keys: tuple[tuple[KeyUsage, str, bytes], ...]
    """Usage, suite and public key."""


def read_request(text: str) -> RequestedKeys:
    """Read a request. That it comes from the right people is not known yet, unless it renews.

    Raises:
        JoiningRefused: malformed, forged, expired, or not signed by the key it brings or one the province knows.
    """
    try:
        jws = signed.parse(text.strip().encode(), typ=REQUEST_TYPE)
        members = _members(jws.payload, "request")
        keys = tuple(
            (KeyUsage(each["usage"]), each["suite"], signed.decode(each["public_key"].encode()))
            for each in members["keys"]
        )
        if [usage for usage, *_ in keys] != list(CENTRE_USAGES):
            raise JoiningRefused(detail="keys")
        if not all(key_algorithm(suite).is_public_key(public_key) for _, suite, public_key in keys):
            raise JoiningRefused(detail="public_key")
        _, suite, public_key = keys[0]
        renews = jws.header.kid != key_id(members["centre"], suite, public_key)
        if renews:
            known = trusted_key(jws.header.kid, signed_at=now())
            if known.centre_code != members["centre"]:
                raise JoiningRefused(detail="centre")
            suite, public_key = known.suite, known.public_key
        signed.verify(jws, public_key=public_key, suite_name=suite)
    except MessageRefused as refusal:
        raise JoiningRefused(detail=refusal.text()) from refusal
    if now().timestamp() > jws.header.exp:
        raise JoiningRefused(detail="expired")
    return RequestedKeys(members["centre"], members["endpoint"], renews, keys)


def vouch_for(asked: RequestedKeys, *, centre: Centre) -> list[PublicKey]:
    """Let the root sign the keys of a request; older keys of the centre stay valid beside them. Safe to repeat.

    Raises:
        NoSigningKey, KeyNotHeld: this deployment is not the province's.
    """
    root, moment = root_signer(), now()
    rows = []
    with transaction.atomic():
        for usage, suite_name, public_key in asked.keys:
            kid = key_id(centre.code, suite_name, public_key)
            row = PublicKey.objects.filter(kid=kid).first()
            if row is None:
                row = PublicKey(
                    kid=kid,
                    centre_id=centre.id,
                    centre_code=centre.code,
                    suite=suite_name,
                    usage=usage,
                    public_key=public_key,
                    not_before=moment - BACKDATED,
                    not_after=moment - BACKDATED + VALIDITY,
                    created_at=moment,
                )
                row.statement = state(row, root)
                row.save(force_insert=True)
            rows.append(row)
    return rows


def _members(payload: bytes, schema: str) -> dict[str, Any]:
    members, is_canonical = parse_canonical(payload)
    if not is_canonical or not isinstance(members, dict):
        raise JoiningRefused(detail="canonical form")
    problem = envelope_problem(schema, members)
    if problem:
        raise JoiningRefused(detail=problem)
    return members


_MOST_BYTES: Final = 8 * 1024 * 1024
