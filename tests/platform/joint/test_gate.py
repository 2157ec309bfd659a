"""Nothing is granted while a participant has not answered, or objects; the lead can always deny (H-12, art. 26)."""

from __future__ import annotations

import pytest
from joint_cast import CITY, COUNTY, china

from zt_platform.cases import commands as case_commands
from zt_platform.cases.testing import relay_all
from zt_platform.cases.vocabulary import Result
from zt_platform.joint import commands, queries
from zt_platform.joint.commands import Ask
from zt_platform.joint.errors import ObjectionStands, OpinionsAwaited
from zt_tenants import clock
from zt_tenants.context import enter


@pytest.mark.req("H-12")
def test_article_26_nothing_is_granted_while_a_department_has_not_answered(cast) -> None:
    cast.ask(Ask(CITY, "治安意见", department_code="GA"), Ask(COUNTY, "现场意见"))
    cast.city.review(cast.case)
    before = cast.rows(CITY)

    with pytest.raises(OpinionsAwaited) as refused:
        cast.city.decide(cast.case)

    assert refused.value.data["units"] == f"合肥市公安局、{cast.places[COUNTY].name}"
    assert cast.rows(CITY) == before


@pytest.mark.req("H-12")
def test_an_objection_blocks_the_grant_until_who_raised_it_gives_it_up(cast) -> None:
    task = cast.ask_county()
    cast.answer(task, "OBJECTION", "距离学校不足五十米")
    cast.city.review(cast.case)
    with pytest.raises(ObjectionStands) as refused:
        cast.city.decide(cast.case)
    assert "肥西县" in refused.value.data["units"]

    cast.answer(task, "CONDITIONS", "限制营业时间后同意")
    cast.city.decide(cast.case)

    assert cast.city.fresh(cast.case).result == Result.GRANTED
    told = cast.at(CITY, task)
    assert [line.opinion for line in told.lines if line.act == "ANSWER"] == ["OBJECTION", "CONDITIONS"]


@pytest.mark.req("H-12")
def test_a_coordination_changes_neither_the_opinion_nor_who_decides(cast) -> None:
    task = cast.ask_county()
    cast.answer(task, "OBJECTION", "距离学校不足五十米")
    with enter(cast.places[CITY]):
        commands.record_coordination(
            actor=cast.city.supervisor,
            case_id=cast.case.pk,
            parties="市场监管局、肥西县公安局",
            opinion="建议限制营业时间",
            outcome="双方同意再研究",
        )

    assert cast.at(CITY, task).opinion == "OBJECTION"
    case = cast.city.fresh(cast.case)
    register = queries.register_of_case(case)
    assert register is not None
    assert [(line.parties, line.outcome) for line in register.coordinations] == [
        ("市场监管局、肥西县公安局", "双方同意再研究")
    ]
    assert (case.department_id, case.result) == (cast.case.department_id, "")
    assert cast.lines(public=False)[-1].step == "DISAGREEMENT_COORDINATED"
    cast.city.review(cast.case)
    with pytest.raises(ObjectionStands):
        cast.city.decide(cast.case)


@pytest.mark.req("H-12", "G-06")
def test_the_lead_can_always_deny_and_what_was_owed_is_recalled(cast) -> None:
    answered, owed = cast.ask(
        Ask(COUNTY, "现场意见", department_code="GA"), Ask(CITY, "治安意见", department_code="GA")
    )
    cast.answer(answered, "OBJECTION", "不符合规划")
    cast.city.review(cast.case)
    with clock.at(china("2026-03-02T15:00")):
        cast.city.decide(cast.case, Result.DENIED, opinion="不符合规划")
    relay_all()

    here, there = cast.at(CITY, answered), cast.at(COUNTY, answered)
    assert (here.status, there.status, there.ended_as) == ("ANSWERED", "ANSWERED", "REJECTED")
    assert here.ended_at == there.ended_at == china("2026-03-02T15:00")
    assert cast.at(CITY, owed).status == "RECALLED"
    register = queries.register_of_case(cast.city.fresh(cast.case))
    assert register is not None
    assert register.ended_at == china("2026-03-02T15:00")


@pytest.mark.req("H-12")
@pytest.mark.parametrize("way", ["withdraw", "terminate"])
def test_a_case_that_ends_recalls_the_open_tasks_of_every_centre(cast, way) -> None:
    task = cast.ask_county()
    with enter(cast.places[CITY]):
        if way == "withdraw":
            case_commands.withdraw_case(actor=cast.town.zhang, case_id=cast.case.pk)
        else:
            case_commands.terminate_case(actor=cast.city.approver, case_id=cast.case.pk, reason="许可标的灭失")
    relay_all()

    there = cast.at(COUNTY, task)
    assert (cast.at(CITY, task).status, there.status) == ("RECALLED", "RECALLED")
    assert there.ended_as == {"withdraw": "WITHDRAWN", "terminate": "TERMINATED"}[way]


@pytest.mark.req("H-12")
def test_a_special_procedure_stops_the_case_and_not_the_participants(cast) -> None:
    task = cast.ask_county()
    cast.city.pause(cast.case)
    cast.answer(task)

    assert cast.city.fresh(cast.case).status == "SUSPENDED"
    assert cast.at(CITY, task).status == "ANSWERED"


@pytest.mark.req("H-01", "I-05")
def test_a_case_outside_the_register_is_decided_without_asking_anybody(cast) -> None:
    """Art. 26 lets an organ handle jointly; it does not oblige it to."""
    case = cast.city.review(cast.city.accept(cast.city_case()))
    decided = cast.city.decide(case)

    assert decided.result == Result.GRANTED


@pytest.mark.req("F-06")
def test_article_42_joint_handling_has_forty_five_working_days_and_others_twenty(cast) -> None:
    """Acceptance on Monday, 2 March 2026: the 45th working day after it is 8 May (Qingming, Labour Day)."""
    assert cast.case.statutory_due_at == china("2026-05-08T17:00")
    ordinary = cast.city.accept(cast.city_case("XK-ENT"))
    assert ordinary.clock_basis["jointly"] is False
    assert ordinary.statutory_due_at == china("2026-03-30T17:00")
