"""The three default rules of joint handling, each off unless switched on and told; neglect is answered for (G-06, H-06)."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from joint_cast import BASIS, CITY, COUNTY, NEIGHBOUR, china
from test_meetings import close, convene

from zt_platform.accounts.commands import register_account
from zt_platform.actors import Actor
from zt_platform.cases.models import Case
from zt_platform.cases.testing import OWN, relay_all
from zt_platform.catalogue.default_commands import switch_default_rule_off, switch_default_rule_on
from zt_platform.catalogue.errors import DefaultRuleOn, NoDefaultRule
from zt_platform.catalogue.queries import default_rules
from zt_platform.joint import commands, queries
from zt_platform.joint.alarms import act_at_moments
from zt_platform.joint.commands import Ask
from zt_platform.joint.models import JointTask
from zt_platform.organisation.commands import post_staff_member
from zt_platform.organisation.models import Department
from zt_platform.papers.models import Paper
from zt_platform.supervision.models import CaseStep
from zt_tenants import clock
from zt_tenants.context import enter, outside_centres
from zt_tenants.errors import InvalidInput, NotPermitted
from zt_tenants.timers import DueTimer, run_due
from zt_tenants.uuid7 import uuid7

JUST_AFTER = "2026-03-03T17:01"
"""The limit of what was asked on Monday is Tuesday, 17:00."""


def deemed_papers(cast) -> list[str]:
    """The texts of the notices of deemed consent at the city."""
    with enter(cast.places[CITY]):
        return [paper.snapshot.text() for paper in Paper.objects.filter(kind="JOINT_DEEMED").order_by("pk")]


@pytest.mark.req("G-06", "H-06")
@pytest.mark.parametrize("signed", [False, True])
def test_without_a_rule_silence_is_no_consent_and_the_participant_answers_for_it(cast, signed) -> None:
    task = cast.ask_county()
    if signed:
        cast.sign(task)
    cast.ring(JUST_AFTER)

    here, there = cast.at(CITY, task), cast.at(COUNTY, task)
    neglect = "UNANSWERED" if signed else "UNSIGNED"
    assert (here.status, here.neglect) == ("SIGNED" if signed else "ASKED", neglect)
    assert (there.status, there.neglect) == (here.status, neglect)
    [order] = cast.orders(COUNTY)
    assert (order.automatic, order.department.code, order.tracking_number) == (True, "GA", cast.number)
    assert ("签收后逾期未答复" if signed else "逾期未签收") in order.reason
    assert cast.orders(CITY) == []
    assert deemed_papers(cast) == []
    assert cast.lines()[-1].step == "OPINION_OVERDUE"


@pytest.mark.req("G-06")
def test_overtime_signed_for_and_silent_counts_as_consent_at_the_limit(cast) -> None:
    cast.rule("OVERTIME")
    task = cast.ask_county()
    cast.sign(task)
    cast.ring(JUST_AFTER)

    here, there = cast.at(CITY, task), cast.at(COUNTY, task)
    for row in (here, there):
        assert (row.status, row.opinion, row.deemed_ground) == ("DEEMED", "DEEMED_CONSENT", "OVERTIME")
        assert row.opinion_at == china("2026-03-03T17:00")  # the limit's moment, not the timer's
    [text] = deemed_papers(cast)
    assert BASIS in text
    assert "超时默认制" in text
    assert there.deemed["paper"] == here.deemed["paper"]
    assert len(cast.orders(COUNTY)) == 1  # deemed, and neglected all the same
    assert cast.steps()[-2:] == ["OPINION_OVERDUE", "OPINION_DEEMED"]
    assert "1个视为同意" in cast.lines(public=True)[-1].note
    cast.city.decide(cast.city.review(cast.case))
    assert cast.city.fresh(cast.case).result == "GRANTED"


@pytest.mark.req("G-06")
def test_inaction_not_even_signed_for_counts_as_consent_at_the_limit(cast) -> None:
    cast.rule("INACTION")
    task = cast.ask_county()
    cast.ring(JUST_AFTER)

    assert cast.at(CITY, task).deemed_ground == "INACTION"
    assert cast.at(COUNTY, task).deemed_ground == "INACTION"
    assert "不作为默认制" in deemed_papers(cast)[0]


@pytest.mark.req("G-06")
@pytest.mark.parametrize(("rule", "signed"), [("INACTION", True), ("OVERTIME", False), ("ABSENCE", True)])
def test_a_rule_reaches_only_its_own_kind_of_silence(cast, rule, signed) -> None:
    cast.rule(rule)
    task = cast.ask_county()
    if signed:
        cast.sign(task)
    cast.ring(JUST_AFTER)

    assert cast.at(CITY, task).is_open
    assert deemed_papers(cast) == []


@pytest.mark.req("G-06", "H-06")
def test_absence_without_excuse_counts_as_consent_when_the_minutes_are_closed(cast) -> None:
    cast.rule("ABSENCE")
    local, county, other = cast.ask(
        Ask(CITY, "治安意见", department_code="GA"), Ask(COUNTY, "现场意见"), Ask(NEIGHBOUR, "相邻意见")
    )
    made = convene(cast, local, county, other)
    close(cast, made, at340123="ABSENT", at341700="EXCUSED")

    assert [cast.at(CITY, task).status for task in (local, county, other)] == ["ASKED", "DEEMED", "ASKED"]
    there = cast.at(COUNTY, county)
    assert (there.deemed_ground, there.opinion_at) == ("ABSENCE", china("2026-03-02T16:00"))
    [text] = deemed_papers(cast)
    assert "缺席默认制" in text
    assert "无故缺席并联会议" in text
    cast.ring(JUST_AFTER)
    assert cast.orders(COUNTY) == []  # it was out of the matter before the limit


@pytest.mark.req("G-06")
def test_absence_is_no_consent_where_the_rule_is_off(cast) -> None:
    county = cast.ask_county()
    close(cast, convene(cast, county), at340123="ABSENT")
    assert cast.at(COUNTY, county).status == "ASKED"
    assert deemed_papers(cast) == []


@pytest.mark.req("G-06")
def test_who_has_answered_and_stays_away_keeps_its_opinion(cast) -> None:
    cast.rule("ABSENCE")
    county = cast.ask_county()
    cast.answer(county, "OBJECTION", "不符合规划")
    close(cast, convene(cast, county), at340123="ABSENT")
    assert cast.at(CITY, county).opinion == "OBJECTION"


@pytest.mark.req("G-06")
def test_a_rule_that_was_not_told_when_asked_does_not_reach_back(cast) -> None:
    task = cast.ask_county()
    cast.rule("INACTION")
    cast.ring(JUST_AFTER)
    assert cast.at(CITY, task).status == "ASKED"
    assert cast.at(CITY, task).defaults == {}


@pytest.mark.req("G-06")
def test_a_rule_that_was_switched_off_meanwhile_no_longer_counts(cast) -> None:
    cast.rule("INACTION")
    task = cast.ask_county()
    assert cast.at(COUNTY, task).defaults == {"INACTION": BASIS}
    with enter(cast.places[CITY]):
        switch_default_rule_off(actor=cast.admin, item_code=OWN, reason="依据失效", kind="INACTION")
    cast.ring(JUST_AFTER)
    assert cast.at(CITY, task).status == "ASKED"


@pytest.mark.req("G-06", "Z-02")
def test_the_same_timer_twice_and_a_recalled_task_do_nothing(cast) -> None:
    cast.rule("INACTION")
    deemed, recalled = cast.ask(Ask(COUNTY, "现场意见"), Ask(CITY, "治安意见", department_code="GA"))
    with enter(cast.places[CITY]):
        commands.recall_task(actor=cast.city.reviewer, task_id=recalled.task_id, reason="不再需要")
    cast.ring(JUST_AFTER)
    before = cast.rows(CITY)
    timers = [
        DueTimer(uuid7(), "joint.task", str(task.task_id), china("2026-03-03T17:00:01"), {})
        for task in (deemed, recalled)
    ]
    with clock.at(china("2026-03-03T17:05")), enter(cast.places[CITY]):
        act_at_moments(timers)
    assert cast.rows(CITY) == before
    assert [cast.at(CITY, task).status for task in (deemed, recalled)] == ["DEEMED", "RECALLED"]
    assert len(deemed_papers(cast)) == 1


@pytest.mark.req("G-06", "H-08")
def test_twelve_silent_units_cost_the_statements_of_two(cast) -> None:
    cast.rule("INACTION")
    with enter(cast.places[CITY]):
        for nth in range(12):
            Department.objects.create(code=f"D{nth:02}", name=f"合肥市第{nth}局", name_en=f"Bureau {nth}")
    counts = []
    for few, hour in ((2, 10), (12, 11)):
        case = _registered(cast)
        with clock.at(china(f"2026-03-0{2 if few == 2 else 4}T{hour}:00")), enter(cast.places[CITY]):
            made = commands.ask_participants(
                actor=cast.city.reviewer,
                case_id=case.pk,
                asks=[Ask(CITY, "意见", department_code=f"D{nth:02}") for nth in range(few)],
            )
        due = made[0].due_at
        timers = [DueTimer(uuid7(), "joint.task", str(task.task_id), due, {}) for task in made]
        with clock.at(china(f"2026-03-0{3 if few == 2 else 5}T18:00")), enter(cast.places[CITY]):
            with CaptureQueriesContext(connection) as seen:
                act_at_moments(timers)
            deemed = JointTask.objects.of_case(case.tracking_number or "").filter(status="DEEMED").count()
        counts.append((deemed, len(seen)))
    print(counts)
    assert [deemed for deemed, _ in counts] == [2, 12]
    assert counts[1][1] <= counts[0][1]


def _registered(cast) -> Case:
    case = cast.city.accept(cast.city_case())
    with enter(cast.places[CITY]):
        return commands.open_joint_handling(actor=cast.city.reviewer, case_id=case.pk)


@pytest.mark.req("H-08", "F-03")
def test_near_the_limit_the_participant_is_reminded_once(cast) -> None:
    account = register_account(username="county1", password="correct-horse-42", full_name="孙丽", phone="13700000001")
    with enter(cast.places[COUNTY]):
        post_staff_member(actor=Actor.system(), account_id=account.id, full_name="孙丽", roles=["REVIEWER"])
    task = cast.ask_county()
    cast.ring("2026-03-03T09:01")
    cast.ring("2026-03-03T10:00")

    assert [cast.told(event) for event in ("JOINT_ASKED", "JOINT_NEAR", "JOINT_LATE")] == [1, 1, 0]
    assert cast.at(COUNTY, task).light_at(china("2026-03-03T10:00")) == "WARNING"
    assert cast.at(COUNTY, task).light_at(china("2026-03-03T18:00")) == "YELLOW"
    assert cast.at(COUNTY, task).light_at(china("2026-03-04T17:01")) == "RED"


@pytest.mark.req("H-06", "R-12")
def test_a_department_of_the_own_centre_is_held_to_account_too(cast) -> None:
    task = cast.ask_police()
    cast.ring(JUST_AFTER)

    [order] = cast.orders(CITY)
    assert (order.department_name, order.status) == ("合肥市公安局", "ISSUED")
    with outside_centres():
        steps = list(CaseStep.objects.filter(tracking_number=cast.number).order_by("id").values_list("step", flat=True))
    assert steps[-1] == "OPINION_OVERDUE"
    _answer_late(cast, task)
    assert cast.at(CITY, task).neglect == "UNSIGNED"  # what was neglected stays on record


def _answer_late(cast, task: JointTask) -> None:
    with clock.at(china("2026-03-04T10:00")), enter(cast.places[CITY]):
        commands.give_opinion(actor=cast.police, task_id=task.task_id, opinion="CONSENT")


@pytest.mark.req("G-06", "G-05")
def test_each_kind_of_rule_is_a_switch_of_its_own(cast) -> None:
    for kind in ("ABSENCE", "OVERTIME", "INACTION"):
        cast.rule(kind)
    with enter(cast.places[CITY]):
        rows = {row.rule.kind: row for row in default_rules(cast.admin)}
        assert sorted(rows) == ["ABSENCE", "INACTION", "OVERTIME"]
        assert {row.rule.grace_days for row in rows.values()} == {0}
        with pytest.raises(DefaultRuleOn):
            cast.rule("ABSENCE")
        with pytest.raises(NoDefaultRule):
            switch_default_rule_off(actor=cast.admin, item_code=OWN, reason="x", kind="OVERDUE")
        switch_default_rule_off(actor=cast.admin, item_code=OWN, reason="依据失效", kind="OVERTIME")
        assert {row.rule.kind for row in default_rules(cast.admin) if row.on} == {"ABSENCE", "INACTION"}


@pytest.mark.req("G-06")
@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kind": "SLEEP"}, "kind"),
        ({"kind": "ABSENCE", "legal_basis": " "}, "legal_basis"),
        ({"kind": "INACTION", "item_code": "XK-NOW"}, "item_code"),
    ],
)
def test_a_rule_without_its_conditions_is_refused(cast, given, field) -> None:
    whole = {"item_code": OWN, "legal_basis": BASIS, "valid_from": date(2026, 1, 1), **given}
    with enter(cast.places[CITY]):
        with pytest.raises(InvalidInput) as refused:
            switch_default_rule_on(actor=cast.admin, **whole)
        with pytest.raises(NotPermitted):
            switch_default_rule_on(actor=cast.city.reviewer, **whole)
        assert default_rules(cast.admin) == []
    assert refused.value.field == field


@pytest.mark.req("G-05", "G-06")
def test_the_rule_about_decisions_grants_nothing_while_somebody_is_asked(cast) -> None:
    """超期默认 would grant at the promised limit; an opinion that is owed keeps it for people to decide."""
    cast.rule("OVERDUE", grace_days=0)
    task = cast.ask_county()
    with clock.at(china("2026-04-20T09:00")):
        with outside_centres():
            run_due()
        relay_all()
    assert cast.at(CITY, task).is_open
    assert cast.city.fresh(cast.case).result == ""
    assert queries.register_of_case(cast.city.fresh(cast.case)) is not None
