"""Signing: with a centre's held key, or with a key of one's own."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from zt_interop.errors import NoSigningKey
from zt_interop.keys.holder import holder
from zt_interop.keys.models import KeyUsage, PublicKey
from zt_interop.suites import suite
from zt_tenants.models import Centre


@dataclass(frozen=True, slots=True)
class StoredSigner:
    """A signer over a private key that the caller has itself: a department's own process, a test. Centres have none."""

    kid: str
    suite_name: str
    private_key: bytes = field(repr=False)

    def sign(self, message: bytes) -> bytes:
        """The signature over the bytes."""
        return suite(self.suite_name).sign(self.private_key, message)


@dataclass(frozen=True, slots=True)
class HeldSigner:
    """A signer that asks the key's holder; it knows the key's name, never the key."""

    kid: str
    suite_name: str
    centre_id: UUID

    def sign(self, message: bytes) -> bytes:
        """The signature over the bytes.

        Raises:
            KeyNotHeld: the holder has no such key of this centre.
            SignerUnreachable: the holder does not answer; it can be tried again.
            SealBroken: the stored key does not unwrap.
        """
        return holder().sign(self.kid, message, centre_id=self.centre_id)


def signer_for(centre: Centre, *, at: datetime, usage: KeyUsage = KeyUsage.MESSAGE) -> HeldSigner:
    """The signer of a centre: its newest key that is valid at ``at``.

    Raises:
        NoSigningKey: the centre has none; the province must issue one.
    """
    valid = PublicKey.objects.valid_at(at).filter(centre_id=centre.id, usage=usage)
    newest = valid.order_by("-not_before", "-kid").values_list("kid", "suite").first()
    if newest is None:
        raise NoSigningKey(centre=centre.code)
    return HeldSigner(*newest, centre.id)
