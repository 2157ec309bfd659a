"""When messages of joint handling cross: the earlier act counts, at both ends (0011, 0034); what is foreign is parked."""

from __future__ import annotations

import pytest
from joint_cast import CITY, COUNTY, NEIGHBOUR, Cast, china

from zt_interop.log.models import InboxMessage
from zt_interop.queue.models import OutboxMessage
from zt_interop.send import send_message
from zt_platform.cases.testing import relay_all
from zt_platform.joint import commands
from zt_platform.joint.errors import TaskStandsElsewhere
from zt_platform.joint.models import JointTask
from zt_platform.papers.models import Paper
from zt_tenants import clock
from zt_tenants.context import enter, outside_centres
from zt_tenants.timers import run_due


def deem(cast: Cast) -> None:
    """The lead's timer rings just after the limit, and nothing is carried yet."""
    with clock.at(china("2026-03-03T17:01")), outside_centres():
        run_due()


def answer_at(cast: Cast, task: JointTask, moment: str, opinion: str = "OBJECTION", text: str = "不同意") -> None:
    """The county answers at a moment; the message stays in the queue."""
    with clock.at(china(moment)):
        cast.answer(task, opinion, text, carry=False)


def standing(cast: Cast, task: JointTask) -> list[tuple[str, str]]:
    """Status and opinion at both ends, once everything has arrived."""
    with clock.at(china("2026-03-06T09:00")):
        relay_all()
    return [(row.status, row.opinion) for row in (cast.at(CITY, task), cast.at(COUNTY, task))]


def deemed_paper(cast: Cast) -> Paper:
    """The one notice of deemed consent."""
    with enter(cast.places[CITY]):
        return Paper.objects.get(kind="JOINT_DEEMED")


@pytest.mark.req("G-06", "H-08")
def test_an_opinion_given_before_the_deemed_moment_wins_though_it_arrives_later(cast) -> None:
    cast.rule("INACTION")
    task = cast.ask_county()
    answer_at(cast, task, "2026-03-03T16:59")
    deem(cast)
    assert cast.at(CITY, task).status == "DEEMED"

    assert standing(cast, task) == [("ANSWERED", "OBJECTION")] * 2
    assert deemed_paper(cast).revoked_at is not None
    assert "NOTE" in [line.act for line in cast.at(COUNTY, task).lines]


@pytest.mark.req("G-06")
def test_an_opinion_given_after_the_deemed_moment_is_noted_at_both_ends_and_counts_at_neither(cast) -> None:
    cast.rule("INACTION")
    task = cast.ask_county()
    answer_at(cast, task, "2026-03-03T17:30")
    deem(cast)

    assert standing(cast, task) == [("DEEMED", "DEEMED_CONSENT")] * 2
    late = [line for line in cast.at(CITY, task).lines if line.act == "NOTE"]
    assert [(line.opinion, line.text) for line in late] == [("OBJECTION", "不同意")]
    assert deemed_paper(cast).revoked_at is None


@pytest.mark.req("G-06")
def test_an_opinion_given_after_the_limit_counts_at_neither_end_though_the_timer_is_late(cast) -> None:
    """What silence counts as does not hang on which is found out first: the message, or the limit."""
    cast.rule("INACTION")
    task = cast.ask_county()
    with clock.at(china("2026-03-03T17:30")):
        cast.answer(task, "OBJECTION", "不同意")

    assert standing(cast, task) == [("DEEMED", "DEEMED_CONSENT")] * 2
    assert cast.at(CITY, task).opinion_at == china("2026-03-03T17:00")
    assert [line.opinion for line in cast.at(CITY, task).lines if line.act == "NOTE"] == ["OBJECTION"]
    cast.ring("2026-03-03T17:40")
    assert cast.steps()[-2:] == ["OPINION_OVERDUE", "OPINION_DEEMED"]
    assert len(cast.orders(COUNTY)) == 1


@pytest.mark.req("G-06")
def test_in_the_leads_own_centre_an_opinion_after_the_limit_is_refused_where_silence_has_counted(cast) -> None:
    cast.rule("INACTION")
    task = cast.ask_police()
    before = cast.rows(CITY)
    with clock.at(china("2026-03-03T17:30")), enter(cast.places[CITY]), pytest.raises(TaskStandsElsewhere):
        commands.give_opinion(actor=cast.police, task_id=task.task_id, opinion="OBJECTION", text="不同意")
    assert cast.rows(CITY) == before
    cast.ring("2026-03-03T17:40")
    assert cast.at(CITY, task).deemed_ground == "INACTION"


