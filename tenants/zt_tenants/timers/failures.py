"""Timers that fail: tried again later, and parked when that does not help. None is ever dropped.

What is kept of an error never holds personal data: its code or class and the place in the code, not its message.
"""

from __future__ import annotations

import logging
import traceback
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePath
from typing import Any, Final
from uuid import UUID

from django.db import OperationalError, connection

from zt_tenants import server_clock
from zt_tenants.backoff import wait_after
from zt_tenants.clock import now
from zt_tenants.errors import DomainError
from zt_tenants.models import Timer
from zt_tenants.server_clock import SQL as NOW
from zt_tenants.timers.registry import DueTimer

logger = logging.getLogger(__name__)

MOST_ATTEMPTS: Final = 8
FIRST_WAIT: Final = timedelta(seconds=10)
LONGEST_WAIT: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Counted:
    """A timer whose attempt was counted before it began."""

    id: UUID
    attempts: int


def record(timer: DueTimer, attempts: int, error: Exception | None) -> None:
    """Let a timer wait after its ``attempts``-th failure, or park it after the last one.

    What may go away by itself (a transient error, a database that is busy) is tried again for ever, hourly in the end.
    """
    transient = isinstance(error, OperationalError) or (isinstance(error, DomainError) and error.transient)
    moment = server_clock.moment()
    parked = attempts >= MOST_ATTEMPTS and not transient
    Timer.objects.filter(id=timer.id).update(
        attempts=min(attempts, 32767),
        next_attempt_at=moment + wait_after(attempts, first=FIRST_WAIT, longest=LONGEST_WAIT),
        parked_at=moment if parked else None,
        last_error=_described(error),
    )
    logger.warning(
        "timer %s of the kind %s failed %s times%s: %s",
        timer.id,
        timer.kind,
        attempts,
        " and was parked" if parked else "",
        _described(error).partition("\n")[2],
    )


def _described(error: Exception | None) -> str:
    """Chinese and English, a line each."""
    name = error.code if isinstance(error, DomainError) else type(error).__name__
    frames = traceback.extract_tb(error.__traceback__) if error else []
    place = f" ({PurePath(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return f"处理失败：{name}{place}\nHandling failed: {name}{place}"


_COUNT: Final = f"""
    UPDATE tenants_timer SET attempts = attempts + 1, next_attempt_at = {NOW} + %(wait)s WHERE id = (
        SELECT id FROM tenants_timer WHERE centre_id = %(centre)s AND kind = %(kind)s AND parked_at IS NULL
            AND next_attempt_at <= {NOW} ORDER BY next_attempt_at, id LIMIT 1)
    RETURNING id, attempts
"""  # noqa: S608 - the clock is an expression of ours


def count_beforehand(centre_id: UUID, kind: str) -> Counted | None:
    """Count an attempt of the oldest due timer and put it off, as if it had failed; None when none is due."""
    set_moment = server_clock.parameter()
    values: dict[str, Any] = {"wait": FIRST_WAIT, "centre": centre_id, "kind": kind, "set_moment": set_moment}
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, values)
        row = cursor.fetchone()
    return Counted(*row) if row else None


def worn_out(counted: Counted) -> bool:
    """Whether this timer has had all its attempts."""
    return counted.attempts > MOST_ATTEMPTS


def park_as_deadly(counted: Counted) -> None:
    """Park a timer whose worker ended at each of its attempts."""
    Timer.objects.filter(id=counted.id).update(
        attempts=MOST_ATTEMPTS,
        parked_at=now(),
        last_error="处理该任务的进程一再中断\nThe process that handles it ended again and again",
    )
