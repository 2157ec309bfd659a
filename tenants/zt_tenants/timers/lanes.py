"""Lanes: the timers of one kind in one centre are handled by one worker at a time, under a lease.

A scan is one statement however many centres there are; it reads due timers only. It takes at most one lane of a centre, so
that a centre, however slow, occupies one worker.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection

from zt_tenants import server_clock
from zt_tenants.backoff import wait_after
from zt_tenants.models import TimerLane
from zt_tenants.server_clock import SQL as NOW
from zt_tenants.timers.registry import registered_kinds
from zt_tenants.uuid7 import uuid7

MOST_LANES: Final = 2000
MOST_IN_BATCH: Final = 500
WAITING: Final = timedelta(seconds=120)
"""How long a lane may wait for a worker before it is offered again."""
LEASE: Final = timedelta(seconds=90)
"""How long a worker may be silent before its lane is given to another."""
_FIRST_REST: Final = timedelta(seconds=2)
_LONGEST_REST: Final = timedelta(minutes=5)

# A lane that runs out after its worker began means that the worker died: one timer at a time, then, until it goes well.
# Lanes that exist are locked or skipped, so two scans never wait for each other; new ones are inserted in one order.
_CLAIM: Final = f"""
    WITH due AS (
        SELECT centre_id, kind, min(next_attempt_at) AS oldest FROM tenants_timer
        WHERE parked_at IS NULL AND next_attempt_at <= {NOW} AND kind = ANY(%(kinds)s)
            AND (%(centre)s::uuid IS NULL OR centre_id = %(centre)s::uuid)
        GROUP BY centre_id, kind
    ), first AS (
        SELECT DISTINCT ON (due.centre_id) due.centre_id, due.kind, due.oldest, lane.kind IS NULL AS is_new
        FROM due JOIN tenants_centre centre
            ON centre.id = due.centre_id AND centre.closed_on IS NULL AND centre.transport = 'local'
        LEFT JOIN tenants_timerlane lane ON lane.centre_id = due.centre_id AND lane.kind = due.kind
        WHERE (lane.rests_until IS NULL OR lane.rests_until <= {NOW}) AND NOT EXISTS (
            SELECT FROM tenants_timerlane busy WHERE busy.centre_id = due.centre_id AND busy.lease_until > {NOW})
        ORDER BY due.centre_id, lane.served_at NULLS FIRST, due.oldest
    ), chosen AS (
        SELECT * FROM first ORDER BY oldest, centre_id LIMIT %(limit)s
    ), free AS (
        SELECT lane.centre_id, lane.kind FROM tenants_timerlane lane
        JOIN chosen ON chosen.centre_id = lane.centre_id AND chosen.kind = lane.kind
        WHERE lane.lease_until IS NULL OR lane.lease_until <= {NOW}
        FOR UPDATE OF lane SKIP LOCKED
    ), taken AS (
        UPDATE tenants_timerlane lane
        SET lease_token = %(token)s, lease_until = {NOW} + %(waiting)s, began_at = NULL,
            batch_size = CASE WHEN lane.began_at IS NULL THEN lane.batch_size ELSE 1 END
        FROM free WHERE lane.centre_id = free.centre_id AND lane.kind = free.kind
        RETURNING lane.centre_id, lane.kind
    ), made AS (
        INSERT INTO tenants_timerlane (centre_id, kind, lease_token, lease_until)
        SELECT centre_id, kind, %(token)s, {NOW} + %(waiting)s FROM chosen WHERE is_new ORDER BY centre_id, kind
        ON CONFLICT DO NOTHING RETURNING centre_id, kind
    )
    SELECT centre_id, kind FROM (SELECT * FROM taken UNION ALL SELECT * FROM made) claimed
    JOIN chosen USING (centre_id, kind) ORDER BY oldest, centre_id
"""  # noqa: S608 - the clock is an expression of ours


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to work on a lane for a while."""

    centre_id: UUID
    kind: str
    token: UUID


@dataclass(frozen=True, slots=True)
class Course:
    """How a lane goes: how many timers at once, and how many turns in a row were hopeless."""

    batch_size: int = MOST_IN_BATCH
    failures: int = 0


def claim_due(*, limit: int = MOST_LANES, centre_id: UUID | None = None) -> list[Claim]:
    """Claim lanes with due timers, the oldest first, one of each centre; outside centres, one statement.

    Closed centres and kinds without a handler in this process are left alone. With ``centre_id`` only that centre's
    next lane: the one that was served longest ago.
    """
    token = uuid7()
    values: dict[str, Any] = {
        "set_moment": server_clock.parameter(),
        "waiting": WAITING,
        "token": token,
        "kinds": registered_kinds(),
        "centre": centre_id,
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, values)
        return [Claim(centre, kind, token) for centre, kind in cursor.fetchall()]


_BEGIN: Final = f"""
    UPDATE tenants_timerlane SET began_at = {NOW}, lease_until = {NOW} + %(lease)s
    WHERE centre_id = %(centre)s AND kind = %(kind)s AND lease_token = %(token)s AND began_at IS NULL
    RETURNING batch_size, failures
"""  # noqa: S608 - the clock is an expression of ours


def begin(claim: Claim) -> Course | None:
    """Begin a turn; None when the claim ran out and somebody else has the lane. One statement."""
    values: dict[str, Any] = {
        "set_moment": server_clock.parameter(),
        "lease": LEASE,
        "centre": claim.centre_id,
        "kind": claim.kind,
        "token": claim.token,
    }
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN, values)
        row = cursor.fetchone()
    return Course(*row) if row else None


def finish(claim: Claim, course: Course) -> None:
    """Give a lane back; it rests when its last turns were hopeless. One statement."""
    moment = server_clock.moment()
    TimerLane.objects.filter(centre_id=claim.centre_id, kind=claim.kind, lease_token=claim.token).update(
        lease_token=None,
        lease_until=None,
        began_at=None,
        served_at=moment,
        batch_size=course.batch_size,
        failures=course.failures,
        rests_until=moment + wait_after(course.failures, first=_FIRST_REST, longest=_LONGEST_REST)
        if course.failures
        else None,
    )


def give_back(claims: list[Claim]) -> None:
    """Give back lanes of one scan on which no work was begun. One statement."""
    if claims:
        TimerLane.objects.filter(
            lease_token=claims[0].token, centre_id__in=[claim.centre_id for claim in claims], began_at__isnull=True
        ).update(lease_token=None, lease_until=None)
