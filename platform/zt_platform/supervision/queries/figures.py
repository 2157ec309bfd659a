"""Figures of a day with yesterday and last year beside them, and the lights at a moment (R-02, E-21)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta

from django.db import connection

from zt_platform.supervision.rules import Rate, completion_rate, instant_rate, on_time_rate
from zt_platform.supervision.scope import Scope
from zt_tenants.clock import CHINA, now, today


@dataclass(frozen=True, slots=True)
class DayFigures:
    """Counters of one or more days; each counts distinct tracking numbers (``decided`` counts decisions)."""

    submitted: int = 0
    accepted: int = 0
    refused: int = 0
    withdrawn: int = 0
    completed: int = 0
    instant: int = 0
    on_time: int = 0
    late: int = 0
    granted: int = 0
    denied: int = 0
    decided: int = 0
    handed_down: int = 0

    def __add__(self, other: DayFigures) -> DayFigures:
        return DayFigures(*(getattr(self, name) + getattr(other, name) for name in COUNTERS))

    @property
    def on_time_rate(self) -> Rate:
        """按时办结率: on time, of those completed that had a limit."""
        return on_time_rate(on_time=self.on_time, late=self.late)

    @property
    def instant_rate(self) -> Rate:
        """现场办结率: decided on the spot, of all completed."""
        return instant_rate(instant=self.instant, completed=self.completed)

    @property
    def completion_rate(self) -> Rate:
        """办结率: completed, of those accepted in the same days."""
        return completion_rate(completed=self.completed, accepted=self.accepted)


COUNTERS = tuple(field.name for field in fields(DayFigures))


@dataclass(frozen=True, slots=True)
class LightCounts:
    """Cases whose clock runs, by light."""

    running: int = 0
    warning: int = 0
    yellow: int = 0
    red: int = 0

    @property
    def green(self) -> int:
        """Running and not near the limit."""
        return self.running - self.warning - self.yellow - self.red

    @property
    def overdue(self) -> int:
        """Over the limit: yellow and red."""
        return self.yellow + self.red


@dataclass(frozen=True, slots=True)
class Overview:
    """One screen: a day's figures, what they are compared with, and the lights."""

    on: date
    read_at: datetime
    today: DayFigures
    yesterday: DayFigures
    last_year: DayFigures
    lights: LightCounts
    lights_yesterday: LightCounts


def reading_moment(on: date) -> datetime:
    """When the lights of a day are read: now for today, the last instant of a past day."""
    if on >= today():
        return now()
    return datetime.combine(on + timedelta(days=1), time.min, CHINA) - timedelta(microseconds=1)


def same_day_last_year(on: date) -> date:
    """The date a year before; 28 February for 29 February."""
    try:
        return on.replace(year=on.year - 1)
    except ValueError:
        return on.replace(year=on.year - 1, day=28)


def overview(scope: Scope, *, on: date, code: str = "") -> Overview:
    """The figures of a centre of the scope and all below it (the whole scope by default). Three SQL statements.

    Raises:
        NotFound: the centre lies outside the scope.
    """
    branches = {"": scope.below(code or scope.root.code)}
    yesterday, last_year = on - timedelta(days=1), same_day_last_year(on)
    days = branch_days(branches, [on, yesterday, last_year])
    moment = reading_moment(on)
    return Overview(
        on=on,
        read_at=moment,
        today=days.get(("", on), DayFigures()),
        yesterday=days.get(("", yesterday), DayFigures()),
        last_year=days.get(("", last_year), DayFigures()),
        lights=branch_lights(branches, moment)[""],
        lights_yesterday=branch_lights(branches, moment - timedelta(days=1))[""],
    )


Branches = Mapping[str, Collection[str]]
"""Name of a row → codes of the centres counted in it."""


def branch_days(branches: Branches, days: Collection[date]) -> dict[tuple[str, date], DayFigures]:
    """The counters by row and day, without rows that have none. One SQL statement."""
    sums = ", ".join(f"sum(centre_day.{name})" for name in COUNTERS)
    statement = (
        f"SELECT branch.name, centre_day.day, {sums}"  # noqa: S608  names of our own columns only
        ' FROM "supervision"."centre_day" AS centre_day'
        " JOIN unnest(%s::text[], %s::text[]) AS branch(name, code) ON branch.code = centre_day.centre_code"
        " WHERE centre_day.day = ANY(%s::date[]) GROUP BY 1, 2"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*_pairs(branches), list(days)])
        return {(name, day): DayFigures(*counts) for name, day, *counts in cursor.fetchall()}


def branch_lights(branches: Branches, moment: datetime) -> dict[str, LightCounts]:
    """Running cases by light in each row, as read at a moment; a case in two ledgers of a row counts once.

    One SQL statement, whose cost follows the number of running cases (LIMIT keeps the planner from joining all that ever
    were). When the two ledgers show different lights (one of them has not heard of the other's step yet),
    the accepting one decides, as in the lists.
    """
    statement = """
        WITH branch AS (SELECT * FROM unnest(%(names)s::text[], %(codes)s::text[]) AS pair(name, code))
        SELECT branch.name, count(DISTINCT record.tracking_number),
               count(DISTINCT record.tracking_number) FILTER (WHERE record.warning_at < %(at)s
                   AND (record.due_at < %(at)s OR record.red_at < %(at)s) IS NOT TRUE),
               count(DISTINCT record.tracking_number) FILTER (WHERE record.due_at < %(at)s
                   AND (record.red_at < %(at)s) IS NOT TRUE),
               count(DISTINCT record.tracking_number) FILTER (WHERE record.red_at < %(at)s)
        FROM "supervision"."case_record" AS record
        JOIN branch ON branch.code = record.centre_code
        LEFT JOIN LATERAL (
            SELECT centre_code FROM "supervision"."case_record" AS other
            WHERE record.role = 'DECIDING' AND other.tracking_number = record.tracking_number
                AND other.role IN ('SOLE', 'ACCEPTING')
            LIMIT 1
        ) AS accepting ON true
        LEFT JOIN branch AS same ON same.code = accepting.centre_code AND same.name = branch.name
        WHERE record.role <> 'PORTAL' AND same.code IS NULL AND record.accepted_at <= %(at)s
            AND (record.stopped_at IS NULL OR record.stopped_at > %(at)s)
        GROUP BY branch.name
    """
    names, codes = _pairs(branches)
    with connection.cursor() as cursor:
        cursor.execute(statement, {"at": moment, "names": names, "codes": codes})
        found = {name: LightCounts(*counts) for name, *counts in cursor.fetchall()}
    return {name: found.get(name, LightCounts()) for name in branches}


def _pairs(branches: Branches) -> tuple[list[str], list[str]]:
    pairs = [(name, code) for name, codes in branches.items() for code in codes]
    return [name for name, _ in pairs], [code for _, code in pairs]
