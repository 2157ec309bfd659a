"""A turn: one worker handles due timers of one lane, batch by batch, each in one transaction with its handler's effects.

Each timer is handled once though workers die: it is deleted in the transaction in which its handler writes. It is deleted
*after* the handler ran, so that worker and commands lock in the same order, first the case and then its timer; until then
an advisory lock keeps other workers away from the centre. If a command took away or replaced a timer meanwhile, the batch
is rolled back and read again. Handlers act at the moment of the database's clock, by which the timers are due: a worker
whose own clock is an hour ahead must not do today what the law allows tomorrow.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from zt_tenants import server_clock
from zt_tenants.centres import centres_by_id
from zt_tenants.clock import at
from zt_tenants.context import current_centre, enter, outside_centres
from zt_tenants.faults import crash_point
from zt_tenants.models import Timer
from zt_tenants.server_clock import SQL as NOW
from zt_tenants.timers import failures
from zt_tenants.timers.commands import own_changes
from zt_tenants.timers.lanes import MOST_IN_BATCH, Claim, Course, begin, claim_due, finish
from zt_tenants.timers.registry import DueTimer, Handle, handler_for
from zt_tenants.wall.access import DatabaseRole

logger = logging.getLogger(__name__)

BATCHES_PER_TURN: Final = 4
SECONDS_PER_TURN: Final = 5.0
SECONDS_PER_STATEMENT: Final = 30
HOPELESS: Final = 10
"""After so many failures and no success a turn ends and its lane rests."""
_LOCK_CLASS: Final = 0x5A54_0003


@dataclass(frozen=True, slots=True)
class Turn:
    """What one turn did, and the next lane of the same centre if one is due."""

    handled: int = 0
    failed: int = 0
    following: Claim | None = None


def run_due() -> int:
    """Handle all that is due in all centres, in this process; how many timers were handled."""
    handled = 0
    while True:
        with outside_centres(DatabaseRole.RELAY):
            claims = claim_due()
        if not claims:
            return handled
        for first in claims:
            claim: Claim | None = first
            while claim is not None:
                turn = take_turn(claim)
                handled += turn.handled
                claim = turn.following


def take_turn(claim: Claim) -> Turn:
    """Work on a claimed lane for a bounded while; nothing happens when the claim ran out."""
    with outside_centres(DatabaseRole.RELAY):
        crash_point("timers_after_claim")
        handle = handler_for(claim.kind)
        centre = centres_by_id([claim.centre_id]).get(claim.centre_id)
        course = begin(claim) if handle and centre else None
        if handle is None or centre is None or course is None:
            return Turn()
        crash_point("timers_after_begin")
        with enter(centre):
            work = _Work(claim.kind, handle, course.batch_size)
            work.run()
        finish(claim, work.course(course))
        following = claim_due(limit=1, centre_id=claim.centre_id)
    return Turn(work.handled, work.failed, following[0] if following else None)


class _Overtaken(Exception):
    """A command cancelled or replaced one of the timers while their handler ran."""


@dataclass(slots=True)
class _Attempt:
    """One transaction's timers, and why it failed if it did."""

    timers: list[DueTimer] = field(default_factory=list)
    attempts: dict[UUID, int] = field(default_factory=dict)
    error: Exception | None = None