@pytest.mark.req("G-06", "H-06")
def test_in_the_leads_own_centre_an_opinion_after_the_limit_is_heard_where_no_rule_is_on(cast) -> None:
    """Who gives it answers for its being late, once."""
    task = cast.ask_police()
    with clock.at(china("2026-03-03T17:30")), enter(cast.places[CITY]):
        commands.give_opinion(actor=cast.police, task_id=task.task_id, opinion="OBJECTION", text="不同意")
    cast.ring("2026-03-03T17:40")
    found = cast.at(CITY, task)
    assert (found.status, found.opinion, found.neglect) == ("ANSWERED", "OBJECTION", "UNSIGNED")
    assert len(cast.orders(CITY)) == 1


@pytest.mark.req("G-06")
def test_revised_after_the_deemed_moment_what_was_said_first_decides_whether_it_was_silence(cast) -> None:
    """Two opinions on the way, one before and one after the limit: it was not silent, and its last word counts."""
    cast.rule("INACTION")
    task = cast.ask_county()
    answer_at(cast, task, "2026-03-03T16:00", "CONSENT", "")
    answer_at(cast, task, "2026-03-03T18:00", "OBJECTION", "补充核查后不同意")
    deem(cast)

    assert standing(cast, task) == [("ANSWERED", "OBJECTION")] * 2


@pytest.mark.req("G-06", "H-06")
@pytest.mark.parametrize(("rules", "result"), [(["INACTION"], "SIGNED"), (["INACTION", "OVERTIME"], "DEEMED")])
def test_a_signature_that_was_under_way_takes_the_ground_from_inaction(cast, rules, result) -> None:
    for rule in rules:
        cast.rule(rule)
    task = cast.ask_county()
    with clock.at(china("2026-03-03T16:00")):
        cast.sign(task, carry=False)
    deem(cast)
    assert cast.at(CITY, task).deemed_ground == "INACTION"

    assert [status for status, _ in standing(cast, task)] == [result] * 2
    grounds = {cast.at(code, task).deemed_ground for code in (CITY, COUNTY)}
    assert grounds == ({"OVERTIME"} if result == "DEEMED" else {""})
    assert {cast.at(code, task).neglect for code in (CITY, COUNTY)} == {"UNANSWERED"}
    assert (deemed_paper(cast).revoked_at is None) == (result == "DEEMED")


@pytest.mark.req("H-07")
@pytest.mark.parametrize(("answered", "counts"), [("2026-03-02T10:00", True), ("2026-03-02T12:00", False)])
def test_an_opinion_and_a_recall_that_cross(cast, answered, counts) -> None:
    task = cast.ask_county()
    answer_at(cast, task, answered)
    with clock.at(china("2026-03-02T11:00")), enter(cast.places[CITY]):
        commands.recall_task(actor=cast.city.reviewer, task_id=task.task_id, reason="不再需要")

    expected = ("ANSWERED", "OBJECTION") if counts else ("RECALLED", "")
    assert standing(cast, task) == [expected] * 2


@pytest.mark.req("H-12")
@pytest.mark.parametrize(("revised", "last"), [("2026-03-02T10:30", "OBJECTION"), ("2026-03-02T12:00", "CONSENT")])
def test_a_revision_that_crosses_the_decision(cast, revised, last) -> None:
    """The decision stands in either case; what was said before it is on record at both ends, what came after is noted."""
    task = cast.ask_county()
    with clock.at(china("2026-03-02T10:00")):
        cast.answer(task)
    answer_at(cast, task, revised)
    with clock.at(china("2026-03-02T11:00")):
        cast.city.decide(cast.city.review(cast.case))

    assert standing(cast, task) == [("ANSWERED", last)] * 2
    assert cast.city.fresh(cast.case).result == "GRANTED"
    assert {cast.at(code, task).ended_as for code in (CITY, COUNTY)} == {"APPROVED"}


@pytest.mark.req("Y-01")
def test_every_message_a_second_time_changes_nothing(cast) -> None:
    cast.rule("OVERTIME")
    task = cast.ask_county()
    cast.sign(task)
    cast.answer(task, "CONDITIONS", "附条件")
    with enter(cast.places[CITY]):
        commands.convene_meeting(
            actor=cast.city.reviewer,
            case_id=cast.case.pk,
            call=commands.Call("SURVEY", "踏查", "桃花镇", china("2026-03-02T14:00"), [task.task_id]),
        )
    relay_all()
    cast.city.decide(cast.city.review(cast.case))
    relay_all()
    with outside_centres():
        sent = [
            (row.stream.source_code, row.stream.destination_code, row.type, row.data)
            for row in OutboxMessage.objects.filter(type__startswith="joint.").order_by("position")
        ]
    before = {code: _tasks(cast, code) for code in (CITY, COUNTY)}
    for source, destination, type_, data in sent:
        with enter(source):
            send_message(destination=destination, type=type_, subject=cast.number, data=data)
    relay_all()

    assert {type_ for *_, type_, _ in sent} == {
        "joint.task.v1",
        "joint.signed.v1",
        "joint.opinion.v1",
        "joint.meeting.v1",
        "joint.recalled.v1",
    }
    assert {code: _tasks(cast, code) for code in (CITY, COUNTY)} == before


