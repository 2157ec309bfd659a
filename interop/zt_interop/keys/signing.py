"""Signing with a centre's stored key."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import OuterRef, Subquery

from zt_interop.errors import NoSigningKey
from zt_interop.keys.models import KeyUsage, PrivateKey, PublicKey
from zt_interop.suites import suite
from zt_tenants.models import Centre
from zt_tenants.vault import unwrap_key


@dataclass(frozen=True, slots=True)
class StoredSigner:
    """A signer over an unwrapped private key; lives only as long as a turn of the relay or one receipt."""

    kid: str
    suite_name: str
    private_key: bytes = field(repr=False)

    def sign(self, message: bytes) -> bytes:
        """The signature over the bytes."""
        return suite(self.suite_name).sign(self.private_key, message)


def signer_for(centre: Centre, *, at: datetime, usage: KeyUsage = KeyUsage.MESSAGE) -> StoredSigner:
    """The signer of a centre: its newest key that is valid at ``at``.

    Raises:
        NoSigningKey: the centre has none; the province must issue one.
        SealBroken: the key does not unwrap (another vault key, or a row moved by hand).
    """
    valid = PublicKey.objects.valid_at(at).filter(centre_id=centre.id, usage=usage)
    since = Subquery(PublicKey.objects.filter(kid=OuterRef("kid")).values("not_before"))
    newest = PrivateKey.objects.filter(kid__in=valid.values("kid")).order_by(since.desc(), "-kid").first()
    if newest is None:
        raise NoSigningKey(centre=centre.code)
    private_key = unwrap_key(bytes(newest.wrapped), centre=str(centre.id), key_id=newest.kid)
    return StoredSigner(newest.kid, newest.suite, private_key)
