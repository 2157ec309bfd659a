"""Messages of cases under one signature: each has its own fate, its own log entry, and its case's order."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zt_interop import batch, queries, signed
from zt_interop.inbox import replay
from zt_interop.log.models import InboundStream, InboxMessage, MessageLogEntry
from zt_interop.opening import is_batch
from zt_interop.queue.models import MessageState, OutboundStream, OutboxMessage
from zt_interop.relay import relay_due, relay_stream
from zt_interop.send import Outgoing, send_messages
from zt_interop.testing import PROGRESSED, SUBJECT, Sender, progressed
from zt_interop.transports.local import LocalTransport
from zt_tenants.clock import now
from zt_tenants.context import enter
from zt_tenants.errors import DomainError
from zt_tenants.models import Centre
from zt_tenants.uuid7 import uuid7

pytestmark = pytest.mark.req("Y-01")
OTHER = "340100-20260302-000002-7"


class Unready(DomainError):
    """Not now."""

    code = "UNREADY"
    zh = "尚未受理。"
    en = "Not accepted yet."


def _send(world, *steps: str, subject: str = SUBJECT) -> list[OutboxMessage]:
    with enter(world.city):
        return send_messages([Outgoing("340123", PROGRESSED, subject, progressed(step, subject)) for step in steps])


@pytest.fixture
def ready(world, recorder) -> OutboundStream:
    """A stream whose destination has said that it takes batches."""
    _send(world, "FIRST")
    relay_due()
    recorder.forget()
    OutboundStream.objects.update(batch_limit=100)
    return OutboundStream.objects.get()


@pytest.fixture
def wires(monkeypatch) -> list[bytes]:
    """What went over the line."""
    seen: list[bytes] = []
    deliver = LocalTransport.deliver

    def watched(self: LocalTransport, wire: bytes, *, destination: Centre) -> bytes:
        seen.append(wire)
        return deliver(self, wire, destination=destination)

    monkeypatch.setattr(LocalTransport, "deliver", watched)
    return seen


def test_the_first_message_goes_alone_and_its_receipt_opens_the_way_for_batches(world, recorder, wires) -> None:
    _send(world, "ONE")
    relay_due()
    assert OutboundStream.objects.get().batch_limit == 2

    _send(world, *(f"STEP-{number}" for number in range(7)))
    relay_due()

    sizes = [len(batch.parse(wire).events) if is_batch(wire) else 1 for wire in wires]
    assert sizes == [1, 2, 4, 1]
    assert recorder.steps == ["ONE", *(f"STEP-{number}" for number in range(7))]


def test_a_destination_that_says_nothing_of_batches_gets_single_messages(world, recorder, wires, monkeypatch) -> None:
    """As a receiver of the first edition of the protocol answers."""
    from zt_interop import receive

    monkeypatch.setattr(
        receive, "_plain_receipt", lambda delivery, made=receive._plain_receipt: _without(made(delivery))
    )
    _send(world, "ONE", "TWO", "THREE")
    relay_due()

    assert [is_batch(wire) for wire in wires] == [False, False, False]
    assert recorder.steps == ["ONE", "TWO", "THREE"]


def _without(receipt):
    from dataclasses import replace

    return replace(receipt, batch_limit=None)


def test_each_message_of_a_batch_is_logged_by_its_subject_at_both_ends(world, recorder, ready) -> None:
    _send(world, "ONE")
    _send(world, "TWO", subject=OTHER)
    _send(world, "THREE")
    relay_due()

    for centre, direction in ((world.city, "OUT"), (world.county, "IN")):
        with enter(centre):
            entries = list(queries.log_entries(OTHER))
            assert [(entry.direction, entry.type, entry.first_sequence) for entry in entries] == [
                (direction, PROGRESSED, 3)
            ]
            carrier = entries[0].carrier
            assert carrier is not None
            assert (carrier.first_sequence, carrier.last_sequence, bool(carrier.receipt)) == (2, 4, True)
            assert len(batch.parse(entries[0].delivered_bytes).events) == 3
    with enter(world.county):
        assert InboxMessage.objects.filter(state="APPLIED").count() == 4


def test_one_that_fails_is_parked_with_its_reason_and_only_its_case_waits(world, recorder, ready) -> None:
    recorder.fail_on["TWO"] = Unready()
    one, two = _send(world, "ONE", "TWO")
    [other] = _send(world, "OTHER", subject=OTHER)
    [three] = _send(world, "THREE")
    relay_due()

    assert recorder.steps == ["ONE", "OTHER"]
    rows = {row.event_id: row for row in OutboxMessage.objects.all()}
    outcomes = [(rows[sent.event_id].outcome, rows[sent.event_id].refusal_code) for sent in (one, two, other, three)]
    assert outcomes == [("accepted", ""), ("parked", "UNREADY"), ("accepted", ""), ("parked", "BEHIND_PARKED")]
    assert rows[two.event_id].refusal_zh == "尚未受理。"
    recorder.fail_on.clear()
    with enter(world.county):
        assert replay(InboxMessage.objects.get(state="PARKED").id) == 2
    assert recorder.steps[2:] == ["TWO", "THREE"]


def test_one_that_is_refused_in_its_place_does_not_hold_up_the_others(world, recorder, ready) -> None:
    _one, bad, _three = _send(world, "ONE", "TWO", "THREE")
    OutboxMessage.objects.filter(pk=bad.pk).update(type="case.progressed.v9")
    relay_due()

    bad.refresh_from_db()
    assert (bad.state, bad.refusal_code, bad.sequence) == (MessageState.REFUSED, "MAJOR_UNKNOWN", 3)
    assert bad.refusal_en
    assert recorder.steps == ["ONE", "THREE"]


def test_a_message_that_spoils_its_batch_is_found_by_going_singly(world, recorder, ready, wires) -> None:
    _one, bad, _three, _four = _send(world, "ONE", "TWO", "THREE", "FOUR")
    OutboxMessage.objects.filter(pk=bad.pk).update(subject="")
    relay_due()

    bad.refresh_from_db()
    assert (bad.state, bad.refusal_code, bad.sequence) == (MessageState.REFUSED, "ENVELOPE_INVALID", None)
    assert recorder.steps == ["ONE", "THREE", "FOUR"]
    with enter(world.county):
        assert InboundStream.objects.get().last_sequence == 4


def test_a_batch_again_is_a_duplicate_and_repeats_its_refusals(world, recorder) -> None:
    sender = Sender(world.city, world.county)
    good, bad = sender.keep(sender.event()), sender.keep(sender.event({}))
    wire = batch.build(uuid7(), [good, bad], signer=sender.signer, at=now())

    first, again = sender.deliver(wire), sender.deliver(wire)

    assert (first["outcome"], again["outcome"]) == ("accepted", "duplicate")
    assert [found["code"] for found in first["exceptions"]] == ["SCHEMA_INVALID"]
    assert again["exceptions"] == first["exceptions"]
    assert len(recorder.applied) == 1


def test_a_batch_with_other_events_in_places_that_are_taken_is_refused(world, recorder) -> None:
    sender = Sender(world.city, world.county)
    sender.send()
    sender.send()
    forked = Sender(world.city, world.county)
    events = [forked.keep(forked.event(progressed("FORKED"))), forked.keep(forked.event(progressed("FORKED")))]

    receipt = sender.deliver(batch.build(uuid7(), events, signer=sender.signer, at=now()))

    assert (receipt["code"], receipt["retry"]) == ("SEQUENCE_REUSED", True)
    assert len(recorder.applied) == 2


def test_an_id_that_was_used_before_spoils_the_batch(world, recorder) -> None:
    sender = Sender(world.city, world.county)
    known = sender.keep(sender.event())
    sender.deliver(sender.wire(known))
    events = [sender.keep(sender.event()), sender.keep(sender.event(progressed("OTHER"), id=known.id))]

    receipt = sender.deliver(batch.build(uuid7(), events, signer=sender.signer, at=now()))

    assert receipt["code"] == "CONTENT_CONFLICT"
    assert len(recorder.applied) == 1


def test_a_batch_of_cases_holds_at_most_a_hundred(world, recorder) -> None:
    sender = Sender(world.city, world.county)
    events = [sender.keep(sender.event()) for _ in range(batch.MAX_BATCH_CASES + 1)]

    receipt = sender.deliver(batch.build(uuid7(), events, signer=sender.signer, at=now()))

    assert receipt["code"] == "BATCH_INVALID"
    assert recorder.applied == []


def test_attachments_make_batches_small(world, recorder, ready, wires) -> None:
    """Copying them takes the receiver's time before it can answer."""
    heavy = progressed("HEAVY", materials=[{"key": "c/1"}] * 15)
    with enter(world.city):
        send_messages([Outgoing("340123", PROGRESSED, SUBJECT, heavy)] * 3)
    relay_due()

    assert [is_batch(wire) for wire in wires] == [False, False, False]


def test_what_a_batch_costs_does_not_grow_with_its_messages(world, recorder, ready) -> None:
    """A handler that makes none costs none: the savepoint, the inbox and both logs are once a batch."""
    costs = []
    for number in (5, 25):
        _send(world, *(f"STEP-{step}" for step in range(number)))
        with CaptureQueriesContext(connection) as found:
            assert relay_stream(ready.id).shipments == 1
        costs.append(len(found))
    assert costs[0] == costs[1] <= 40


def test_a_signature_covers_every_message(world, recorder) -> None:
    sender = Sender(world.city, world.county)
    events = [sender.keep(sender.event()), sender.keep(sender.event())]
    wire = batch.build(uuid7(), events, signer=sender.signer, at=now())

    receipt = sender.deliver(wire.replace(b"REVIEWED", b"APPROVED", 1))

    assert receipt["code"] == "BATCH_INVALID"
    assert signed.MAX_MESSAGE_BYTES < batch.MAX_BATCH_BYTES
    with enter(world.county):
        assert not MessageLogEntry.objects.exists()
