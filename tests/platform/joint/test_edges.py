"""Every edge of the task's table, the refusal of every other, who may not, and input that is refused with its type."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from joint_cast import CITY, COUNTY, NEIGHBOUR, china

from zt_platform.actors import Actor
from zt_platform.cases.errors import CaseNotFound
from zt_platform.cases.meanwhile import CaseChanged
from zt_platform.cases.testing import OWN, staff
from zt_platform.catalogue.models import ItemVersion
from zt_platform.joint import commands, queries, states
from zt_platform.joint.commands import Ask, Call, Shared
from zt_platform.joint.errors import (
    AskedTwice,
    CaseNotHere,
    JointNotOpen,
    JointOpenAlready,
    NotAParticipant,
    NotJointItem,
    TaskNotFound,
    TaskStandsElsewhere,
)
from zt_platform.joint.models import JointTask
from zt_platform.joint.vocabulary import Act, Side, Status
from zt_platform.organisation.models import Department
from zt_platform.organisation.roles import Role
from zt_tenants import clock
from zt_tenants.context import enter
from zt_tenants.errors import Conflict, DomainError, InvalidInput, NotPermitted, UnknownCentre

PERMITTED = {
    ("ASKED", "SIGN"): "SIGNED",
    ("ASKED", "ANSWER"): "ANSWERED",
    ("SIGNED", "ANSWER"): "ANSWERED",
    ("ANSWERED", "ANSWER"): "ANSWERED",
    ("ASKED", "DEEM"): "DEEMED",
    ("SIGNED", "DEEM"): "DEEMED",
    ("ASKED", "RECALL"): "RECALLED",
    ("SIGNED", "RECALL"): "RECALLED",
}
"""Written here anew: the table is compared with what the requirements say, not with itself."""


@pytest.mark.req("H-06", "H-12")
@pytest.mark.parametrize("status", Status.values)
@pytest.mark.parametrize("act", [Act.SIGN, Act.ANSWER, Act.DEEM, Act.RECALL])
def test_the_table_has_these_edges_and_no_other(status, act) -> None:
    target = PERMITTED.get((status, act.value))
    edge = states.edge_from(status, act)

    assert (edge.target if edge else None) == target
    side = Side.PARTICIPANT if act in (Act.SIGN, Act.ANSWER) else Side.LEAD
    wrong = Side.LEAD if side is Side.PARTICIPANT else Side.PARTICIPANT
    with pytest.raises(TaskStandsElsewhere):
        states.permitted_edge(status, act, wrong)
    if target is None:
        with pytest.raises(TaskStandsElsewhere):
            states.permitted_edge(status, act, side)


def _sign(cast, task: JointTask) -> None:
    with enter(cast.places[CITY]):
        commands.sign_for_task(actor=cast.police, task_id=task.task_id)


def _answer(cast, task: JointTask) -> None:
    with enter(cast.places[CITY]):
        commands.give_opinion(actor=cast.police, task_id=task.task_id, opinion="CONSENT")


def _recall(cast, task: JointTask) -> None:
    with enter(cast.places[CITY]):
        commands.recall_task(actor=cast.city.reviewer, task_id=task.task_id, reason="不再需要")


ACTS = {"SIGN": _sign, "ANSWER": _answer, "RECALL": _recall}


@pytest.mark.req("H-06", "H-12")
@pytest.mark.parametrize("status", Status.values)
@pytest.mark.parametrize("act", sorted(ACTS))
def test_a_person_takes_each_edge_and_is_refused_every_other_without_a_trace(cast, status, act) -> None:
    task = cast.ask_police()
    with enter(cast.places[CITY]):
        row = JointTask.objects.get(task_id=task.task_id)
        row.status = status
        if status == "DEEMED":
            row.deemed = {"ground": "OVERTIME", "basis": "x", "at": "2026-03-03T17:00:00+08:00"}
        row.save()
    before = cast.rows(CITY)
    target = PERMITTED.get((status, act))

    if target is None:
        with pytest.raises(TaskStandsElsewhere):
            ACTS[act](cast, task)
        assert cast.rows(CITY) == before
    else:
        ACTS[act](cast, task)
        assert cast.at(CITY, task).status == target


@pytest.mark.req("H-05", "A-02")
@pytest.mark.parametrize("who", ["clerk", "supervisor", "other department", "applicant", "neighbour"])
def test_only_the_cases_own_department_leads(cast, who) -> None:
    actor: Actor = {
        "clerk": cast.city.clerk,
        "supervisor": cast.city.supervisor,
        "other department": cast.police,
        "applicant": cast.town.zhang,
        "neighbour": cast.desks[NEIGHBOUR].reviewer,
    }[who]
    before = cast.rows(CITY)

    with enter(cast.places[CITY]), pytest.raises(NotPermitted):
        commands.ask_participants(actor=actor, case_id=cast.case.pk, asks=[Ask(COUNTY, "意见")])
    with enter(cast.places[CITY]), pytest.raises(NotPermitted):
        commands.convene_meeting(
            actor=actor,
            case_id=cast.case.pk,
            call=Call("SURVEY", "踏查", "桃花镇", clock.now() + timedelta(days=1), [uuid4()]),
        )
    assert cast.rows(CITY) == before


@pytest.mark.req("H-06", "A-02")
def test_only_the_unit_that_was_asked_signs_and_answers(cast) -> None:
    task = cast.ask_police()
    before = cast.rows(CITY)
    with enter(cast.places[CITY]):
        for actor in (cast.other, cast.city.supervisor, cast.town.zhang, cast.desks[COUNTY].reviewer):
            with pytest.raises(NotPermitted):
                commands.sign_for_task(actor=actor, task_id=task.task_id)
            with pytest.raises(NotPermitted):
                commands.give_opinion(actor=actor, task_id=task.task_id, opinion="CONSENT")
        with pytest.raises(NotPermitted):  # a clerk signs, and has no opinion of the department's
            commands.give_opinion(actor=cast.city.clerk, task_id=task.task_id, opinion="CONSENT")
    assert cast.rows(CITY) == before


@pytest.mark.req("H-12", "A-02")
def test_a_reviewer_does_not_coordinate_and_the_participant_does_not_recall(cast) -> None:
    task = cast.ask_police()
    before = cast.rows(CITY)
    with enter(cast.places[CITY]):
        with pytest.raises(NotPermitted):
            commands.record_coordination(
                actor=cast.city.reviewer, case_id=cast.case.pk, parties="甲、乙", opinion="x", outcome="y"
            )
        with pytest.raises(NotPermitted):
            commands.recall_task(actor=cast.police, task_id=task.task_id, reason="x")
    assert cast.rows(CITY) == before


@pytest.mark.req("H-06")
def test_the_neighbour_sees_no_task_and_no_case_of_the_register(cast) -> None:
    task = cast.ask_county()
    desk = cast.desks[NEIGHBOUR]
    with enter(cast.places[NEIGHBOUR]):
        with pytest.raises(TaskNotFound):
            queries.task_for(desk.reviewer, task.task_id)
        with pytest.raises(TaskNotFound):
            commands.sign_for_task(actor=desk.clerk, task_id=task.task_id)
        with pytest.raises(CaseNotFound):
            commands.ask_participants(actor=desk.reviewer, case_id=cast.case.pk, asks=[Ask(COUNTY, "x")])
        assert list(queries.tasks_for(desk.reviewer)) == []
    with enter(cast.places[COUNTY]), pytest.raises(NotPermitted):
        queries.tasks_for(desk.reviewer)


@pytest.mark.req("H-06")
def test_another_department_does_not_read_what_was_asked_of_the_police(cast) -> None:
    task = cast.ask_police()
    third = staff(cast.places[CITY], Role.REVIEWER)
    with enter(cast.places[CITY]):
        zoned = Department.objects.create(code="ZZ", name="合肥市其他部门", name_en="Other")
        stranger = Actor(**{**{name: getattr(third, name) for name in third.__slots__}, "department_id": zoned.pk})
        with pytest.raises(TaskNotFound):
            queries.task_for(stranger, task.task_id)
        assert list(queries.tasks_for(stranger)) == []
        assert [one.task_id for one in queries.tasks_for(cast.police)] == [task.task_id]
        assert queries.task_for(cast.other, task.task_id).pk == task.pk  # the lead's own people


@pytest.mark.req("H-06")
def test_only_a_joint_item_is_registered_and_only_once_and_only_in_hand(cast) -> None:
    ordinary = cast.city.accept(cast.city_case("XK-NOW"))
    submitted = cast.city.submitted(cast.town.zhang, OWN)
    before = cast.rows(CITY)
    with enter(cast.places[CITY]):
        for case, refused in ((ordinary, NotJointItem), (submitted, CaseNotHere), (cast.case, JointOpenAlready)):
            with pytest.raises(refused):
                commands.open_joint_handling(actor=cast.city.reviewer, case_id=case.pk)
        with pytest.raises(InvalidInput) as wrong:
            commands.open_joint_handling(actor=cast.city.reviewer, case_id=cast.case.pk, stage="FIFTH")
        assert wrong.value.field == "stage"
        assert ItemVersion.objects.filter(item__code=OWN, decided_jointly=True).exists()
    assert cast.rows(CITY) == before


@pytest.mark.req("H-06")
def test_nobody_is_asked_before_the_case_is_registered(cast) -> None:
    case = cast.city.accept(cast.city_case())
    before = cast.rows(CITY)
    with enter(cast.places[CITY]), pytest.raises(JointNotOpen):
        commands.ask_participants(actor=cast.city.reviewer, case_id=case.pk, asks=[Ask(COUNTY, "x")])
    assert cast.rows(CITY) == before


BAD_ASKS: dict[str, tuple[list[Ask], type[DomainError], str | None]] = {
    "nobody": ([], InvalidInput, "asks"),
    "too many": ([Ask(COUNTY, "x", department_name=f"{nth}") for nth in range(61)], InvalidInput, "asks"),
    "no part": ([Ask(COUNTY, "  ")], InvalidInput, "part"),
    "long part": ([Ask(COUNTY, "长" * 201)], InvalidInput, "part"),
    "no days": ([Ask(COUNTY, "x", days=0)], InvalidInput, "days"),
    "past the case's limit": ([Ask(COUNTY, "x", days=40)], InvalidInput, "days"),
    "unknown centre": ([Ask("999999", "x")], UnknownCentre, None),
    "own centre without department": ([Ask(CITY, "x")], InvalidInput, "department_code"),
    "unknown department": ([Ask(CITY, "x", department_code="NO")], InvalidInput, "department_code"),
    "itself": ([Ask(CITY, "x", department_code="SC")], NotAParticipant, None),
    "twice in one form": ([Ask(COUNTY, "x"), Ask(COUNTY, "y")], AskedTwice, "asks"),
}


@pytest.mark.req("H-08", "Z-01")
@pytest.mark.parametrize("kind", sorted(BAD_ASKS))
def test_bad_asks_are_refused_by_type_and_field_and_leave_nothing(cast, kind) -> None:
    asks, error, field = BAD_ASKS[kind]
    before = cast.rows(CITY)
    with enter(cast.places[CITY]), pytest.raises(error) as refused:
        commands.ask_participants(actor=cast.city.reviewer, case_id=cast.case.pk, asks=asks)
    assert (type(refused.value), refused.value.field) == (error, field)
    assert cast.rows(CITY) == before


@pytest.mark.req("H-07")
@pytest.mark.parametrize(
    ("shared", "field"),
    [(Shared(material_ids=[987654]), "material_ids"), (Shared(form_fields=["secret"]), "form_fields")],
)
def test_what_the_case_has_not_cannot_be_shared(cast, shared, field) -> None:
    before = cast.rows(CITY)
    with enter(cast.places[CITY]), pytest.raises(InvalidInput) as refused:
        commands.ask_participants(
            actor=cast.city.reviewer, case_id=cast.case.pk, asks=[Ask(COUNTY, "x")], shared=shared
        )
    assert refused.value.field == field
    assert cast.rows(CITY) == before


@pytest.mark.req("H-07")
def test_a_unit_is_not_asked_twice_in_a_case_unless_it_was_recalled(cast) -> None:
    cast.ask_county()
    before = cast.rows(CITY)
    with pytest.raises(AskedTwice) as refused:
        cast.ask_county()
    assert cast.places[COUNTY].name in refused.value.data["units"]
    assert cast.rows(CITY) == before


@pytest.mark.req("H-06", "Z-01")
@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"opinion": "PERHAPS"}, "opinion"),
        ({"opinion": "DEEMED_CONSENT"}, "opinion"),
        ({"opinion": "OBJECTION", "text": " "}, "text"),
        ({"opinion": "CONDITIONS", "text": "长" * 4001}, "text"),
        ({"opinion": "CONSENT", "attachment_ids": [424242]}, "files"),
    ],
)
def test_a_bad_opinion_is_refused_and_leaves_nothing(cast, given, field) -> None:
    task = cast.ask_police()
    before = cast.rows(CITY)
    with enter(cast.places[CITY]), pytest.raises(InvalidInput) as refused:
        commands.give_opinion(actor=cast.police, task_id=task.task_id, **given)
    assert refused.value.field == field
    assert cast.rows(CITY) == before


@pytest.mark.req("H-06")
def test_an_older_page_is_refused_politely(cast) -> None:
    task = cast.ask_police()
    with enter(cast.places[CITY]):
        commands.sign_for_task(actor=cast.police, task_id=task.task_id, expected_version=task.lock_version)
        with pytest.raises(Conflict):
            commands.give_opinion(
                actor=cast.police, task_id=task.task_id, opinion="CONSENT", expected_version=task.lock_version
            )
        with pytest.raises(CaseChanged):
            commands.ask_participants(
                actor=cast.city.reviewer, case_id=cast.case.pk, asks=[Ask(COUNTY, "x")], expected_version=0
            )
    assert cast.at(CITY, task).status == "SIGNED"


@pytest.mark.req("H-12")
def test_nobody_revises_an_opinion_after_the_decision(cast) -> None:
    task = cast.ask_police()
    _answer(cast, task)
    cast.city.review(cast.case)
    cast.city.decide(cast.case)
    before = cast.rows(CITY)
    with enter(cast.places[CITY]), pytest.raises(CaseNotHere):
        commands.give_opinion(actor=cast.police, task_id=task.task_id, opinion="OBJECTION", text="后悔")
    assert cast.rows(CITY) == before
    with enter(cast.places[CITY]):
        assert queries.acts_for(cast.police, cast.at(CITY, task)) == []


@pytest.mark.req("H-06")
def test_an_unknown_task_is_not_found(cast) -> None:
    with enter(cast.places[CITY]):
        for run in (commands.sign_for_task, lambda **who: commands.give_opinion(opinion="CONSENT", **who)):
            with pytest.raises(TaskNotFound) as refused:
                run(actor=cast.police, task_id=UUID(int=7))
            assert refused.value.code == "JOINT_TASK_NOT_FOUND"


@pytest.mark.req("H-06")
def test_doors_on_the_page_are_those_that_the_commands_open(cast) -> None:
    task = cast.ask_police()
    with enter(cast.places[CITY]):
        row = cast.at(CITY, task)
        assert queries.acts_for(cast.police, row) == [Act.SIGN, Act.ANSWER]
        assert queries.acts_for(cast.city.reviewer, row) == [Act.SIGN, Act.ANSWER, Act.RECALL]
        assert queries.acts_for(cast.other, row) == [Act.RECALL]
        case = cast.city.fresh(cast.case)
        assert queries.case_acts_for(cast.other, case) == {"ask", "convene"}
        assert queries.case_acts_for(cast.city.supervisor, case) == {"coordinate"}
        assert queries.case_acts_for(cast.police, case) == {"coordinate"}  # a head of department
        unregistered = cast.city.accept(cast.city_case())
        assert queries.case_acts_for(cast.city.reviewer, unregistered) == {"open"}
    assert china("2026-03-02T09:30") == clock.now()
