"""Hostile deliveries: a typed refusal that is recorded, nothing created, nothing raised, memory bounded."""

from __future__ import annotations

import json
import tracemalloc
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from hostile import HOMOGLYPHS, base64url, damaged, loose_bytes, nested
from hypothesis import given
from hypothesis import strategies as st
from profile_of_fuzzing import FUZZ

from zt_interop import batch, signed
from zt_interop.canonical import canonical_bytes, parse_strict
from zt_interop.envelope import Event
from zt_interop.errors import MessageRefused
from zt_interop.log.models import InboundStream, Refusal
from zt_interop.receipts import Outcome, read_receipt
from zt_interop.receive import receive
from zt_interop.testing import SUPERVISED, Recorder, Sender, supervised
from zt_tenants.clock import now
from zt_tenants.context import enter
from zt_tenants.errors import DomainError
from zt_tenants.uuid7 import uuid7

pytestmark = pytest.mark.req("Y-01", "Y-06")
GOLDEN = Path(__file__).resolve().parents[1] / "golden"
CODES = {error.code for error in MessageRefused.__subclasses__()}
_MAY_GROW = {"interop_log_refusal", "interop_log_inboundstream"}


def _counts(centre: Any) -> dict[str, int]:
    """Rows of every table of a centre, but of those that remember refusals."""
    with enter(centre):
        tables = [
            model._meta.db_table
            for model in apps.get_models()
            if model._meta.app_label in ("interop_log", "cases", "storage", "catalogue", "organisation", "papers")
            and model._meta.db_table not in _MAY_GROW
        ]
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table}" for table in tables))
            return dict(cursor.fetchall())


def _answer(wire: bytes, centre: Any) -> dict[str, Any]:
    """What the receipt says; it is signed whatever came in."""
    receipt = signed.parse(receive(wire, at=centre, transport="https"), typ=signed.RECEIPT_TYPE)
    return dict(parse_strict(receipt.payload)["data"])


def _refused(wire: bytes, centre: Any) -> str:
    """Deliver; check that it was refused, recorded, and nothing else happened; the code, one of :data:`CODES`."""
    before = _counts(centre)
    with enter(centre):
        known = sum(Refusal.objects.values_list("times", flat=True))
    said = _answer(wire, centre)
    assert said["outcome"] == Outcome.REFUSED, said
    assert said["code"] in CODES
    assert _counts(centre) == before
    with enter(centre):
        assert sum(Refusal.objects.values_list("times", flat=True)) == known + 1
        assert len(Refusal.objects.latest("refused_at").excerpt) <= 4 * 512
    return str(said["code"])


@FUZZ
@given(wire=st.binary(max_size=3000) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes(world, wire: bytes) -> None:
    assert _refused(wire, world.county) in CODES


@FUZZ
@given(data=st.data())
def test_a_damaged_wire(world, recorder: Recorder, data: st.DataObject) -> None:
    sender = Sender(world.city, world.county)
    whole = sender.wire(sender.event())
    wire = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(wire) - 1))
        wire[place] ^= data.draw(st.integers(1, 255))

    if bytes(wire) != whole:
        assert _answer(bytes(wire), world.county)["outcome"] == Outcome.REFUSED
        assert recorder.applied == []


@FUZZ
@given(data=st.data())
def test_every_header_member(world, data: st.DataObject) -> None:
    """Authentic senders with broken programs: the header is damaged before it is signed."""
    sender = Sender(world.city, world.county)
    header = json.loads(signed.decode(sender.wire(sender.event()).split(b".")[0]))
    broken = data.draw(damaged(header))
    if broken == header:
        return
    head = base64url(loose_bytes(broken)) + b"." + base64url(sender.event().canonical())
    assert _refused(head + b"." + signed.encode(sender.signer.sign(head)), world.county) in CODES


@FUZZ
@given(data=st.data())
def test_every_attribute_of_the_envelope(world, recorder: Recorder, data: st.DataObject) -> None:
    sender = Sender(world.city, world.county)
    event = sender.event().to_json()
    event.pop("data")
    broken = {**data.draw(damaged(event)), "data": sender.event().data}
    wire = _signed_payload(sender, loose_bytes(broken))
    before = _counts(world.county)

    said = _answer(wire, world.county)

    if said["outcome"] == Outcome.REFUSED:
        assert _counts(world.county) == before
    else:  # an attribute that may be another: a time, a subject, one that a later version adds
        assert set(broken) >= set(event)


def _signed_payload(sender: Sender, payload: bytes, typ: str = signed.EVENT_TYPE) -> bytes:
    return signed.sign(payload, typ=typ, signer=sender.signer, destination=sender.destination.code, at=now())


@pytest.mark.parametrize("code", HOMOGLYPHS)
@pytest.mark.parametrize("member", ["source", "destination"])
def test_codes_that_only_look_right(world, code: str, member: str) -> None:
    sender = Sender(world.city, world.county)
    event = sender.event().to_json()
    event[member] = f"urn:zhengtong:centre:{code}" if member == "source" else code

    assert _refused(_signed_payload(sender, canonical_bytes(event)), world.county) in (
        "ENVELOPE_INVALID",
        "WRONG_SOURCE",
        "MISADDRESSED",
    )


