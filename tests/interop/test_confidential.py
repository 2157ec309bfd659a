"""What goes to a centre elsewhere is encrypted to its key: nobody else reads it, nobody moves or alters it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import connection

from zt_interop import signed
from zt_interop.confidential import OPEN_TYPES, is_sealed, must_be_sealed, open_data, seal_event, sealing_key
from zt_interop.errors import NoEncryptionKey, SealKeyUnknown, SealRefused, TooLarge
from zt_interop.inbox import replay
from zt_interop.keys.commands import issue_key, revoke_key
from zt_interop.keys.holder import holder
from zt_interop.keys.models import KeyUsage, PublicKey
from zt_interop.keys.registry import TrustedKey
from zt_interop.keys.rotation import rotate_keys
from zt_interop.log.models import InboxMessage, MessageLogEntry
from zt_interop.opening import logged_event
from zt_interop.queue.models import OutboundStream, OutboxMessage
from zt_interop.receive import receive
from zt_interop.relay import relay_due
from zt_interop.schemas import check_data, message_types
from zt_interop.send import MAX_SEALED_BYTES, send_message
from zt_interop.suites import SUITE_NAMES, suite
from zt_interop.testing import PROGRESSED, SUBJECT, Sender, progressed, supervised
from zt_interop.transports.https import HttpsTransport
from zt_tenants.clock import at, now
from zt_tenants.context import enter
from zt_tenants.errors import DomainError
from zt_tenants.models import Centre

pytestmark = pytest.mark.req("Y-11", "Y-02")
NAME = "欧阳静怡"
SECRET = f"申请人{NAME}，身份证340104199002291234"


@pytest.fixture
def elsewhere(world, monkeypatch):
    """The county is reached by the https transport; the line itself is test_https.py's affair."""
    Centre.objects.filter(code="340123").update(transport="https", endpoint="https://elsewhere.example/inbox")
    carried: list[bytes] = []

    def carry(self: HttpsTransport, wire: bytes, *, destination: Centre) -> bytes:
        carried.append(wire)
        return receive(wire, at=world.county, transport=self.name)

    monkeypatch.setattr(HttpsTransport, "deliver", carry)
    from zt_tenants.remembered import forget_centres

    forget_centres()
    yield carried
    forget_centres()


def _send(world, step: str, *, note: str = SECRET, subject: str = SUBJECT) -> OutboxMessage:
    with enter(world.city):
        data = progressed(step, subject=subject, note=note)
        return send_message(destination="340123", type=PROGRESSED, subject=subject, data=data)


def _key(centre: Centre, usage: KeyUsage = KeyUsage.ENCRYPTION) -> TrustedKey:
    row = PublicKey.objects.filter(centre_id=centre.id, usage=usage).latest("not_before", "kid")
    return TrustedKey(row.kid, row.centre_code, row.suite, bytes(row.public_key))


@pytest.mark.parametrize("family", SUITE_NAMES)
def test_the_receiver_reads_what_nobody_on_the_way_can(world, elsewhere, recorder, family) -> None:
    rotate_keys([world.city, world.county], suite_name=family)
    message = _send(world, "ONE")

    assert relay_due() == 1

    message.refresh_from_db()
    assert recorder.applied[0].data["note"] == SECRET
    assert is_sealed(message.data)
    [wire] = elsewhere
    payload = signed.parse(wire, typ=signed.EVENT_TYPE).payload
    assert NAME.encode() not in payload
    assert json.loads(payload)["data"].keys() == {"sealed"}
    for centre in (world.city, world.county):
        with enter(centre):
            entry = MessageLogEntry.objects.get()
            assert NAME.encode() not in signed.parse(entry.wire.encode(), typ=signed.EVENT_TYPE).payload
            assert SUBJECT in entry.subject
    assert recorder.applied[0].digest == message.digest


def test_the_queue_holds_no_clear_copy_once_the_message_has_its_place(world, elsewhere, recorder, monkeypatch) -> None:
    message = _send(world, "ONE")
    monkeypatch.setattr(HttpsTransport, "deliver", lambda self, wire, destination: b"")

    assert relay_due() == 0

    first = OutboxMessage.objects.get(position=message.position)
    assert (first.state, is_sealed(first.data)) == ("SIGNED", True)


