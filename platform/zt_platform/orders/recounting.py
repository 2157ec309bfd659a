"""When the work calendar changes, an answer to a supervision order is not due on a day that is no longer worked.

The date was told on the order's paper, so it is never shortened. Whoever gave the order and whoever answers it hold the same
date and find the same day.
"""

from __future__ import annotations

from zt_platform.orders import rules
from zt_platform.orders.alarms import wait_for_answer
from zt_platform.orders.models import HistoryLine, SupervisionOrder
from zt_platform.orders.vocabulary import Act
from zt_platform.organisation.queries import office_hours
from zt_platform.workcalendar.queries import calendar
from zt_tenants.clock import CHINA, now
from zt_tenants.context import current_centre


def put_off_answers() -> None:
    """Move the dates of answers off days that are no longer worked; three statements, one when none moves."""
    days, moment = calendar(), now()
    waiting = SupervisionOrder.objects.waiting().filter(answer_due_at__gte=moment).select_for_update(of=("self",))
    moved = [order for order in waiting.order_by("pk") if days.off_days_off(order.answer_due_at) != order.answer_due_at]
    if not moved:
        return
    hours = office_hours()
    for order in moved:
        order.answer_due_at = days.off_days_off(order.answer_due_at)
        order.red_at = rules.red_at(order.answer_due_at, days, hours)
        until = order.answer_due_at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
        order.note(HistoryLine(Act.PUT_OFF, moment.isoformat(), "", current_centre().name, until))
    SupervisionOrder.objects.bulk_update(moved, ["answer_due_at", "red_at", "history", "lock_version"])
    wait_for_answer(moved)
