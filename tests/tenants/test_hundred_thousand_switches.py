"""100,000 switches between centres, every way the house switches, and not one sees a neighbour.

Threads with connections of their own, and a celery worker's, mix reads, writes, rollbacks, errors inside transactions,
nested centres, commit hooks, eager tasks, refused switches, search paths that were tampered with, and connections that are
closed or cut off under them. Each switch reads a row that names its centre. In the end each centre has counted exactly the
writes that committed there.

``make test`` makes 10,000 switches; ``make switches`` all 100,000 (``ZT_SWITCHES``).
"""

from __future__ import annotations

import logging
import os
import random
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Final

import psycopg
import pytest
from celery import Celery
from celery.contrib.testing.worker import start_worker
from django.conf import settings
from django.db import DatabaseError, OperationalError, connection, transaction

from zt_tenants.context import current_centre_or_none, enter, on_commit, outside_centres
from zt_tenants.errors import CentreSwitchInTransaction
from zt_tenants.models import Centre

SWITCHES: Final = int(os.environ.get("ZT_SWITCHES", "10000"))
THREADS: Final = 6
BY_CELERY: Final = 0.1
pytestmark = pytest.mark.req("A-01")


class DeliberateFailure(Exception):
    """Aborts a transaction in the middle."""


def _end(backend: int) -> None:
    """End a backend as the server's operator does."""
    named = connection.settings_dict
    where = {"host": named["HOST"], "port": named["PORT"], "dbname": named["NAME"]}
    with psycopg.connect(**where, **settings.ZT_SESSION_LOGIN, autocommit=True) as superuser:
        superuser.execute("SELECT pg_terminate_backend(%s, 5000)", [backend])


