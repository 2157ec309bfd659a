"""Workers of both shapes over all centres, watched while they work: connections, memory, wrong reads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import Any, Final

from bench_scale.memory import backends, memory_of

BACKEND_MB: Final = 12.0
"""Private memory that one of PostgreSQL's processes may reach: a connection serves one centre (docs/operations.md)."""

PROCESS_MB: Final = 400.0
"""What one web or celery process may hold."""

GROWTH: Final = 1.15
GROWTH_MB: Final = 30.0
"""How much more the second half of the soak may hold than the first: it has been everywhere once by then."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One look at everything. Megabytes."""

    connections: int
    largest_backend: float
    all_backends: float
    largest_process: float


@dataclass(slots=True)
class Soaked:
    """What was seen, and what was promised."""

    visits: int = 0
    wrong: int = 0
    samples: list[Sample] = field(default_factory=list)
    most_connections: int = 0
    most_backend_mb: float = 0.0

    def broken(self) -> list[str]:
        """The promises that were not kept."""
        if len(self.samples) < 4:
            return ["too short to be looked at four times"]
        half = len(self.samples) // 2
        first, second = self.samples[:half], self.samples[half:]
        found = []
        if self.wrong:
            found.append(f"{self.wrong} visits saw another centre")
        if max(one.connections for one in self.samples) > self.most_connections:
            found.append(f"more than {self.most_connections} connections")
        if max(one.largest_backend for one in self.samples) > self.most_backend_mb:
            found.append(f"a backend held more than {self.most_backend_mb:.0f} MB")
        if max(one.largest_process for one in self.samples) > PROCESS_MB:
            found.append(f"a process held more than {PROCESS_MB:.0f} MB")
        for name in ("all_backends", "largest_process"):
            before, after = (max(getattr(one, name) for one in part) for part in (first, second))
            if after > before * GROWTH + GROWTH_MB:
                found.append(f"{name} grew from {before:.0f} to {after:.0f} MB")
        return found


def connections_of(threads: int) -> int:
    """What one process may hold: the setting of its pool where there is one, else a connection a thread and one more."""
    from django.conf import settings

    return max(int(getattr(settings, "ZT_CONNECTIONS", 0)), threads) + 1


def soak(*, workers: dict[str, int], threads: int, rounds: int, environment: dict[str, str]) -> Soaked:
    """Let workers (shape → processes) go ``rounds`` times over all centres with each of their threads, and watch.

    Raises:
        RuntimeError: a worker failed.
    """
    from raw_sql import connect

    shapes = [shape for shape, count in workers.items() for _ in range(count)]
    seen = Soaked(most_connections=len(shapes) * connections_of(threads), most_backend_mb=BACKEND_MB)
    with connect() as control:
        others = set(backends(control))
        running = [
            subprocess.Popen(
                [sys.executable, "-m", "soak.worker", shape, str(threads), str(rounds), str(seed)],
                env={**os.environ, **environment, "ZT_LOG_LEVEL": "ERROR"},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for seed, shape in enumerate(shapes)
        ]
        pause = 0.1
        while any(process.poll() is None for process in running):
            sample = _look(control, others, running)
            if sample.connections:
                seen.samples.append(sample)
            time.sleep(pause)
            pause = min(pause * 1.05, 2.0)
    for process in running:
        out, errors = process.communicate()
        if process.returncode:
            raise RuntimeError(errors.strip()[-2000:])
        told = json.loads(out.splitlines()[-1])
        seen.visits += told["visits"]
        seen.wrong += told["wrong"]
    return seen


def _look(control: Any, others: set[int], running: list[subprocess.Popen[str]]) -> Sample:
    held = [memory_of(pid).uss for pid in backends(control) if pid not in others]
    own = [memory_of(process.pid).pss for process in running if process.poll() is None]
    return Sample(len(held), max(held, default=0.0), sum(held), max(own, default=0.0))
