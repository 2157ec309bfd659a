"""100,000 timers that are due in one minute, over many centres and over one, beside raw SQL doing the same in one run.

Run it by ``make bench-timers``. It starts servers of its own in a folder of its own (durable commits) and makes small
centres. The handler is a realistic one: it locks the cases of its batch, writes one log line for each timer in the
centre's schema and moves the cases on, set-based.

* *workers*: separate processes, each with a loop of scan and turns, as celery's workers run them; the time from the first
  scan until no timer is left.
* *raw SQL*: the same rows read, deleted, inserted and updated by one connection, one statement each, 500 timers in a
  transaction, without lease, lock, scan or halving: the floor.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

sys.path.insert(0, str(Path(__file__).parent))
from bench_servers import running_platform

KIND = "bench.limit"
DEADLINE = 600
TABLES = """
    CREATE TABLE {schema}bench_case (number text PRIMARY KEY, light text NOT NULL, reminded_at timestamptz);
    CREATE TABLE {schema}bench_log (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, number text NOT NULL,
        what text NOT NULL, data jsonb NOT NULL, at timestamptz NOT NULL);
    CREATE INDEX ON {schema}bench_log (number)
"""
LOCK = "SELECT number FROM {schema}bench_case WHERE number = ANY(%(numbers)s) ORDER BY number FOR UPDATE"
LOG = """
    INSERT INTO {schema}bench_log (number, what, data, at)
    SELECT number, 'LIMIT_NEAR', jsonb_build_object('due', due), now()
    FROM unnest(%(numbers)s::text[], %(due)s::timestamptz[]) of_batch (number, due)
"""
MOVE = "UPDATE {schema}bench_case SET light = 'YELLOW', reminded_at = now() WHERE number = ANY(%(numbers)s)"


def handle(timers: Sequence[Any]) -> None:
    """Lock the cases, write the log, move the cases on: three statements a batch."""
    from django.db import connection

    values = {"numbers": [timer.subject for timer in timers], "due": [timer.due_at for timer in timers]}
    with connection.cursor() as cursor:
        for statement in (LOCK, LOG, MOVE):
            cursor.execute(statement.format(schema=""), values)


def work() -> None:
    """What a worker process does: scan and take turns until nothing is left."""
    from zt_platform.project.cli.runtime import set_up_django

    set_up_django()
    from zt_tenants.context import outside_centres
    from zt_tenants.models import Timer
    from zt_tenants.timers import register
    from zt_tenants.timers.lanes import claim_due
    from zt_tenants.timers.turn import take_turn

    register(KIND, handle)
    print("ready", flush=True)
    sys.stdin.readline()
    handled = turns = 0
    while Timer.objects.exists():
        with outside_centres():
            queue = claim_due(limit=20)  # a share of the lanes; celery's queue deals them out one by one
        while queue:
            turn = take_turn(queue.pop(0))
            handled, turns = handled + turn.handled, turns + 1
            queue += [turn.following] if turn.following else []
    print(handled, turns, flush=True)


def make_centres(number: int) -> list[Any]:
    """A province and cities below it, with the bench's tables."""
    from django.db import connection

    from zt_tenants.models import Level
    from zt_tenants.provisioning import provision_centre

    province = provision_centre(code="340000", name="省政务服务中心", level=Level.PROVINCE, parent=None)
    centres = [province] + [
        provision_centre(code=f"{340001 + index}", name=f"第{index}市", level=Level.CITY, parent=province)
        for index in range(number - 1)
    ]
    with connection.cursor() as cursor:
        for centre in centres:
            cursor.execute(TABLES.format(schema=f'"{centre.schema_name}".'))
    return centres


def fill(centres: list[Any], total: int) -> float:
    """Cases and timers that are due within the minute that has just ended; seconds for scheduling alone."""
    from datetime import timedelta

    from django.db import connection, transaction

    from zt_tenants.clock import now
    from zt_tenants.context import enter
    from zt_tenants.timers import NewTimer, schedule_many

    each, begin, spent = total // len(centres), now() - timedelta(minutes=1), 0.0
    for centre in centres:
        with connection.cursor() as cursor:
            cursor.execute(f'TRUNCATE "{centre.schema_name}".bench_case, "{centre.schema_name}".bench_log')
        with enter(centre), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO bench_case SELECT %s || '-' || n, 'GREEN' FROM generate_series(0, %s) n",
                [centre.code, each - 1],
            )
            started = time.perf_counter()
            for first in range(0, each, 500):
                with transaction.atomic():
                    schedule_many(
                        [
                            NewTimer(
                                KIND,
                                f"{centre.code}-{index}",
                                begin + timedelta(seconds=60 * index / each),
                                {"limit": "PROMISED"},
                            )
                            for index in range(first, min(first + 500, each))
                        ]
                    )
            spent += time.perf_counter() - started
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE tenants_timer")
    return spent


