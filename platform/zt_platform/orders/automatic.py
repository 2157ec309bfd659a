"""Orders that a centre gives its own units at a limit of a case (F-04): the same model, queue, answer and escalation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from zt_platform.orders import rules, telling
from zt_platform.orders.alarms import timer_of
from zt_platform.orders.models import HistoryLine, SupervisionOrder
from zt_platform.orders.vocabulary import Act, Kind, Side
from zt_platform.organisation.models import Department
from zt_platform.papers.models import Paper
from zt_platform.workcalendar.rules import OfficeHours, WorkCalendar
from zt_tenants.clock import now
from zt_tenants.context import current_centre
from zt_tenants.timers import NewTimer


@dataclass(frozen=True, slots=True)
class AtLimit:
    """What a limit calls for: the paper that was issued, to which unit, about which case, and until when it answers."""

    paper: Paper
    department: Department | None
    tracking_number: str
    reason: str
    answer_due_at: datetime
    red: bool


def order_of(found: AtLimit, calendar: WorkCalendar, hours: OfficeHours) -> SupervisionOrder:
    """The order that goes with the paper (not saved)."""
    centre, moment = current_centre(), now()
    order = SupervisionOrder(
        side=Side.LOCAL,
        kind=Kind.RED_CARD if found.red else Kind.YELLOW_CARD,
        number=found.paper.number,
        subject=found.tracking_number,
        tracking_number=found.tracking_number,
        reason=found.reason,
        automatic=True,
        issuer_code=centre.code,
        issuer_name=centre.name,
        addressee_code=centre.code,
        addressee_name=centre.name,
        department=found.department,
        department_name=found.department.name if found.department else "",
        issued_at=moment,
        answer_due_at=found.answer_due_at,
        red_at=rules.red_at(found.answer_due_at, calendar, hours),
        paper=found.paper,
    )
    order.note(HistoryLine(Act.ISSUE, moment.isoformat(), "", centre.name, found.reason))
    return order


def keep_orders(orders: Sequence[SupervisionOrder]) -> list[NewTimer]:
    """Write orders of many cases and tell their units; three statements, none without orders. The timers to be set."""
    if not orders:
        return []
    SupervisionOrder.objects.bulk_create(orders)
    telling.tell_many([(order, telling.given(order)) for order in orders], answerers=True)
    return [timer for timer in map(timer_of, orders) if timer is not None]
