"""One process of a soak: ``python -m soak.worker SHAPE THREADS ROUNDS SEED``.

Each thread goes so many times over all centres in an order of its own. At each centre it writes the centre's code where
everybody writes it, reads it back together with the schema the server says it is in, and counts what does not fit.
``web`` brackets each visit as a request, ``celery`` as a task, so that connections are kept or renewed as they are there.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any


@contextmanager
def _request() -> Iterator[None]:
    from django.core.signals import request_finished, request_started

    request_started.send(sender=_request)
    try:
        yield
    finally:
        request_finished.send(sender=_request)


@contextmanager
def _task() -> Iterator[None]:
    from django.db import close_old_connections

    close_old_connections()
    try:
        yield
    finally:
        close_old_connections()


SHAPES: dict[str, Callable[[], Any]] = {"web": _request, "celery": _task}


def visit(centre: Any) -> bool:
    """Write and read at one centre; whether everything was the centre's own."""
    from django.db import connection, transaction

    from zt_platform.organisation.models import CentreProfile
    from zt_tenants.context import enter

    with enter(centre):
        with transaction.atomic():
            CentreProfile.objects.update_or_create(id=CentreProfile.ONLY, defaults={"address": centre.code})
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_schema(), address FROM organisation_centreprofile")
            found = cursor.fetchall()
    return bool(found == [(centre.schema_name, centre.code)])


def _go_round(shape: str, rounds: int, seed: int) -> tuple[int, int]:
    from django.db import connection

    from zt_tenants.models import Centre

    chance, visits, wrong = random.Random(seed), 0, 0
    centres = list(Centre.objects.here())
    try:
        for _ in range(rounds):
            chance.shuffle(centres)
            for centre in centres:
                with SHAPES[shape]():
                    wrong += not visit(centre)
                visits += 1
    finally:
        connection.close()
    return visits, wrong


def main() -> None:
    """Visit, and print the number of visits and of wrong ones."""
    import django

    django.setup()
    shape, threads, rounds, seed = sys.argv[1], *map(int, sys.argv[2:5])
    with ThreadPoolExecutor(threads) as pool:
        found = list(pool.map(lambda number: _go_round(shape, rounds, seed * 100 + number), range(threads)))
    print(json.dumps({"visits": sum(one for one, _ in found), "wrong": sum(one for _, one in found)}))


if __name__ == "__main__":
    main()
