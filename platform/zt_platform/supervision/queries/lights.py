"""Running cases by light at a moment, for any number of groups of centres at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
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
    count({what}) AS running,
    count({what}) FILTER (WHERE warning_at < %(at)s AND (due_at < %(at)s OR red_at < %(at)s) IS NOT TRUE) AS warning,
    count({what}) FILTER (WHERE due_at < %(at)s AND (red_at < %(at)s) IS NOT TRUE) AS yellow,
    count({what}) FILTER (WHERE red_at < %(at)s) AS red
"""
# The two halves of "the clock runs": each is answered by an index that holds nothing else, without the table's rows.
_STILL_RUNNING = "stopped_at IS NULL AND accepted_at <= %(at)s"
_STOPPED_SINCE = "stopped_at > accepted_at AND stopped_at > %(at)s AND accepted_at <= %(at)s"
_PRIMARY = """
    SELECT centre_code, {lights} FROM "supervision"."case_record"
    WHERE {running} AND role IN ('ACCEPTING', 'SOLE') {few} GROUP BY centre_code
"""
_DECIDING = """
    SELECT tracking_number, centre_code, warning_at, due_at, red_at FROM "supervision"."case_record"
    WHERE {running} AND role = 'DECIDING' {few}
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
    SELECT branch.name, sum(running)::int, sum(warning)::int, sum(yellow)::int, sum(red)::int
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
_FEW = 200
"""Up to so many centres the database is told whom to look for; above, reading all clocks is quicker than planning it."""


@cache
def _statement(*, few: bool) -> str:
    counted = _LIGHTS.format(what="*")
    named = "AND centre_code = ANY(%(all)s)" if few else ""
    return _STATEMENT.format(
        lights=_LIGHTS.format(what="DISTINCT tracking_number"),
        primary_runs=_PRIMARY.format(running=_STILL_RUNNING, few=named, lights=counted),
        primary_ran=_PRIMARY.format(running=_STOPPED_SINCE, few=named, lights=counted),
        deciding_runs=_DECIDING.format(running=_STILL_RUNNING, few=named),
        deciding_ran=_DECIDING.format(running=_STOPPED_SINCE, few=named),
    )


@beside(DatabaseRole.SUPERVISION)
def branch_lights(branches: Branches, moment: datetime) -> dict[str, LightCounts]:
    """Running cases by light in each row, as read at a moment; a case in two ledgers of a row counts once.

    One SQL statement, whose cost follows the number of running cases, not of all that ever were. Each tracking number
    has one ledger at most that accepted it, so those are simply counted, centre by centre; a ledger that only decides
    counts in the rows that do not hold the accepting one. Where the two show different lights (one has not heard of the
    other's step yet), the accepting one so decides, as in the lists.
    """
    names, codes = pairs_of(branches)
    every = sorted(set(codes))
    values: dict[str, Any] = {"at": moment, "names": names, "codes": codes, "all": every}
    found = dict.fromkeys(branches, LightCounts())
    with connection.cursor() as cursor:
        cursor.execute(_statement(few=len(every) <= _FEW), values)
        for name, *counts in cursor.fetchall():
            found[name] += LightCounts(*counts)
    return found
