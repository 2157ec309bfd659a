"""Keys that change, end or are lost while encrypted messages are under way: what was sent still arrives."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from confidential import SECRET, key_of, send_step
from django.db import connection

from zt_interop import signed
from zt_interop.confidential import sealing_key
from zt_interop.errors import NoEncryptionKey
from zt_interop.inbox import replay
from zt_interop.keys.commands import issue_key, revoke_key
from zt_interop.keys.holder import holder
from zt_interop.keys.models import KeyUsage, PublicKey
from zt_interop.keys.rotation import rotate_keys
from zt_interop.log.models import InboxMessage
from zt_interop.queue.models import OutboundStream
from zt_interop.relay import relay_due
from zt_interop.suites import SUITE_NAMES
from zt_interop.transports.https import HttpsTransport
from zt_tenants.clock import at, now
from zt_tenants.context import enter

pytestmark = pytest.mark.req("Y-11", "Y-02")


@pytest.mark.parametrize("replacement", SUITE_NAMES)
def test_rotation_with_messages_under_way_loses_nothing(world, elsewhere, recorder, monkeypatch, replacement) -> None:
    """Encrypted to the old key, rotated, then delivered; then one to the new key."""
    carry = HttpsTransport.deliver
    monkeypatch.setattr(HttpsTransport, "deliver", lambda self, wire, destination: b"")
    send_step(world, "ONE")
    relay_due()
    old = key_of(world.county).kid
    rotate_keys([world.city, world.county], suite_name=replacement)
    monkeypatch.setattr(HttpsTransport, "deliver", carry)
    send_step(world, "TWO")
    with at(now() + timedelta(minutes=1)):
        relay_due()

    assert recorder.steps == ["ONE", "TWO"]
    kids = [json.loads(signed.decode(_sealed_text(wire).split(".")[0].encode()))["kid"] for wire in elsewhere]
    assert kids == [old, key_of(world.county).kid]
    assert kids[0] != kids[1]


def _sealed_text(wire: bytes) -> str:
    return str(json.loads(signed.parse(wire, typ=signed.EVENT_TYPE).payload)["data"]["sealed"])


def test_a_key_revoked_with_messages_under_way_still_opens_them_and_gets_no_more(
    world, elsewhere, recorder, monkeypatch
) -> None:
    carry = HttpsTransport.deliver
    monkeypatch.setattr(HttpsTransport, "deliver", lambda self, wire, destination: b"")
    send_step(world, "ONE")
    relay_due()
    revoke_key(key_of(world.county).kid, reason="私钥泄露")
    monkeypatch.setattr(HttpsTransport, "deliver", carry)
    send_step(world, "TWO")
    with at(now() + timedelta(minutes=1)):
        relay_due()

    assert recorder.steps == ["ONE"]
    assert OutboundStream.objects.get().failures == 1
    issue_key(world.county, usage=KeyUsage.ENCRYPTION)
    with at(now() + timedelta(minutes=5)):
        relay_due()
    assert recorder.steps == ["ONE", "TWO"]


def test_an_expired_key_gets_nothing_new_and_still_opens_what_was_parked(world, elsewhere, recorder) -> None:
    recorder.fail_on["ONE"] = NoEncryptionKey(centre="x")
    send_step(world, "ONE")
    relay_due()
    key = PublicKey.objects.get(kid=key_of(world.county).kid)
    recorder.fail_on.clear()

    with at(key.not_after + timedelta(days=1)):
        with pytest.raises(NoEncryptionKey):
            sealing_key(world.county, at=now())
        with enter(world.county):
            assert replay(InboxMessage.objects.get().id) == 1
    assert recorder.applied[0].data["note"] == SECRET


def test_a_message_whose_private_key_is_gone_waits_until_it_is_back(world, elsewhere, recorder) -> None:
    send_step(world, "ONE")
    kid = key_of(world.county).kid
    with connection.cursor() as cursor:
        cursor.execute("UPDATE keystore.private_key SET kid = kid || '-lost' WHERE kid = %s", [kid])
    holder().forget()
    relay_due()
    assert not recorder.applied
    with connection.cursor() as cursor:
        cursor.execute("UPDATE keystore.private_key SET kid = %s WHERE kid = %s", [kid, kid + "-lost"])
    with at(now() + timedelta(minutes=1)):
        relay_due()
    assert recorder.steps == ["ONE"]
