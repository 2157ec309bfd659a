"""What is written once and put together afterwards is byte for byte what the long way gives (RFC 8785)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zt_interop import batch, merkle
from zt_interop.canonical import canonical_bytes, parse_items
from zt_interop.envelope import Event, canonical_event, instant_text
from zt_interop.testing import PROGRESSED, SUBJECT, Sender, progressed
from zt_tenants.clock import now
from zt_tenants.uuid7 import uuid7

pytestmark = pytest.mark.req("Y-01")
_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
_DATA = st.dictionaries(_TEXT, st.integers(-9, 9) | _TEXT | st.lists(_TEXT, max_size=2), max_size=4)


@given(data=_DATA, subject=_TEXT, trace=st.sampled_from(["", "00-" + "a" * 32 + "-" + "b" * 16 + "-01"]))
def test_an_event_put_together_is_the_event_written_at_once(data: dict[str, Any], subject: str, trace: str) -> None:
    attributes: dict[str, Any] = {
        "id": uuid7(),
        "type": PROGRESSED,
        "source": "340100",
        "destination": "340123",
        "channel": "case",
        "subject": subject,
        "time": datetime(2026, 3, 2, 1, 30, tzinfo=UTC),
        "sequence": 7,
        "prevhash": "a" * 64,
    }
    whole = Event(**attributes, data=data, traceparent=trace or None).canonical()
    written = {**attributes, "id": str(attributes["id"]), "time": instant_text(attributes["time"])}
    put_together = canonical_event(**written, data=canonical_bytes(data).decode(), traceparent=trace)

    assert put_together in (whole, None)
    if whole.isascii():
        assert put_together is not None


@pytest.mark.parametrize(
    "text",
    ['{"b":1,"a":2}]', '{"a":1 }]', '{"a":1.0}]', '{"a":1,"a":1}]', '{"a":"\\u0061"}]', "[1,]]", "]", '{"a":1}', "1 ]"],
)
def test_items_that_are_not_canonical_are_left_to_the_long_way(text: str) -> None:
    assert parse_items(text, 0, depth=2) is None


def test_items_keep_their_own_bytes() -> None:
    assert parse_items('[{"a":"合肥"},{"b":null}] tail', 1, depth=2) == (
        [{"a": "合肥"}, {"b": None}],
        ['{"a":"合肥"}'.encode(), b'{"b":null}'],
        len('[{"a":"合肥"},{"b":null}'),
    )


def test_a_batch_in_another_spelling_is_read_to_the_same_events(world) -> None:
    sender = Sender(world.city, world.county)
    events = [sender.keep(sender.event(progressed(f"STEP-{number}"))) for number in range(3)]
    wire = batch.build(uuid7(), events, signer=sender.signer, at=now())
    spaced = wire.replace(b'{"events":[', b'{ "events": [', 1)

    plain, other = batch.parse(wire), batch.parse(spaced)

    manifest = batch.Manifest.from_bytes(plain.signed.payload)
    assert plain.leaves == [event.canonical() for event in events]
    assert other.leaves is None
    assert batch.check_events(manifest, plain.events, leaves=plain.leaves) == events
    assert batch.check_events(manifest, other.events) == events


def test_a_changed_letter_in_a_batch_is_found_though_its_bytes_are_taken_as_they_are(world) -> None:
    sender = Sender(world.city, world.county)
    wire = batch.build(uuid7(), [sender.keep(sender.event())], signer=sender.signer, at=now())
    other = SUBJECT.replace("000001", "000002")

    assert sender.deliver(wire.replace(SUBJECT.encode(), other.encode(), 1))["code"] == "BATCH_INVALID"
    assert sender.deliver(wire)["outcome"] == "accepted"


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 6, 7, 8, 31, 100, 500])
def test_the_root_is_the_one_every_leaf_proves_itself_against(size: int) -> None:
    leaves = [str(number).encode() for number in range(size)]
    root = merkle.merkle_root(leaves)
    for index in {0, size // 2, size - 1}:
        path = merkle.merkle_proof(leaves, index)
        assert merkle.verify_proof(leaves[index], index=index, size=size, proof=path, root=root)
