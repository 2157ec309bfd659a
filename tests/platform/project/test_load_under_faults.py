"""Loading while the server goes wrong: connections cut off in the middle, a disk that runs full."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.db import DatabaseError, connection
from leftovers import DISKS, token

from zt_platform.project.provinces import load_province, missing_divisions
from zt_tenants import clock
from zt_tenants.context import outside_centres
from zt_tenants.divisions import Division, divisions_of, select
from zt_tenants.fleet import fleet_status
from zt_tenants.models import Centre, SchemaStep, StepKind
from zt_tenants.rollout import roll_out
from zt_tenants.schema import latest_ordinal
from zt_tenants.workers import is_exhausted

pytestmark = pytest.mark.req("A-01")
PASSWORD = "zt-just-for-this-test-9"


@pytest.fixture
def wuhu(committed_world) -> Iterator[list[Division]]:
    """The province with one city that the world does not have, and its counties; gone after the test."""
    known = set(Centre.objects.values_list("id", flat=True))
    yield select(divisions_of("340000"), cities=["340200"])
    with outside_centres(), connection.cursor() as cursor:
        for schema in Centre.objects.exclude(id__in=known).values_list("schema_name", flat=True):
            cursor.execute(f'DROP SCHEMA "{schema}" CASCADE')
        cursor.execute("DELETE FROM shared.tenants_centre WHERE NOT id = ANY(%s)", [list(known)])
    Centre.objects.update(ready_at=None)


def _schemas() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'c\\_%'")
        return {row[0] for row in cursor.fetchall()}


def _nothing_half_made() -> bool:
    """Whether there is a schema for each centre's row, and a row for each schema."""
    return _schemas() == set(Centre.objects.values_list("schema_name", flat=True))


def test_cut_connections_are_taken_anew_and_everything_is_made(wuhu, superuser) -> None:
    before, cut = Centre.objects.count(), threading.Event()

    def cut_once(name: str) -> None:
        if not cut.is_set():
            cut.set()
            superuser.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
            )

    report = load_province(wuhu, password=PASSWORD, jobs=2, progress=cut_once)
    assert cut.is_set()
    again = load_province(wuhu, password=PASSWORD, jobs=2)
    assert again.failed == {}
    assert report.made + again.made == len(wuhu)
    assert missing_divisions(wuhu) == []
    assert Centre.objects.count() > before
    assert _nothing_half_made()


@pytest.fixture
def small_disk(superuser) -> Iterator[Callable[[], object]]:
    """New tables lie on a disk of a few megabytes, until it is given more room; only root can mount one."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root")
    place = DISKS / f"zhengtong-small-disk-{token()}"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(place)], check=False)
    if mounted.returncode:
        place.rmdir()
        pytest.skip("this machine lets nobody mount")
    space, database = f"small_{os.getpid()}", settings.DATABASES["default"]["NAME"]
    try:
        subprocess.run(["chown", "nobody", str(place)], check=True)
        superuser.execute(f"CREATE TABLESPACE {space} OWNER {settings.DATABASES['default']['USER']} LOCATION '{place}'")
        superuser.execute(f'ALTER DATABASE "{database}" SET default_tablespace = {space}')
        yield lambda: subprocess.run(["mount", "-o", "remount,size=256m", str(place)], check=True)
    finally:
        superuser.execute(f'ALTER DATABASE "{database}" RESET default_tablespace')
        superuser.execute("CHECKPOINT")
        superuser.execute(f"DROP TABLESPACE IF EXISTS {space}")
        subprocess.run(["umount", "-l", str(place)], check=True)
        place.rmdir()


def test_a_full_disk_stops_the_load_and_the_next_run_goes_on(small_disk, wuhu) -> None:
    with pytest.raises(DatabaseError, match="No space left on device") as full:
        load_province(wuhu, password=PASSWORD, jobs=2)
    assert is_exhausted(full.value)
    assert _nothing_half_made()
    left = len(missing_divisions(wuhu))
    assert left > 0

    small_disk()  # the operator gives it room
    report = load_province(wuhu, password=PASSWORD, jobs=2)
    assert (report.made, report.failed) == (left, {})
    assert _nothing_half_made()


def _centres_with(table: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT schemaname FROM pg_tables WHERE tablename = %s", [table])
        return {row[0] for row in cursor.fetchall()}


@pytest.fixture
def greedy_step(committed_world) -> Iterator[SchemaStep]:
    """A schema step that needs three megabytes at each centre; taken back after the test."""
    first = latest_ordinal()
    yield SchemaStep.objects.create(
        ordinal=first + 1,
        app_label="storage",
        name="9999_greedy",
        kind=StepKind.SQL,
        sql="CREATE TABLE greedy AS SELECT repeat('x', 1000) AS filling FROM generate_series(1, 3000);",
        made_at=clock.now(),
    )
    with connection.cursor() as cursor:
        for schema in _centres_with("greedy"):
            cursor.execute(f'DROP TABLE "{schema}".greedy')
    SchemaStep.objects.filter(ordinal__gt=first).delete()
    Centre.objects.update(schema_ordinal=first)


def test_a_full_disk_stops_the_roll_out_and_the_next_run_goes_on(committed_world, small_disk, greedy_step) -> None:
    stopped = roll_out(jobs=1)
    assert stopped.stopped == "exhausted"
    assert "No space left on device" in "".join(stopped.failed.values())
    assert stopped.left > 0, "no other centre is tried where nothing can be written"
    fleet = fleet_status()
    assert fleet.mixed
    done = set(Centre.objects.filter(schema_ordinal=greedy_step.ordinal).values_list("schema_name", flat=True))
    assert _centres_with("greedy") == done, "the one that failed kept its old tables"
    assert 0 < len(done) < len(committed_world.all)

    small_disk()
    result = roll_out(jobs=2)
    assert (result.failed, result.stopped) == ({}, "")
    assert len(result.done) == len(committed_world.all) - len(done)
    assert not fleet_status().mixed
    assert _centres_with("greedy") == {centre.schema_name for centre in committed_world.all}
