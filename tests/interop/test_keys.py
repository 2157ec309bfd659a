"""The registry of keys: vouched for by the province, with overlap at rotation, and no way back from revocation."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from zt_interop import signed
from zt_interop.errors import KeyNotHeld, KeyNotValid, KeyRevoked, KeyUnknown, KeyUntrusted, NoSigningKey
from zt_interop.keys.commands import ensure_keys, issue_key, issue_root_key, revoke_key
from zt_interop.keys.database_holder import DatabaseHolder
from zt_interop.keys.exchange import export_statements, import_statement
from zt_interop.keys.models import KeyUsage, PrivateKey, PublicKey
from zt_interop.keys.registry import trusted_key
from zt_interop.keys.rotation import rotate_key
from zt_interop.keys.signing import signer_for
from zt_interop.relay import relay_due
from zt_interop.send import send_message
from zt_interop.suites import suite
from zt_interop.testing import PROGRESSED, SUBJECT, progressed
from zt_tenants.clock import at, now
from zt_tenants.context import enter
from zt_tenants.vault import SealBroken, unwrap_key

pytestmark = pytest.mark.req("Y-04")


def test_a_key_s_id_holds_its_centre_and_thumbprint(world) -> None:
    key = issue_key(world.city)

    assert key.kid == "340100:" + suite(key.suite).thumbprint(bytes(key.public_key))
    assert trusted_key(key.kid, signed_at=now()).centre_code == "340100"


def test_the_private_half_lies_wrapped_in_a_schema_of_its_own(world) -> None:
    key = issue_key(world.city)
    with connection.cursor() as cursor:
        cursor.execute("SELECT wrapped, wrapping_key_id FROM keystore.private_key WHERE kid = %s", [key.kid])
        wrapped, wrapping_key_id = cursor.fetchone()
    private = unwrap_key(bytes(wrapped), centre=str(world.city.id), key_id=key.kid)

    assert private not in bytes(wrapped)
    assert wrapping_key_id
    assert suite(key.suite).public_key_of(private) == bytes(key.public_key)


def test_a_wrapped_key_moved_to_another_centre_does_not_open(world) -> None:
    key = issue_key(world.city)
    PublicKey.objects.filter(kid=key.kid).update(centre_id=world.county.id)

    with pytest.raises(KeyNotHeld):
        signer_for(world.county, at=now()).sign(b"message")
    PrivateKey.objects.filter(kid=key.kid).update(centre_id=world.county.id)
    with pytest.raises(SealBroken):
        DatabaseHolder().sign(key.kid, b"message", centre_id=world.county.id)


@pytest.mark.parametrize(
    "change",
    [
        {"centre_code": "340000"},
        {"public_key": bytes(32)},
        {"suite": "SM2"},
        {"not_after": now() + timedelta(days=9999)},
        {"statement": "junk"},
    ],
)
def test_a_row_changed_in_the_database_is_not_believed(world, change) -> None:
    key = issue_key(world.city)
    PublicKey.objects.filter(kid=key.kid).update(**change)

    with pytest.raises(KeyUntrusted):
        trusted_key(key.kid, signed_at=now())


def test_a_message_key_cannot_vouch_for_another(world) -> None:
    """A centre that got at the database registers a key of its own making for the province."""
    key = issue_key(world.city)
    mine = signer_for(world.city, at=now())
    forged = signed.sign(
        signed.parse(key.statement.encode(), typ=signed.KEY_TYPE).payload,
        typ=signed.KEY_TYPE,
        signer=mine,
        destination="*",
        at=now(),
    )
    PublicKey.objects.filter(kid=key.kid).update(statement=forged.decode())

    with pytest.raises(KeyUntrusted):
        trusted_key(key.kid, signed_at=now())


def test_only_pinned_roots_are_believed_where_pins_are_set(world, settings) -> None:
    key = issue_key(world.city)
    root = PublicKey.objects.filter(usage=KeyUsage.ROOT).latest("not_before")

    settings.INTEROP_ROOT_KEYS = [signed.encode(bytes(32)).decode()]
    with pytest.raises(KeyUntrusted):
        trusted_key(key.kid, signed_at=now())
    settings.INTEROP_ROOT_KEYS = [signed.encode(bytes(root.public_key)).decode()]
    assert trusted_key(key.kid, signed_at=now())


def test_after_rotation_both_keys_verify_for_a_while_and_the_new_one_signs(world) -> None:
    old = signer_for(world.city, at=now()).kid
    new = rotate_key(world.city, overlap=timedelta(days=30)).kid

    assert signer_for(world.city, at=now()).kid == new
    assert trusted_key(old, signed_at=now() + timedelta(days=29))
    with pytest.raises(KeyNotValid):
        trusted_key(old, signed_at=now() + timedelta(days=31))
    with at(now() + timedelta(days=31)):
        assert signer_for(world.city, at=now()).kid == new


def test_a_revoked_key_is_refused_whatever_date_the_signature_bears(world) -> None:
    key = issue_key(world.city)
    revoke_key(key.kid, reason="私钥遗失")
    row = PublicKey.objects.get(kid=key.kid)

    for signed_at in (now(), now() - timedelta(days=1)):
        with pytest.raises(KeyRevoked):
            trusted_key(key.kid, signed_at=signed_at)
    assert not PrivateKey.objects.filter(kid=key.kid).exists()
    said = signed.parse(row.revocation.encode(), typ=signed.REVOCATION_TYPE)
    assert "私钥遗失".encode() in said.payload
    assert revoke_key(key.kid, reason="again").revocation == row.revocation


def test_an_unknown_key_can_neither_be_trusted_nor_revoked(world) -> None:
    with pytest.raises(KeyUnknown):
        trusted_key("340100:nobody", signed_at=now())
    with pytest.raises(KeyUnknown):
        revoke_key("340100:nobody", reason="x")


def test_a_centre_without_a_key_cannot_sign_and_the_message_waits(world, recorder) -> None:
    PublicKey.objects.filter(centre_id=world.city.id, usage=KeyUsage.MESSAGE).delete()
    with enter(world.city):
        message = send_message(destination="340123", type=PROGRESSED, subject=SUBJECT, data=progressed())
    with pytest.raises(NoSigningKey):
        signer_for(world.city, at=now())
    relay_due()

    assert ensure_keys(world.all) == 1
    with at(now() + timedelta(minutes=1)):
        relay_due()

    message.refresh_from_db()
    assert message.state == "DELIVERED"


def test_ensuring_keys_twice_makes_none(world) -> None:
    before = PublicKey.objects.count()

    assert ensure_keys(world.all) == 0
    assert PublicKey.objects.count() == before


def test_a_deployment_elsewhere_takes_our_statements_and_no_others(world) -> None:
    statements = export_statements()
    key = issue_key(world.city)
    PublicKey.objects.filter(kid=key.kid).delete()

    row = import_statement(key.statement, centre_id=world.city.id, at=now())

    assert len(statements) == 1 + 2 * 6
    assert trusted_key(row.kid, signed_at=now()).centre_code == "340100"
    stranger = issue_root_key()
    PublicKey.objects.filter(kid=stranger.kid).delete()
    with pytest.raises(KeyUntrusted):
        import_statement(stranger.statement, centre_id=world.city.id, at=now())
