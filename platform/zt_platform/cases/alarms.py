"""Which moments of a case call for something by themselves, and which of them have been answered. Pure.

A limit includes its last instant, so an alarm rings just after it. What was done is marked on the case with the limit it
was done for: a timer that rings twice does nothing twice, and a limit that moves (a special procedure, an extension, a
new calendar) has its own reminder and its own order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from zt_platform.cases import rules
from zt_platform.cases.limits import Pause, moved, not_counted
from zt_platform.cases.models import Case
from zt_platform.cases.rules import Calendar
from zt_platform.cases.tolerance import open_debts, takes_materials
from zt_platform.cases.vocabulary import PERMIT_VALID, CaseRole, Status
from zt_platform.catalogue.defaults import DefaultRule, rule_for
from zt_tenants.clock import CHINA

TIMER = "cases.alarm"
"""The kind of the one timer of a case; its subject is the tracking number."""
AFTER = timedelta(seconds=1)
NEAR_DAYS = 1
"""Working days before the end of acceptance and delivery at which a reminder is sent; the decision has its own threshold."""

PERMIT_NEAR_DAYS = 5
"""Working days before the end of a temporary permit at which its verification is asked for."""
_HERE = frozenset({Status.ACCEPTED.value, Status.REVIEWED.value})
_TAKING = _HERE | {
    Status.SUSPENDED.value,
    Status.TRANSFERRED.value,
    Status.HANDED_DOWN.value,
    Status.APPROVED.value,
    Status.COMPLETED.value,
    Status.POSTED.value,
    Status.DELIVERED.value,
}
_DECIDES = frozenset({CaseRole.SOLE.value, CaseRole.DECIDING.value})
_DELIVERS = frozenset({CaseRole.SOLE.value, CaseRole.ACCEPTING.value})


class AlarmKind(StrEnum):
    """What a moment calls for. ``…_NEAR`` is a reminder (F-03), ``…_OVER`` and ``…_RED`` are supervision orders (F-04)."""

    ACCEPTANCE_NEAR = "ACCEPTANCE_NEAR"
    ACCEPTANCE_OVER = "ACCEPTANCE_OVER"
    REVIEW_OVER = "REVIEW_OVER"
    DECISION_NEAR = "DECISION_NEAR"
    DECISION_OVER = "DECISION_OVER"
    DECISION_RED = "DECISION_RED"
    PROCEDURE_LONG = "PROCEDURE_LONG"
    DELIVERY_NEAR = "DELIVERY_NEAR"
    DELIVERY_OVER = "DELIVERY_OVER"
    DEBT_NEAR = "DEBT_NEAR"
    DEBT_OVER = "DEBT_OVER"
    PERMIT_NEAR = "PERMIT_NEAR"
    PERMIT_OVER = "PERMIT_OVER"
    PERMIT_NEAR_TOLD = "PERMIT_NEAR_TOLD"
    PERMIT_OVER_TOLD = "PERMIT_OVER_TOLD"
    RENEWAL_END = "RENEWAL_END"
    DEFAULT_END = "DEFAULT_END"


_REMINDERS = frozenset(kind for kind in AlarmKind if "_NEAR" in kind)


@dataclass(frozen=True, slots=True)
class Alarm:
    """``rings_at`` is the first moment at which it is due; ``limit`` is what it is about and what it is marked with."""

    kind: AlarmKind
    rings_at: datetime
    limit: datetime

    @property
    def mark(self) -> str:
        """What the case notes when it is answered: the limit, in UTC, however it was read or computed."""
        return self.limit.astimezone(UTC).isoformat()


def alarms_of(case: Case, calendar: Calendar) -> list[Alarm]:
    """The alarms of a case that have not been answered, the earliest first."""
    found = [alarm for alarm in _all_alarms(case, calendar) if case.marks.get(alarm.kind) != alarm.mark]
    return sorted(found, key=lambda alarm: alarm.rings_at)


def due_alarms(case: Case, calendar: Calendar, moment: datetime) -> list[Alarm]:
    """Those that ring at a moment. A reminder of a limit that has passed meanwhile is none."""
    return [alarm for alarm in alarms_of(case, calendar) if alarm.rings_at <= moment]


def is_late_reminder(alarm: Alarm, moment: datetime) -> bool:
    """Whether the limit that a reminder is about has passed: an order follows, the reminder would say nothing."""
    return alarm.kind in _REMINDERS and moment > alarm.limit


def next_ring(case: Case, calendar: Calendar) -> datetime | None:
    """When the case's timer has to ring next; None when nothing is to be waited for."""
    waiting = alarms_of(case, calendar)
    return waiting[0].rings_at if waiting else None


def _all_alarms(case: Case, calendar: Calendar) -> Iterator[Alarm]:
    yield from _owed(case, calendar)
    yield from _temporary(case, calendar)
    yield from _renewal(case)
    match case.status:
        case Status.SUBMITTED | Status.PRE_REVIEWED:
            yield from _acceptance(case, calendar)
        case Status.ACCEPTED | Status.REVIEWED if case.role in _DECIDES or case.role == CaseRole.ACCEPTING:
            yield from _decision(case)
            yield from _default(case, calendar)
        case Status.SUSPENDED:
            yield from _procedures(case, calendar)
        case Status.APPROVED | Status.REJECTED | Status.COMPLETED | Status.POSTED if case.role in _DELIVERS:
            yield from _delivery(case, calendar)


