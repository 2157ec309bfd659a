"""What the papers say that the limits of a case bring about: reminder, supervision order (F-03, F-04), deemed grant."""

from __future__ import annotations

from datetime import datetime

from zt_platform.cases import rules
from zt_platform.cases.limits import time_left
from zt_platform.cases.models import Case
from zt_platform.cases.papers import about
from zt_platform.cases.rules import Calendar
from zt_platform.orders.rules import REPLY_DAYS
from zt_platform.papers import course_builders
from zt_platform.papers.content import Bilingual, PaperContent
from zt_tenants.clock import CHINA, now
from zt_tenants.context import current_centre

_DEMAND = "立即办理，并书面说明超期原因和整改措施"


def reminder_content(case: Case, limit: Bilingual, due_at: datetime, calendar: Calendar) -> PaperContent:
    """F-03, to the unit that has the case."""
    left = time_left(now(), due_at, calendar)
    if left.over:
        remaining = Bilingual("0小时", "no time")
    else:
        remaining = Bilingual(f"{left.days}个工作日{left.hours}小时", f"{left.days} working days {left.hours} hours")
    return course_builders.reminder(
        about(case), department=_unit(case), due_at=due_at, remaining=remaining, limit=limit
    )


def supervision_order_content(
    case: Case, limit: Bilingual, due_at: datetime, calendar: Calendar, *, red: bool
) -> PaperContent:
    """F-04, to the unit that has the case; it explains itself within three working days."""
    overdue = max(0, -rules.working_days_left(now(), due_at, calendar))
    return course_builders.supervision_order(
        about(case),
        department=_unit(case),
        due_at=due_at,
        overdue_days=overdue,
        demand=_DEMAND,
        reply_by=answer_due_at(calendar),
        limit=limit,
        red=red,
    )


def answer_due_at(calendar: Calendar) -> datetime:
    """Until when the unit that gets an order now explains itself."""
    return rules.statutory_due_at(now(), REPLY_DAYS, calendar)


def deemed_grant_content(case: Case, act: Bilingual, limit: datetime, legal_basis: str) -> PaperContent:
    """视为决定告知书: nothing was decided, and so it counts as granted (art. 50, or the centre's rule)."""
    decided_on = (case.decided_at or now()).astimezone(CHINA).date()
    return course_builders.deemed_act(
        about(case, decider=True), act=act, deemed_on=decided_on, limit_ended_at=limit, legal_basis=legal_basis
    )


def _unit(case: Case) -> str:
    return case.department.name if case.department else current_centre().name