def test_each_attempt_sends_the_same_event(world, elsewhere, recorder, monkeypatch) -> None:
    """Encrypted afresh it would be another event under the same id."""
    _send(world, "ONE")
    seen: list[bytes] = []
    carry = HttpsTransport.deliver

    def lose(self: HttpsTransport, wire: bytes, *, destination: Centre) -> bytes:
        seen.append(signed.parse(wire, typ=signed.EVENT_TYPE).payload)
        return b"" if len(seen) == 1 else carry(self, wire, destination=destination)

    monkeypatch.setattr(HttpsTransport, "deliver", lose)
    relay_due()
    with at(now() + timedelta(minutes=1)):
        relay_due()

    assert len(seen) == 2
    assert seen[0] == seen[1]
    assert recorder.steps == ["ONE"]


def test_inside_the_deployment_and_for_supervision_nothing_is_encrypted(world, elsewhere) -> None:
    county = Centre.objects.get(code="340123")

    assert must_be_sealed(county, "case", PROGRESSED)
    assert not must_be_sealed(county, "supervision", "supervision.event.v1")
    assert not must_be_sealed(world.city, "case", PROGRESSED)


def test_supervision_events_have_no_place_for_personal_data() -> None:
    """Why they may travel as they are: every member is an office's, a limit's or an item's."""
    from zt_interop.schemas import _load

    allowed = {
        "tracking_number",
        "step",
        "status",
        "role",
        "kind",
        "item_code",
        "item_name",
        "department",
        "actor_role",
    }
    allowed |= {"centre_code", "level", "occurred_at", "clock", "result", "instant", "on_time"}
    assert _load("supervision.event.v1.json")["properties"].keys() <= allowed
    check_data("supervision.event.v1", supervised())


def test_the_types_that_travel_openly_name_nobody(world, elsewhere) -> None:
    from zt_interop.schemas import _load

    people = {"party", "form", "materials", "actor_name", "note", "opinion", "text", "parameters", "result", "reason"}
    county = Centre.objects.get(code="340123")
    for name in sorted(OPEN_TYPES):
        assert not must_be_sealed(county, "case", name)
        assert not people & _load(f"{name}.json")["properties"].keys()
    assert {name for name in message_types() if not must_be_sealed(county, "case", name)} == OPEN_TYPES


def test_no_message_type_has_a_payload_that_looks_encrypted() -> None:
    for name in sorted(message_types()):
        with pytest.raises(DomainError):
            check_data(name, {"sealed": "a.b.c.d.e"})


def test_without_a_key_to_encrypt_to_the_stream_waits_and_nothing_leaves(world, elsewhere, recorder) -> None:
    keys = PublicKey.objects.filter(centre_id=world.county.id, usage=KeyUsage.ENCRYPTION)
    keys.delete()
    message = _send(world, "ONE")

    relay_due()

    stream = OutboundStream.objects.get()
    message.refresh_from_db()
    assert not elsewhere
    assert (message.state, message.sequence, stream.failures) == ("QUEUED", None, 1)
    assert "加密" in stream.last_error
    issue_key(world.county, usage=KeyUsage.ENCRYPTION)
    with at(now() + timedelta(minutes=1)):
        assert relay_due() == 1
    assert recorder.steps == ["ONE"]


@pytest.mark.parametrize(
    "change",
    [{"public_key": bytes(31) + b"\x09"}, {"statement": "junk"}, {"suite": "SM2-SM4-GCM"}, {"centre_code": "341702"}],
)
def test_nobody_is_encrypted_to_whom_the_province_does_not_vouch_for(world, change) -> None:
    PublicKey.objects.filter(centre_id=world.county.id, usage=KeyUsage.ENCRYPTION).update(**change)

    with pytest.raises(NoEncryptionKey):
        sealing_key(world.county, at=now())


