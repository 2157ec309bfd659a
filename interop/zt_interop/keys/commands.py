"""Making, rotating and revoking keys. The province's root key signs every row of the registry."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from zt_interop import signed
from zt_interop.canonical import canonical_bytes
from zt_interop.envelope import instant_text
from zt_interop.errors import KeyUnknown
from zt_interop.keys.models import KeyUsage, PrivateKey, PublicKey
from zt_interop.keys.registry import key_id
from zt_interop.keys.signing import StoredSigner, signer_for
from zt_interop.keys.statements import EVERYBODY, Statement
from zt_interop.suites import DEFAULT_SUITE, suite
from zt_tenants.centres import province
from zt_tenants.clock import now
from zt_tenants.models import Centre
from zt_tenants.vault import wrap_key, wrapping_key_id

VALIDITY: Final = timedelta(days=400)
ROOT_VALIDITY: Final = timedelta(days=3650)
OVERLAP: Final = timedelta(days=30)
_BACKDATED: Final = timedelta(minutes=5)  # the centres' clocks need not agree to the second


def issue_root_key(*, not_before: datetime | None = None, not_after: datetime | None = None) -> PublicKey:
    """Make the province's root key, which signs itself and every other row of the registry."""
    start = not_before or now() - _BACKDATED
    return _issue(province(), KeyUsage.ROOT, start, not_after or start + ROOT_VALIDITY)


def issue_key(centre: Centre, *, not_before: datetime | None = None, not_after: datetime | None = None) -> PublicKey:
    """Make a message key for a centre, valid for 400 days unless said otherwise; older keys stay valid beside it.

    Raises:
        NoSigningKey: the province has no root key yet.
    """
    start = not_before or now() - _BACKDATED
    return _issue(centre, KeyUsage.MESSAGE, start, not_after or start + VALIDITY)


def ensure_keys(
    centres: Iterable[Centre], *, not_before: datetime | None = None, not_after: datetime | None = None
) -> int:
    """Give the province a root key and each centre a message key where they have no valid one; say how many were made.

    A simulation of past days names a ``not_before`` that covers them.
    """
    made = 0
    moment = now()
    if not PublicKey.objects.valid_at(moment).filter(usage=KeyUsage.ROOT).exists():
        issue_root_key(not_before=not_before, not_after=not_after)
        made += 1
    wanted = list(centres)
    valid = PublicKey.objects.valid_at(moment).filter(usage=KeyUsage.MESSAGE)
    have = set(valid.filter(centre_id__in=[centre.id for centre in wanted]).values_list("centre_id", flat=True))
    missing = [centre for centre in wanted if centre.id not in have]
    if missing:
        root = signer_for(province(), at=moment, usage=KeyUsage.ROOT)
        start = not_before or moment - _BACKDATED
        end = not_after or start + VALIDITY
        _store([_new_key(centre, KeyUsage.MESSAGE, start, end, root) for centre in missing])
    return made + len(missing)


def rotate_key(centre: Centre, *, overlap: timedelta = OVERLAP) -> PublicKey:
    """Issue a new key; the older ones go on verifying for ``overlap``, so that what is on its way still arrives.

    Raises:
        NoSigningKey: the province has no root key.
    """
    with transaction.atomic():
        end = now() + overlap
        root = signer_for(province(), at=now(), usage=KeyUsage.ROOT)
        older = PublicKey.objects.valid_at(now()).filter(centre_id=centre.id, usage=KeyUsage.MESSAGE, not_after__gt=end)
        for row in older.select_for_update():
            row.not_after = end
            row.statement = _statement(row, root)
            row.save(update_fields=["not_after", "statement"])
        return issue_key(centre, not_before=now())


def revoke_key(kid: str, *, reason: str) -> PublicKey:
    """Revoke a key at once; nothing signed with it is accepted any more. Its private half is destroyed.

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
        root = signer_for(province(), at=moment, usage=KeyUsage.ROOT)
        row.revoked_at = moment
        row.revocation = _sign(payload, signed.REVOCATION_TYPE, root, moment + ROOT_VALIDITY)
        row.save(update_fields=["revoked_at", "revocation"])
        PrivateKey.objects.filter(kid=kid).delete()
        return row


def _issue(centre: Centre, usage: KeyUsage, not_before: datetime, not_after: datetime) -> PublicKey:
    root = None if usage is KeyUsage.ROOT else signer_for(province(), at=now(), usage=KeyUsage.ROOT)
    public, private = _new_key(centre, usage, not_before, not_after, root)
    _store([(public, private)])
    return public


def _new_key(
    centre: Centre, usage: KeyUsage, not_before: datetime, not_after: datetime, root: StoredSigner | None
) -> tuple[PublicKey, PrivateKey]:
    """An unsaved key pair whose statement ``root`` has signed; a root key (None) signs itself."""
    pair = suite(DEFAULT_SUITE).generate()
    kid = key_id(centre.code, DEFAULT_SUITE, pair.public_key)
    public = PublicKey(
        kid=kid,
        centre_id=centre.id,
        centre_code=centre.code,
        suite=DEFAULT_SUITE,
        usage=usage,
        public_key=pair.public_key,
        not_before=not_before,
        not_after=not_after,
        created_at=now(),
    )
    public.statement = _statement(public, root or StoredSigner(kid, DEFAULT_SUITE, pair.private_key))
    private = PrivateKey(
        kid=kid,
        centre_id=centre.id,
        suite=DEFAULT_SUITE,
        wrapped=wrap_key(pair.private_key, centre=str(centre.id), key_id=kid),
        wrapping_key_id=wrapping_key_id(),
        created_at=now(),
    )
    return public, private


def _store(keys: list[tuple[PublicKey, PrivateKey]]) -> None:
    with transaction.atomic():
        PrivateKey.objects.bulk_create([private for _, private in keys])
        PublicKey.objects.bulk_create([public for public, _ in keys])


def _statement(row: PublicKey, root: StoredSigner) -> str:
    return _sign(Statement.of(row).to_bytes(), signed.KEY_TYPE, root, row.not_after)


def _sign(payload: bytes, typ: str, root: StoredSigner, until: datetime) -> str:
    lifetime = max(until - now(), timedelta(seconds=1))
    jws = signed.sign(payload, typ=typ, signer=root, destination=EVERYBODY, at=now(), lifetime=lifetime)
    return jws.decode()
