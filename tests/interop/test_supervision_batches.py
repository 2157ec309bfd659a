"""Supervision travels in batches under one signature; one event can be proven without its neighbours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest

from zt_interop import batch, handlers
from zt_interop.canonical import canonical_bytes, parse_strict
from zt_interop.envelope import FIRST_LINK, Event
from zt_interop.errors import BatchInvalid, SignatureInvalid
from zt_interop.handlers import Message
from zt_interop.inbox import replay
from zt_interop.keys.registry import trusted_key
from zt_interop.log.models import InboundStream, InboxMessage, MessageLogEntry, Refusal
from zt_interop.queue.models import MessageState, OutboxMessage
from zt_interop.relay import relay_due
from zt_interop.send import send_message
from zt_interop.testing import SUPERVISED, Sender, supervised
from zt_tenants.clock import at, now
from zt_tenants.context import enter
from zt_tenants.errors import DomainError
from zt_tenants.uuid7 import uuid7

pytestmark = pytest.mark.req("R-01", "R-02", "R-03")
ONE, TWO = "340100-20260302-000001-X", "340100-20260302-000002-7"


class Unready(DomainError):
    """Not now."""

    code = "UNREADY"


class Store:
    """A batch handler that keeps the batches it was given."""

    def __init__(self) -> None:
        self.batches: list[list[tuple[str, str]]] = []
        self.failing: set[str] = set()

    def __call__(self, messages: Sequence[Message]) -> None:
        if any(message.data["step"] in self.failing for message in messages):
            raise Unready
        self.batches.append([(message.subject, message.data["step"]) for message in messages])

    @property
    def events(self) -> list[tuple[str, str]]:
        return [event for batch_ in self.batches for event in batch_]


@pytest.fixture
def store() -> Iterator[Store]:
    kept = handlers.batch_handler_for(SUPERVISED)
    handlers.unregister(SUPERVISED)
    store = Store()
    handlers.register_batch(SUPERVISED, store)
    yield store
    handlers.unregister(SUPERVISED)
    if kept:
        handlers.register_batch(SUPERVISED, kept)


@pytest.fixture
def sender(world) -> Sender:
    return Sender(world.city, world.province)


def _send(world, subject: str, step: str) -> OutboxMessage:
    with enter(world.city):
        return send_message(
            destination="340000",
            type=SUPERVISED,
            subject=subject,
            data=supervised(subject, step),
            channel="supervision",
        )


def _events(sender: Sender, *steps: str) -> list[Event]:
    return [
        sender.keep(sender.event(supervised(ONE, step), type=SUPERVISED, channel="supervision", subject=ONE))
        for step in steps
    ]


def _wire(sender: Sender, events: list[Event]) -> bytes:
    return batch.build(uuid7(), events, signer=sender.signer, at=now())


def test_many_events_arrive_as_one_batch_in_order(world, store) -> None:
    for step in ("SUBMITTED", "ACCEPTED", "REVIEWED"):
        _send(world, ONE, step)
    _send(world, TWO, "SUBMITTED")

    assert relay_due() == 1

    assert store.batches == [[(ONE, "SUBMITTED"), (ONE, "ACCEPTED"), (ONE, "REVIEWED"), (TWO, "SUBMITTED")]]
    assert set(OutboxMessage.objects.values_list("state", flat=True)) == {MessageState.DELIVERED}
    with enter(world.province):
        assert MessageLogEntry.objects.get().last_sequence == 4
        assert not InboxMessage.objects.exists()


def test_a_batch_is_bounded_and_the_rest_follows(world, store, monkeypatch) -> None:
    monkeypatch.setattr(batch, "MAX_BATCH_EVENTS", 2)
    for number in range(5):
        _send(world, ONE, f"STEP-{number}")

    relay_due()

    assert [len(events) for events in store.batches] == [2, 2, 1]
    assert [step for _, step in store.events] == [f"STEP-{number}" for number in range(5)]


def test_a_batch_again_is_a_duplicate(sender, store) -> None:
    wire = _wire(sender, _events(sender, "SUBMITTED", "ACCEPTED"))

    assert [sender.deliver(wire)["outcome"] for _ in range(2)] == ["accepted", "duplicate"]
    assert len(store.events) == 2


def test_a_batch_that_begins_with_known_events_adds_only_the_others(sender, store) -> None:
    events = _events(sender, "SUBMITTED", "ACCEPTED")
    sender.deliver(_wire(sender, events))

    receipt = sender.deliver(_wire(sender, events + _events(sender, "REVIEWED")))

    assert receipt["outcome"] == "accepted"
    assert store.batches == [[(ONE, "SUBMITTED"), (ONE, "ACCEPTED")], [(ONE, "REVIEWED")]]


def test_a_batch_after_a_gap_is_refused_with_what_is_expected(sender, store) -> None:
    sender.deliver(_wire(sender, _events(sender, "SUBMITTED")))
    _events(sender, "ACCEPTED")  # lost

    receipt = sender.deliver(_wire(sender, _events(sender, "REVIEWED")))

    assert (receipt["code"], receipt["expected_sequence"]) == ("SEQUENCE_GAP", 2)
    with enter(sender.destination):
        assert InboundStream.objects.get().gaps == 1


def _altered(wire: bytes, **changes: object) -> bytes:
    members = parse_strict(wire)
    members.update(changes)
    return canonical_bytes(members)


def test_events_other_than_those_signed_are_refused(sender, store) -> None:
    events = _events(sender, "SUBMITTED", "ACCEPTED", "REVIEWED")
    wire = _wire(sender, events)
    forged = events[1].to_json()
    forged["data"] = supervised(ONE, "COMPLETED")
    raw = [event.to_json() for event in events]

    for bent in ([raw[0], forged, raw[2]], raw[:2], [*raw, raw[0]], raw[::-1], []):
        receipt = sender.deliver(_altered(wire, events=bent))
        assert (receipt["outcome"], receipt["code"]) == ("refused", "BATCH_INVALID")

    assert store.events == []
    assert sender.deliver(wire)["outcome"] == "accepted"


def test_a_batch_whose_events_are_of_another_stream_is_refused(world, sender, store) -> None:
    [event] = _events(sender, "SUBMITTED")
    stranger = Sender(world.other_city, world.province)
    foreign = stranger.event(supervised(ONE), type=SUPERVISED, channel="supervision", subject=ONE, sequence=2)

    receipt = sender.deliver(_wire(sender, [event, foreign]))

    assert receipt["code"] == "BATCH_INVALID"
    assert store.events == []


def test_a_batch_for_somebody_else_or_expired_or_forged_is_refused(world, sender, store) -> None:
    elsewhere = Sender(world.city, world.other_city)
    wire = _wire(elsewhere, _events(elsewhere, "SUBMITTED"))
    assert sender.deliver(wire)["code"] == "MISADDRESSED"

    with at(now() - timedelta(hours=1)):
        old = _wire(sender, _events(sender, "SUBMITTED"))
    assert sender.deliver(old)["code"] == "SIGNATURE_EXPIRED"
    jws = parse_strict(old)["manifest"]
    assert sender.deliver(_altered(old, manifest=jws[:-4] + "AAAA"))["code"] in ("SIGNATURE_INVALID", "MALFORMED")
    assert store.events == []


def test_an_event_whose_link_is_broken_inside_the_batch_is_refused(sender, store) -> None:
    first, second = _events(sender, "SUBMITTED", "ACCEPTED")
    broken = sender.event(
        supervised(ONE, "REVIEWED"), type=SUPERVISED, channel="supervision", sequence=3, prevhash=FIRST_LINK
    )

    assert sender.deliver(_wire(sender, [first, second, broken]))["code"] == "LINK_BROKEN"
    assert store.events == []


def test_a_bad_event_keeps_its_place_and_the_others_count(sender, store) -> None:
    good, bad = _events(sender, "SUBMITTED"), [sender.keep(sender.event({}, type=SUPERVISED, channel="supervision"))]

    receipt = sender.deliver(_wire(sender, good + bad + _events(sender, "ACCEPTED")))

    assert receipt["outcome"] == "accepted"
    [exception] = receipt["exceptions"]
    assert (exception["event_id"], exception["outcome"]) == (str(bad[0].id), "refused")
    assert (exception["code"], "tracking_number" in exception["reason"]["zh"]) == ("SCHEMA_INVALID", True)
    assert [step for _, step in store.events] == ["SUBMITTED", "ACCEPTED"]
    with enter(sender.destination):
        assert Refusal.objects.get().recorded_sequence == 2


def test_what_fails_in_a_batch_is_parked_alone_with_what_follows_of_its_case(world, store) -> None:
    store.failing = {"ACCEPTED"}
    for subject, step in ((ONE, "SUBMITTED"), (ONE, "ACCEPTED"), (TWO, "SUBMITTED"), (ONE, "REVIEWED")):
        _send(world, subject, step)

    relay_due()

    assert store.events == [(ONE, "SUBMITTED"), (TWO, "SUBMITTED")]
    assert list(OutboxMessage.objects.values_list("outcome", flat=True)) == ["accepted", "parked", "accepted", "parked"]
    store.failing.clear()
    with enter(world.province):
        assert replay(InboxMessage.objects.earliest("id").id) == 2
    assert store.events[2:] == [(ONE, "ACCEPTED"), (ONE, "REVIEWED")]


def test_one_event_proves_itself_without_showing_its_neighbours(world, store) -> None:
    for number in range(7):
        _send(world, ONE, f"STEP-{number}")
    relay_due()
    with enter(world.province):
        wire = MessageLogEntry.objects.get().wire.encode()

    proof = batch.prove(wire, 5)
    key = trusted_key(batch.parse(wire).signed.header.kid, signed_at=now())

    assert proof.event.data["step"] == "STEP-4"
    assert batch.proves(proof, public_key=key.public_key, suite_name=key.suite)
    other = batch.Proof(batch.prove(wire, 4).event, proof.index, proof.path, proof.manifest)
    assert not batch.proves(other, public_key=key.public_key, suite_name=key.suite)
    with pytest.raises(SignatureInvalid):
        batch.proves(proof, public_key=bytes([9] * 32), suite_name=key.suite)
    with pytest.raises(IndexError):
        batch.prove(wire, 8)


def test_a_batch_holds_at_least_one_and_at_most_five_hundred_events(sender) -> None:
    with pytest.raises(ValueError):
        batch.build(uuid7(), [], signer=sender.signer, at=now())
    with pytest.raises(BatchInvalid):
        batch.Manifest.from_bytes(b"{}")
