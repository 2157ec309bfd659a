"""What operators do: repair a refused message and send it again, or close it by two persons; parked ones try again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from zt_interop import parked, receive
from zt_interop.confidential import is_sealed
from zt_interop.errors import SchemaInvalid, TypeUnknown
from zt_interop.handling import ReasonNeeded, SecondPersonNeeded, close_message, repair_message
from zt_interop.inbox import replay
from zt_interop.log.models import InboxMessage
from zt_interop.queue.models import OutboundStream, OutboxMessage
from zt_interop.relay import relay_due
from zt_interop.send import Outgoing, send_messages
from zt_interop.testing import PROGRESSED, SUBJECT, progressed
from zt_tenants.clock import now
from zt_tenants.context import enter
from zt_tenants.errors import DomainError, NotFound
from zt_tenants.models import Timer
from zt_tenants.timers import DueTimer

pytestmark = pytest.mark.req("Y-01", "E-20")


class Unready(DomainError):
    """Not now."""

    code = "UNREADY"
    zh = "尚未受理。"
    en = "Not accepted yet."


def _send(world, step: str) -> OutboxMessage:
    with enter(world.city):
        return send_messages([Outgoing("340123", PROGRESSED, SUBJECT, progressed(step))])[0]


@pytest.fixture
def refused(world, recorder, request) -> OutboxMessage:
    """A message that the county refused: in its place (SCHEMA), or before it entered the stream (ENVELOPE)."""
    message = _send(world, "ONE")
    changes = {"data": {}} if getattr(request, "param", "SCHEMA") == "SCHEMA" else {"subject": ""}
    OutboxMessage.objects.filter(pk=message.pk).update(**changes)
    _send(world, "TWO")
    relay_due()
    message.refresh_from_db()
    assert message.state == "REFUSED"
    OutboxMessage.objects.filter(pk=message.pk).update(subject=SUBJECT)
    return message


@pytest.mark.parametrize("refused", ["SCHEMA", "ENVELOPE"], indirect=True)
def test_a_repaired_message_arrives_once_under_its_own_id(world, refused, recorder) -> None:
    with enter(world.city):
        repair_message(refused.event_id, data=progressed("ONE"), by="李处长", reason="补正字段")
    relay_due()

    assert recorder.steps == ["TWO", "ONE"]
    assert recorder.applied[-1].id == refused.event_id
    rows = OutboxMessage.objects.filter(event_id=refused.event_id)
    sent = rows.get(state="DELIVERED")
    assert [(line["act"], line["by"], line["reason"]) for line in sent.handled] == [("REPAIRED", "李处长", "补正字段")]
    assert OutboundStream.objects.get().acknowledged_sequence == sent.sequence
    if refused.sequence is not None:
        assert rows.get(state="CLOSED").sequence == refused.sequence


@pytest.mark.req("Y-11")
@pytest.mark.parametrize("data", [None, progressed("ONE")], ids=["as it was", "anew"])
def test_what_was_encrypted_can_be_sent_again(world, elsewhere, recorder, monkeypatch, data) -> None:
    """The centre elsewhere ran a release that did not know the type yet; nobody here can read what it was sent."""

    def older_release(type_: str) -> None:
        raise TypeUnknown(type=type_)

    with monkeypatch.context() as before:
        before.setattr(receive, "check_type", older_release)
        message = _send(world, "ONE")
        relay_due()
    message.refresh_from_db()
    assert (message.state, message.refusal_code, is_sealed(message.data)) == ("REFUSED", "TYPE_UNKNOWN", True)

    with enter(world.city):
        repair_message(message.event_id, data=data, by="李处长", reason="对方已升级")
    relay_due()

    assert [(each.id, each.data["step"]) for each in recorder.applied] == [(message.event_id, "ONE")]
    assert is_sealed(OutboxMessage.objects.get(event_id=message.event_id, state="DELIVERED").data)


def test_a_repair_that_is_no_better_changes_nothing(world, refused) -> None:
    with enter(world.city), pytest.raises(SchemaInvalid):
        repair_message(refused.event_id, data={"step": 1}, by="李处长", reason="x")
    with enter(world.city), pytest.raises(ReasonNeeded):
        repair_message(refused.event_id, data=progressed("ONE"), by="李处长", reason=" ")
    refused.refresh_from_db()
    assert (refused.state, refused.handled) == ("REFUSED", [])


def test_closing_takes_two_persons(world, refused) -> None:
    with enter(world.city):
        assert close_message(refused.event_id, by="甲", reason="重复件").state == "REFUSED"
        with pytest.raises(SecondPersonNeeded):
            close_message(refused.event_id, by="甲", reason="重复件")
        refused.refresh_from_db()
        assert (refused.state, len(refused.handled)) == ("REFUSED", 1)
        closed = close_message(refused.event_id, by="乙", reason="属实")
    assert closed.state == "CLOSED"
    assert [(line["act"], line["by"]) for line in closed.handled] == [("CLOSING_PROPOSED", "甲"), ("CLOSED", "乙")]
    relay_due()
    closed.refresh_from_db()
    assert closed.state == "CLOSED"


def test_neighbours_can_do_nothing_about_it(world, refused) -> None:
    for act in (
        lambda: repair_message(refused.event_id, data=progressed("ONE"), by="甲", reason="x"),
        lambda: close_message(refused.event_id, by="甲", reason="x"),
    ):
        with enter(world.other_city), pytest.raises(NotFound):
            act()
    refused.refresh_from_db()
    assert (refused.state, refused.handled) == ("REFUSED", [])


def test_what_was_delivered_cannot_be_repaired(world, recorder) -> None:
    message = _send(world, "ONE")
    relay_due()
    with enter(world.city), pytest.raises(NotFound):
        repair_message(message.event_id, data=progressed("TWO"), by="甲", reason="x")
    assert recorder.steps == ["ONE"]


def _due(timer: Timer) -> DueTimer:
    return DueTimer(timer.id, timer.kind, timer.subject, timer.due_at, timer.data)


def test_a_parked_message_tries_again_by_itself_when_the_cause_may_have_passed(world, recorder, monkeypatch) -> None:
    rung: list[tuple[str, ...]] = []
    monkeypatch.setattr(parked, "_ring", lambda *of: rung.append(of))
    recorder.fail_on["ONE"] = Unready()
    _send(world, "ONE")
    relay_due()
    timer = Timer.objects.get(kind=parked.KIND)
    assert timer.centre_id == world.county.id
    assert timedelta(minutes=1) < timer.due_at - now() < timedelta(minutes=3)

    with enter(world.county):
        parked.handle([_due(timer)])
    assert parked.replay_subject("340123", "340100", "case", SUBJECT) == 0
    again = Timer.objects.get(kind=parked.KIND)
    assert again.due_at - now() > timedelta(minutes=7)

    recorder.fail_on.clear()
    _send(world, "TWO")
    relay_due()
    assert parked.replay_subject("340123", "340100", "case", SUBJECT) == 2
    assert recorder.steps == ["ONE", "TWO"]
    with enter(world.county):
        first = InboxMessage.objects.earliest("id")
        assert [(line["act"], line["by"], line["reason"]) for line in first.handled] == [
            ("REPLAYED", "system", "UNREADY"),
            ("REPLAYED", "system", ""),
        ]
        rest = Timer.objects.get(kind=parked.KIND)  # set as the first took effect, for what waited behind it
        parked.handle([_due(rest)])
    assert Timer.objects.get(kind=parked.KIND).id == rest.id  # nothing waits any more: no new timer


def test_after_the_last_time_people_must_look(world, recorder) -> None:
    recorder.fail_on["ONE"] = Unready()
    _send(world, "ONE")
    relay_due()
    timer = Timer.objects.get(kind=parked.KIND)
    Timer.objects.all().delete()
    last = DueTimer(timer.id, timer.kind, timer.subject, timer.due_at, {**timer.data, "times": len(parked.WAITS)})
    with enter(world.county):
        parked.handle([last])
        assert not Timer.objects.exists()
        assert replay(InboxMessage.objects.get().id, by="甲") == 0
        assert InboxMessage.objects.get().handled[-1]["by"] == "甲"
