"""Setting timers, taking them away, and trying a parked one again."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from zt_tenants import server_clock
from zt_tenants.context import current_centre, outside_centres
from zt_tenants.models import Timer
from zt_tenants.timers.errors import ParkedTimerNotFound, TimerInvalid, TimerKindUnknown
from zt_tenants.timers.registry import handler_for
from zt_tenants.uuid7 import uuid7

_LONGEST_SUBJECT: Final = 100
_SCHEDULE: Final = """
    INSERT INTO tenants_timer (id, centre_id, kind, subject, due_at, next_attempt_at, data)
    SELECT id, %s, kind, subject, due_at, due_at, data
    FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::timestamptz[], %s::jsonb[]) new (id, kind, subject, due_at, data)
    ON CONFLICT (centre_id, subject, kind) DO UPDATE SET id = excluded.id, due_at = excluded.due_at,
        next_attempt_at = excluded.due_at, data = excluded.data, attempts = 0, parked_at = NULL, last_error = ''
"""
_SCHEDULE_EVERYWHERE: Final = """
    INSERT INTO tenants_timer (id, centre_id, kind, subject, due_at, next_attempt_at, data)
    SELECT gen_random_uuid(), centre.id, %(kind)s, %(subject)s, %(due_at)s, %(due_at)s, %(data)s::jsonb
    FROM tenants_centre centre ORDER BY centre.id
    ON CONFLICT (centre_id, subject, kind) DO UPDATE SET id = excluded.id, due_at = excluded.due_at,
        next_attempt_at = excluded.due_at, data = excluded.data, attempts = 0, parked_at = NULL, last_error = ''
"""

_CANCEL: Final = """
    DELETE FROM tenants_timer
    WHERE centre_id = %(centre)s AND subject = %(subject)s AND (%(kinds)s::text[] IS NULL OR kind = ANY(%(kinds)s))
"""


@dataclass(frozen=True, slots=True)
class NewTimer:
    """A timer to be set: what kind, about what (a tracking number), when, and what its handler needs to know.

    ``data`` is JSON and holds no personal data: it is not sealed.
    """

    kind: str
    subject: str
    due_at: datetime
    data: dict[str, Any] | None = None


@dataclass(slots=True)
class OwnChanges:
    """The timers that a handler itself set or cancelled while it ran."""

    pairs: set[tuple[str, str]] = field(default_factory=set)
    subjects: set[str] = field(default_factory=set)

    def include(self, kind: str, subject: str) -> bool:
        """Whether this timer is among them."""
        return subject in self.subjects or (kind, subject) in self.pairs


_own_changes: ContextVar[OwnChanges | None] = ContextVar("zt_timers_own_changes", default=None)


@contextmanager
def own_changes() -> Iterator[OwnChanges]:
    """Note what is scheduled and cancelled within the block (around a handler)."""
    changes = OwnChanges()
    token = _own_changes.set(changes)
    try:
        yield changes
    finally:
        _own_changes.reset(token)


def schedule(*, kind: str, subject: str, due_at: datetime, data: dict[str, Any] | None = None) -> None:
    """Set one timer; see :func:`schedule_many`."""
    schedule_many([NewTimer(kind, subject, due_at, data)])


def schedule_many(timers: Sequence[NewTimer]) -> None:
    """Set timers of the current centre, in the caller's transaction, by one statement.

    A centre has one timer per kind and subject: an earlier one is replaced, with its failed attempts and also when it
    was parked. Of two for the same kind and subject the last counts.

    Raises:
        NoCentre: no centre was entered.
        TimerKindUnknown: no handler is registered for the kind.
        TimerInvalid: a naive ``due_at``, an empty or overlong subject.
    """
    centre = current_centre()
    changes = _own_changes.get()
    wanted: dict[tuple[str, str], NewTimer] = {}
    for timer in timers:
        _check(timer)
        wanted[timer.kind, timer.subject] = timer
        if changes is not None:
            changes.pairs.add((timer.kind, timer.subject))
    if not wanted:
        return
    # In one order, so that two transactions that set the same timers cannot wait for each other in a circle.
    rows = [timer for _, timer in sorted(wanted.items(), key=lambda item: item[0])]
    with connection.cursor() as cursor:
        cursor.execute(
            _SCHEDULE,
            [
                centre.id,
                [uuid7() for _ in rows],
                [timer.kind for timer in rows],
                [timer.subject for timer in rows],
                [timer.due_at for timer in rows],
                [json.dumps(timer.data or {}) for timer in rows],
            ],
        )


def schedule_everywhere(*, kind: str, subject: str, due_at: datetime, data: dict[str, Any] | None = None) -> int:
    """Set one timer for every centre, in the caller's transaction, by one statement; how many there are.

    For what counts for all of them, such as the work calendar: each centre is then served in its own turn, and one whose
    handler fails holds up no other. Raises TimerKindUnknown, TimerInvalid.
    """
    _check(NewTimer(kind, subject, due_at, data))
    with connection.cursor() as cursor:
        cursor.execute(
            _SCHEDULE_EVERYWHERE, {"kind": kind, "subject": subject, "due_at": due_at, "data": json.dumps(data or {})}
        )
        return int(cursor.rowcount)


def _check(timer: NewTimer) -> None:
    if handler_for(timer.kind) is None:
        raise TimerKindUnknown(field="kind", kind=timer.kind)
    if not 0 < len(timer.subject) <= _LONGEST_SUBJECT:
        raise TimerInvalid(field="subject", what="subject")
    if timer.due_at.tzinfo is None:
        raise TimerInvalid(field="due_at", what="due_at")


def cancel(*, subject: str, kinds: Collection[str] | None = None) -> int:
    """Take away the current centre's timers about a subject, of these kinds or all; how many there were. One statement.

    A timer that is being handled at this moment is taken away too: its handler finds that out and starts again without
    it, or has already committed, in which case there was none left to cancel.

    Raises:
        NoCentre: no centre was entered.
    """
    centre = current_centre()
    changes = _own_changes.get()
    if changes is not None:
        if kinds is None:
            changes.subjects.add(subject)
        else:
            changes.pairs.update((kind, subject) for kind in kinds)
    with connection.cursor() as cursor:
        cursor.execute(
            _CANCEL, {"centre": centre.id, "subject": subject, "kinds": None if kinds is None else list(kinds)}
        )
        return int(cursor.rowcount)


def retry_parked(timer_id: UUID) -> Timer:
    """Let a parked timer be tried again at once, with all its attempts before it.

    Raises:
        ParkedTimerNotFound: there is no such timer, or it is not parked.
    """
    with outside_centres():
        parked = Timer.objects.filter(id=timer_id, parked_at__isnull=False)
        if not parked.update(parked_at=None, attempts=0, next_attempt_at=server_clock.moment()):
            raise ParkedTimerNotFound(timer=str(timer_id))
        return Timer.objects.get(id=timer_id)
