"""A whole province on this machine, measured beside django-tenants' own commands: ``make bench-scale``.

Servers of its own in a folder of its own, durable commits, nothing left behind. ``--centres`` makes it small.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator

from bench_servers import running_platform


def main() -> None:
    """Measure and print Markdown."""
    options = argparse.ArgumentParser(prog="bench_scale", description=__doc__)
    options.add_argument("--centres", type=int, default=1821, help="how many centres of Anhui (default all 1,821)")
    options.add_argument("--records", type=int, default=600_000, help="case records in the supervision store")
    options.add_argument("--seconds", type=float, default=15, help="how long each kind of work is measured")
    options.add_argument("--processes", type=int, default=2, help="processes that work at the same time")
    options.add_argument("--rounds", type=int, default=20, help="how often each page is asked for")
    options.add_argument("--jobs", type=int, default=2, help="connections for making and migrating")
    chosen = options.parse_args()
    began = time.monotonic()
    with running_platform():
        for part in _measured(chosen):
            print(part, flush=True)
    print(f"\nThe whole run took {(time.monotonic() - began) / 60:.0f} min.")


def _measured(chosen: argparse.Namespace) -> Iterator[str]:
    from bench_scale import report, visiting, wall
    from bench_scale.fleet import make_fleet, size_of_database
    from bench_scale.machine import machine
    from bench_scale.pages import measure_pages
    from bench_scale.rolling import roll_over
    from bench_scale.starting import seconds_to_first_answer
    from bench_scale.store import fill
    from django.db import connection
    from raw_sql import query

    yield machine(query("SHOW server_version")[1][0][0]) + "\n"
    empty = size_of_database()
    made = make_fleet(chosen.centres, jobs=chosen.jobs)
    yield f"### Making a centre\n\n{report.making(made)}\n"
    yield f"### Changing all centres\n\n{report.rolling(roll_over(made.centres, jobs=chosen.jobs), made.centres)}\n"
    yield f"### Size\n\n{report.sizes(empty, size_of_database(), made.centres)}\n"
    yield f"### Start\n\nA web process answers its first page {report.time_of(seconds_to_first_answer())} after its start.\n"
    visiting.make_ready()
    connection.close()  # this process's own, which has been everywhere, is none of the workers'
    some, work = min(200, made.centres), []
    for name, shape, centres in (
        ("one row, always the same centre", "stay", made.centres),
        (f"one row, {some} centres in turn", "switch", some),
        ("one row, all centres in turn", "switch", made.centres),
        (f"submit by commands, {some} centres warm", "commands", some),
        (f"submit, raw SQL, {some} centres", "raw", some),
        ("submit by commands, all centres", "commands", made.centres),
        ("submit, raw SQL, all centres", "raw", made.centres),
    ):
        found = visiting.together(shape, centres, seconds=chosen.seconds, processes=chosen.processes)
        work.append((name, centres, found))
        print(f"  {name}: {sum(one.per_second for one in found):.0f}/s", file=sys.stderr)
    yield f"### Working in all centres, {chosen.processes} processes\n\n{report.working(work)}\n"
    stock = _stock_switch(some)
    yield f"django-tenants, `tenant_context` and one row, {some} centres in turn, one process: {stock:.2f} ms each.\n"
    yield f"### Wall\n\n{report.switches(wall.switches(centres=made.centres, seconds=chosen.seconds / 5))}\n"
    walled = wall.works(centres=made.centres, seconds=chosen.seconds, processes=chosen.processes)
    yield report.wall(walled) + "\n"
    rows = fill(chosen.records)
    yield f"### Pages over {made.centres:,} centres and {rows['case_record']:,} case records\n"
    yield report.pages(measure_pages(rounds=chosen.rounds)) + "\n"


def _stock_switch(centres: int) -> float:
    from bench_scale.stock import sampled

    visits = 10 * centres
    seconds = sampled("switch", visits, BENCH_CENTRES=str(centres))
    return 1000 * sum(seconds[centres:]) / (visits - centres)


if __name__ == "__main__":
    main()
