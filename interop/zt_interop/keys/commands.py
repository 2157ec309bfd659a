"""Making and revoking keys. The province's root key signs every row of the registry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction

from zt_interop import signed
from zt_interop.canonical import canonical_bytes
from zt_interop.envelope import instant_text
from zt_interop.errors import KeyUnknown
from zt_interop.keys.holder import KeyRequest, holder
from zt_interop.keys.models import KeyUsage, PublicKey
from zt_interop.keys.signing import HeldSigner, signer_for
from zt_interop.keys.statements import EVERYBODY, Statement
from zt_interop.suites import sealing_companion, suite
from zt_tenants.centres import province
from zt_tenants.clock import now
from zt_tenants.models import Centre

VALIDITY: Final = timedelta(days=400)
ROOT_VALIDITY: Final = timedelta(days=3650)
BACKDATED: Final = timedelta(minutes=5)  # the centres' clocks need not agree to the second
CENTRE_USAGES: Final = (KeyUsage.MESSAGE, KeyUsage.ENCRYPTION)
"""What every centre has one key for."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A key that somebody is to get."""

    centre: Centre
    usage: KeyUsage
    suite: str
    not_before: datetime
    not_after: datetime


def default_suite() -> str:
    """The signature suite of new centres (the setting ``INTEROP_SUITE``).

    Raises:
        SuiteUnknown: the setting names none.
    """
    return suite(settings.INTEROP_SUITE).name


def suite_for(usage: KeyUsage, signature_suite: str) -> str:
    """The suite of a key for this usage in the family of a signature suite.

    Raises:
        SuiteUnknown: there is no such family.
    """
    return sealing_companion(signature_suite) if usage is KeyUsage.ENCRYPTION else suite(signature_suite).name


def issue_root_key(
    *, not_before: datetime | None = None, not_after: datetime | None = None, suite_name: str = ""
) -> PublicKey:
    """Make the province's root key, which signs itself and every other row of the registry."""
    start = not_before or now() - BACKDATED
    end = not_after or start + ROOT_VALIDITY
    return issue([Wish(province(), KeyUsage.ROOT, suite_name or default_suite(), start, end)])[0]


def issue_key(
    centre: Centre,
    *,
    usage: KeyUsage = KeyUsage.MESSAGE,
    not_before: datetime | None = None,
    not_after: datetime | None = None,
    suite_name: str = "",
) -> PublicKey:
    """Make a key for a centre, valid for 400 days unless said otherwise; older keys stay valid beside it.

    ``suite_name`` is a signature suite; an encryption key is of its companion.

    Raises:
        NoSigningKey: the province has no root key yet.
        SuiteUnknown: there is no such suite.
    """
    start = not_before or now() - BACKDATED
    algorithm = suite_for(usage, suite_name or default_suite())
    return issue([Wish(centre, usage, algorithm, start, not_after or start + VALIDITY)])[0]


def ensure_keys(
    centres: Iterable[Centre], *, not_before: datetime | None = None, not_after: datetime | None = None
) -> int:
    """Give the province a root key, and each centre a message and an encryption key, where they have no valid one.

    A simulation of past days names a ``not_before`` that covers them. Returns how many were made.
    """
    made = 0
    moment = now()
    if not PublicKey.objects.valid_at(moment).filter(usage=KeyUsage.ROOT).exists():
        issue_root_key(not_before=not_before, not_after=not_after)
        made += 1
    wanted = list(centres)
    start = not_before or moment - BACKDATED
    end = not_after or start + VALIDITY
    valid = PublicKey.objects.valid_at(moment).filter(centre_id__in=[centre.id for centre in wanted])
    have = {(centre, usage): suite for centre, usage, suite in valid.values_list("centre_id", "usage", "suite")}
    missing = [
        Wish(
            centre, usage, suite_for(usage, have.get((centre.id, KeyUsage.MESSAGE.value), default_suite())), start, end
        )
        for centre in wanted
        for usage in CENTRE_USAGES
        if (centre.id, usage.value) not in have
    ]
    if missing:
        issue(missing)
    return made + len(missing)


def issue(wishes: Sequence[Wish], *, root: HeldSigner | None = None) -> list[PublicKey]:
    """Make keys whose statements the root signs; a root key signs itself.

    Raises:
        NoSigningKey: the province has no root key.
    """
    with transaction.atomic():
        made = holder().generate([KeyRequest(wish.centre.id, wish.centre.code, wish.suite) for wish in wishes])
        moment = now()
        rows = [
            PublicKey(
                kid=key.kid,
                centre_id=wish.centre.id,
                centre_code=wish.centre.code,
                suite=wish.suite,
                usage=wish.usage,
                public_key=key.public_key,
                not_before=wish.not_before,
                not_after=wish.not_after,
                created_at=moment,
            )
            for wish, key in zip(wishes, made, strict=True)
        ]
        for row in rows:
            if row.usage == KeyUsage.ROOT:
                row.statement = state(row, HeldSigner(row.kid, row.suite, row.centre_id))
                continue
            root = root or root_signer()
            row.statement = state(row, root)
        return PublicKey.objects.bulk_create(rows)


def root_signer() -> HeldSigner:
    """Who signs the registry: the province's newest valid root key.

    Raises:
        NoSigningKey: there is none.
    """
    return signer_for(province(), at=now(), usage=KeyUsage.ROOT)


def state(row: PublicKey, root: HeldSigner) -> str:
    """The root's statement about what a registry row says now."""
    return _sign(Statement.of(row).to_bytes(), signed.KEY_TYPE, root, row.not_after)


def revoke_key(kid: str, *, reason: str) -> PublicKey:
    """Revoke a key at once; nothing signed with it is accepted any more, nothing is sealed to it any more.

    The private half is destroyed; only that of an encryption key stays, because what is under way to it, parked or
    logged could never be opened again, and whoever stole it is not hindered by that.

    Raises:
        KeyUnknown: there is no such key.
        NoSigningKey: the province has no root key to sign the revocation with.
    """
    with transaction.atomic():
        row = PublicKey.objects.select_for_update().filter(kid=kid).first()
        if row is None:
            raise KeyUnknown(kid=kid)
        if row.revoked_at is not None:
            return row
        moment = now()
        payload = canonical_bytes({"kid": kid, "revoked_at": instant_text(moment), "reason": reason})
        row.revocation = _sign(payload, signed.REVOCATION_TYPE, root_signer(), moment + ROOT_VALIDITY)
        row.revoked_at = moment
        row.save(update_fields=["revoked_at", "revocation"])
        if row.usage != KeyUsage.ENCRYPTION:
            holder().destroy(kid)
        return row


def _sign(payload: bytes, typ: str, root: HeldSigner, until: datetime) -> str:
    lifetime = max(until - now(), timedelta(seconds=1))
    jws = signed.sign(payload, typ=typ, signer=root, destination=EVERYBODY, at=now(), lifetime=lifetime)
    return jws.decode()
