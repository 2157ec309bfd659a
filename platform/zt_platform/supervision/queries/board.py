"""The league table of a centre's branches with their series, and the heat map centre × day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import reduce
from operator import add
from typing import Any

from django.db import connection

from zt_platform.supervision.queries.figures import (
    COUNTERS,
    DayFigures,
    Overview,
    branch_days,
    same_day_last_year,
)
from zt_platform.supervision.queries.lights import (
    Branches,
    LightCounts,
    branch_lights,
    branch_lights_at,
    pairs_of,
    reading_moment,
)
from zt_platform.supervision.scope import Scope
from zt_tenants.clock import CHINA
from zt_tenants.context import beside
from zt_tenants.errors import InvalidInput
from zt_tenants.models import Centre
from zt_tenants.wall.access import DatabaseRole

BOARD_DAYS = 14
OVERRUN = "overrun"
"""Heat measure: limits that ended on the day unmet, as known at the time of reading."""


@dataclass(frozen=True, slots=True)
class Branch:
    """One row of the league: a child centre with everything below it, or the centre's own hall alone.

    ``figures`` sums the days of ``days``; a case handled at two branches shows its light in both rows, and once in the
    total above them.
    """

    centre: Centre
    own_hall: bool
    figures: DayFigures
    lights: LightCounts
    days: tuple[date, ...]
    series: tuple[DayFigures, ...]


def last_days(on: date, count: int = BOARD_DAYS) -> tuple[date, ...]:
    """``count`` days that end with ``on``, oldest first."""
    return tuple(on - timedelta(days=back) for back in range(count - 1, -1, -1))


@beside(DatabaseRole.SUPERVISION)
def board(scope: Scope, *, on: date, code: str = "") -> list[Branch]:
    """The branches of a centre over the last 14 days, best on-time rate first. Two SQL statements.

    Branches that completed nothing come last, by code.

    Raises:
        NotFound: the centre lies outside the scope.
    """
    code = code or scope.root.code
    branches = scope.branches(code)
    days = last_days(on)
    return _league(scope, code, days, branch_days(branches, days), branch_lights(branches, reading_moment(on)))


def screen(scope: Scope, *, on: date, code: str = "") -> tuple[Overview, list[Branch]]:
    """What :func:`overview` and :func:`board` say of a centre, read at one moment, in two SQL statements.

    The branches part the centre's own hall and all below it among them, so their days add up to the overview's. Lights
    do not: a case in two branches is one case.

    Raises:
        NotFound: the centre lies outside the scope.
    """
    code = code or scope.root.code
    branches, days, moment = scope.branches(code), last_days(on), reading_moment(on)
    last_year = same_day_last_year(on)
    counted = branch_days(branches, [*days, last_year])
    lights, before = branch_lights_at({**branches, _ALL: scope.below(code)}, [moment, moment - timedelta(days=1)])

    def total(day: date) -> DayFigures:
        return reduce(add, (counted.get((name, day), DayFigures()) for name in branches))

    seen = Overview(
        on=on,
        read_at=moment,
        today=total(on),
        yesterday=total(on - timedelta(days=1)),
        last_year=total(last_year),
        lights=lights[_ALL],
        lights_yesterday=before[_ALL],
    )
    return seen, _league(scope, code, days, counted, lights)


_ALL = ""


def _league(
    scope: Scope,
    code: str,
    days: tuple[date, ...],
    counted: Mapping[tuple[str, date], DayFigures],
    lights: Mapping[str, LightCounts],
) -> list[Branch]:
    names = list(scope.branches(code))
    rows = []
    for name in names:
        series = tuple(counted.get((name, day), DayFigures()) for day in days)
        rows.append(
            Branch(
                centre=scope.centre(name),
                own_hall=name == code and len(names) > 1,
                figures=reduce(add, series),
                lights=lights[name],
                days=days,
                series=series,
            )
        )
    return sorted(rows, key=_rank)


def _rank(branch: Branch) -> tuple[bool, float, int, str]:
    figures = branch.figures
    rate = figures.on_time_rate.value
    return (rate is None, -(rate or 0), -figures.completed, branch.centre.code)


@dataclass(frozen=True, slots=True)
class HeatRow:
    """One row of the heat map: a value for each day."""

    centre: Centre
    own_hall: bool
    values: tuple[int, ...]


@beside(DatabaseRole.SUPERVISION)
def heat(rows: Sequence[Branch], scope: Scope, *, on: date, measure: str, code: str = "") -> list[HeatRow]:
    """A measure of the board's branches by day, in the order of codes.

    ``measure`` is a counter of :class:`DayFigures` (no further SQL) or ``overrun`` (one statement).

    Raises:
        InvalidInput: no such measure.
    """
    ordered = sorted(rows, key=lambda row: (not row.own_hall, row.centre.code))
    if measure == OVERRUN:
        branches = scope.branches(code or scope.root.code)
        overrun = _overrun(branches, last_days(on), reading_moment(on))
        return [
            HeatRow(row.centre, row.own_hall, tuple(overrun.get((row.centre.code, day), 0) for day in row.days))
            for row in ordered
        ]
    if measure not in COUNTERS:
        raise InvalidInput(field="measure", zh="没有这个指标。", en="There is no such measure.")
    return [
        HeatRow(row.centre, row.own_hall, tuple(getattr(figures, measure) for figures in row.series)) for row in ordered
    ]


# A limit that ended unmet: the clock still ran at it, or was stopped after it. Each half has an index of its own. Ledgers
# are counted by centre and day before anything else is asked of them; then those of a centre that only decides are taken off
# where the row holds the ledger that accepted the case, so that the number is the length of its list. date_bin costs a third
# of a conversion to local time, and a day has 24 hours in China.
_UNMET = "due_at >= %(first)s AND due_at < %(end)s AND due_at < %(at)s"
_OVERRUN = """
    WITH branch AS MATERIALIZED (SELECT * FROM unnest(%(names)s::text[], %(codes)s::text[]) AS pair(name, code)),
    overrun AS (
        SELECT centre_code, due_at FROM "supervision"."case_record"
        WHERE stopped_at IS NULL AND role <> 'PORTAL' AND {unmet}
        UNION ALL
        SELECT centre_code, due_at FROM "supervision"."case_record"
        WHERE stopped_at > due_at AND role <> 'PORTAL' AND {unmet}
    ),
    deciding AS (
        SELECT centre_code, tracking_number, due_at FROM "supervision"."case_record"
        WHERE stopped_at IS NULL AND role = 'DECIDING' AND {unmet}
        UNION ALL
        SELECT centre_code, tracking_number, due_at FROM "supervision"."case_record"
        WHERE stopped_at > due_at AND role = 'DECIDING' AND {unmet}
    )
    SELECT name, day, sum(ledgers)::int FROM (
        SELECT centre_code, date_bin('1 day', due_at, %(first)s) AS day, count(*) AS ledgers FROM overrun GROUP BY 1, 2
    ) AS counted JOIN branch ON branch.code = counted.centre_code
    GROUP BY name, day
    UNION ALL
    SELECT here.name, date_bin('1 day', deciding.due_at, %(first)s), -count(*)::int
    FROM deciding
    JOIN branch AS here ON here.code = deciding.centre_code
    JOIN "supervision"."case_record" AS accepting
        ON accepting.tracking_number = deciding.tracking_number AND accepting.role IN ('SOLE', 'ACCEPTING')
    JOIN branch AS there ON there.code = accepting.centre_code AND there.name = here.name
    GROUP BY 1, 2
"""


@beside(DatabaseRole.SUPERVISION)
def _overrun(branches: Branches, days: Sequence[date], moment: datetime) -> dict[tuple[str, date], int]:
    names, codes = pairs_of(branches)
    values: dict[str, Any] = {
        "names": names,
        "codes": codes,
        "first": datetime.combine(days[0], time.min, CHINA),
        "end": datetime.combine(days[-1] + timedelta(days=1), time.min, CHINA),
        "at": moment,
    }
    with connection.cursor() as cursor:
        cursor.execute(_OVERRUN.format(unmet=_UNMET), values)
        found: Counter[tuple[str, date]] = Counter()
        for name, start, ledgers in cursor.fetchall():
            found[name, start.astimezone(CHINA).date()] += ledgers
        return found
