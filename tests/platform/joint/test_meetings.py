"""Meetings of participants: convened by the lead, attendance kept, minutes closed (H-04, H-06, H-09, H-10)."""

from __future__ import annotations

from datetime import date

import pytest
from joint_cast import CITY, COUNTY, china

from zt_platform.cases.models import Case
from zt_platform.cases.testing import relay_all
from zt_platform.joint import commands, queries, register_queries
from zt_platform.joint.commands import Ask, Call
from zt_platform.joint.errors import JointNotOpen, MeetingNotFound, MeetingOver
from zt_platform.joint.models import JointTask
from zt_platform.joint.register import Meeting
from zt_tenants import clock
from zt_tenants.context import enter
from zt_tenants.errors import InvalidInput


def convene(cast, *tasks: JointTask, kind: str = "SURVEY", at: str = "2026-03-02T14:30") -> Meeting:
    """A meeting of the participants of these tasks."""
    with enter(cast.places[CITY]):
        case = commands.convene_meeting(
            actor=cast.city.reviewer,
            case_id=cast.case.pk,
            call=Call(kind, "现场踏查", "桃花镇1号", china(at), [task.task_id for task in tasks]),
        )
    relay_all()
    return meetings_of(case)[-1]


def close(cast, meeting: Meeting, *, moment: str = "2026-03-02T16:00", **attendance: str) -> Case:
    """The lead closes it; ``attendance`` goes by the participant's centre code, present unless given."""
    with clock.at(china(moment)), enter(cast.places[CITY]):
        led = {str(task.task_id): task for task in JointTask.objects.of_case(cast.number)}
        case = commands.close_meeting(
            actor=cast.city.reviewer,
            case_id=cast.case.pk,
            meeting_id=meeting.id,
            attendance={one: attendance.get(f"at{led[one].participant_code}", "PRESENT") for one in meeting.invited},
            minutes="现场符合条件",
        )
        relay_all()
    return case


def meetings_of(case: Case) -> list[Meeting]:
    """The meetings in the register entry of a case."""
    register = queries.register_of_case(case)
    return register.meetings if register is not None else []


@pytest.mark.req("H-04", "H-05", "H-09")
@pytest.mark.parametrize("kind", ["COORDINATION", "SURVEY", "DRAWING_REVIEW", "ACCEPTANCE_CHECK"])
def test_the_lead_convenes_and_every_participant_finds_it_on_its_task(cast, kind) -> None:
    local, county = cast.ask(Ask(CITY, "治安意见", department_code="GA"), Ask(COUNTY, "现场意见", department_code="GA"))
    made = convene(cast, local, county, kind=kind)

    there = cast.at(COUNTY, county).meeting_list
    assert [(one.id, one.kind, one.place, one.at) for one in there] == [
        (made.id, kind, "桃花镇1号", china("2026-03-02T14:30"))
    ]
    assert list(there[0].invited) == [str(county.task_id)]  # who else is called stays with the lead
    assert [one.id for one in cast.at(CITY, local).meeting_list] == [made.id]
    assert len(made.invited) == 2
    assert cast.lines(public=True)[-1].step == "MEETING_CONVENED"


@pytest.mark.req("H-06", "H-09")
def test_attendance_and_minutes_are_kept_and_everybody_reads_his_own(cast) -> None:
    local, county = cast.ask(Ask(CITY, "治安意见", department_code="GA"), Ask(COUNTY, "现场意见", department_code="GA"))
    [kept] = meetings_of(close(cast, convene(cast, local, county), at340123="EXCUSED"))

    assert {unit: seen for _, unit, seen in kept.lines if seen} == {
        "合肥市公安局": "PRESENT",
        cast.places[COUNTY].name: "EXCUSED",
    }
    assert (kept.state, kept.minutes, kept.closed_at) == ("CLOSED", "现场符合条件", china("2026-03-02T16:00"))
    [there] = cast.at(COUNTY, county).meeting_list
    assert (there.minutes, there.attendance) == ("现场符合条件", {str(county.task_id): "EXCUSED"})
    assert cast.at(COUNTY, county).status == "ASKED"
    assert cast.steps()[-1] == "MEETING_CLOSED"


@pytest.mark.req("H-09")
def test_a_cancelled_meeting_is_told_and_over(cast) -> None:
    county = cast.ask_county()
    made = convene(cast, county)
    with enter(cast.places[CITY]):
        commands.cancel_meeting(actor=cast.city.reviewer, case_id=cast.case.pk, meeting_id=made.id, reason="暴雨")
    relay_all()

    [there] = cast.at(COUNTY, county).meeting_list
    assert (there.state, there.minutes) == ("CANCELLED", "暴雨")
    before = cast.rows(CITY)
    with pytest.raises(MeetingOver):
        close(cast, made)
    assert cast.rows(CITY) == before


