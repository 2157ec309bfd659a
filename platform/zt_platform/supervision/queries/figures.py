"""Figures of a day with yesterday and last year beside them, and the lights at a moment (R-02, E-21)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta

from django.db import connection

from zt_platform.supervision.queries.lights import Branches, LightCounts, branch_lights_at, pairs_of, reading_moment
from zt_platform.supervision.rules import Rate, completion_rate, instant_rate, on_time_rate
from zt_platform.supervision.scope import Scope
from zt_tenants.context import beside
from zt_tenants.wall.access import DatabaseRole


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
class Overview:
    """One screen: a day's figures, what they are compared with, and the lights."""

    on: date
    read_at: datetime
    today: DayFigures
    yesterday: DayFigures
    last_year: DayFigures
    lights: LightCounts
    lights_yesterday: LightCounts


def same_day_last_year(on: date) -> date:
    """The date a year before; 28 February for 29 February."""
    try:
        return on.replace(year=on.year - 1)
    except ValueError:
        return on.replace(year=on.year - 1, day=28)


@beside(DatabaseRole.SUPERVISION)
def overview(scope: Scope, *, on: date, code: str = "") -> Overview:
    """The figures of a centre of the scope and all below it (the whole scope by default). Two SQL statements.

    Raises:
        NotFound: the centre lies outside the scope.
    """
    branches = {"": scope.below(code or scope.root.code)}
    yesterday, last_year = on - timedelta(days=1), same_day_last_year(on)
    days = branch_days(branches, [on, yesterday, last_year])
    moment = reading_moment(on)
    lights, before = branch_lights_at(branches, [moment, moment - timedelta(days=1)])
    return Overview(
        on=on,
        read_at=moment,
        today=days.get(("", on), DayFigures()),
        yesterday=days.get(("", yesterday), DayFigures()),
        last_year=days.get(("", last_year), DayFigures()),
        lights=lights[""],
        lights_yesterday=before[""],
    )


@beside(DatabaseRole.SUPERVISION)
def branch_days(branches: Branches, days: Collection[date]) -> dict[tuple[str, date], DayFigures]:
    """The counters by row and day, without rows that have none. One SQL statement.

    Rows travel by number: the database knows how few there are, and adds up without sorting.
    """
    numbers = {name: number for number, name in enumerate(branches)}
    names, codes = pairs_of(branches)
    sums = ", ".join(f"sum(centre_day.{name})" for name in COUNTERS)
    statement = (
        f"SELECT branch.number, centre_day.day, {sums}"  # noqa: S608  names of our own columns only
        ' FROM "supervision"."centre_day" AS centre_day'
        " JOIN unnest(%s::int[], %s::text[]) AS branch(number, code) ON branch.code = centre_day.centre_code"
        " WHERE centre_day.day = ANY(%s::date[]) GROUP BY 1, 2"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [[numbers[name] for name in names], codes, list(days)])
        ordered = list(branches)
        return {(ordered[number], day): DayFigures(*counts) for number, day, *counts in cursor.fetchall()}
