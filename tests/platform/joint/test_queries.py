"""Reading joint handling: the participant's desk by view, light and word; whom one can ask; who may read what."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from joint_cast import CITY, COUNTY, NEIGHBOUR, china

from zt_platform.joint import queries
from zt_platform.joint.commands import Ask
from zt_platform.joint.queries import TaskFilter
from zt_platform.organisation.roles import Role
from zt_tenants import clock
from zt_tenants.context import enter
from zt_tenants.errors import NotPermitted


@pytest.mark.req("H-06")
def test_the_desk_is_narrowed_by_view_light_and_word(cast) -> None:
    """Three tasks at the county: one to sign for, one signed for and late, one answered."""
    waiting, late, answered = (
        cast.ask(Ask(COUNTY, part, department_name=name, days=days))[0]
        for part, name, days in (("治安意见", "一科", 3), ("现场意见", "二科", 1), ("消防意见", "三科", 1))
    )
    cast.sign(late)
    cast.answer(answered)
    desk = cast.desks[COUNTY]

    with clock.at(china("2026-03-03T18:00")), enter(cast.places[COUNTY]):

        def found(**wanted: str) -> set[object]:
            return {one.task_id for one in queries.tasks_for(desk.reviewer, TaskFilter(**wanted))}

        assert found() == {waiting.task_id, late.task_id, answered.task_id}
        assert found(view="waiting") == {waiting.task_id, late.task_id}
        assert found(view="overdue") == found(light="YELLOW") == {late.task_id}
        assert found(light="GREEN") == {waiting.task_id}
        assert found(light="RED") == set()
        assert found(view="answered") == {answered.task_id}
        assert found(text="消防") == {answered.task_id}
        assert found(text="bl-340100-2026-00001") == found()
        assert found(text="别的") == set()
        counts = queries.task_counts(desk.reviewer)
    assert (counts.waiting, counts.unsigned, counts.overdue) == (2, 1, 1)


@pytest.mark.req("H-06", "H-12")
def test_how_far_the_asking_has_come_costs_one_statement_for_many_cases(cast) -> None:
    county, police = cast.ask(Ask(COUNTY, "现场意见"), Ask(CITY, "治安意见", department_code="GA"))
    cast.answer(county, "OBJECTION", "不符合规划")
    with enter(cast.places[CITY]):
        with CaptureQueriesContext(connection) as seen:
            [progress] = queries.progress_of_many([cast.number, "none"]).values()
        assert len(seen) == 1
        assert progress == queries.progress_of(queries.tasks_of_case(cast.city.fresh(cast.case)))
    assert (progress.asked, progress.answered, progress.open, progress.objections) == (2, 1, 1, 1)
    assert police.unit == "合肥市公安局"


@pytest.mark.req("H-08")
def test_who_was_asked_before_comes_first_and_the_lead_is_not_offered(cast) -> None:
    cast.ask(Ask(NEIGHBOUR, "相邻意见", department_name="规划局"))
    with enter(cast.places[CITY]):
        offered = queries.candidates(cast.city.reviewer, cast.city.fresh(cast.case))
        named = queries.candidates(cast.city.reviewer, cast.city.fresh(cast.case), "公安")
    assert (offered[0].centre_code, offered[0].department_name, offered[0].usual) == (NEIGHBOUR, "规划局", True)
    assert "合肥市市场监督管理局" not in [one.department_name for one in offered]
    assert [one.department_code for one in named] == ["GA"]


@pytest.mark.req("H-06", "A-02")
def test_applicants_and_strangers_read_nothing(cast) -> None:
    cast.ask_police()
    with enter(cast.places[CITY]):
        for actor in (cast.town.zhang, cast.desks[COUNTY].reviewer):
            for read in (queries.tasks_for, queries.task_counts):
                with pytest.raises(NotPermitted):
                    read(actor)
            with pytest.raises(NotPermitted):
                queries.candidates(actor, cast.case)
        assert queries.tasks_for(cast.city.supervisor).count() == 1
    assert Role.SUPERVISOR in queries.READERS
