"""The tables that ``docs/scale.md`` holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bench_scale.fleet import Bytes, Made
from bench_scale.pages import GOAL_MS, PageCost
from bench_scale.rolling import Rolled
from bench_scale.visiting import Visits
from bench_scale.wall import Switch, Work


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table; the first column is text, the others are numbers."""
    lines = ["| " + " | ".join(header) + " |", "|---" + "|---:" * (len(header) - 1) + "|"]
    return "\n".join([*lines, *("| " + " | ".join(str(cell) for cell in row) + " |" for row in rows)])


def time_of(seconds: float) -> str:
    """Milliseconds, seconds, minutes or hours, whatever reads best."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 600:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def making(made: Made) -> str:
    """One more centre at each size."""
    rows = [
        [f"{size.centres:,}", *(time_of(found) for found in (size.schema, size.stock_create, size.stock_clone))]
        for size in made.sizes
    ]
    each = made.seconds / made.centres
    return "\n".join(
        [
            table(
                [
                    "centres there",
                    "Zhengtong: row and schema",
                    "django-tenants: create_schema",
                    "django-tenants: clone",
                ],
                rows,
            ),
            "",
            f"All {made.centres:,} centres with keys, catalogue and staff: **{time_of(made.seconds)}**"
            f" ({time_of(each)} each). django-tenants was sampled at each size (median of a few); the product was not.",
        ]
    )


def rolling(rolled: Rolled, centres: int) -> str:
    """Nothing and one change over the fleet."""
    rows = [
        ["nothing to do", time_of(rolled.noop), time_of(rolled.stock_noop), _times(rolled.stock_noop, rolled.noop)],
        [
            "one column and its index",
            time_of(rolled.change),
            time_of(rolled.stock_change),
            _times(rolled.stock_change, rolled.change),
        ],
    ]
    return "\n".join(
        [
            table([f"over {centres:,} centres", "zhengtong migrate", "migrate_schemas", "ratio"], rows),
            "",
            f"migrate_schemas was run on {rolled.samples} centres at that size and multiplied.",
        ]
    )


def _times(more: float, less: float) -> str:
    return f"{more / less:,.0f}×"


def sizes(empty: Bytes, full: Bytes, centres: int) -> str:
    """Disk and catalogue."""
    rows = [
        ["database", f"{full.database:,.0f} MB", f"{1024 * (full.database - empty.database) / centres:,.0f} KB"],
        [
            "system catalogue",
            f"{full.catalogue:,.0f} MB",
            f"{1024 * (full.catalogue - empty.catalogue) / centres:,.0f} KB",
        ],
        ["relations", f"{full.relations:,}", f"{(full.relations - empty.relations) / centres:.0f}"],
    ]
    return table(["size", f"{centres:,} centres", "a centre"], rows)


def working(found: Sequence[tuple[str, int, Sequence[Visits]]]) -> str:
    """Submitting and switching, with the memory held at the end."""
    rows = []
    for name, centres, visits in found:
        speed = sum(one.per_second for one in visits)
        last = max(visits, key=lambda one: one.backends)
        rows.append(
            [
                name,
                f"{centres:,}",
                f"{speed:,.0f}",
                f"{1000 * len(visits) / speed:.2f}",
                last.backends,
                f"{last.backends_uss:,.0f}",
                f"{max(one.largest_backend_uss for one in visits):,.0f}",
                f"{max(one.own_pss for one in visits):,.0f}",
            ]
        )
    header = [
        "work",
        "centres",
        "a second",
        "ms each",
        "connections",
        "PostgreSQL's processes MB",
        "largest MB",
        "own process MB",
    ]
    return table(header, rows)


def switches(found: Mapping[str, Switch]) -> str:
    """Microseconds of a switch, each way."""
    rows = [
        [way, *(f"{value:,.0f}" for value in (one.stay, one.warm, one.cold, one.log_in))] for way, one in found.items()
    ]
    header = [
        "µs, medians",
        "a statement, no switch",
        "switch, connection at hand",
        "switch, none at hand",
        "the log-in alone",
    ]
    return table(header, rows)


def wall(found: Sequence[Work]) -> str:
    """Work with and without the wall, with what the server's processes held."""
    rows = []
    for work in found:
        beside = next(one for one in found if one.name == work.name)
        last = max(work.visits, key=lambda one: one.backends)
        walled = work.way != beside.way
        rows.append(
            [
                work.name,
                f"{work.way}, {work.connections}" if walled else work.way,
                f"{work.per_second:,.0f}",
                f"{1000 * len(work.visits) / work.per_second:.2f}",
                f"{100 * work.per_second / beside.per_second:.0f} %",
                f"{100 * min(one.hit_rate for one in work.visits):.0f} %" if walled else "–",
                last.backends,
                f"{last.backends_uss:,.0f}",
                f"{max(one.largest_backend_uss for one in work.visits):,.0f}",
            ]
        )
    header = [
        "work",
        "way, connections a process",
        "a second",
        "ms each",
        "of one log-in's",
        "connection at hand",
        "connections",
        "PostgreSQL's processes MB",
        "largest MB",
    ]
    return table(header, rows)


def pages(found: Sequence[PageCost]) -> str:
    """What the pages cost."""
    rows = [
        [
            page.name,
            f"{page.median_ms:.0f}",
            f"{page.p95_ms:.0f}" + ("" if page.p95_ms <= GOAL_MS else " !"),
            f"{page.processor_ms:.0f}",
            page.statements,
            f"{page.kilobytes:.0f}",
            f"{page.compressed:.0f}",
        ]
        for page in found
    ]
    header = ["page", "ms, median", "ms, p95", "processor ms, web and database", "SQL", "KB", "KB compressed"]
    return table(header, rows)
