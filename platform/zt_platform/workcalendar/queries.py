"""The work calendar in force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import uuid4

from django.core.cache import cache

from zt_platform.workcalendar.models import CalendarOverride, CalendarYear
from zt_platform.workcalendar.rules import WorkCalendar, year_to_enter
from zt_tenants.clock import today
from zt_tenants.errors import InvalidInput

FIRST_YEAR, LAST_YEAR = 2004, 2100
"""行政许可法 is in force since 2004."""
REVISION_KEY = "workcalendar:revision"
_built: dict[str, WorkCalendar] = {}


def fresh_calendar() -> WorkCalendar:
    """The calendar as the database has it now, also for what this process asks next.

    For whoever acts on a change that was committed just before: the shared revision may come a moment later.
    """
    _built.clear()
    return calendar()


def calendar() -> WorkCalendar:
    """The calendar in force: the published one with all overrides.

    Built once per process and revision; ``commands`` raise the revision in the shared cache when they commit, so every
    process sees a change with its next call at the cost of one cache look-up. A cache that has lost the revision gets a new
    one: what a process built under an older one may be older than the last change.
    """
    revision = str(cache.get(REVISION_KEY) or cache.get_or_set(REVISION_KEY, lambda: uuid4().hex, timeout=None))
    built = _built.get(revision)  # held here: another thread may begin anew meanwhile
    if built is None:
        built = WorkCalendar(
            overrides=dict(CalendarOverride.objects.values_list("day", "working")),
            declared_years=frozenset(CalendarYear.objects.values_list("year", flat=True)),
        )
        _built.clear()
        _built[revision] = built
    return built


@dataclass(frozen=True, slots=True)
class YearStatus:
    """One year of the calendar: whether its notice is known, and which days the province has set."""

    year: int
    provisional: bool
    document_number: str
    working_days: int
    overrides: Sequence[CalendarOverride]


def year_status(year: int, *, fresh: bool = False) -> YearStatus:
    """What is known of a year; public. ``fresh`` reads the calendar from the database, for who has just changed it.

    Raises InvalidInput for a year that no calendar can have.
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise InvalidInput(
            field="year",
            zh="年份应在{first}至{last}之间。",
            en="The year lies between {first} and {last}.",
            first=FIRST_YEAR,
            last=LAST_YEAR,
        )
    days = fresh_calendar() if fresh else calendar()
    declared = CalendarYear.objects.filter(year=year).first()
    return YearStatus(
        year=year,
        provisional=days.provisional(year),
        document_number=declared.document_number if declared else "",
        working_days=days.working_days_between(date(year - 1, 12, 31), date(year, 12, 31)),
        overrides=list(CalendarOverride.objects.filter(day__year=year)),
    )


def missing_year() -> int | None:
    """The coming year, when its notice should be out and nobody has entered it; None while all is well (art. 82)."""
    return year_to_enter(today(), calendar())
