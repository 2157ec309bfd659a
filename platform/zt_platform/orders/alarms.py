"""When nobody answers an order: it is marked, the next level hears of it, and who should have acted is told (R-12, G-04).

The timer of an order lies at the centre that gave it. It rings twice: when the answer is late, and when it is long late.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from zt_platform.orders import telling
from zt_platform.orders.models import HistoryLine, SupervisionOrder
from zt_platform.orders.outgoing import report_many
from zt_platform.orders.vocabulary import WAITING, Act, Escalation, Side
from zt_tenants.clock import now
from zt_tenants.context import current_centre
from zt_tenants.timers import DueTimer, NewTimer, schedule_many

TIMER = "orders.unanswered"
AFTER = timedelta(seconds=1)
"""A limit includes its last instant."""


def timer_of(order: SupervisionOrder) -> NewTimer | None:
    """The timer of an order at the centre that gave it: its next late moment; None when none is to come."""
    if order.status not in WAITING or order.side not in (Side.ISSUED, Side.LOCAL):
        return None
    if order.escalation == Escalation.RED:
        return None
    moment = order.answer_due_at if order.escalation == Escalation.NONE else order.red_at
    return NewTimer(TIMER, str(order.order_id), moment + AFTER)


def wait_for_answer(orders: Sequence[SupervisionOrder]) -> None:
    """Set the timers of orders, by one statement; in the caller's transaction."""
    timers = [timer for timer in map(timer_of, orders) if timer is not None]
    if timers:
        schedule_many(timers)


def act_when_unanswered(timers: Sequence[DueTimer]) -> None:
    """Mark the orders that are late, report them to the next level, and tell both sides here; once for each degree.

    In the timers' transaction. An order that was answered or ended meanwhile, or got more time, is left alone.
    """
    ids = [UUID(timer.subject) for timer in timers]
    late, moment = [], now()
    found = list(SupervisionOrder.objects.select_for_update(of=("self",)).filter(order_id__in=ids).order_by("pk"))
    for order in found:
        degree = degree_of(order)
        if degree is not Escalation.NONE and degree != order.escalation:
            order.escalation = degree
            line = HistoryLine(Act.ESCALATE, moment.isoformat(), "", current_centre().name, f"{degree} {order.status}")
            order.note(line)
            late.append((order, line))
    wait_for_answer(found)
    SupervisionOrder.objects.bulk_update([order for order, _ in late], ["escalation", "history", "lock_version"])
    report_many(late)
    told = [(order, telling.unanswered(order)) for order, _ in late]
    telling.tell_many(told, answerers=False)
    telling.tell_many([entry for entry in told if entry[0].side == Side.LOCAL], answerers=True)


def degree_of(order: SupervisionOrder) -> Escalation:
    """How late the answer is now."""
    if order.status not in WAITING or now() <= order.answer_due_at:
        return Escalation.NONE
    return Escalation.RED if now() > order.red_at else Escalation.YELLOW
