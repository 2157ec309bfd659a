"""A kind of timer that writes down what it handles, in the centre's own schema."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from django.db import connection

from zt_tenants.context import enter
from zt_tenants.models import Centre
from zt_tenants.timers import DueTimer, NewTimer, schedule_many

KIND = "test.note"
DUE = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


class Notebook:
    """A handler: one row a timer in the centre's schema, unless told to fail for a subject."""

    def __init__(self) -> None:
        self.bad: set[str] = set()
        self.batches: list[int] = []
        self.meanwhile: Callable[[Sequence[DueTimer]], None] = lambda timers: None

    def __call__(self, timers: Sequence[DueTimer]) -> None:
        self.batches.append(len(timers))
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO timer_notes (subject, due_at) SELECT * FROM unnest(%s::text[], %s::timestamptz[])",
                [[timer.subject for timer in timers], [timer.due_at for timer in timers]],
            )
        self.meanwhile(timers)
        if any(timer.subject in self.bad for timer in timers):
            raise ZeroDivisionError("secret of 张三")

    @staticmethod
    def of(centre: Centre) -> list[str]:
        """What was noted in a centre, in order of the subjects."""
        with enter(centre), connection.cursor() as cursor:
            cursor.execute("SELECT subject FROM timer_notes ORDER BY subject")
            return [row[0] for row in cursor.fetchall()]


def make_tables(centres: Sequence[Centre]) -> None:
    """Give each of these centres the handler's table (made from outside: a centre makes no tables)."""
    with connection.cursor() as cursor:
        for centre in centres:
            cursor.execute(f'CREATE TABLE "{centre.schema_name}".timer_notes (subject text, due_at timestamptz)')


def drop_tables(centres: Sequence[Centre]) -> None:
    """Take the tables away again."""
    with connection.cursor() as cursor:
        for centre in centres:
            cursor.execute(f'DROP TABLE IF EXISTS "{centre.schema_name}".timer_notes')


def fill(centre: Centre, number: int, *, first: int = 0, due_at: datetime = DUE) -> list[str]:
    """Schedule timers ``t0000`` … in a centre, a second apart; their subjects."""
    subjects = [f"t{first + index:06}" for index in range(number)]
    with enter(centre):
        schedule_many(
            [NewTimer(KIND, subject, due_at + timedelta(seconds=index)) for index, subject in enumerate(subjects)]
        )
    return subjects
