"""What cannot be handled is parked with its reason; only its case waits, and replay runs it in order."""

from __future__ import annotations

import pytest
from django.db import OperationalError

from zt_interop import batch, handlers
from zt_interop.inbox import MOST_ATTEMPTS, replay
from zt_interop.log.models import InboundStream, InboxMessage, InboxState
from zt_interop.testing import PROGRESSED, SUBJECT, progressed
from zt_tenants.clock import now
from zt_tenants.context import enter
from zt_tenants.errors import DomainError, NotFound
from zt_tenants.uuid7 import uuid7

pytestmark = pytest.mark.req("Y-01", "E-20")
OTHER = "340100-20260302-000002-7"


class Unready(DomainError):
    """The case is not ready for this step."""

    code = "UNREADY"
    zh = "办件尚未受理。"
    en = "The case is not accepted yet."


class Away(DomainError):
    """Something is away and comes back."""

    code = "AWAY"
    transient = True


def _states(sender) -> list[tuple[str, str]]:
    with enter(sender.destination):
        return list(InboxMessage.objects.values_list("state", "reason_code"))


def test_a_message_its_handler_refuses_is_parked_with_the_reason(sender, recorder) -> None:
    recorder.fail_on["REVIEWED"] = Unready()

    receipt = sender.send()

    assert (receipt["outcome"], receipt["code"]) == ("parked", "UNREADY")
    assert receipt["reason"] == {"zh": "办件尚未受理。", "en": "The case is not accepted yet."}
    assert _states(sender) == [("PARKED", "UNREADY")]


def test_later_messages_of_the_case_wait_and_other_cases_go_on(sender, recorder) -> None:
    recorder.fail_on["REVIEWED"] = Unready()
    sender.send()
    recorder.fail_on.clear()

    behind = sender.send(progressed("APPROVED"))
    other = sender.send(progressed("APPROVED", OTHER), subject=OTHER)

    assert (behind["outcome"], behind["code"]) == ("parked", "BEHIND_PARKED")
    assert other["outcome"] == "accepted"
    assert [message.subject for message in recorder.applied] == [OTHER]


def test_replay_runs_the_parked_message_and_all_behind_it_in_order(sender, recorder) -> None:
    recorder.fail_on["REVIEWED"] = Unready()
    sender.send()
    sender.send(progressed("APPROVED"))
    sender.send(progressed("COMPLETED"))
    recorder.fail_on.clear()

    with enter(sender.destination):
        assert replay(InboxMessage.objects.earliest("id").id) == 3

    assert recorder.steps == ["REVIEWED", "APPROVED", "COMPLETED"]
    assert _states(sender) == [("APPLIED", "")] * 3
    assert sender.send(progressed("DELIVERED"))["outcome"] == "accepted"


def test_replay_stops_where_it_is_parked_again(sender, recorder) -> None:
    recorder.fail_on["REVIEWED"] = Unready()
    sender.send()
    sender.send(progressed("APPROVED"))
    recorder.fail_on = {"APPROVED": Unready()}

    with enter(sender.destination):
        assert replay(InboxMessage.objects.latest("id").id) == 1
        assert replay(InboxMessage.objects.latest("id").id) == 0

    assert recorder.steps == ["REVIEWED"]
    assert _states(sender) == [("APPLIED", ""), ("PARKED", "UNREADY")]


def test_replay_of_a_neighbour_s_message_finds_nothing(world, sender, recorder) -> None:
    recorder.fail_on["REVIEWED"] = Unready()
    sender.send()
    with enter(sender.destination):
        parked = InboxMessage.objects.get().id

    with enter(world.other_county), pytest.raises(NotFound):
        replay(parked)

    assert _states(sender) == [("PARKED", "UNREADY")]


def test_what_cannot_be_prepared_is_parked_before_anything_is_written(sender, recorder) -> None:
    recorder.fail_preparing["REVIEWED"] = Unready()
    assert sender.send()["code"] == "UNREADY"
    assert recorder.applied == []
    recorder.fail_preparing.clear()

    with enter(sender.destination):
        assert replay(InboxMessage.objects.get().id) == 1

    assert recorder.steps == ["REVIEWED"]
    assert len(recorder.prepared) == 1


