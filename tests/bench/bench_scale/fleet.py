"""Making the fleet, with a stop at some sizes to measure what one more centre costs there, in both ways."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from bench_scale import stock

from zt_tenants.divisions import Division, divisions_of

SAMPLES: Final = 3
"""How often each way of making a centre is tried at each size."""
PASSWORD: Final = "bench-only-Tongxing-2026"


@dataclass(slots=True)
class Size:
    """What making one centre costs when so many are there. Seconds."""

    centres: int
    schema: float
    stock_create: float
    stock_clone: float


@dataclass(slots=True)
class Made:
    """The fleet and what it cost."""

    sizes: list[Size] = field(default_factory=list)
    centres: int = 0
    seconds: float = 0.0


def marks(centres: int) -> list[int]:
    """The sizes at which to stop: 0, 500, 1,000 and all, as far as there are so many."""
    return sorted({mark for mark in (0, 500, 1000) if mark < centres} | {centres})


def make_fleet(centres: int, *, jobs: int) -> Made:
    """Load so many centres of Anhui as ``zhengtong province load`` does: schema, keys, catalogue, staff.

    Raises:
        RuntimeError: a centre could not be made.
    """
    from zt_platform.project.provinces import load_province

    divisions = some_divisions(centres)
    made = Made(centres=len(divisions))
    for mark in marks(len(divisions)):
        began = time.perf_counter()
        report = load_province(divisions[:mark], password=PASSWORD, jobs=jobs)
        if report.failed:
            raise RuntimeError(report.failed)
        made.seconds += time.perf_counter() - began
        made.sizes.append(_at(mark))
        print(f"  {mark} centres: {made.sizes[-1]}", file=sys.stderr)
    return made


def some_divisions(centres: int) -> list[Division]:
    """So many divisions of Anhui, parents first: all of them, or first a county with its townships and what is above."""
    every = divisions_of("340000")
    if centres >= len(every):
        return every
    county = "340123"
    family = [one for one in every if one.code in ("340000", "340100", county) or one.parent_code == county]
    return [*family, *(one for one in every if one not in family)][:centres]


def _at(mark: int) -> Size:
    with _stock_schemas(SAMPLES) as created:
        cloned = stock.sampled("clone", SAMPLES)
    return Size(
        centres=mark,
        schema=statistics.median(_schemas_alone(SAMPLES)),
        stock_create=statistics.median(created),
        stock_clone=statistics.median(cloned),
    )


@contextmanager
def _stock_schemas(count: int) -> Iterator[list[float]]:
    created = stock.sampled("create", count)
    try:
        yield created
    finally:
        stock.sampled("drop", count)


def _schemas_alone(count: int) -> list[float]:
    """Seconds of making a centre's row and schema, without what fills it: what django-tenants' commands do as well."""
    from django.db import connection

    from zt_tenants.context import outside_centres
    from zt_tenants.models import Centre, Level
    from zt_tenants.provisioning import provision_centre

    seconds = []
    for number in range(count):
        began = time.perf_counter()
        centre = provision_centre(code=f"99{number:04d}", name="bench", level=Level.PROVINCE, parent=None)
        seconds.append(time.perf_counter() - began)
        with outside_centres(), connection.cursor() as cursor:
            cursor.execute(f'DROP SCHEMA "{centre.schema_name}" CASCADE')
            Centre.objects.filter(id=centre.id).delete()
    return seconds


@dataclass(frozen=True, slots=True)
class Bytes:
    """How large the database is. Megabytes, but for the number of relations."""

    database: float
    catalogue: float
    relations: int


def size_of_database() -> Bytes:
    """Database, system catalogue and number of relations, as the server counts them."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_database_size(current_database()) / 1048576.0, count(*),"
            " sum(pg_total_relation_size(c.oid)) FILTER (WHERE relnamespace = 'pg_catalog'::regnamespace"
            " AND relkind = 'r') / 1048576.0 FROM pg_class c"
        )
        database, relations, catalogue = cursor.fetchone()
    return Bytes(float(database), float(catalogue), relations)