def test_a_message_that_would_be_too_large_encrypted_is_refused_at_the_command(world, elsewhere) -> None:
    parts = {f"part_{number}": "x" * 1000 for number in range(MAX_SEALED_BYTES // 1000)}
    with enter(world.city), pytest.raises(TooLarge):
        send_message(destination="340123", type=PROGRESSED, subject=SUBJECT, data=progressed("ONE", **parts))
    assert not OutboxMessage.objects.exists()


def test_the_largest_message_fits_when_it_is_encrypted(world, elsewhere, recorder) -> None:
    parts = {f"part_{number}": "x" * 1000 for number in range(MAX_SEALED_BYTES // 1020 - 2)}
    with enter(world.city):
        send_message(destination="340123", type=PROGRESSED, subject=SUBJECT, data=progressed("ONE", **parts))

    assert relay_due() == 1
    assert recorder.steps == ["ONE"]


def _sealed(sender: Sender, **changes: object):
    return seal_event(sender.event(progressed("ONE", note=SECRET), **changes), _key(sender.destination))


@pytest.mark.parametrize("family", SUITE_NAMES)
@pytest.mark.parametrize("part", range(5))
def test_altering_any_part_is_refused_in_its_place_and_nothing_happens(world, sender, recorder, family, part) -> None:
    """Signed by the right key, so only the encryption itself can tell."""
    rotate_keys([world.county], suite_name=family)
    event = _sealed(sender)
    parts = event.data["sealed"].split(".")
    raw = bytearray(signed.decode(parts[part].encode()))
    raw[len(raw) // 2] ^= 1
    parts[part] = signed.encode(bytes(raw)).decode()
    bent = sender.event(id=event.id, time=event.time, data={"sealed": ".".join(parts)})

    receipt = sender.deliver(sender.wire(bent))

    assert (receipt["outcome"], receipt["code"] in ("SEAL_REFUSED", "SEAL_KEY_UNKNOWN")) == ("refused", True)
    assert not recorder.applied
    assert NAME not in json.dumps(receipt, ensure_ascii=False)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "a.b.c.d",
        "a.b.c.d.e.f",
        "....",
        "é.b.c.d.e",
        "e30.AA.AA.AA.AA",
        "e30=.AA.AA.AA.AA",
        7,
        None,
        {},
        "x" * 5000,
    ],
)
def test_what_is_no_encryption_at_all_is_refused(world, sender, recorder, text) -> None:
    receipt = sender.deliver(sender.wire(sender.event({"sealed": text})))

    assert (receipt["code"], receipt["recorded"]) == ("SEAL_REFUSED", True)
    assert not recorder.applied


@pytest.mark.parametrize(
    "moved",
    [
        {"id": "01920000-0000-7000-8000-000000000001"},
        {"type": "case.withdrawn.v1"},
        {"subject": "340100-20260302-000002-X"},
        {"source": "341700"},
        {"destination": "341702"},
    ],
)
def test_encrypted_data_do_not_open_in_another_event(world, sender, moved) -> None:
    """Copied into another message, replayed to another destination, or claimed by another source."""
    from dataclasses import replace
    from uuid import UUID

    event = _sealed(sender)
    if "id" in moved:
        moved = {"id": UUID(moved["id"])}

    assert open_data(event)["note"] == SECRET
    with pytest.raises(SealRefused):
        open_data(replace(event, **moved))


def test_replayed_to_another_centre_it_is_refused_even_if_signed_for_it(world, sender, recorder) -> None:
    """A centre that passes on what it got cannot make a third one take it for its own."""
    event = _sealed(sender)
    onward = Sender(world.city, world.other_county)

    receipt = onward.deliver(onward.wire(onward.event(event.data, id=event.id)))

    assert receipt["code"] == "SEAL_REFUSED"
    assert not recorder.applied


def test_what_was_encrypted_to_another_centre_s_key_waits_for_the_key(world, sender, recorder) -> None:
    event = seal_event(sender.event(progressed("ONE")), _key(world.other_county))

    receipt = sender.deliver(sender.wire(event))

    assert (receipt["code"], receipt["retry"], receipt["recorded"]) == ("SEAL_KEY_UNKNOWN", True, False)
    assert not recorder.applied


def test_a_message_key_is_no_encryption_key(world, sender, recorder) -> None:
    key = _key(world.county, KeyUsage.MESSAGE)
    event = _sealed(sender)
    header = json.loads(signed.decode(event.data["sealed"].split(".")[0].encode()))
    forged = signed.encode(
        json.dumps({**header, "kid": key.kid}, sort_keys=True, separators=(",", ":")).encode()
    ).decode()
    text = ".".join([forged, *event.data["sealed"].split(".")[1:]])

    assert sender.deliver(sender.wire(sender.event({"sealed": text}, id=event.id)))["code"] == "SEAL_KEY_UNKNOWN"


def test_the_header_cannot_name_another_suite_than_the_key_s(world, sender) -> None:
    event = _sealed(sender)
    header = json.loads(signed.decode(event.data["sealed"].split(".")[0].encode()))
    forged = signed.encode(
        json.dumps({**header, "suite": "SM2-SM4-GCM"}, sort_keys=True, separators=(",", ":")).encode()
    ).decode()
    sealed = ".".join([forged, *event.data["sealed"].split(".")[1:]])

    with pytest.raises(SealKeyUnknown):
        open_data(sender.event({"sealed": sealed}, id=event.id))


def test_data_against_the_schema_are_refused_after_decryption_too(world, sender, recorder) -> None:
    bad = sender.event({"tracking_number": SUBJECT})
    receipt = sender.deliver(sender.wire(sender.keep(seal_event(bad, _key(world.county)))))

    assert (receipt["code"], receipt["recorded"]) == ("SCHEMA_INVALID", True)
    assert sender.send(progressed("TWO"))["outcome"] == "accepted"


def test_encrypted_data_inside_encrypted_data_are_refused(world, sender) -> None:
    inner = _sealed(sender)
    outer = seal_event(inner, _key(world.county))

    with pytest.raises(SealRefused):
        open_data(outer)


@pytest.mark.parametrize("replacement", SUITE_NAMES)
def test_rotation_with_messages_under_way_loses_nothing(world, elsewhere, recorder, monkeypatch, replacement) -> None:
    """Encrypted to the old key, rotated, then delivered; then one to the new key."""
    carry = HttpsTransport.deliver
    monkeypatch.setattr(HttpsTransport, "deliver", lambda self, wire, destination: b"")
    _send(world, "ONE")
    relay_due()
    old = _key(world.county).kid
    rotate_keys([world.city, world.county], suite_name=replacement)
    monkeypatch.setattr(HttpsTransport, "deliver", carry)
    _send(world, "TWO")
    with at(now() + timedelta(minutes=1)):
        relay_due()

    assert recorder.steps == ["ONE", "TWO"]
    kids = [json.loads(signed.decode(_sealed_text(wire).split(".")[0].encode()))["kid"] for wire in elsewhere]
    assert kids == [old, _key(world.county).kid]
    assert kids[0] != kids[1]


def _sealed_text(wire: bytes) -> str:
    return str(json.loads(signed.parse(wire, typ=signed.EVENT_TYPE).payload)["data"]["sealed"])


def test_a_key_revoked_with_messages_under_way_still_opens_them_and_gets_no_more(
    world, elsewhere, recorder, monkeypatch
) -> None:
    carry = HttpsTransport.deliver
    monkeypatch.setattr(HttpsTransport, "deliver", lambda self, wire, destination: b"")
    _send(world, "ONE")
    relay_due()
    revoke_key(_key(world.county).kid, reason="私钥泄露")
    monkeypatch.setattr(HttpsTransport, "deliver", carry)
    _send(world, "TWO")
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
    _send(world, "ONE")
    relay_due()
    key = PublicKey.objects.get(kid=_key(world.county).kid)
    recorder.fail_on.clear()

    with at(key.not_after + timedelta(days=1)):
        with pytest.raises(NoEncryptionKey):
            sealing_key(world.county, at=now())
        with enter(world.county):
            assert replay(InboxMessage.objects.get().id) == 1
    assert recorder.applied[0].data["note"] == SECRET


def test_a_message_whose_private_key_is_gone_waits_until_it_is_back(world, elsewhere, recorder) -> None:
    _send(world, "ONE")
    kid = _key(world.county).kid
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


def test_the_holder_opens_for_its_own_centre_only(world, sender) -> None:
    from zt_interop.errors import KeyNotHeld

    event = _sealed(sender)
    header, wrapped = (part.encode() for part in event.data["sealed"].split(".")[:2])
    kid = _key(world.county).kid

    assert holder().unwrap(kid, signed.decode(wrapped), centre_id=world.county.id, context=header)
    with pytest.raises(KeyNotHeld):
        holder().unwrap(kid, signed.decode(wrapped), centre_id=world.city.id, context=header)


def test_a_proof_from_the_log_verifies_without_showing_personal_data(world, elsewhere, recorder) -> None:
    _send(world, "ONE")
    relay_due()
    with enter(world.county):
        entry = MessageLogEntry.objects.get()
    jws = signed.parse(entry.wire.encode(), typ=signed.EVENT_TYPE)
    key = _key(world.city, KeyUsage.MESSAGE)

    assert suite(key.suite).verifies(key.public_key, jws.signing_input, jws.signature)
    event = logged_event(entry.wire.encode(), 1)
    assert is_sealed(event.data)
    assert event.digest() == recorder.applied[0].digest