@dataclass(slots=True)
class _Work:
    """The batches of one turn, inside the centre."""

    kind: str
    handle: Handle
    batch_size: int
    handled: int = 0
    failed: int = 0
    locked_out: bool = False
    _pieces: list[list[UUID]] = field(default_factory=list)
    """What is left of batches that failed, the oldest last."""

    def run(self) -> None:
        """Handle batches until nothing is due or the turn's bound is reached."""
        end, batches = time.monotonic() + SECONDS_PER_TURN, 0
        last = False
        while self._pieces or (batches < BATCHES_PER_TURN and not last):
            if self._pieces:
                attempt = self._attempt(self._pieces.pop())
            else:
                batches += 1
                attempt = self._attempt_carefully() if self.batch_size == 1 else self._attempt()
                last = len(attempt.timers) < self.batch_size
            if attempt.error is not None:
                self._take_apart(attempt)
            elif attempt.timers:
                self.handled += len(attempt.timers)
                self.batch_size = min(self.batch_size * 2, MOST_IN_BATCH)
            if self.locked_out or self._is_hopeless() or time.monotonic() > end:
                return

    def course(self, before: Course) -> Course:
        """How the lane goes on: with smaller batches where a failing one was not taken apart to the end."""
        size = min((len(piece) for piece in self._pieces), default=self.batch_size)
        stuck = self.locked_out or self._is_hopeless() or (bool(self._pieces) and not self.handled)
        return replace(before, batch_size=max(size, 1), failures=before.failures + 1 if stuck else 0)

    def _is_hopeless(self) -> bool:
        return not self.handled and self.failed >= HOPELESS

    def _take_apart(self, attempt: _Attempt) -> None:
        ids = [timer.id for timer in attempt.timers]
        if len(ids) > 1:
            middle = len(ids) // 2
            self._pieces += [ids[middle:], ids[:middle]]
        elif not isinstance(attempt.error, _Overtaken):
            crash_point("timers_after_failure")
            failures.record(attempt.timers[0], attempt.attempts[ids[0]] + 1, attempt.error)
            self.failed += 1

    def _attempt_carefully(self) -> _Attempt:
        """One timer, its attempt counted before it begins: the last worker on this lane died, perhaps of it."""
        counted = failures.count_beforehand(current_centre().id, self.kind)
        if counted is None:
            return _Attempt()
        if failures.worn_out(counted):
            failures.park_as_deadly(counted)
            self.failed += 1
            return _Attempt()
        attempt = self._attempt([counted.id])
        attempt.attempts = {id_: attempts - 1 for id_, attempts in attempt.attempts.items()}
        return attempt

    def _attempt(self, ids: list[UUID] | None = None) -> _Attempt:
        """Handle these timers, or the next due ones, in one transaction."""
        attempt = _Attempt()
        try:
            with transaction.atomic():
                moment = self._lock_out_other_workers()
                if moment is None:
                    self.locked_out = True
                    return attempt
                self._read(attempt, ids, moment)
                if attempt.timers:
                    with own_changes() as own, at(moment):
                        self.handle(attempt.timers)
                    crash_point("timers_in_transaction")
                    _delete([timer for timer in attempt.timers if not own.include(timer.kind, timer.subject)])
        except Exception as error:
            if not attempt.timers:
                raise  # the database's failure, not a handler's
            attempt.error = error
            return attempt
        crash_point("timers_after_commit")
        return attempt

    def _lock_out_other_workers(self) -> datetime | None:
        """One worker in a centre, until the end of the transaction; and no statement may take for ever.

        The moment of this attempt by the database's clock; None when another worker is there.
        """
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT pg_try_advisory_xact_lock(%(class)s, %(centre)s),"
                f" set_config('statement_timeout', %(longest)s, true), {NOW}",
                {
                    "class": _LOCK_CLASS,
                    "centre": _lock_number(current_centre().id),
                    "longest": f"{SECONDS_PER_STATEMENT}s",
                    "set_moment": server_clock.parameter(),
                },
            )
            locked, _, moment = cursor.fetchone()
            return moment if locked else None

    def _read(self, attempt: _Attempt, ids: list[UUID] | None, moment: datetime) -> None:
        timers = Timer.objects.filter(centre_id=current_centre().id, kind=self.kind, parked_at__isnull=True)
        timers = timers.filter(next_attempt_at__lte=moment) if ids is None else timers.filter(id__in=ids)
        rows = timers.order_by("next_attempt_at", "id").values_list("id", "subject", "due_at", "data", "attempts")
        for id_, subject, due_at, data, attempts in rows[: self.batch_size if ids is None else len(ids)]:
            attempt.timers.append(DueTimer(id_, self.kind, subject, due_at, data))
            attempt.attempts[id_] = attempts


def _delete(timers: list[DueTimer]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM tenants_timer WHERE id = ANY(%s)", [[timer.id for timer in timers]])
        if cursor.rowcount != len(timers):
            raise _Overtaken


def _lock_number(centre_id: UUID) -> int:
    """32 signed bits of a centre's id; centres that share them only wait for each other."""
    return int.from_bytes(centre_id.bytes[-4:], "big", signed=True)
