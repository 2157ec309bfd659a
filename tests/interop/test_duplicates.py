"""At least once on the wire, exactly once in effect."""

from __future__ import annotations

from datetime import timedelta

import pytest

from zt_interop.log.models import InboundStream, InboxMessage, MessageLogEntry, Refusal
from zt_interop.testing import progressed
from zt_tenants.clock import at, now
from zt_tenants.context import enter
from zt_tenants.uuid7 import uuid7

pytestmark = pytest.mark.req("Y-01")


def test_the_same_bytes_again_are_answered_as_a_duplicate(sender, recorder) -> None:
    wire = sender.wire(sender.keep(sender.event()))

    outcomes = [sender.deliver(wire)["outcome"] for _ in range(3)]

    assert outcomes == ["accepted", "duplicate", "duplicate"]
    assert len(recorder.applied) == 1
    with enter(sender.destination):
        assert InboxMessage.objects.count() == MessageLogEntry.objects.count() == 1


def test_the_same_event_signed_afresh_is_a_duplicate(sender, recorder) -> None:
    event = sender.keep(sender.event())
    sender.deliver(sender.wire(event))

    with at(now() + timedelta(days=30)):
        assert sender.deliver(sender.wire(event))["outcome"] == "duplicate"

    assert len(recorder.applied) == 1


def test_an_old_event_is_a_duplicate_also_when_others_came_after_it(sender, recorder) -> None:
    first = sender.keep(sender.event())
    sender.deliver(sender.wire(first))
    sender.send(progressed("APPROVED"))

    assert sender.deliver(sender.wire(first))["outcome"] == "duplicate"
    assert len(recorder.applied) == 2


def test_other_content_under_a_known_id_is_refused(sender, recorder) -> None:
    event = sender.keep(sender.event())
    sender.deliver(sender.wire(event))

    receipt = sender.deliver(sender.wire(sender.event(progressed("APPROVED"), id=event.id)))

    assert (receipt["outcome"], receipt["code"]) == ("refused", "CONTENT_CONFLICT")
    assert len(recorder.applied) == 1
    with enter(sender.destination):
        assert InboundStream.objects.get().last_sequence == 1


def test_another_event_in_a_place_that_is_taken_is_refused(sender, recorder) -> None:
    event = sender.keep(sender.event())
    sender.deliver(sender.wire(event))

    forked = sender.event(id=uuid7(), sequence=1, prevhash=event.prevhash)
    receipt = sender.deliver(sender.wire(forked))

    assert (receipt["code"], receipt["retry"]) == ("SEQUENCE_REUSED", True)
    assert len(recorder.applied) == 1


def test_an_event_not_linked_to_the_last_one_is_refused(sender, recorder) -> None:
    sender.send()

    receipt = sender.deliver(sender.wire(sender.event(prevhash="a" * 64)))

    assert receipt["code"] == "LINK_BROKEN"
    assert len(recorder.applied) == 1


def test_a_gap_is_refused_with_the_sequence_that_is_expected(sender, recorder) -> None:
    sender.send()
    sender.keep(sender.event())  # lost on the way

    receipt = sender.deliver(sender.wire(sender.event()))

    assert (receipt["code"], receipt["retry"], receipt["expected_sequence"]) == ("SEQUENCE_GAP", True, 2)
    assert len(recorder.applied) == 1
    with enter(sender.destination):
        stream = InboundStream.objects.get()
    assert (stream.last_sequence, stream.gaps) == (1, 1)


def test_a_message_with_a_bad_payload_keeps_its_place_so_that_the_stream_goes_on(sender, recorder) -> None:
    bad = sender.keep(sender.event({"tracking_number": "340100-20260302-000001-X"}))

    first = sender.deliver(sender.wire(bad))
    again = sender.deliver(sender.wire(bad))
    after = sender.send()

    assert (first["outcome"], first["code"], first["recorded"]) == ("refused", "SCHEMA_INVALID", True)
    assert (again["outcome"], again["code"], again["recorded"]) == ("refused", "SCHEMA_INVALID", True)
    assert after["outcome"] == "accepted"
    assert len(recorder.applied) == 1
    with enter(sender.destination):
        assert Refusal.objects.get().recorded_sequence == 1
        assert InboxMessage.objects.count() == 1


@pytest.mark.parametrize(
    ("type_", "code"), [("case.progressed.v2", "MAJOR_UNKNOWN"), ("case.vanished.v1", "TYPE_UNKNOWN")]
)
def test_an_unknown_type_is_refused_in_its_place(sender, recorder, type_: str, code: str) -> None:
    receipt = sender.deliver(sender.wire(sender.keep(sender.event(type=type_))))

    assert (receipt["outcome"], receipt["code"], receipt["recorded"]) == ("refused", code, True)
    assert sender.send()["outcome"] == "accepted"
    with enter(sender.destination):
        assert InboxMessage.objects.count() == 1


def test_attributes_of_a_later_minor_version_are_kept(sender, recorder) -> None:
    event = sender.event(progressed(urgency="HIGH"), extensions={"partitionkey": "340100"})

    assert sender.deliver(sender.wire(sender.keep(event)))["outcome"] == "accepted"
    assert recorder.applied[0].data["urgency"] == "HIGH"
    assert recorder.applied[0].digest == event.digest()
