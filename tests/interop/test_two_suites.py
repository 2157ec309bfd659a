"""Both suites live in one province: a centre with SM2 keys and one with Ed25519 keys exchange messages both ways."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from zt_interop import signed
from zt_interop.keys.commands import issue_key, issue_root_key
from zt_interop.keys.models import KeyUsage, PublicKey
from zt_interop.keys.registry import trusted_key
from zt_interop.keys.rotation import rotate_key, rotate_root
from zt_interop.keys.signing import signer_for
from zt_interop.log.models import MessageLogEntry
from zt_interop.queue.models import OutboxMessage
from zt_interop.relay import relay_due
from zt_interop.send import send_message
from zt_interop.testing import PROGRESSED, SUBJECT, progressed
from zt_tenants.clock import at, now
from zt_tenants.context import enter

pytestmark = pytest.mark.req("Y-04", "C-06")


def _send(source, destination, step: str) -> OutboxMessage:
    with enter(source):
        return send_message(destination=destination.code, type=PROGRESSED, subject=SUBJECT, data=progressed(step))


def _suite_in(text: str) -> str:
    header = text.split(".")[0]
    return json.loads(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4)))["suite"]


@pytest.fixture
def city_with_sm2(world):
    """The city signs with SM2 and SM3; everybody else with Ed25519."""
    rotate_key(world.city, suite_name="SM2-SM3")
    return world.city


def test_messages_go_both_ways_and_each_signs_in_its_own_suite(world, city_with_sm2, recorder) -> None:
    there, back = _send(world.city, world.county, "THERE"), _send(world.county, world.city, "BACK")

    assert relay_due() == 2

    assert sorted(recorder.steps) == ["BACK", "THERE"]
    for message in (there, back):
        message.refresh_from_db()
        assert message.outcome == "accepted"
    with enter(world.county):
        [came] = MessageLogEntry.objects.filter(direction="IN")
        [went] = MessageLogEntry.objects.filter(direction="OUT")
    assert (_suite_in(came.wire), _suite_in(came.receipt)) == ("SM2-SM3", "EdDSA")
    assert (_suite_in(went.wire), _suite_in(went.receipt)) == ("EdDSA", "SM2-SM3")


def test_a_stream_goes_on_when_its_centre_changes_the_suite_in_the_middle(world, recorder) -> None:
    """Messages signed before, queued before, and queued after the change all arrive, in order, in one hash chain."""
    _send(world.city, world.county, "ONE")
    relay_due()
    _send(world.city, world.county, "TWO")
    rotate_key(world.city, suite_name="SM2-SM3")
    _send(world.city, world.county, "THREE")
    relay_due()

    assert recorder.steps == ["ONE", "TWO", "THREE"]
    sent = list(OutboxMessage.objects.order_by("sequence"))
    assert [message.prevhash for message in sent[1:]] == [message.digest for message in sent[:-1]]


def test_a_root_of_the_national_suite_vouches_for_keys_of_both(world, recorder) -> None:
    root = rotate_root(suite_name="SM2-SM3")
    rotate_key(world.city, suite_name="SM2-SM3")
    statements = (
        PublicKey.objects.exclude(usage=KeyUsage.ROOT).filter(not_after__gt=now()).values_list("statement", flat=True)
    )

    assert {signed.parse(text.encode(), typ=signed.KEY_TYPE).header.kid for text in statements} == {root.kid}
    assert root.suite == "SM2-SM3"
    _send(world.city, world.county, "ONE")
    assert relay_due() == 1
    assert recorder.steps == ["ONE"]


def _altered_header(wire: bytes, **changes: object) -> bytes:
    header, payload, signature = wire.split(b".")
    members = json.loads(base64.urlsafe_b64decode(header + b"=" * (-len(header) % 4)))
    text = json.dumps({**members, **changes}, sort_keys=True, separators=(",", ":")).encode()
    return b".".join([base64.urlsafe_b64encode(text).rstrip(b"="), payload, signature])


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"suite": "EdDSA"}, "ALGORITHM_REFUSED"),
        ({"suite": "EdDSA", "alg": "EdDSA"}, "ALGORITHM_REFUSED"),
        ({"alg": "EdDSA"}, "ALGORITHM_REFUSED"),
        ({"alg": "none"}, "ALGORITHM_REFUSED"),
        ({"alg": "SM2-SM3 "}, "ALGORITHM_REFUSED"),
        ({"suite": "RSA"}, "SUITE_UNKNOWN"),
        ({"suite": "SM2-SM4-GCM"}, "SUITE_UNKNOWN"),
    ],
)
def test_no_header_talks_a_receiver_into_another_suite(world, city_with_sm2, sender, recorder, changes, code) -> None:
    """RFC 8725, 3.1: the algorithm is the registered key's."""
    wire = sender.wire(sender.event())

    assert sender.deliver(_altered_header(wire, **changes))["code"] == code
    assert not recorder.applied
    assert sender.deliver(wire)["outcome"] == "accepted"


def test_an_ed25519_signature_under_an_sm2_key_s_name_is_refused(world, city_with_sm2, sender, recorder) -> None:
    old = PublicKey.objects.filter(centre_id=world.city.id, usage=KeyUsage.MESSAGE, suite="EdDSA").get()
    sm2 = signer_for(world.city, at=now())
    edwards = replace(sm2, kid=old.kid, suite_name="EdDSA")
    event = sender.event()
    header = signed.Header(sm2.kid, signed.EVENT_TYPE, int(now().timestamp()), int(now().timestamp()) + 60, "340123")

    assert sm2.suite_name == "SM2-SM3"
    assert sender.deliver(signed.seal(header, event.canonical(), edwards))["code"] == "ALGORITHM_REFUSED"
    as_sm2 = replace(header, suite="SM2-SM3")
    assert sender.deliver(signed.seal(as_sm2, event.canonical(), edwards))["code"] == "SIGNATURE_INVALID"
    assert not recorder.applied


def test_an_encryption_key_signs_nothing(world, sender, recorder) -> None:
    key = PublicKey.objects.get(centre_id=world.city.id, usage=KeyUsage.ENCRYPTION)
    event = sender.event()
    header = signed.Header(key.kid, signed.EVENT_TYPE, int(now().timestamp()), int(now().timestamp()) + 60, "340123")

    wire = signed.seal(header, event.canonical(), sender.signer)

    assert sender.deliver(wire)["code"] == "KEY_UNKNOWN"


def test_an_sm2_key_changed_in_the_database_to_a_point_off_the_curve_is_not_believed(world, city_with_sm2) -> None:
    kid = signer_for(world.city, at=now()).kid
    PublicKey.objects.filter(kid=kid).update(public_key=b"\x04" + bytes(64))

    with pytest.raises(Exception, match=kid) as refused:
        trusted_key(kid, signed_at=now())
    assert type(refused.value).__name__ == "KeyUntrusted"


def test_an_expired_sm2_key_is_not_used_and_not_believed(world, recorder) -> None:
    key = issue_key(world.city, suite_name="SM2-SM3", not_before=now() - timedelta(days=2))

    with at(key.not_after + timedelta(seconds=1)):
        assert signer_for(world.city, at=now()).kid != key.kid
        with pytest.raises(Exception, match=key.kid) as refused:
            trusted_key(key.kid, signed_at=now())
    assert type(refused.value).__name__ == "KeyNotValid"
    assert issue_root_key(suite_name="SM2-SM3").suite == "SM2-SM3"