class Traveller:
    """One thread's way through the centres; counts its switches and what its committed writes should have made."""

    def __init__(self, seed: int, centres: list[Centre], visit: Callable[[str], str]) -> None:
        self._chance = random.Random(seed)
        self._centres = centres
        self._visit = visit
        self.switches = 0
        self.wrong: list[str] = []
        self.done: Counter[str] = Counter()
        self.written: Counter[str] = Counter()
        self._acts: dict[Callable[[Centre, Centre], None], int] = {
            self.read: 30,
            self.write: 20,
            self.roll_back: 10,
            self.fail_in_sql: 8,
            self.nest: 15,
            self.hook: 8,
            self.be_refused: 4,
            self.call_eagerly: 8,
            self.tamper: 4,
            self.lose_connection: 1,
            self.be_cut_off: 1,
        }

    def run(self, switches: int) -> Traveller:
        """Go on until that many switches were made."""
        acts, weights = list(self._acts), list(self._acts.values())
        try:
            while self.switches < switches:
                (act,) = self._chance.choices(acts, weights)
                act(self._chance.choice(self._centres), self._chance.choice(self._centres))
                self.done[act.__name__] += 1
                if current_centre_or_none() is not None:
                    self.wrong.append(f"{act.__name__} left its centre entered")
        finally:
            connection.close()
        return self

    def look(self, centre: Centre, where: str) -> None:
        """One switch more: the row must name this centre, the schema must be its own."""
        self.switches += 1
        with connection.cursor() as cursor:
            cursor.execute("SELECT code, current_schema() FROM switch_row")
            rows = cursor.fetchall()
        if rows != [(centre.code, centre.schema_name)] or current_centre_or_none() != centre:
            self.wrong.append(f"{where}: wanted {centre.code}, saw {rows}")

    def _add_one(self, centre: Centre, where: str) -> None:
        self.switches += 1
        with connection.cursor() as cursor:
            cursor.execute("UPDATE switch_row SET written = written + 1 RETURNING code")
            rows = cursor.fetchall()
        if rows != [(centre.code,)]:
            self.wrong.append(f"{where}: wrote in {rows} instead of {centre.code}")

    def read(self, centre: Centre, _: Centre) -> None:
        """A plain look."""
        with enter(centre):
            self.look(centre, "read")

    def write(self, centre: Centre, _: Centre) -> None:
        """A write that commits."""
        with enter(centre), transaction.atomic():
            self._add_one(centre, "write")
        self.written[centre.code] += 1

    def roll_back(self, centre: Centre, _: Centre) -> None:
        """A write that is undone by an error of ours; PostgreSQL undoes a SET with it."""
        with enter(centre):
            with suppress(DeliberateFailure), transaction.atomic():
                self._add_one(centre, "before rollback")
                raise DeliberateFailure
            self.look(centre, "after rollback")

    def fail_in_sql(self, centre: Centre, _: Centre) -> None:
        """An error of the database, inside a savepoint that is given up and a transaction that commits."""
        with enter(centre):
            with transaction.atomic():
                self._add_one(centre, "before the error")
                with suppress(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute("SELECT 1 / 0")
                self.look(centre, "after the error")
            self.look(centre, "after its commit")
        self.written[centre.code] += 1

    def nest(self, outer: Centre, inner: Centre) -> None:
        """A centre inside another and back, and outside all of them in the middle."""
        with enter(outer):
            self.look(outer, "outer")
            with suppress(DeliberateFailure), enter(inner):
                self.look(inner, "inner")
                with outside_centres(), connection.cursor() as cursor:
                    cursor.execute("SELECT current_schema()")
                    if cursor.fetchone() != ("shared",):
                        self.wrong.append("outside centres is not the shared schema")
                self.look(inner, "inner again")
                raise DeliberateFailure
            self.look(outer, "outer again")

    def hook(self, centre: Centre, other: Centre) -> None:
        """A commit hook runs in the centre where it was made, also when it was left meanwhile."""
        with enter(centre), transaction.atomic():
            on_commit(lambda: self.look(centre, "on_commit"))
            self._add_one(centre, "hook")
        self.written[centre.code] += 1
        with enter(other):
            self.look(other, "after a hook")

    def be_refused(self, centre: Centre, other: Centre) -> None:
        """Another centre cannot be entered inside a transaction; the first one stays."""
        if other == centre:
            return
        with enter(centre), transaction.atomic():
            try:
                with enter(other):
                    self.wrong.append("a transaction over two centres")
            except CentreSwitchInTransaction:
                self.look(centre, "after a refusal")

    def call_eagerly(self, centre: Centre, other: Centre) -> None:
        """An eager task enters its own centre in the middle of ours."""
        with enter(centre):
            self.switches += 1
            seen = self._visit(other.code)
            if seen != other.code:
                self.wrong.append(f"eager task: wanted {other.code}, saw {seen}")
            self.look(centre, "after an eager task")

    def tamper(self, centre: Centre, other: Centre) -> None:
        """Raw SQL points the connection elsewhere; the next statement finds that out."""
        with enter(centre):
            with connection.cursor() as cursor:
                cursor.execute(f'SET search_path = "{other.schema_name}", shared, ext')
            self.look(centre, "after tampering")

    def lose_connection(self, centre: Centre, _: Centre) -> None:
        """The connection is closed inside a centre; the next one is in the same centre."""
        with enter(centre):
            self.look(centre, "before closing")
            connection.close()
            self.look(centre, "after closing")

    def be_cut_off(self, centre: Centre, _: Centre) -> None:
        """The server ends the connection in the middle of a transaction: nothing of it stays."""
        with enter(centre):
            with suppress(OperationalError), transaction.atomic():
                self._add_one(centre, "before the cut")
                _end(connection.connection.info.backend_pid)
                self._add_one(centre, "after the cut")
                self.wrong.append("the connection survived its end")
            connection.close()
            self.look(centre, "after the cut")


@pytest.fixture
def rows(committed_world):
    """A table with one row in each centre that names it (made from outside: a centre makes no tables)."""
    with connection.cursor() as cursor:
        for centre in committed_world.all:
            table = f'"{centre.schema_name}".switch_row'
            cursor.execute(f"CREATE TABLE {table} (code text NOT NULL, written int NOT NULL DEFAULT 0)")
            cursor.execute(f"INSERT INTO {table} (code) VALUES (%s)", [centre.code])
    yield committed_world.all
    with connection.cursor() as cursor:
        for centre in committed_world.all:
            cursor.execute(f'DROP TABLE "{centre.schema_name}".switch_row')


def _celery(centres: list[Centre], finished: threading.Semaphore, travellers: list[Traveller]) -> Celery:
    """An application over an in-memory broker whose tasks visit centres; the code under test is the switch."""
    application = Celery("switches", broker="memory://", backend="cache+memory://")
    application.conf.update(task_store_eager_result=False, broker_connection_retry_on_startup=False)

    @application.task(name="switches.visit")
    def visit(code: str) -> str:
        with enter(code), connection.cursor() as cursor:
            cursor.execute("SELECT code FROM switch_row")
            return str(cursor.fetchone()[0])

    @application.task(name="switches.travel")
    def travel(seed: int, switches: int) -> None:
        try:
            travellers.append(Traveller(seed, centres, lambda code: visit.apply(args=[code]).get()).run(switches))
        finally:
            finished.release()

    return application


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
@pytest.mark.usefixtures("the_houses_bells_afterwards")
def test_no_switch_ever_sees_a_neighbour(rows: list[Centre], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, logger="celery")  # one line a task otherwise
    travellers: list[Traveller] = []
    finished = threading.Semaphore(0)
    application = _celery(rows, finished, travellers)
    visit, travel = application.tasks["switches.visit"], application.tasks["switches.travel"]
    tasks = 20
    each = -(-int(SWITCHES * BY_CELERY) // tasks)
    with (
        start_worker(application, pool="threads", concurrency=3, perform_ping_check=False, shutdown_timeout=30),
        ThreadPoolExecutor(THREADS) as pool,
    ):
        for number in range(tasks):
            travel.delay(1000 + number, each)
        share = -(-int(SWITCHES * (1 - BY_CELERY)) // THREADS)
        threads = [
            pool.submit(Traveller(seed, rows, lambda code: visit.apply(args=[code]).get()).run, share)
            for seed in range(THREADS)
        ]
        travellers += [thread.result() for thread in threads]
        assert all(finished.acquire(timeout=300) for _ in range(tasks))

    assert [wrong for traveller in travellers for wrong in traveller.wrong] == []
    assert len(travellers) == THREADS + tasks
    assert sum(traveller.switches for traveller in travellers) >= SWITCHES
    done = sum((traveller.done for traveller in travellers), Counter())
    assert len(done) == 11, "every way of switching was taken"
    written = sum((traveller.written for traveller in travellers), Counter())
    for centre in rows:
        with enter(centre), connection.cursor() as cursor:
            cursor.execute("SELECT code, written FROM switch_row")
            assert cursor.fetchall() == [(centre.code, written[centre.code])]
    print(f"{sum(traveller.switches for traveller in travellers):,} switches: {dict(done)}")


def test_the_look_would_notice_a_neighbour(rows: list[Centre]) -> None:
    """The check above is not blind: a row that names another centre is reported."""
    here, other = rows[:2]
    with connection.cursor() as cursor:
        cursor.execute(f'UPDATE "{here.schema_name}".switch_row SET code = %s', [other.code])
    traveller = Traveller(1, rows, str)
    traveller.read(here, other)
    assert len(traveller.wrong) == 1
