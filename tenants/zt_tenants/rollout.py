"""Rolling schema steps out over all centres: a few at a time, one transaction a centre, resumable at any moment.

A centre's ``schema_ordinal`` moves in the same transaction as its tables, together with a row of the ledger; so whatever
is killed, the next run finds the truth and goes on. A centre that fails keeps its old tables and is reported, the others
go on. Locks are waited for shortly (``LOCK_TIMEOUT``): a long wait would hold up everybody behind it; such a centre is
tried again after the others.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import Final

from django.db import DatabaseError, connection, transaction

from zt_tenants import clock
from zt_tenants.context import enter, operating, outside_centres
from zt_tenants.data_steps import run_batches, run_python
from zt_tenants.errors import DomainError
from zt_tenants.models import Centre, CentreQuerySet, Level, SchemaLedgerEntry, SchemaStep, StepKind
from zt_tenants.schema import latest_ordinal, one_roll_out_at_a_time, pointed_at, run_sql_in
from zt_tenants.wall.raising import close_around
from zt_tenants.workers import is_exhausted, is_passing, work_through

LOCK_TIMEOUT: Final = "2s"
TRIES: Final = 6
_FIRST_PAUSE = 0.5  # seconds; doubled before each further try
_LONGEST_PAUSE = 8.0
_LEVELS_UPWARD = {level.value: rank for rank, level in enumerate(reversed(Level))}

Progress = Callable[[str, int], None]


@dataclass(slots=True)
class RollOut:
    """What a roll-out did: codes of centres brought up to date, those that failed with the database's words, and
    whether it stopped before the end (``canary``: a first centre failed; ``exhausted``: disk or memory is full)."""

    done: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    stopped: str = ""
    left: int = 0


def roll_out(
    *, jobs: int = 2, canary: int = 0, tries: int = TRIES, progress: Progress = lambda code, total: None
) -> RollOut:
    """Bring every centre of this deployment that is behind up to the newest step.

    Args:
        jobs: how many centres at a time, each over a connection of its own.
        canary: so many centres first, from the lowest level up; when one of them fails, the others are left alone.
        tries: how often a centre is tried whose locks were not free or whose connection was lost.
        progress: called with the code of each centre that is done or has failed for good, and the number of all.

    With nothing to do it costs three statements, however many centres there are.
    """
    result = RollOut()
    with outside_centres(), one_roll_out_at_a_time():
        behind = list(centres_behind().order_by("code"))
        if not behind:
            return result
        steps = list(SchemaStep.objects.all())
        total = len(behind)
        behind.sort(key=lambda centre: _LEVELS_UPWARD[centre.level])
        for number, group in enumerate((behind[:canary], behind[canary:])):
            if number and result.failed and canary:
                result.stopped = "canary"
            if not result.stopped:
                _roll_out_over(group, steps, result, jobs=jobs, tries=tries, ended=lambda code: progress(code, total))
        result.left = total - len(result.done) - len(result.failed)
    return result


def centres_behind() -> CentreQuerySet:
    """Centres of this deployment, open or closed, whose tables are older than the newest step."""
    return Centre.objects.here().filter(schema_ordinal__lt=latest_ordinal())


def _roll_out_over(
    centres: Sequence[Centre],
    steps: list[SchemaStep],
    result: RollOut,
    *,
    jobs: int,
    tries: int,
    ended: Callable[[str], None],
) -> None:
    """Round after round: who meets a lock is tried again after the others, with growing pauses between the rounds."""
    waiting = list(centres)
    for attempt in range(1, tries + 1):
        again: list[Centre] = []
        began = clock.now()
        for centre, error in work_through(waiting, partial(_bring_up_to_date, steps=steps, attempt=attempt), jobs=jobs):
            if error is None:
                result.done.append(centre.code)
            elif is_passing(error) and attempt < tries:
                again.append(centre)
                continue
            else:
                result.failed[centre.code] = words = _words(error)
                _note_failure(centre, steps, began, attempt, words)
                if is_exhausted(error):
                    result.stopped = "exhausted"
            ended(centre.code)
            if result.stopped:
                return
        if not again:
            return
        waiting = again
        pause = min(_FIRST_PAUSE * 2 ** (attempt - 1), _LONGEST_PAUSE)
        time.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - spreading, not secrecy


def _words(error: Exception) -> str:
    if isinstance(error, DomainError):
        return f"{error.zh_text} {error.en_text}"
    return str(error).strip() or type(error).__name__


def _note_failure(centre: Centre, steps: list[SchemaStep], began: datetime, tries: int, words: str) -> None:
    with suppress(DatabaseError):  # a full disk has no room for the note either; the caller reports it all the same
        reached = Centre.objects.values_list("schema_ordinal", flat=True).get(id=centre.id)
        SchemaLedgerEntry.objects.create(
            centre=centre,
            ordinal=next((step.ordinal for step in steps if step.ordinal > reached), reached),
            began_at=began,
            duration_ms=round((clock.now() - began).total_seconds() * 1000),
            tries=tries,
            error=words,
        )


def _bring_up_to_date(centre: Centre, *, steps: list[SchemaStep], attempt: int) -> None:
    if attempt > 1:  # the try before may have come through some of the steps
        centre.refresh_from_db(fields=["schema_ordinal"])
    missing = [step for step in steps if step.ordinal > centre.schema_ordinal]
    for kind, group in groupby(missing, key=lambda step: step.kind):
        if kind == StepKind.SQL:
            _run_in_transaction(centre, list(group), attempt)
            continue
        for step in group:
            match kind:
                case StepKind.PYTHON:
                    with operating(), enter(centre):
                        _run_in_transaction(centre, [step], attempt)
                case StepKind.CONCURRENTLY:
                    with _noted(centre, step, attempt):
                        _build_indexes(centre, step)
                case StepKind.BATCHES:
                    with _noted(centre, step, attempt), operating(), enter(centre):
                        run_batches(step.app_label, step.name, prepare=_wait_shortly_for_locks)


def _wait_shortly_for_locks() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")


def _run_in_transaction(centre: Centre, steps: list[SchemaStep], attempt: int) -> None:
    """Tables or rows, the centre's ordinal and the ledger move together, or not at all."""
    entries = []
    with transaction.atomic():
        _wait_shortly_for_locks()
        reached = Centre.objects.select_for_update().values_list("schema_ordinal", flat=True).get(id=centre.id)
        for step in steps:
            if step.ordinal <= reached:  # another process was here meanwhile
                continue
            entry = SchemaLedgerEntry(centre=centre, ordinal=step.ordinal, began_at=clock.now(), tries=attempt)
            start = time.monotonic()
            if step.kind == StepKind.PYTHON:
                run_python(step.app_label, step.name)
            else:
                run_sql_in(centre.schema_name, step.sql)
            entry.duration_ms = round((time.monotonic() - start) * 1000)
            entries.append(entry)
        if any("CREATE TABLE" in step.sql for step in steps):
            close_around(centre)
        _move_on(centre, entries)


