"""Running cases by light at a moment, for any number of groups of centres at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

from django.db import connection

from zt_tenants.clock import CHINA, now, today
from zt_tenants.context import beside
from zt_tenants.wall.access import DatabaseRole


@dataclass(frozen=True, slots=True)
class LightCounts:
    """Cases whose clock runs, by light."""

    running: int = 0
    warning: int = 0
    yellow: int = 0
    red: int = 0

    def __add__(self, other: LightCounts) -> LightCounts:
        return LightCounts(
            self.running + other.running,
            self.warning + other.warning,
            self.yellow + other.yellow,
            self.red + other.red,
        )

    @property
    def green(self) -> int:
        """Running and not near the limit."""
        return self.running - self.warning - self.yellow - self.red

    @property
    def overdue(self) -> int:
        """Over the limit: yellow and red."""
        return self.yellow + self.red


Branches = Mapping[str, Collection[str]]
"""Name of a row → codes of the centres counted in it. A centre may be counted in several rows."""


def reading_moment(on: date) -> datetime:
    """When the lights of a day are read: now for today, the last instant of a past day."""
    if on >= today():
        return now()
    return datetime.combine(on + timedelta(days=1), time.min, CHINA) - timedelta(microseconds=1)


def pairs_of(branches: Branches) -> tuple[list[str], list[str]]:
    """Names and codes of all rows as two arrays of one length, for ``unnest``."""
    pairs = [(name, code) for name, codes in branches.items() for code in codes]
    return [name for name, _ in pairs], [code for _, code in pairs]


_LIGHTS = """
    count({what}) FILTER (WHERE {runs}) AS running_{n},
    count({what}) FILTER (WHERE {runs} AND warning_at < %(at_{n})s
        AND (due_at < %(at_{n})s OR red_at < %(at_{n})s) IS NOT TRUE) AS warning_{n},
    count({what}) FILTER (WHERE {runs} AND due_at < %(at_{n})s AND (red_at < %(at_{n})s) IS NOT TRUE) AS yellow_{n},
    count({what}) FILTER (WHERE {runs} AND red_at < %(at_{n})s) AS red_{n}
"""
# The two halves of "the clock runs at one of the moments": each is answered by an index that holds nothing else, without
# the table's rows. Within a half, whether it runs at moment n:
_STILL_RUNNING = "stopped_at IS NULL AND accepted_at <= %(last)s"
_STILL_RUNS_AT = "accepted_at <= %(at_{n})s"
_STOPPED_SINCE = "stopped_at > accepted_at AND stopped_at > %(first)s AND accepted_at <= %(last)s"
_RAN_AT = "accepted_at <= %(at_{n})s AND stopped_at > %(at_{n})s"
_PRIMARY = """
    SELECT centre_code, {lights} FROM "supervision"."case_record"
    WHERE {running} AND role IN ('ACCEPTING', 'SOLE') {few} GROUP BY centre_code
"""
_DECIDING = """
    SELECT tracking_number, centre_code, accepted_at, {stopped_at} AS stopped_at, warning_at, due_at, red_at
    FROM "supervision"."case_record" WHERE {running} AND role = 'DECIDING' {few}
"""
_STATEMENT = """
    WITH branch AS MATERIALIZED (SELECT * FROM unnest(%(names)s::text[], %(codes)s::text[]) AS pair(name, code)),
    deciding AS MATERIALIZED (
        SELECT found.*, accepting.centre_code AS accepted_by
        FROM ({deciding_runs} UNION ALL {deciding_ran}) AS found
        LEFT JOIN LATERAL (
            SELECT centre_code FROM "supervision"."case_record" AS other
            WHERE other.tracking_number = found.tracking_number AND other.role IN ('SOLE', 'ACCEPTING')
            LIMIT 1
        ) AS accepting ON true
    )
    SELECT branch.name, {sums}
    FROM ({primary_runs} UNION ALL {primary_ran}) AS counted
    JOIN branch ON branch.code = counted.centre_code
    GROUP BY branch.name
    UNION ALL
    SELECT branch.name, {lights}
    FROM deciding
    JOIN branch ON branch.code = deciding.centre_code
    LEFT JOIN branch AS same ON same.code = deciding.accepted_by AND same.name = branch.name
    WHERE same.code IS NULL
    GROUP BY branch.name
"""
_COLOURS = len(fields(LightCounts))
_FEW = 200
"""Up to so many centres the database is told whom to look for; above, reading all clocks is quicker than planning it."""


def _lights(what: str, moments: int, runs: str) -> str:
    return ", ".join(_LIGHTS.format(what=what, n=n, runs=runs.format(n=n)) for n in range(moments))


@cache
def _statement(*, few: bool, moments: int) -> str:
    named = "AND centre_code = ANY(%(all)s)" if few else ""
    columns = [f"{light.name}_{n}" for n in range(moments) for light in fields(LightCounts)]
    return _STATEMENT.format(
        sums=", ".join(f"sum({column})::int" for column in columns),
        lights=_lights(
            "DISTINCT tracking_number", moments, f"{_STILL_RUNS_AT} AND (stopped_at > %(at_{{n}})s) IS NOT FALSE"
        ),
        primary_runs=_PRIMARY.format(running=_STILL_RUNNING, few=named, lights=_lights("*", moments, _STILL_RUNS_AT)),
        primary_ran=_PRIMARY.format(running=_STOPPED_SINCE, few=named, lights=_lights("*", moments, _RAN_AT)),
        deciding_runs=_DECIDING.format(running=_STILL_RUNNING, few=named, stopped_at="NULL::timestamptz"),
        deciding_ran=_DECIDING.format(running=_STOPPED_SINCE, few=named, stopped_at="stopped_at"),
    )


def branch_lights(branches: Branches, moment: datetime) -> dict[str, LightCounts]:
    """Running cases by light in each row, as read at a moment; a case in two ledgers of a row counts once.

    One SQL statement: see :func:`branch_lights_at`.
    """
    [found] = branch_lights_at(branches, [moment])
    return found


@beside(DatabaseRole.SUPERVISION)
def branch_lights_at(branches: Branches, moments: Sequence[datetime]) -> list[dict[str, LightCounts]]:
    """Running cases by light in each row, as read at each of the moments, in their order.

    One SQL statement, which goes through the clocks once for all moments; its cost follows the number of cases that ran
    at one of them, not of all that ever were. Each tracking number has one ledger at most that accepted it, so those are
    simply counted, centre by centre; a ledger that only decides counts in the rows that do not hold the accepting one.
    Where the two show different lights (one has not heard of the other's step yet), the accepting one so decides, as in
    the lists.
    """
    names, codes = pairs_of(branches)
    every = sorted(set(codes))
    values: dict[str, Any] = {"names": names, "codes": codes, "all": every, "first": min(moments), "last": max(moments)}
    values |= {f"at_{n}": moment for n, moment in enumerate(moments)}
    found = [dict.fromkeys(branches, LightCounts()) for _ in moments]
    with connection.cursor() as cursor:
        cursor.execute(_statement(few=len(every) <= _FEW, moments=len(moments)), values)
        for name, *counts in cursor.fetchall():
            for n, of_moment in enumerate(found):
                of_moment[name] += LightCounts(*counts[_COLOURS * n : _COLOURS * (n + 1)])
    return found
