"""Rolling nothing, and one column with its index, over the fleet: the product's way whole, django-tenants' sampled."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Final

from bench_scale import stock

SAMPLES: Final = 4


@dataclass(frozen=True, slots=True)
class Rolled:
    """Seconds over the whole fleet; django-tenants' are one centre's times the number of centres."""

    noop: float
    change: float
    stock_noop: float
    stock_change: float
    samples: int


def roll_over(centres: int, *, jobs: int) -> Rolled:
    """Measure both ways; afterwards the fleet has the change.

    Raises:
        RuntimeError: a roll-out failed.
    """
    stock.sampled("create", SAMPLES)
    try:
        stock_noop = statistics.mean(stock.sampled("noop", SAMPLES)) * centres
        stock_change = statistics.mean(stock.sampled("change", SAMPLES, BENCH_CHANGED="1")) * centres
    finally:
        stock.sampled("drop", SAMPLES)
    noop, change = _product(jobs)
    return Rolled(noop, change, stock_noop, stock_change, SAMPLES)


def _product(jobs: int) -> tuple[float, float]:
    done = subprocess.run(
        [sys.executable, "-m", "bench_scale.rolling", str(jobs)],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "bench_scale.settings_changed", "ZT_LOG_LEVEL": "ERROR"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"migrate: {done.stderr.strip()[-2000:]}")
    change, noop = json.loads(done.stdout.splitlines()[-1])
    return noop, change


def main() -> None:
    """Run the whole ``migrate`` twice, with the change to do and with nothing; print the seconds of each."""
    import django

    django.setup()
    from django.core.management import call_command

    seconds = []
    for _ in range(2):
        began = time.perf_counter()
        call_command("migrate", verbosity=0, interactive=False, jobs=int(sys.argv[1]))
        seconds.append(time.perf_counter() - began)
    print(json.dumps(seconds))


if __name__ == "__main__":
    main()
