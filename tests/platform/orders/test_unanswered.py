"""When nobody answers: yellow, red, and the next level hears of it (G-04, R-02, R-12)."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zt_platform.cases.testing import china
from zt_platform.orders import commands
from zt_platform.orders.alarms import TIMER, act_when_unanswered
from zt_platform.orders.models import SupervisionOrder
from zt_tenants import clock
from zt_tenants.context import enter, outside_centres
from zt_tenants.models import Timer
from zt_tenants.timers import DueTimer
from zt_tenants.uuid7 import uuid7

DUE, LATE, RED = "2026-03-05 17:00:00", "2026-03-05 17:00:02", "2026-03-10 17:00:02"
"""Given on Monday, 2 March: three working days end on the 5th, three more on the 10th."""


@pytest.mark.req("G-04", "R-12", "R-02")
def test_a_citys_order_turns_yellow_then_red_and_the_province_hears_both_times(cast, ring) -> None:
    given = cast.give(by="city", case_number=cast.number)
    assert given.answer_due_at == china(DUE)
    ring(DUE)
    assert cast.at("city", given).escalation == "NONE"

    ring(LATE)

    assert cast.at("city", given).escalation == "YELLOW"
    above = cast.at("province", given)
    assert (above.side, above.escalation, above.issuer_code, above.addressee_code) == (
        "ESCALATED",
        "YELLOW",
        "340100",
        "340123",
    )
    assert cast.told("ORDER_UNANSWERED") == 2  # the supervisors of city and province
    page = cast.province.client.get(f"/c/340000/orders/{given.order_id}/").text
    assert "逾期未复（黄牌），待回复" in page
    ring(RED)
    assert (cast.at("city", given).escalation, cast.at("province", given).escalation) == ("RED", "RED")
    with clock.at(china(RED)):
        assert cast.at("county", given).light_at(clock.now()) == "RED"
    with outside_centres():
        assert not Timer.objects.filter(kind=TIMER).exists()


@pytest.mark.req("G-04")
def test_the_province_escalates_to_nobody_and_marks_its_own(cast, ring) -> None:
    given = cast.give()
    ring(LATE)
    assert cast.at("province", given).escalation == "YELLOW"
    with enter(cast.places["city"]):
        assert not SupervisionOrder.objects.exists()


@pytest.mark.req("G-04")
def test_an_order_that_was_answered_in_time_is_left_alone(cast, ring) -> None:
    given = cast.give(by="city")
    cast.reply(given)
    ring(RED)
    assert (cast.at("city", given).escalation, cast.at("city", given).status) == ("NONE", "REPLIED")
    with enter(cast.places["province"]):
        assert not SupervisionOrder.objects.exists()


@pytest.mark.req("G-04", "R-12")
def test_the_next_level_hears_how_an_escalated_order_went_on(cast, ring, carry) -> None:
    given = cast.give(by="city")
    ring(LATE)
    with clock.at(china("2026-03-06 10:00")):
        cast.reply(given)
        assert cast.at("province", given).status == "REPLIED"
        with enter(cast.places["city"]):
            commands.accept_reply(actor=cast.city.actor, order_id=given.order_id)
        carry()
    assert cast.at("province", given).status == "CLOSED"


@pytest.mark.req("G-04")
def test_a_returned_answer_has_its_own_date_and_its_own_escalation(cast, ring, carry) -> None:
    given = cast.give(by="city")
    cast.reply(given)
    with enter(cast.places["city"]):
        commands.return_reply(actor=cast.city.actor, order_id=given.order_id, reason="不完整", answer_days=5)
    carry()
    ring(LATE)
    assert cast.at("city", given).escalation == "NONE"
    ring("2026-03-09 17:00:02")
    assert cast.at("city", given).escalation == "YELLOW"


@pytest.mark.req("G-04")
def test_the_same_timer_twice_does_nothing_twice(cast) -> None:
    given = cast.give(by="city")
    timer = DueTimer(uuid7(), TIMER, str(given.order_id), china(DUE), {})
    with clock.at(china(LATE)), enter(cast.places["city"]):
        act_when_unanswered([timer])
        act_when_unanswered([timer])
    assert [line.act for line in cast.at("city", given).lines] == ["ISSUE", "ESCALATE"]


@pytest.mark.req("Y-10")
def test_many_unanswered_orders_are_marked_by_as_many_statements_besides_their_messages(cast) -> None:
    def statements(number: int) -> list[str]:
        given = [cast.give(by="county", to="340123", department_code="SC") for _ in range(number)]
        timers = [DueTimer(uuid7(), TIMER, str(order.order_id), china(DUE), {}) for order in given]
        with clock.at(china(LATE)), enter(cast.places["county"]), CaptureQueriesContext(connection) as found:
            act_when_unanswered(timers)
        return [str(one["sql"])[:60] for one in found.captured_queries]

    statements(1)  # what a process remembers of centres and streams
    few, many = statements(2), statements(8)
    assert len(few) == len(many) <= 12, many
