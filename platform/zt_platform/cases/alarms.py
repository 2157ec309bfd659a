"""Which moments of a case call for something by themselves, and which of them have been answered. Pure.

A limit includes its last instant, so an alarm rings just after it. What was done is marked on the case with the limit it
was done for: a timer that rings twice does nothing twice, and a limit that moves (a special procedure, an extension, a
new calendar) has its own reminder and its own order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from zt_platform.cases.limits import Pause
from zt_platform.cases.models import Case
from zt_platform.cases.rules import Calendar
from zt_platform.cases.vocabulary import CaseRole, Status
from zt_tenants.clock import CHINA

TIMER = "cases.alarm"
"""The kind of the one timer of a case; its subject is the tracking number."""
AFTER = timedelta(seconds=1)
NEAR_DAYS = 1
"""Working days before the end of acceptance and delivery at which a reminder is sent; the decision has its own threshold."""

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


@dataclass(frozen=True, slots=True)
class Alarm:
    """``rings_at`` is the first moment at which it is due; ``limit`` is what it is about and what it is marked with."""

    kind: AlarmKind
    rings_at: datetime
    limit: datetime

    @property
    def mark(self) -> str:
        """What the case notes when it is answered."""
        return self.limit.isoformat()


def alarms_of(case: Case, calendar: Calendar) -> list[Alarm]:
    """The alarms of a case that have not been answered, the earliest first."""
    found = [alarm for alarm in _all_alarms(case, calendar) if case.marks.get(alarm.kind) != alarm.mark]
    return sorted(found, key=lambda alarm: alarm.rings_at)


def due_alarms(case: Case, calendar: Calendar, moment: datetime) -> list[Alarm]:
    """Those that ring at a moment. A reminder of a limit that has passed meanwhile is none."""
    return [alarm for alarm in alarms_of(case, calendar) if alarm.rings_at <= moment]


def is_late_reminder(alarm: Alarm, moment: datetime) -> bool:
    """Whether the limit that a reminder is about has passed: an order follows, the reminder would say nothing."""
    return alarm.kind.endswith("_NEAR") and moment > alarm.limit


def next_ring(case: Case, calendar: Calendar) -> datetime | None:
    """When the case's timer has to ring next; None when nothing is to be waited for."""
    waiting = alarms_of(case, calendar)
    return waiting[0].rings_at if waiting else None


def _all_alarms(case: Case, calendar: Calendar) -> Iterator[Alarm]:
    match case.status:
        case Status.SUBMITTED | Status.PRE_REVIEWED:
            yield from _acceptance(case, calendar)
        case Status.ACCEPTED | Status.REVIEWED if case.role in _DECIDES or case.role == CaseRole.ACCEPTING:
            yield from _decision(case)
        case Status.SUSPENDED:
            yield from _procedures(case, calendar)
        case Status.APPROVED | Status.REJECTED | Status.COMPLETED if case.role in _DELIVERS:
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
        calendar.days.close_of(calendar.days.add_working_days(_day(pause.since), pause.expected_days), calendar.hours)
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


def _near(limit: datetime, calendar: Calendar) -> datetime:
    day = calendar.days.subtract_working_days(_day(limit), NEAR_DAYS)
    return calendar.days.close_of(day, calendar.hours) + AFTER


def _day(moment: datetime) -> date:
    return moment.astimezone(CHINA).date()


__all__ = ["TIMER", "Alarm", "AlarmKind", "alarms_of", "due_alarms", "is_late_reminder", "next_ring"]
