"""A request of the province renews and revokes keys, each part over the connection of the role that may."""

from __future__ import annotations

import pytest

from zt_interop.keys.models import PrivateKey, PublicKey
from zt_platform.audit.models import AuditRecord
from zt_platform.cases.testing import staff
from zt_platform.operations import keys
from zt_platform.organisation.roles import Role
from zt_tenants.clock import now
from zt_tenants.context import enter, outside_centres
from zt_tenants.errors import NotPermitted
from zt_tenants.wall.access import DatabaseRole

pytestmark = pytest.mark.req("Y-04", "Y-11")


def test_keys_are_renewed_and_revoked_by_log_in(logging_in) -> None:
    world = logging_in
    administrator = staff(world.province, Role.CENTRE_ADMIN)
    with outside_centres(DatabaseRole.PORTAL):
        with enter(world.city), pytest.raises(NotPermitted):
            keys.renew(actor=administrator, centre_code="340123", reason="不是省级中心")
        with enter(world.province):
            message, _ = keys.renew(actor=administrator, centre_code="340123", reason="例行更换")
            ended, [replacement] = keys.revoke(actor=administrator, kid=message.kid, reason="私钥泄露")
    assert ended.kid == message.kid
    assert not PrivateKey.objects.filter(kid=message.kid).exists()
    assert PublicKey.objects.valid_at(now()).filter(kid=replacement.kid, usage=message.usage).exists()
    with enter(world.province):
        assert [line.data["act"] for line in AuditRecord.objects.all()] == ["RENEWED", "REVOKED"]