def _tasks(cast: Cast, code: str) -> list[dict[str, object]]:
    with enter(cast.places[code]):
        return [dict(row) for row in JointTask.objects.order_by("pk").values()]


@pytest.mark.req("Y-01")
@pytest.mark.parametrize("type_", ["signed", "opinion", "deemed", "recalled", "meeting", "task"])
def test_a_centre_without_a_part_in_a_task_changes_nothing_and_its_message_is_parked(cast, type_) -> None:
    """The neighbour is authentic, and neither the lead nor the participant."""
    task = cast.ask_county()
    named = {"tracking_number": cast.number, "task_id": str(task.task_id)}
    at = "2026-03-02T09:30:00+08:00"
    with outside_centres():
        asked = OutboxMessage.objects.get(type="joint.task.v1").data
    data = {
        "signed": {**named, "signed_at": at},
        "opinion": {**named, "opinion": "CONSENT", "given_at": at},
        "deemed": {**named, "opinion": "DEEMED_CONSENT", "given_at": at},
        "recalled": {**named, "recalled_at": at},
        "meeting": {
            **named,
            "meeting": {
                "id": "0" * 32,
                "kind": "SURVEY",
                "state": "CONVENED",
                "subject": "x",
                "place": "y",
                "at": at,
                "convened_at": at,
            },
        },
        "task": {**asked, "part": "别的内容", "materials": [], "paper": None},
    }[type_]
    wire = f"joint.{'opinion' if type_ == 'deemed' else type_}.v1"
    before = {code: _tasks(cast, code) for code in (CITY, COUNTY)}
    with enter(cast.places[NEIGHBOUR]):
        for destination in (CITY, COUNTY):
            if type_ != "task" or destination == COUNTY:
                send_message(destination=destination, type=wire, subject=cast.number, data=data)
    relay_all()

    assert {code: _tasks(cast, code) for code in (CITY, COUNTY)} == before
    with enter(cast.places[COUNTY]):
        assert InboxMessage.objects.get(source_code=NEIGHBOUR).reason_code == "JOINT_TASK_OF_ANOTHER"


@pytest.mark.req("Y-01", "R-11")
def test_an_opinion_marked_with_another_case_changes_nothing(cast) -> None:
    task = cast.ask_county()
    named = {"tracking_number": cast.number, "task_id": str(task.task_id)}
    before = {code: _tasks(cast, code) for code in (CITY, COUNTY)}
    with enter(cast.places[COUNTY]):
        opinion = {**named, "opinion": "CONSENT", "given_at": "2026-03-02T09:30:00+08:00"}
        send_message(destination=CITY, type="joint.opinion.v1", subject="340100-20260302-000099-X", data=opinion)
    relay_all()

    assert {code: _tasks(cast, code) for code in (CITY, COUNTY)} == before
    with enter(cast.places[CITY]):
        assert InboxMessage.objects.get(source_code=COUNTY, state="PARKED").reason_code == "SUBJECT_DIFFERS"


@pytest.mark.req("H-08", "Y-06")
def test_a_task_of_the_first_edition_is_taken_without_what_was_added_since(cast) -> None:
    """Only the members that were frozen in edition 1.0."""
    task = cast.ask_county()
    with outside_centres():
        asked = OutboxMessage.objects.get(type="joint.task.v1").data
    first = {
        name: asked[name]
        for name in ("tracking_number", "part", "due_at", "item", "applicant", "form", "materials", "deemed_consent")
    }
    with enter(cast.places[CITY]):
        send_message(
            destination=COUNTY,
            type="joint.task.v1",
            subject=cast.number,
            data={**first, "task_id": "6f1c2f0e-6d5b-4c55-9b0e-0c6b7d1f2a3b"},
        )
    relay_all()
    with enter(cast.places[COUNTY]):
        taken = JointTask.objects.exclude(task_id=task.task_id).get()
    assert (taken.status, taken.department, taken.paper_copy, taken.defaults) == ("ASKED", None, None, {})