def _move_on(centre: Centre, entries: list[SchemaLedgerEntry]) -> None:
    if entries:
        SchemaLedgerEntry.objects.bulk_create(entries)
        Centre.objects.filter(id=centre.id).update(schema_ordinal=entries[-1].ordinal)


@contextmanager
def _noted(centre: Centre, step: SchemaStep, attempt: int) -> Iterator[None]:
    """Note a step that has no transaction of its own after it is done; killed before, it is simply repeated."""
    entry = SchemaLedgerEntry(centre=centre, ordinal=step.ordinal, began_at=clock.now(), tries=attempt)
    start = time.monotonic()
    yield
    entry.duration_ms = round((time.monotonic() - start) * 1000)
    with transaction.atomic():
        _move_on(centre, [entry])


def _build_indexes(centre: Centre, step: SchemaStep) -> None:
    """Build or drop indexes while the centre works; what a killed build left behind (an invalid index) goes first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT format('%%I.%%I', nspname, c.relname) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
            " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT i.indisvalid AND nspname = %s",
            [centre.schema_name],
        )
        left_behind = [row[0] for row in cursor.fetchall()]
    with pointed_at(centre.schema_name), connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
        try:
            for index in left_behind:
                cursor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {index}")
            for statement in step.sql.splitlines():
                cursor.execute(statement)
        finally:
            cursor.execute("RESET lock_timeout")
