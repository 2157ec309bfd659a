"""kill -9 in the middle of ``migrate``: what was done stays, what was open is rolled back, the next run finishes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection

from zt_tenants.fleet import fleet_status
from zt_tenants.models import Centre, SchemaLedgerEntry
from zt_tenants.rollout import roll_out

pytestmark = pytest.mark.req("A-01")


def _start_migrate() -> subprocess.Popen[bytes]:
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path="/" + str(connection.settings_dict["NAME"]))
    environment = {
        **os.environ,
        "DATABASE_URL": urlunsplit(database),
        "DJANGO_SETTINGS_MODULE": "zt_platform.project.settings",
    }
    command = [sys.executable, "-m", "zt_platform.project.manage", "migrate", "--jobs", "2", "--verbosity", "0"]
    return subprocess.Popen(command, env=environment)


def _with_column() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_schema FROM information_schema.columns WHERE column_name = 'tried'")
        return {row[0] for row in cursor.fetchall()}


def test_a_killed_roll_out_is_finished_by_the_next(committed_world, new_step) -> None:
    step = new_step(
        "ALTER TABLE storage_attachment ADD COLUMN tried text; SELECT pg_sleep(0.4);",
        undo="ALTER TABLE storage_attachment DROP COLUMN IF EXISTS tried",
    )
    there = Centre.objects.filter(schema_ordinal=step.ordinal)
    migrate = _start_migrate()
    end = time.monotonic() + 60
    while there.count() < 2:
        assert time.monotonic() < end, "migrate did not come so far"
        time.sleep(0.01)
    migrate.send_signal(signal.SIGKILL)
    assert migrate.wait() == -signal.SIGKILL
    assert fleet_status().mixed

    result = roll_out()  # waits for the lock of what the killed one left running in the server
    assert result.failed == {}
    assert 0 < len(result.done) < 6
    assert not fleet_status().mixed
    assert _with_column() == {centre.schema_name for centre in committed_world.all}
    entries = SchemaLedgerEntry.objects.filter(ordinal=step.ordinal)
    assert sorted(entries.values_list("centre__code", flat=True)) == sorted(one.code for one in committed_world.all)
