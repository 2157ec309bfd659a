"""New keys before the old ones end, and the end of a key in wrong hands: the province's administrators, over the gateway.

The registry is signed by the province, so nobody else changes it; its root key is the command line's alone
(``zhengtong keys``). Each act leaves a line in the province's audit record, with the reason (Y-04, Y-11).
"""

from __future__ import annotations

from django.db import transaction

from zt_interop.errors import KeyUnknown
from zt_interop.keys import commands, rotation
from zt_interop.keys.models import KeyUsage, PublicKey
from zt_platform.actors import Actor
from zt_platform.audit.commands import record
from zt_platform.audit.models import Deed
from zt_platform.operations.commands import reason_of, require_province
from zt_tenants.centres import centre_by_code
from zt_tenants.context import beside
from zt_tenants.errors import InvalidInput
from zt_tenants.models import Transport
from zt_tenants.wall.access import DatabaseRole


def renew(*, actor: Actor, centre_code: str, reason: str) -> list[PublicKey]:
    """New keys for a centre of this deployment; the older ones go on verifying for 30 days.

    Raises NotPermitted (no administrator of the province), InvalidInput (no reason; a centre elsewhere, which asks for its
    keys itself), UnknownCentre, NoSigningKey.
    """
    reason = _asked(actor, reason)
    centre = centre_by_code(centre_code)
    if centre.transport != Transport.LOCAL:
        raise InvalidInput(
            field="centre_code",
            zh="该中心在别处运行，由其自行申请新密钥：zhengtong federation renew。",
            en="This centre runs elsewhere and asks for its keys itself: zhengtong federation renew.",
        )
    with transaction.atomic():
        _record(actor, "RENEWED", centre.code, reason)
        with beside(DatabaseRole.RELAY):
            return rotation.rotate_keys([centre])


def revoke(*, actor: Actor, kid: str, reason: str, replace: bool = True) -> tuple[PublicKey, list[PublicKey]]:
    """End a key at once, for good; the revoked key, and the new one for the same use unless ``replace`` is false.

    Without a new one the centre sends nothing (message key) or is sent nothing personal (encryption key) until it has one;
    a centre elsewhere asks for it itself. A key that is revoked already stays as it is.
    Raises NotPermitted, InvalidInput (no reason; a root key), KeyUnknown, NoSigningKey.
    """
    reason = _asked(actor, reason)
    row = PublicKey.objects.filter(kid=kid).first()
    if row is None:
        raise KeyUnknown(kid=kid)
    if row.usage == KeyUsage.ROOT:
        raise InvalidInput(
            field="kid",
            zh="根密钥只能在服务器上用命令 zhengtong keys revoke 吊销。",
            en="A root key is revoked on the server only: zhengtong keys revoke.",
        )
    if row.revoked_at is not None:
        return row, []
    centre = centre_by_code(row.centre_code)
    here = centre.transport == Transport.LOCAL
    with transaction.atomic():
        _record(actor, "REVOKED", centre.code, reason, kid=kid)
        with beside(DatabaseRole.RELAY), transaction.atomic():
            # The new one first: it takes over the suite, and only the last step, destroying the old one, has no way back.
            new = rotation.rotate_keys([centre], usages=[KeyUsage(row.usage)]) if replace and here else []
            return commands.revoke_key(kid, reason=reason), new


def _asked(actor: Actor, reason: str) -> str:
    require_province(actor, zh="更换和吊销密钥", en="renews and revokes keys")
    return reason_of(reason)


def _record(actor: Actor, act: str, centre_code: str, reason: str, **more: str) -> None:
    record(Deed.KEYS, actor=actor, purpose=reason, data={"act": act, "centre": centre_code, **more})
