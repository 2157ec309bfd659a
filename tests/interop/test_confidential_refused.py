"""Encrypted data that were altered, moved to another event or made by a stranger are refused, and nothing happens."""

from __future__ import annotations

import json

import pytest
from confidential import NAME, SECRET, key_of

from zt_interop import signed
from zt_interop.confidential import open_data, seal_event
from zt_interop.errors import SealKeyUnknown, SealRefused
from zt_interop.keys.holder import holder
from zt_interop.keys.models import KeyUsage
from zt_interop.keys.rotation import rotate_keys
from zt_interop.suites import SUITE_NAMES
from zt_interop.testing import SUBJECT, Sender, progressed

pytestmark = pytest.mark.req("Y-11", "Y-02")


def _sealed(sender: Sender, **changes: object):
    return seal_event(sender.event(progressed("ONE", note=SECRET), **changes), key_of(sender.destination))


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
    event = seal_event(sender.event(progressed("ONE")), key_of(world.other_county))

    receipt = sender.deliver(sender.wire(event))

    assert (receipt["code"], receipt["retry"], receipt["recorded"]) == ("SEAL_KEY_UNKNOWN", True, False)
    assert not recorder.applied


def test_a_message_key_is_no_encryption_key(world, sender, recorder) -> None:
    key = key_of(world.county, KeyUsage.MESSAGE)
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
    receipt = sender.deliver(sender.wire(sender.keep(seal_event(bad, key_of(world.county)))))

    assert (receipt["code"], receipt["recorded"]) == ("SCHEMA_INVALID", True)
    assert sender.send(progressed("TWO"))["outcome"] == "accepted"


def test_encrypted_data_inside_encrypted_data_are_refused(world, sender) -> None:
    inner = _sealed(sender)
    outer = seal_event(inner, key_of(world.county))

    with pytest.raises(SealRefused):
        open_data(outer)


def test_the_holder_opens_for_its_own_centre_only(world, sender) -> None:
    from zt_interop.errors import KeyNotHeld

    event = _sealed(sender)
    header, wrapped = (part.encode() for part in event.data["sealed"].split(".")[:2])
    kid = key_of(world.county).kid

    assert holder().unwrap(kid, signed.decode(wrapped), centre_id=world.county.id, context=header)
    with pytest.raises(KeyNotHeld):
        holder().unwrap(kid, signed.decode(wrapped), centre_id=world.city.id, context=header)
