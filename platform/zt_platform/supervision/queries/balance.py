"""The balance of the ledgers of a scope, as the supervision store has them (E-20, E-21, R-01).

The left sides are the day counters, the right ones the case records, and both sides of a case that crossed are compared:
what was reported by two centres, and what was counted twice over, must agree. Nothing of any centre is read; whether a
centre's own records agree with what it reported is for the operators' ``zhengtong ledger check``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db import connection

from zt_platform.balance import Balance, Difference, DifferenceKind, mirrored_status, position_of
from zt_platform.case_vocabulary import Status
from zt_platform.supervision.queries.lights import pairs_of
from zt_platform.supervision.rules import PRIMARY_ROLES
from zt_platform.supervision.scope import Scope
from zt_tenants.clock import CHINA, now
from zt_tenants.context import beside
from zt_tenants.models import Centre
from zt_tenants.wall.access import DatabaseRole

MOST: Final = 200
"""Differences of one kind that are listed."""
GRACE: Final = timedelta(hours=1)
"""A message between two centres may be on its way for so long before their ledgers count as different."""


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """One branch of the scope: a hall by itself, or a centre with everything below it."""

    centre: Centre
    balance: Balance
    own_hall: bool


@dataclass(frozen=True, slots=True)
class ScopeBalance:
    """The whole, its branches, and what disagrees."""

    here: Centre
    total: Balance
    rows: list[BalanceRow]
    differences: list[Difference]

    @property
    def holds(self) -> bool:
        """Whether both equations hold everywhere and nothing disagrees."""
        return self.total.holds and not self.differences and all(row.balance.holds for row in self.rows)


_RIGHT: Final = """
    SELECT branch.name, record.status, record.accepted_at IS NOT NULL, count(*)
    FROM supervision.case_record AS record
    JOIN unnest(%s::text[], %s::text[]) AS branch (name, code) ON branch.code = record.centre_code
    WHERE record.role = ANY(%s::text[]) GROUP BY 1, 2, 3
"""
_LEFT: Final = """
    SELECT branch.name, sum(centre_day.submitted), sum(centre_day.accepted)
    FROM supervision.centre_day AS centre_day
    JOIN unnest(%s::text[], %s::text[]) AS branch (name, code) ON branch.code = centre_day.centre_code GROUP BY 1
"""
_CONTRADICTORY: Final = """
    SELECT centre_code, tracking_number, status, accepted_at IS NOT NULL FROM supervision.case_record
    WHERE centre_code = ANY(%s::text[]) AND role = ANY(%s::text[])
        AND (status, accepted_at IS NOT NULL) IN (SELECT * FROM unnest(%s::text[], %s::boolean[]))
    ORDER BY 2 LIMIT %s
"""
_PAIRS: Final = """
    SELECT deciding.centre_code, deciding.status, other.centre_code, other.status, deciding.tracking_number
    FROM supervision.case_record AS deciding
    JOIN supervision.case_record AS other
        ON other.tracking_number = deciding.tracking_number AND other.role = 'ACCEPTING'
    JOIN unnest(%s::text[], %s::text[]) AS mirrored (here, there) ON mirrored.here = deciding.status
    WHERE deciding.role = 'DECIDING' AND deciding.status <> 'DECLINED' AND other.status <> mirrored.there
        AND (deciding.centre_code = ANY(%s::text[]) OR other.centre_code = ANY(%s::text[]))
        AND greatest(deciding.last_occurred_at, other.last_occurred_at) < %s
    ORDER BY 5 LIMIT %s
