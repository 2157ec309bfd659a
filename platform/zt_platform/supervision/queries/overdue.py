"""Which windows let limits run out in a period, with every such case: what a circular (督查通报) tells (G-12)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Q

from zt_platform.supervision.models import CaseRecord
from zt_platform.supervision.rules import DECIDING_ROLES
from zt_platform.supervision.scope import Scope
from zt_platform.workcalendar.queries import calendar
from zt_platform.workcalendar.rules import WorkCalendar
from zt_tenants.clock import CHINA, now
from zt_tenants.context import beside
from zt_tenants.errors import InvalidInput
from zt_tenants.models import Centre
from zt_tenants.wall.access import DatabaseRole

LONGEST_PERIOD = 366
"""Days: a circular tells of a month or a quarter, of a year at the most."""
MOST_CASES = 2_000
"""So many cases are listed; the counts are of all."""


@dataclass(frozen=True, slots=True)
class OverdueCase:
    """One case whose promised limit ended in the period before it was decided.

    ``days_over`` are working days after the limit's own until the clock stopped, or until the time of reading.
    """

    record: CaseRecord
    days_over: int

    @property
    def running(self) -> bool:
        """Whether it is still not decided."""
        return self.record.stopped_at is None


@dataclass(frozen=True, slots=True)
class UnitOverdue:
    """One window: a department at a centre, how many limits it let run out, and the cases, the oldest limit first."""

    centre: Centre | None
    centre_code: str
    department: str
    count: int
    running: int
    cases: Sequence[OverdueCase]

    @property
    def centre_name(self) -> str:
        """The centre's name, or its code where it has been closed."""
        return self.centre.name if self.centre else self.centre_code

    @property
    def late(self) -> int:
        """Decided, or otherwise ended, after the limit."""
        return self.count - self.running

    @property
    def longest(self) -> int:
        """Working days by which the worst of the listed cases is over its limit."""
        return max((case.days_over for case in self.cases), default=0)


@dataclass(frozen=True, slots=True)
class OverdueReport:
    """The overdue cases of a centre and of all below it in a period, by window: the one with the most comes first."""

    here: Centre
    first_day: date
    last_day: date
    read_at: datetime
    units: Sequence[UnitOverdue]

    @property
    def count(self) -> int:
        """Cases in all; each tracking number once."""
        return sum(unit.count for unit in self.units)

    @property
    def running(self) -> int:
        """Those still not decided."""
        return sum(unit.running for unit in self.units)

    @property
    def left_out(self) -> int:
        """Cases that are counted but not listed, beyond :data:`MOST_CASES`."""
        return self.count - sum(len(unit.cases) for unit in self.units)


def overdue_by_unit(scope: Scope, *, code: str = "", first_day: date, last_day: date) -> OverdueReport:
    """The cases whose promised limit ended in a period (both days counted, in China) before they were decided.

    A case in two ledgers stands where it is decided: that department answers for the limit. Two SQL statements.

    Raises:
        NotFound: the centre lies outside the scope.
        InvalidInput: the last day lies before the first, or the period is longer than a year.
    """
    _check_period(first_day, last_day)
    here, moment = scope.centre(code or scope.root.code), now()
    begin = datetime.combine(first_day, time.min, CHINA)
    end = datetime.combine(last_day + timedelta(days=1), time.min, CHINA)
    counted, listed = _read(scope.below(here.code), begin, end, moment)
    days = calendar()
    units = [
        UnitOverdue(
            centre=scope.centres.get(unit[0]),
            centre_code=unit[0],
            department=unit[1],
            count=count,
            running=running,
            cases=[OverdueCase(record, _days_over(record, moment, days)) for record in listed.get(unit, ())],
        )
        for unit, (count, running) in counted.items()
    ]
    units.sort(key=lambda unit: (-unit.count, -unit.running, unit.centre_code, unit.department))
    return OverdueReport(here, first_day, last_day, moment, units)


_Unit = tuple[str, str]
"""Code of a centre and name of its department."""


@beside(DatabaseRole.SUPERVISION)
def _read(
    codes: list[str], begin: datetime, end: datetime, moment: datetime
) -> tuple[dict[_Unit, tuple[int, int]], dict[_Unit, list[CaseRecord]]]:
    """How many cases, and how many still running, of every unit; and the first of them, the oldest limit first."""
    answering = CaseRecord.objects.one_a_case(codes, before=DECIDING_ROLES)
    found = answering.overran(moment).filter(due_at__gte=begin, due_at__lt=end)
    counts = (
        found.order_by()
        .values_list("centre_code", "department")
        .annotate(count=Count("id"), running=Count("id", filter=Q(stopped_at__isnull=True)))
    )
    counted = {(centre, department): (count, running) for centre, department, count, running in counts}
    listed: defaultdict[_Unit, list[CaseRecord]] = defaultdict(list)
    for record in found.order_by("centre_code", "department", "due_at", "id")[:MOST_CASES]:
        listed[record.centre_code, record.department].append(record)
    return counted, listed


def _check_period(first_day: date, last_day: date) -> None:
    if last_day < first_day:
        raise InvalidInput(
            field="to",
            zh="截止日期早于起始日期，请改正。",
            en="The last day lies before the first; correct one of them.",
        )
    if (last_day - first_day).days >= LONGEST_PERIOD:
        raise InvalidInput(
            field="from",
            zh="通报的时段最长{most}天，请缩短。",
            en="A circular covers {most} days at most; shorten the period.",
            most=LONGEST_PERIOD,
        )


def _days_over(record: CaseRecord, moment: datetime, days: WorkCalendar) -> int:
    if record.due_at is None:
        return 0
    until = record.stopped_at or moment
    return days.working_days_between(record.due_at.astimezone(CHINA).date(), until.astimezone(CHINA).date())