@FUZZ
@given(data=st.data())
def test_every_member_of_a_batch(world, data: st.DataObject) -> None:
    sender = Sender(world.city, world.province)
    events = []
    for step in ("ACCEPTED", "REVIEWED", "APPROVED"):
        event = sender.event(supervised(step=step), type=SUPERVISED, channel="supervision")
        events.append(sender.keep(event))
    whole = json.loads(batch.build(uuid7(), events, signer=sender.signer, at=now()))
    manifest = json.loads(signed.decode(whole["manifest"].split(".")[1].encode()))
    broken = data.draw(st.sampled_from(("manifest", "events")))
    if broken == "manifest":
        damaged_manifest = data.draw(damaged(manifest))
        if damaged_manifest == manifest:
            return
        jws = _signed_payload(sender, loose_bytes(damaged_manifest), signed.BATCH_TYPE)
        wire = loose_bytes({**whole, "manifest": jws.decode()})
    else:
        damaged_events = data.draw(damaged(whole["events"]))
        if damaged_events == whole["events"]:
            return
        wire = loose_bytes({**whole, "events": damaged_events})

    assert _refused(wire, world.province) in CODES


_TYPES = sorted(path.stem for path in GOLDEN.glob("*.v1.json") if path.stem != SUPERVISED)


@pytest.mark.parametrize("type_", _TYPES)
@FUZZ
@given(data=st.data())
def test_every_payload(world, type_: str, data: st.DataObject) -> None:
    """A payload with one wrong place is refused in its place, or parked with a reason; its stream goes on."""
    golden = json.loads((GOLDEN / f"{type_}.json").read_text(encoding="utf-8"))["event"]
    with enter(world.county):
        sender = _sender_at_the_head(world)
    broken = data.draw(damaged({"data": golden["data"]}))
    event = sender.event().to_json() | {"type": type_, "dataschema": f"urn:zhengtong:schema:{type_}"} | broken
    before = _counts(world.county)

    said = _answer(_signed_payload(sender, loose_bytes(event)), world.county)

    if said["outcome"] == Outcome.REFUSED:
        after = _counts(world.county)
        grown = {table for table in before if after[table] != before[table]}
        assert grown <= ({"interop_log_messagelogentry"} if said["recorded"] else set())
    else:
        assert said["outcome"] in (Outcome.ACCEPTED, Outcome.PARKED)


def _sender_at_the_head(world) -> Sender:
    stream = InboundStream.objects.filter(source_code=world.city.code, channel="case").first()
    if stream is None:
        return Sender(world.city, world.county)
    return Sender(world.city, world.county, sequence=stream.last_sequence, last_hash=stream.last_hash)


@pytest.mark.parametrize("size", [signed.MAX_MESSAGE_BYTES + 1, batch.MAX_BATCH_BYTES + 1, 40 * 1024 * 1024])
@pytest.mark.parametrize("kind", [b"A", b"{", b".", b"["])
def test_oversized_deliveries_cost_no_memory(world, size: int, kind: bytes) -> None:
    wire = kind * size
    tracemalloc.start()
    try:
        assert _refused(wire, world.county) in ("TOO_LARGE", "MALFORMED", "TOO_DEEP")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4 * batch.MAX_BATCH_BYTES


@pytest.mark.parametrize(
    "part", [b"[]", b"{}", b'""', b"0", b"[" * 30 + b"]" * 30], ids=["lists", "objects", "texts", "numbers", "deep"]
)
@pytest.mark.parametrize("shape", [b'{"events":[%b],"manifest":"a.b.c"}', b'{"manifest":"a.b.c","events":[%b]}'])
def test_a_batch_of_millions_of_small_values_costs_no_memory(world, part: bytes, shape: bytes) -> None:
    """It keeps to the size of a batch, and anybody may send it: it is read before its signature is."""
    number = (batch.MAX_BATCH_BYTES - 100) // (len(part) + 1)
    wire = shape % b",".join([part] * number)
    tracemalloc.start()
    try:
        assert _refused(wire, world.county) == "MALFORMED"
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < batch.MAX_BATCH_BYTES


@pytest.mark.parametrize("depth", [33, 200, 100_000])
def test_deeply_nested_payloads(world, depth: int) -> None:
    sender = Sender(world.city, world.county)
    content = b'{"data":' + b"[" * depth + b"]" * depth + b"}"

    assert _refused(_signed_payload(sender, content), world.county) in ("TOO_DEEP", "MALFORMED", "ENVELOPE_INVALID")
    assert _refused(b'{"manifest":"a.b.c","events":' + b"[" * depth + b"]" * depth + b"}", world.county) in (
        "TOO_DEEP",
        "MALFORMED",
    )


@FUZZ
@given(data=st.data())
def test_every_member_of_a_receipt(world, data: st.DataObject) -> None:
    """Whoever answers: the relay reads a receipt, or says why it does not count."""
    sender = Sender(world.city, world.county)
    golden = json.loads((GOLDEN / "message.received.v1.accepted.json").read_text(encoding="utf-8"))
    broken = data.draw(damaged(golden["event"]))
    wire = golden["answers"].encode()
    text = _signed_payload(sender, loose_bytes(broken), signed.RECEIPT_TYPE)
    with suppress(DomainError):
        jws = signed.parse(text, typ=signed.RECEIPT_TYPE)
        receipt = read_receipt(jws, wire=wire, source="340123", destination="340100")
        assert receipt.sha256 == golden["event"]["data"]["sha256"]


def test_nested_is_as_deep_as_it_says() -> None:
    assert str(nested(3)) == "[[[[]]]]"


def test_events_are_read_as_they_were_written(world) -> None:
    """The kit itself: an undamaged message is taken."""
    sender = Sender(world.city, world.county)
    assert Event.from_json(sender.event().to_json())
    assert _answer(sender.wire(sender.event()), world.county)["outcome"] != Outcome.REFUSED
