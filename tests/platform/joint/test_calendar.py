"""A limit of a joint task whose day is declared off: it ends on the next working day at both ends (art. 82, G-06)."""

from __future__ import annotations

from datetime import date

import pytest
from joint_cast import CITY, COUNTY, PROVINCE, china

from zt_platform.actors import Actor
from zt_platform.joint.models import JointTask
from zt_platform.workcalendar.commands import override_day
from zt_tenants import clock
from zt_tenants.context import enter, outside_centres
from zt_tenants.timers import run_due

pytestmark = pytest.mark.usefixtures("the_published_calendar_afterwards")
TUESDAY = date(2026, 3, 3)
"""What is asked on Monday is due on Tuesday at five."""


def declare_off(cast, day: date, moment: str) -> None:
    with clock.at(china(moment)):
        with enter(cast.places[PROVINCE]):
            override_day(actor=Actor.system(), day=day, working=False, reason="暴雪停工")
        with outside_centres():
            run_due()


def ends(cast, task: JointTask) -> list[JointTask]:
    return [cast.at(CITY, task), cast.at(COUNTY, task)]


@pytest.mark.req("G-06", "H-08")
def test_article_82_silence_on_a_day_that_is_no_longer_worked_is_no_consent(cast) -> None:
    cast.rule("INACTION")
    task = cast.ask_county()
    declare_off(cast, TUESDAY, "2026-03-03T08:00")
    for row in ends(cast, task):
        assert (row.due_at, row.red_at) == (china("2026-03-04T17:00"), china("2026-03-05T17:00"))
        assert row.lines[-1].label.startswith("工作日历调整")
    cast.ring("2026-03-03T17:01")
    assert [row.status for row in ends(cast, task)] == ["ASKED", "ASKED"]
    assert cast.orders(COUNTY) == []
    cast.ring("2026-03-04T17:01")
    assert [row.deemed_ground for row in ends(cast, task)] == ["INACTION", "INACTION"]
    assert cast.at(CITY, task).opinion_at == china("2026-03-04T17:00")


def test_what_is_due_on_another_day_or_was_answered_is_left_alone(cast) -> None:
    waiting, answered = cast.ask_county(days=3), cast.ask_police()
    cast.answer(answered, code=CITY, actor=cast.police)
    before = cast.rows(COUNTY)
    declare_off(cast, TUESDAY, "2026-03-03T08:00")
    assert cast.at(CITY, waiting).due_at == china("2026-03-05T17:00")
    assert cast.at(CITY, answered).due_at == china("2026-03-03T17:00")
    assert cast.rows(COUNTY) == before
