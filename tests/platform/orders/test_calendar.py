"""The date of an answer is declared off: it is due on the next working day, at both ends (art. 82, R-12)."""

from __future__ import annotations

from datetime import date

import pytest

from zt_platform.actors import Actor
from zt_platform.cases.testing import china
from zt_platform.orders.models import SupervisionOrder
from zt_platform.workcalendar.commands import override_day
from zt_tenants import clock
from zt_tenants.context import enter, outside_centres
from zt_tenants.timers import run_due

pytestmark = pytest.mark.usefixtures("the_published_calendar_afterwards")
DAY = date(2026, 3, 5)
"""Given on Monday, 2 March: the answer is due on the 5th."""


def declare_off(cast) -> None:
    with clock.at(china("2026-03-04 10:00")):
        with enter(cast.places["province"]):
            override_day(actor=Actor.system(), day=DAY, working=False, reason="暴雪停工")
        with outside_centres():
            run_due()


@pytest.mark.req("G-04", "R-12")
def test_article_82_no_answer_is_late_on_a_day_that_is_no_longer_worked(cast, ring) -> None:
    given = cast.give(by="city", case_number=cast.number)
    declare_off(cast)
    for place in ("city", "county"):
        row: SupervisionOrder = cast.at(place, given)
        assert (row.answer_due_at, row.red_at) == (china("2026-03-06 17:00"), china("2026-03-11 17:00"))
        assert (row.lines[-1].label.split(" ")[0], row.lines[-1].text) == ("工作日历调整，期限顺延", "2026-03-06 17:00")
    ring("2026-03-05 17:00:02")
    assert cast.at("city", given).escalation == "NONE"
    ring("2026-03-06 17:00:02")
    assert cast.at("city", given).escalation == "YELLOW"


def test_an_order_that_was_answered_keeps_its_date(cast) -> None:
    given = cast.give(by="city", case_number=cast.number)
    cast.reply(given)
    declare_off(cast)
    row = cast.at("city", given)
    assert row.answer_due_at == china("2026-03-05 17:00")
    assert [line.act for line in row.lines] == ["ISSUE", "REPLY"]