def test_half_a_handler_s_work_is_undone_when_it_fails(sender, recorder) -> None:
    def apply(message) -> None:
        InboundStream.objects.create(source_code="999999", channel="case")
        raise Unready

    handlers.unregister(PROGRESSED)
    handlers.register(PROGRESSED, apply=apply)

    assert sender.send()["outcome"] == "parked"
    with enter(sender.destination):
        assert not InboundStream.objects.filter(source_code="999999").exists()


@pytest.mark.parametrize("where", ["fail_on", "fail_preparing"])
def test_a_defect_of_a_handler_is_parked_too_and_logged(sender, recorder, caplog, where: str) -> None:
    getattr(recorder, where)["REVIEWED"] = KeyError("secret")

    receipt = sender.send()

    assert (receipt["outcome"], receipt["code"]) == ("parked", "INBOX_FAULT")
    assert "secret" not in str(receipt)
    assert "handler of case.progressed.v1 failed" in caplog.text


@pytest.mark.parametrize("where", ["fail_on", "fail_preparing"])
@pytest.mark.parametrize("passing", [OperationalError("gone"), Away(), ConnectionResetError()])
def test_what_may_pass_is_not_parked_but_tried_again(sender, recorder, passing: Exception, where: str) -> None:
    getattr(recorder, where)["REVIEWED"] = passing
    wire = sender.wire(sender.keep(sender.event()))

    with pytest.raises(type(passing)):
        sender.deliver(wire)
    assert _states(sender) == []

    getattr(recorder, where).clear()
    assert sender.deliver(wire)["outcome"] == "accepted"


@pytest.mark.parametrize("where", ["apply", "prepare"])
def test_what_never_passes_is_parked_in_the_end_and_only_its_case_waits(world, sender, recorder, where: str) -> None:
    """A handler that fails the same way for ever, though its error says it may pass, does not stop the stream."""
    failing = recorder.fail_on if where == "apply" else recorder.fail_preparing
    failing["BAD"] = TimeoutError("never")
    steps = (("ONE", SUBJECT), ("BAD", SUBJECT), ("OTHER", OTHER), ("LAST", SUBJECT))
    events = [sender.keep(sender.event(progressed(step, subject), subject=subject)) for step, subject in steps]
    wire = batch.build(uuid7(), events, signer=sender.signer, at=now())

    for _ in range(MOST_ATTEMPTS - 1):
        with pytest.raises(TimeoutError):
            sender.deliver(wire)
        assert recorder.applied == []
    receipt = sender.deliver(wire)

    found = {entry["event_id"]: (entry["outcome"], entry["code"]) for entry in receipt["exceptions"]}
    assert found == {
        str(events[1].id): ("parked", "KEEPS_FAILING"),
        str(events[3].id): ("parked", "BEHIND_PARKED"),
    }
    assert recorder.steps == ["ONE", "OTHER"]
    failing.clear()
    with enter(world.county):
        parked = InboxMessage.objects.get(state="PARKED")
        assert "TimeoutError" in parked.reason_en
        assert replay(parked.id) == 2
    assert recorder.steps == ["ONE", "OTHER", "BAD", "LAST"]


def test_a_type_nobody_handles_yet_waits_for_its_handler(sender, recorder) -> None:
    handlers.unregister(PROGRESSED)
    assert sender.send()["code"] == "NO_HANDLER"
    handlers.register(PROGRESSED, apply=recorder.apply)

    with enter(sender.destination):
        assert replay(InboxMessage.objects.get().id) == 1
        assert InboxMessage.objects.get().state == InboxState.APPLIED

    assert [message.subject for message in recorder.applied] == [SUBJECT]


def test_a_parked_message_delivered_again_is_a_duplicate_and_stays_parked(sender, recorder) -> None:
    recorder.fail_on["REVIEWED"] = Unready()
    wire = sender.wire(sender.keep(sender.event()))
    sender.deliver(wire)
    recorder.fail_on.clear()

    assert sender.deliver(wire)["outcome"] == "duplicate"
    assert recorder.applied == []
    assert _states(sender) == [("PARKED", "UNREADY")]