def _acceptance(case: Case, calendar: Calendar) -> Iterator[Alarm]:
    """Art. 32, where the application lies: also at a portal that has not handed it down yet."""
    limit = case.acceptance_due_at
    if limit is not None and case.role == CaseRole.SOLE:
        yield Alarm(AlarmKind.ACCEPTANCE_NEAR, _near(limit, calendar), limit)
        yield Alarm(AlarmKind.ACCEPTANCE_OVER, limit + AFTER, limit)


def _decision(case: Case) -> Iterator[Alarm]:
    """The promised limit with its lights; for what is reviewed here and handed up also art. 43."""
    if case.due_at is not None and case.warning_at is not None and case.red_at is not None:
        yield Alarm(AlarmKind.DECISION_NEAR, case.warning_at + AFTER, case.due_at)
        yield Alarm(AlarmKind.DECISION_OVER, case.due_at + AFTER, case.due_at)
        yield Alarm(AlarmKind.DECISION_RED, case.red_at + AFTER, case.red_at)
    if case.review_due_at is not None and case.role == CaseRole.ACCEPTING:
        yield Alarm(AlarmKind.REVIEW_OVER, case.review_due_at + AFTER, case.review_due_at)


def _procedures(case: Case, calendar: Calendar) -> Iterator[Alarm]:
    """Art. 45: the applicant was told how long the special procedure takes; it takes longer."""
    if case.role == CaseRole.PORTAL or (case.role == CaseRole.ACCEPTING and case.suspended_from != Status.ACCEPTED):
        return
    told = [
        calendar.days.close_after(_day(pause.since), pause.expected_days, calendar.hours)
        for pause in map(Pause.from_stored, case.pauses)
        if pause.until is None
    ]
    if told:
        limit = max(told)
        yield Alarm(AlarmKind.PROCEDURE_LONG, limit + AFTER, limit)


def _delivery(case: Case, calendar: Calendar) -> Iterator[Alarm]:
    limit = case.delivery_due_at
    if limit is not None:
        yield Alarm(AlarmKind.DELIVERY_NEAR, _near(limit, calendar), limit)
        yield Alarm(AlarmKind.DELIVERY_OVER, limit + AFTER, limit)


def _owed(case: Case, calendar: Calendar) -> Iterator[Alarm]:
    """Materials that may follow, where the applicant is: a reminder, and the date itself."""
    waiting = takes_materials(case) and case.status in _TAKING and case.role != CaseRole.DECIDING
    dates = [debt.due_at for debt in open_debts(case) if debt.due_at is not None] if waiting and case.debts else []
    if dates:
        limit = min(dates)
        yield Alarm(AlarmKind.DEBT_NEAR, _near(limit, calendar), limit)
        yield Alarm(AlarmKind.DEBT_OVER, limit + AFTER, limit)


def _temporary(case: Case, calendar: Calendar) -> Iterator[Alarm]:
    """The end of a temporary permit, also when the case is over and delivered (I-05).

    Where it was decided the unit is reminded; where the applicant is, when that is elsewhere, only the applicant is told.
    """
    permit = case.temporary_permit
    if permit.get("state") != PERMIT_VALID or not case.is_decided:
        return
    last = date.fromisoformat(permit["until"])
    limit = rules.renewal_due_at(last) - AFTER
    near = calendar.days.subtract_working_days(last, PERMIT_NEAR_DAYS)
    decides = case.role in _DECIDES
    soon, over = (AlarmKind.PERMIT_NEAR, AlarmKind.PERMIT_OVER)
    if not decides:
        soon, over = (AlarmKind.PERMIT_NEAR_TOLD, AlarmKind.PERMIT_OVER_TOLD)
    yield Alarm(soon, calendar.days.close_of(near, calendar.hours), limit)
    yield Alarm(over, limit + AFTER, limit)


def _renewal(case: Case) -> Iterator[Alarm]:
    """Art. 50: the end of the permit whose renewal was asked for in time."""
    until = case.clock_basis.get("renewal_until")
    under_way = (case.suspended_from if case.status == Status.SUSPENDED else case.status) in _HERE
    here = case.role in _DECIDES or (case.role == CaseRole.ACCEPTING and case.transferred_at is None)
    if until and under_way and here:
        limit = rules.renewal_due_at(date.fromisoformat(until))
        yield Alarm(AlarmKind.RENEWAL_END, limit, limit)


def default_rule(case: Case) -> DefaultRule | None:
    """The centre's rule under which the promised limit of a case falls (G-05); None when none is switched on."""
    item = getattr(case, "item_clock", None) or {}
    return rule_for(item.get("default_rules") or [], case.due_at) if case.due_at is not None else None


def _default(case: Case, calendar: Calendar) -> Iterator[Alarm]:
    rule = default_rule(case) if case.role in _DECIDES else None
    if rule is None or case.due_at is None:
        return
    day = calendar.days.add_working_days(_day(case.due_at), rule.grace_days)
    limit = calendar.days.close_of(day, calendar.hours) if rule.grace_days else case.due_at
    # What stood still before the promised limit is in it already; a special procedure in the grace moves the grace.
    late = [stop for stop in not_counted(map(Pause.from_stored, case.pauses)) if stop[0] >= case.due_at]
    limit = moved(limit, case.due_at, late, calendar)
    yield Alarm(AlarmKind.DEFAULT_END, limit + AFTER, limit)


def _near(limit: datetime, calendar: Calendar) -> datetime:
    day = calendar.days.subtract_working_days(_day(limit), NEAR_DAYS)
    return calendar.days.close_of(day, calendar.hours) + AFTER


def _day(moment: datetime) -> date:
    return moment.astimezone(CHINA).date()


__all__ = ["TIMER", "Alarm", "AlarmKind", "alarms_of", "due_alarms", "is_late_reminder", "next_ring"]