def by_workers(number: int) -> tuple[float, int]:
    """Seconds until worker processes have handled everything, and the turns they took."""
    command = [sys.executable, str(Path(__file__)), "--work"]
    workers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(number)
    ]
    for worker in workers:
        assert worker.stdout is not None
        worker.stdout.readline()
    started = time.perf_counter()
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    said = [worker.communicate(timeout=DEADLINE)[0].split() for worker in workers]
    return time.perf_counter() - started, sum(int(turns) for _, turns in said)


def by_raw_sql(centres: list[Any]) -> float:
    """The same rows by one connection with the fewest statements."""
    from django.db import connection

    from zt_tenants.context import outside_centres

    started = time.perf_counter()
    with outside_centres(), connection.cursor() as cursor:
        for centre in centres:
            schema = f'"{centre.schema_name}".'
            while _one_raw_batch(cursor, centre.id, schema):
                pass
    return time.perf_counter() - started


def _one_raw_batch(cursor: Any, centre_id: UUID, schema: str) -> bool:
    from django.db import transaction

    with transaction.atomic():
        cursor.execute(
            "DELETE FROM tenants_timer WHERE id IN (SELECT id FROM tenants_timer WHERE centre_id = %s AND kind = %s"
            " AND parked_at IS NULL AND next_attempt_at <= now() ORDER BY next_attempt_at LIMIT 500)"
            " RETURNING subject, due_at, data",
            [centre_id, KIND],
        )
        rows = cursor.fetchall()
        if rows:
            values = {"numbers": [row[0] for row in rows], "due": [row[1] for row in rows]}
            for statement in (LOCK, LOG, MOVE):
                cursor.execute(statement.format(schema=schema), values)
    return bool(rows)


def check(centres: list[Any], total: int) -> None:
    """Every timer has left exactly one log line in its own centre.

    Raises:
        RuntimeError: it has not.
    """
    from django.db import connection

    from zt_tenants.context import enter

    for centre in centres:
        with enter(centre), connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*), count(DISTINCT number), count(*) FILTER (WHERE number NOT LIKE %s) FROM bench_log",
                [f"{centre.code}-%"],
            )
            found = cursor.fetchone()
            if found != (total // len(centres), total // len(centres), 0):
                raise RuntimeError(f"{centre.code}: {found}")


def scan_seconds() -> float:
    """One scan over everything that is due, which is then given back."""
    from zt_tenants.context import outside_centres
    from zt_tenants.timers.lanes import claim_due, give_back

    with outside_centres():
        started = time.perf_counter()
        claims = claim_due()
        spent = time.perf_counter() - started
        give_back(claims)
    return spent


def main() -> None:
    """Measure and print the table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--timers", type=int, default=100_000)
    arguments.add_argument("--centres", type=int, default=200)
    arguments.add_argument("--workers", type=int, default=2)
    arguments.add_argument("--work", action="store_true", help=argparse.SUPPRESS)
    said = arguments.parse_args()
    if said.work:
        work()
        return
    with running_platform():
        from django.db import connection

        from zt_tenants.timers import register

        register(KIND, handle)
        centres = make_centres(said.centres)
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version")
            version = cursor.fetchone()[0]
        print(
            f"{os.cpu_count()} CPUs · Python {platform.python_version()} · PostgreSQL {version} ·"
            f" {said.timers:,} timers · load {os.getloadavg()[0]:.1f} before",
            "",
            "| over | way | seconds | timers/s | of raw SQL | scan ms | scheduling, timers/s |",
            "|---|---|---:|---:|---:|---:|---:|",
            sep="\n",
        )
        for chosen in (centres, centres[:1]):
            over = f"{len(chosen)} centre{'s' if len(chosen) > 1 else ''}"
            fill(chosen, said.timers)
            floor = by_raw_sql(chosen)
            check(chosen, said.timers)
            scheduling = said.timers / fill(chosen, said.timers)
            scan = scan_seconds()
            seconds, turns = by_workers(said.workers)
            check(chosen, said.timers)
            way = f"{said.workers} workers, {turns} turns"
            print(
                f"| {over} | {way} | {seconds:.1f} | {said.timers / seconds:,.0f} | {floor / seconds:.2f}"
                f" | {1000 * scan:.0f} | {scheduling:,.0f} |"
            )
            print(f"| {over} | raw SQL | {floor:.1f} | {said.timers / floor:,.0f} | 1.00 | | |", flush=True)
        print(f"\nload {os.getloadavg()[0]:.1f} after")


if __name__ == "__main__":
    main()