"""
_STATUSES: Final = tuple(status.value for status in Status if status is not Status.DRAFT)


@beside(DatabaseRole.SUPERVISION)
def scope_balance(scope: Scope, *, code: str = "") -> ScopeBalance:
    """The balance of a centre of the scope and of all below it, by branch. Six statements, whatever their number.

    Raises:
        NotFound: the centre lies outside the scope.
    """
    here = scope.centre(code or scope.root.code)
    codes = scope.below(here.code)
    branches = scope.branches(here.code)
    rows = [BalanceRow(scope.centre(name), found, name == here.code) for name, found in _by_branch(branches).items()]
    differences = [*_contradictory(codes), *_unlike_pairs(codes), *day_differences(codes), *feed_differences(codes)]
    return ScopeBalance(here, sum((row.balance for row in rows), Balance()), rows, differences)


def _by_branch(branches: dict[str, list[str]]) -> dict[str, Balance]:
    rows: defaultdict[str, list[tuple[str, bool, int]]] = defaultdict(list)
    pairs = pairs_of(branches)
    with connection.cursor() as cursor:
        cursor.execute(_RIGHT, [*pairs, sorted(PRIMARY_ROLES)])
        for name, status, accepted, count in cursor.fetchall():
            rows[name].append((status, accepted, count))
        cursor.execute(_LEFT, list(pairs))
        left = {name: (int(came_in), int(accepted)) for name, came_in, accepted in cursor.fetchall()}
    found = {}
    for name in branches:
        came_in, accepted = left.get(name, (0, 0))
        found[name] = Balance.of(rows[name], came_in=came_in, accepted=accepted)
    return found


def _contradictory(codes: Collection[str]) -> Iterator[Difference]:
    impossible = [
        (status, accepted)
        for status in _STATUSES
        for accepted in (False, True)
        if position_of(status, accepted=accepted) is None
    ]
    with connection.cursor() as cursor:
        statuses, flags = [status for status, _ in impossible], [accepted for _, accepted in impossible]
        cursor.execute(_CONTRADICTORY, [list(codes), sorted(PRIMARY_ROLES), statuses, flags, MOST])
        for centre, number, status, accepted in cursor.fetchall():
            zh = f"状态为{status}，却{'已' if accepted else '未'}受理"
            en = f"status {status}, but {'' if accepted else 'not '}accepted"
            yield Difference(DifferenceKind.CONTRADICTION, centre, number, zh, en)


def _unlike_pairs(codes: Collection[str]) -> Iterator[Difference]:
    """Both ledgers of a case that was transferred; those that a message may still be changing are left out."""
    there = [mirrored_status(status, devolved=False) for status in _STATUSES]
    with connection.cursor() as cursor:
        cursor.execute(_PAIRS, [list(_STATUSES), there, list(codes), list(codes), now() - GRACE, MOST])
        for deciding, status, accepting, other, number in cursor.fetchall():
            zh = f"受理中心{accepting}为{other}，审批中心{deciding}为{status}"
            en = f"{other} at the accepting centre {accepting}, {status} at the deciding centre {deciding}"
            yield Difference(DifferenceKind.COUNTERPART, accepting, number, zh, en)


_DAYS: Final = """
    WITH counted AS (
        SELECT centre_code, (submitted_at AT TIME ZONE 'Asia/Shanghai')::date AS day, 1 AS submitted, 0 AS accepted,
            0 AS completed FROM supervision.case_record
            WHERE centre_code = ANY(%(codes)s) AND role = ANY(%(roles)s) AND submitted_at IS NOT NULL
        UNION ALL
        SELECT centre_code, (accepted_at AT TIME ZONE 'Asia/Shanghai')::date, 0, 1, 0 FROM supervision.case_record
            WHERE centre_code = ANY(%(codes)s) AND role = ANY(%(roles)s) AND accepted_at IS NOT NULL
        UNION ALL
        SELECT centre_code, (completed_at AT TIME ZONE 'Asia/Shanghai')::date, 0, 0, 1 FROM supervision.case_record
            WHERE centre_code = ANY(%(codes)s) AND role = ANY(%(roles)s) AND completed_at IS NOT NULL
        UNION ALL
        SELECT centre_code, day, -submitted, -accepted, -completed FROM supervision.centre_day
            WHERE centre_code = ANY(%(codes)s)
    )
    SELECT centre_code, day, sum(submitted), sum(accepted), sum(completed) FROM counted GROUP BY 1, 2
    HAVING sum(submitted) <> 0 OR sum(accepted) <> 0 OR sum(completed) <> 0 ORDER BY 1, 2 LIMIT %(most)s
"""


def day_differences(codes: Collection[str]) -> Iterator[Difference]:
    """Days of a centre whose counters are not what its case records add up to. One statement; as the supervision."""
    with connection.cursor() as cursor:
        cursor.execute(_DAYS, {"codes": list(codes), "roles": sorted(PRIMARY_ROLES), "most": MOST})
        for centre, day, submitted, accepted, completed in cursor.fetchall():
            zh = f"{day}：收件差{submitted}，受理差{accepted}，办结差{completed}"
            en = f"{day}: submitted {submitted:+d}, accepted {accepted:+d}, completed {completed:+d}"
            yield Difference(DifferenceKind.DAYS, centre, "", zh, en)


def feed_differences(codes: Collection[str]) -> Iterator[Difference]:
    """Feeds of which events are known to be missing. One statement; as the supervision."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT source_code, missing, gap_since FROM supervision.feed"
            " WHERE source_code = ANY(%s::text[]) AND missing > 0 ORDER BY 1 LIMIT %s",
            [list(codes), MOST],
        )
        for centre, missing, since in cursor.fetchall():
            day = f"{since.astimezone(CHINA):%Y-%m-%d %H:%M}" if since else ""
            yield Difference(
                DifferenceKind.FEED, centre, "", f"缺{missing}条，自{day}", f"{missing} missing since {day}"
            )
