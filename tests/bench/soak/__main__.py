"""Every worker visits every centre of a province again and again: ``make soak``.

Servers of its own, all of Anhui, two processes in the shape of a web worker and two in that of a celery worker.
"""

from __future__ import annotations

import argparse
import sys

from bench_servers import running_platform


def main() -> None:
    """Soak, print what was held, and end with 1 when a promise was broken."""
    options = argparse.ArgumentParser(prog="soak", description=__doc__)
    options.add_argument("--centres", type=int, default=1821)
    options.add_argument("--rounds", type=int, default=4, help="how often each thread goes over all centres")
    options.add_argument("--threads", type=int, default=3)
    chosen = options.parse_args()
    with running_platform():
        from bench_scale.fleet import PASSWORD, some_divisions
        from bench_scale.machine import machine
        from raw_sql import query
        from soak.watch import soak

        from zt_platform.project.provinces import load_province

        print(machine(query("SHOW server_version")[1][0][0]), flush=True)
        report = load_province(some_divisions(chosen.centres), password=PASSWORD)
        workers = {"web": 2, "celery": 2}
        seen = soak(workers=workers, threads=chosen.threads, rounds=chosen.rounds, environment={})
    print(
        f"{seen.visits:,} visits to {report.made:,} centres by 4 processes × {chosen.threads} threads; {seen.wrong} wrong"
    )
    half = len(seen.samples) // 2
    for name, part in (("first half", seen.samples[:half]), ("second half", seen.samples[half:])):
        print(
            f"{name}: at most {max(one.connections for one in part)} connections (bound {seen.most_connections}),"
            f" largest backend {max(one.largest_backend for one in part):.0f} MB (bound {seen.most_backend_mb:.0f}),"
            f" all backends {max(one.all_backends for one in part):.0f} MB,"
            f" largest process {max(one.largest_process for one in part):.0f} MB"
        )
    for words in seen.broken():
        print(f"BROKEN: {words}")
    sys.exit(1 if seen.broken() else 0)


if __name__ == "__main__":
    main()