@pytest.mark.req("H-09")
def test_bad_meetings_are_refused_by_field_and_leave_nothing(cast) -> None:
    county = cast.ask_county()
    good = {"kind": "SURVEY", "subject": "踏查", "place": "桃花镇", "at": china("2026-03-02T14:00")}
    bad = [
        ("kind", {"kind": "PARTY"}, [county.task_id]),
        ("subject", {"subject": " "}, [county.task_id]),
        ("place", {"place": "长" * 201}, [county.task_id]),
        ("at", {"at": china("2026-03-02T09:00")}, [county.task_id]),
        ("task_ids", {}, []),
        ("task_ids", {}, [county.task_id, cast.city.reviewer.account_id]),
    ]
    before = cast.rows(CITY)
    for field, change, task_ids in bad:
        with enter(cast.places[CITY]), pytest.raises(InvalidInput) as refused:
            commands.convene_meeting(
                actor=cast.city.reviewer, case_id=cast.case.pk, call=Call(**{**good, **change}, task_ids=task_ids)
            )
        assert refused.value.field == field
    assert cast.rows(CITY) == before


@pytest.mark.req("H-06")
def test_minutes_need_everybodys_attendance_a_begun_meeting_and_an_existing_one(cast) -> None:
    county = cast.ask_county()
    made = convene(cast, county)
    before = cast.rows(CITY)

    def run(**more: object) -> None:
        given = {"meeting_id": made.id, "attendance": {str(county.task_id): "PRESENT"}, "minutes": "记录", **more}
        with enter(cast.places[CITY]):
            commands.close_meeting(actor=cast.city.reviewer, case_id=cast.case.pk, **given)  # type: ignore[arg-type]

    with pytest.raises(InvalidInput) as early:
        run()
    with clock.at(china("2026-03-02T15:00")):
        with pytest.raises(InvalidInput) as missing:
            run(attendance={})
        with pytest.raises(InvalidInput) as empty:
            run(minutes=" ")
        with pytest.raises(MeetingNotFound):
            run(meeting_id="0" * 32)
    assert [error.value.field for error in (early, missing, empty)] == ["minutes", "attendance", "minutes"]
    assert cast.rows(CITY) == before


@pytest.mark.req("H-09")
def test_without_a_register_entry_nobody_is_convened(cast) -> None:
    case = cast.city.accept(cast.city_case())
    with enter(cast.places[CITY]), pytest.raises(JointNotOpen):
        commands.convene_meeting(
            actor=cast.city.reviewer,
            case_id=case.pk,
            call=Call("SURVEY", "踏查", "桃花镇", china("2026-03-02T14:00"), []),
        )
    assert cast.city.fresh(case).joint == {}


@pytest.mark.req("H-10", "H-11", "H-06")
def test_the_register_counts_projects_meetings_and_surveys(cast) -> None:
    county = cast.ask_county()
    close(cast, convene(cast, county))
    convene(cast, county, kind="COORDINATION", at="2026-03-03T09:30")
    with enter(cast.places[CITY]):
        commands.cancel_meeting(
            actor=cast.city.reviewer,
            case_id=cast.case.pk,
            meeting_id=convene(cast, county, at="2026-03-03T10:30").id,
            reason="合并召开",
        )
        figures = register_queries.register_figures(cast.city.supervisor, date(2026, 1, 1))
        found = register_queries.register_for(
            cast.city.supervisor, register_queries.RegisterFilter(state="open", text="bl-340100-2026-00001")
        )
        assert [case.pk for case in found] == [cast.case.pk]
        ended = register_queries.RegisterFilter(state="ended")
        assert list(register_queries.register_for(cast.city.supervisor, ended)) == []
        assert list(register_queries.register_for(cast.police)) == []  # another department's cases
    assert (figures.projects, figures.meetings, figures.surveys, figures.tasks) == (1, 2, 1, 1)


@pytest.mark.req("H-11")
def test_days_from_acceptance_to_decision_are_told_apart(cast) -> None:
    ordinary = cast.city.accept(cast.city_case())
    with clock.at(china("2026-03-04T10:00")):
        cast.city.decide(cast.city.review(ordinary))
    with clock.at(china("2026-03-09T10:00")):
        cast.city.decide(cast.city.review(cast.case))
        with enter(cast.places[CITY]):
            found = register_queries.decision_days(cast.city.supervisor, date(2026, 1, 1))
    assert (found.joint, found.other) == ([5], [2])
