"""What goes to a centre elsewhere is encrypted to its key: nobody else reads it, nobody moves or alters it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from confidential import NAME, SECRET, key_of, send_step

from zt_interop import signed
from zt_interop.confidential import OPEN_TYPES, is_sealed, must_be_sealed, sealing_key
from zt_interop.errors import NoEncryptionKey, TooLarge
from zt_interop.keys.commands import issue_key
from zt_interop.keys.models import KeyUsage, PublicKey
from zt_interop.keys.rotation import rotate_keys
from zt_interop.log.models import MessageLogEntry
from zt_interop.opening import logged_event
from zt_interop.queue.models import OutboundStream, OutboxMessage
from zt_interop.relay import relay_due
from zt_interop.schemas import check_data, message_types
from zt_interop.send import MAX_SEALED_BYTES, send_message
from zt_interop.suites import SUITE_NAMES, suite
from zt_interop.testing import PROGRESSED, SUBJECT, progressed, supervised
from zt_interop.transports.https import HttpsTransport
from zt_tenants.clock import at, now
from zt_tenants.context import enter
from zt_tenants.errors import DomainError
from zt_tenants.models import Centre

pytestmark = pytest.mark.req("Y-11", "Y-02")


@pytest.mark.parametrize("family", SUITE_NAMES)
def test_the_receiver_reads_what_nobody_on_the_way_can(world, elsewhere, recorder, family) -> None:
    rotate_keys([world.city, world.county], suite_name=family)
    message = send_step(world, "ONE")

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
    message = send_step(world, "ONE")
    monkeypatch.setattr(HttpsTransport, "deliver", lambda self, wire, destination: b"")

    assert relay_due() == 0

    first = OutboxMessage.objects.get(position=message.position)
    assert (first.state, is_sealed(first.data)) == ("SIGNED", True)


def test_each_attempt_sends_the_same_event(world, elsewhere, recorder, monkeypatch) -> None:
    """Encrypted afresh it would be another event under the same id."""
    send_step(world, "ONE")
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
    message = send_step(world, "ONE")

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


def test_a_proof_from_the_log_verifies_without_showing_personal_data(world, elsewhere, recorder) -> None:
    send_step(world, "ONE")
    relay_due()
    with enter(world.county):
        entry = MessageLogEntry.objects.get()
    jws = signed.parse(entry.wire.encode(), typ=signed.EVENT_TYPE)
    key = key_of(world.city, KeyUsage.MESSAGE)

    assert suite(key.suite).verifies(key.public_key, jws.signing_input, jws.signature)
    event = logged_event(entry.wire.encode(), 1)
    assert is_sealed(event.data)
    assert event.digest() == recorder.applied[0].digest
