"""What a centre orders its own unit at a limit is an order like any other: queue, answer, judgement, escalation (F-04)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from zt_platform.cases.testing import at
from zt_platform.orders import commands
from zt_platform.orders.errors import OwnReply
from zt_platform.orders.models import SupervisionOrder
from zt_platform.papers.models import Paper
from zt_tenants import clock
from zt_tenants.context import enter
from zt_tenants.errors import NotPermitted

OVERDUE = "2026-03-11 17:00:02"
"""Accepted on Monday, 2 March with 7 working days: due on the 11th."""


def automatic(cast) -> SupervisionOrder:
    with enter(cast.places["county"]):
        return SupervisionOrder.objects.get(automatic=True)


@pytest.mark.req("F-04", "G-04", "R-02")
def test_an_overdue_case_makes_one_order_with_its_paper(cast, ring) -> None:
    ring(OVERDUE)
    order = automatic(cast)
    with enter(cast.places["county"]):
        paper = Paper.objects.get(kind="SUPERVISION_ORDER")
    assert (order.side, order.kind, order.status, order.number) == ("LOCAL", "YELLOW_CARD", "ISSUED", paper.number)
    assert (order.tracking_number, order.department_name) == (cast.number, "肥西县市场监督管理局")
    assert f"回复时限：2026年3月{order.answer_due_at.astimezone(clock.CHINA).day}日17:00前" in paper.snapshot.text()
    assert cast.told("ORDER_GIVEN") == 2  # the head of that department and the administrator
    ring(OVERDUE)
    assert automatic(cast).pk == order.pk


@pytest.mark.req("F-04", "G-04")
def test_the_head_of_the_department_answers_and_the_supervisor_settles_it(cast, ring) -> None:
    ring(OVERDUE)
    order = automatic(cast)
    with at("2026-03-12 10:00"), enter(cast.places["county"]):
        commands.reply_to_order(actor=cast.head.actor, order_id=order.order_id, explanation="专家出差，今日办结")
        commands.accept_reply(actor=cast.county.actor, order_id=order.order_id)
    assert automatic(cast).status == "CLOSED"
    assert cast.steps()[-2:] == ["ORDER_ANSWERED", "ORDER_ENDED"]


@pytest.mark.req("F-04")
def test_the_head_of_another_department_neither_sees_nor_answers_it(cast, ring) -> None:
    ring(OVERDUE)
    order, before = automatic(cast), cast.rows("county")
    with enter(cast.places["county"]), pytest.raises(NotPermitted):
        commands.reply_to_order(actor=cast.other_head.actor, order_id=order.order_id, explanation="x")
    assert cast.rows("county") == before
    assert cast.other_head.client.get(f"/c/340123/orders/{order.order_id}/").status_code == 404
    assert cast.head.client.get(f"/c/340123/orders/{order.order_id}/").status_code == 200


@pytest.mark.req("R-05")
def test_nobody_judges_the_own_answer(cast, ring) -> None:
    ring(OVERDUE)
    order = automatic(cast)
    both = replace(cast.county.actor, roles=frozenset({"SUPERVISOR", "CENTRE_ADMIN"}))
    with enter(cast.places["county"]):
        commands.reply_to_order(actor=both, order_id=order.order_id, explanation="已整改")
        before = cast.rows("county")
        for judge in (commands.accept_reply, commands.return_reply):
            more = {"reason": "x"} if judge is commands.return_reply else {}
            with pytest.raises(OwnReply):
                judge(actor=both, order_id=order.order_id, **more)
    assert cast.rows("county") == before


@pytest.mark.req("G-04", "R-12")
def test_an_unanswered_one_reaches_the_city(cast, ring) -> None:
    ring(OVERDUE)
    order = automatic(cast)
    assert f"{order.answer_due_at.astimezone(clock.CHINA):%Y-%m-%d %H:%M}" == "2026-03-16 17:00"
    ring("2026-03-16 17:00:02")
    above = cast.at("city", order)
    assert (above.side, above.escalation, above.issuer_code, above.department_name) == (
        "ESCALATED",
        "YELLOW",
        "340123",
        "肥西县市场监督管理局",
    )
