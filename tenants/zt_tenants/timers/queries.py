"""How timers stand: what is due, how late the oldest is, what waits for a person. For the operator; outside centres."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection

from zt_tenants.centres import centres_by_id
from zt_tenants.clock import now
from zt_tenants.context import outside_centres
from zt_tenants.language import bi
from zt_tenants.models import Centre, Timer
from zt_tenants.timers.registry import registered_kinds

LATE: Final = timedelta(minutes=10)
"""From here on the oldest due timer says that something stands still."""
MOST_SHOWN: Final = 200

_STATUS: Final = """
    WITH due AS (
        SELECT timer.kind, timer.next_attempt_at FROM tenants_timer timer
        JOIN tenants_centre centre
            ON centre.id = timer.centre_id AND centre.closed_on IS NULL AND centre.transport = 'local'
        WHERE timer.parked_at IS NULL AND timer.next_attempt_at <= %(now)s
    )
    SELECT count(*), min(next_attempt_at), count(*) FILTER (WHERE kind <> ALL(%(kinds)s)),
        (SELECT count(*) FROM tenants_timer WHERE parked_at IS NOT NULL)
    FROM due
"""


@dataclass(frozen=True, slots=True)
class TimersStatus:
    """All timers of this deployment at one moment."""

    due: int
    lag: timedelta
    """How long the oldest due timer has been waiting; zero when none is due."""
    unhandled: int
    """Due timers of kinds that this release does not know."""
    parked: int

    @property
    def late(self) -> bool:
        """Whether due timers wait longer than they should."""
        return self.lag > LATE


@dataclass(frozen=True, slots=True)
class ParkedTimer:
    """A timer that failed again and again, with the centre it belongs to."""

    id: UUID
    centre: Centre | None
    kind: str
    subject: str
    due_at: datetime
    parked_at: datetime
    attempts: int
    last_error: str
    """Chinese and English, a line each."""

    @property
    def error(self) -> str:
        """The error in the active language."""
        zh, _, en = self.last_error.partition("\n")
        return bi(zh, en or zh)


def timers_status() -> TimersStatus:
    """Read how timers stand; one statement, which touches due and parked timers only."""
    moment = now()
    with outside_centres(), connection.cursor() as cursor:
        cursor.execute(_STATUS, {"now": moment, "kinds": registered_kinds()})
        due, oldest, unhandled, parked = cursor.fetchone()
    return TimersStatus(due, moment - oldest if oldest else timedelta(), unhandled, parked)


def parked_timers(*, centre: Centre | None = None, limit: int = MOST_SHOWN) -> list[ParkedTimer]:
    """The parked timers of all centres or one, the latest first; two statements."""
    with outside_centres():
        parked = Timer.objects.filter(parked_at__isnull=False).order_by("-parked_at", "id")
        timers = list((parked.filter(centre_id=centre.id) if centre else parked)[:limit])
        centres = centres_by_id({timer.centre_id for timer in timers})
    return [
        ParkedTimer(
            id=timer.id,
            centre=centres.get(timer.centre_id),
            kind=timer.kind,
            subject=timer.subject,
            due_at=timer.due_at,
            parked_at=timer.parked_at,
            attempts=timer.attempts,
            last_error=timer.last_error,
        )
        for timer in timers
        if timer.parked_at is not None
    ]
