"""django-tenants' own ways, run as a process of their own beside the product: ``python -m bench_scale.stock WORK …``.

* ``create N``: make N schemas by ``TenantMixin.create_schema`` (its ``migrate_schemas``), one after the other
* ``clone N``: copy the first of them N times by its ``CloneSchema``
* ``noop N``, ``change N``: ``migrate_schemas`` over N of them, with nothing and with the change to do
* ``switch N``: enter a centre by ``tenant_context`` and read a row, N times

Prints the seconds of each as JSON. What it makes is called ``bench_stock_…`` and dropped by ``drop``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

SCHEMA = "bench_stock"


def sampled(work: str, count: int, **environment: str) -> list[float]:
    """Run one kind of work in a process of its own; seconds of each of the ``count`` times.

    Raises:
        RuntimeError: it failed; the message holds what it said.
    """
    settings = {"DJANGO_SETTINGS_MODULE": "bench_scale.settings_stock", **environment}
    done = subprocess.run(
        [sys.executable, "-m", "bench_scale.stock", work, str(count)],
        env={**os.environ, **settings, "ZT_LOG_LEVEL": "ERROR"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"django-tenants, {work}: {done.stderr.strip()[-2000:]}")
    found: list[float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _tenant(schema: str) -> Any:
    from zt_tenants.models import Centre

    return Centre(schema_name=schema)


def _create(number: int) -> None:
    _tenant(f"{SCHEMA}_{number}").create_schema(sync_schema=True, verbosity=0)


def _clone(number: int) -> None:
    from django_tenants.clone import CloneSchema

    CloneSchema().clone_schema(f"{SCHEMA}_0", f"{SCHEMA}_clone_{number}")


def _migrate(number: int) -> None:
    from django.core.management import call_command

    call_command("migrate_schemas", schema_name=f"{SCHEMA}_{number}", tenant=True, interactive=False, verbosity=0)


def _drop(number: int) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for schema in (f"{SCHEMA}_{number}", f"{SCHEMA}_clone_{number}"):
            cursor.execute(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE')


def _switch(number: int) -> None:
    from django_tenants.utils import tenant_context  # noqa: TID251 - the stock way is what is measured here

    from zt_platform.organisation.models import CentreProfile

    with tenant_context(_centres()[number % len(_centres())]):
        CentreProfile.objects.values_list("opens_at", flat=True).first()


_remembered: list[Any] = []


def _centres() -> list[Any]:
    if not _remembered:
        from zt_tenants.models import Centre

        _remembered.extend(Centre.objects.here().order_by("?")[: int(os.environ["BENCH_CENTRES"])])
    return _remembered


WORK: Mapping[str, Callable[[int], None]] = {
    "create": _create,
    "clone": _clone,
    "noop": _migrate,
    "change": _migrate,
    "drop": _drop,
    "switch": _switch,
}


def main() -> None:
    """Do the work and print how long each time took."""
    import django

    django.setup()
    work, count = WORK[sys.argv[1]], int(sys.argv[2])
    seconds = []
    for number in range(count):
        began = time.perf_counter()
        work(number)
        seconds.append(time.perf_counter() - began)
    print(json.dumps(seconds))


if __name__ == "__main__":
    main()
