"""What the second wall costs: a log-in for each centre beside one log-in that only switches the search path.

The same code does the same work in both (:mod:`bench_scale.one_login` leaves the wall out), in one run. The switch alone is
measured in one process: ``python -m bench_scale.wall CENTRES SECONDS``.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from bench_scale import visiting
from bench_scale.visiting import Visits

WAYS: Final = {"one log-in": "bench_scale.settings_one_login", "a log-in each": "zt_platform.project.settings"}
MORE_CONNECTIONS: Final = 100
"""A second size of a process's pool: a connection that serves one centre is small, so many can be had."""


@dataclass(frozen=True, slots=True)
class Switch:
    """Microseconds (medians): a statement without a switch, with one to a connection at hand, with one to a new one, and
    the log-in alone."""

    stay: float
    warm: float
    cold: float
    log_in: float


@dataclass(frozen=True, slots=True)
class Work:
    """One kind of work, done both ways."""

    name: str
    way: str
    connections: int
    visits: Sequence[Visits]

    @property
    def per_second(self) -> float:
        """Of all processes together."""
        return sum(one.per_second for one in self.visits)


def switches(*, centres: int, seconds: float) -> dict[str, Switch]:
    """The switch alone, each way in a process of its own.

    Raises:
        RuntimeError: one failed.
    """
    found = {}
    for way, settings in WAYS.items():
        done = subprocess.run(
            [sys.executable, "-m", "bench_scale.wall", str(centres), str(seconds)],
            env={**os.environ, "DJANGO_SETTINGS_MODULE": settings, "ZT_LOG_LEVEL": "ERROR", "ZT_CONNECTIONS": "8"},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"switch, {way}: {done.stderr.strip()[-2000:]}")
        found[way] = Switch(**json.loads(done.stdout.splitlines()[-1]))
    return found


def works(*, centres: int, seconds: float, processes: int) -> list[Work]:
    """The kinds of work that move between centres, each way; with the wall also over a larger pool."""
    some = min(200, centres)
    kinds = [
        ("one row, always the same centre", "stay", centres),
        (f"one row, {some} centres at random", "switch", some),
        (f"one row, {some} centres, five times at each", "affine", some),
        ("one row, all centres as often as they have cases", "weighted", centres),
        (f"submit by commands, {some} centres", "commands", some),
        ("submit by commands, all centres as often as they have cases", "weighted-commands", centres),
    ]
    ways = [("one log-in", 20), ("a log-in each", 20), ("a log-in each", MORE_CONNECTIONS)]
    found = []
    for name, shape, count in kinds:
        for way, connections in ways:
            visits = visiting.together(
                shape,
                count,
                seconds=seconds,
                processes=processes,
                environment={"DJANGO_SETTINGS_MODULE": WAYS[way], "ZT_CONNECTIONS": str(connections)},
            )
            found.append(Work(name, way, connections, visits))
            print(f"  {name}, {way}, {connections}: {found[-1].per_second:.0f}/s", file=sys.stderr)
    return found


def _median_of(act: Callable[[], object], seconds: float) -> float:
    taken, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end or len(taken) < 5:
        began = time.perf_counter()
        act()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken) * 1_000_000


def _measured(centres: Sequence[Any], seconds: float) -> Switch:
    from itertools import cycle

    import psycopg
    from django.db import connection

    from zt_tenants.context import enter

    def look(centre: Any) -> None:
        with enter(centre), connection.cursor() as cursor:
            cursor.execute("SELECT 1")

    def stay() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")

    with enter(centres[0]):
        in_one = _median_of(stay, seconds)
        where = connection.get_connection_params()
    near, far = cycle(centres[:2]), cycle(centres)
    for centre in centres[:2]:
        look(centre)
    warm = _median_of(lambda: look(next(near)), seconds)
    cold = _median_of(lambda: look(next(far)), seconds)
    log_in = {name: where[name] for name in ("host", "port", "dbname", "user", "password")}
    return Switch(in_one, warm, cold, _median_of(lambda: psycopg.connect(**log_in).close(), seconds))


def main() -> None:
    """Measure one way and print it as JSON."""
    import django

    django.setup()
    from zt_tenants.models import Centre

    centres = list(Centre.objects.here().order_by("code")[: int(sys.argv[1])])
    print(json.dumps(asdict(_measured(centres, float(sys.argv[2])))))


if __name__ == "__main__":
    main()
