"""``zhengtong migrate`` as an operator types it: plan, status, a centre that fails, a site that starts all the same."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection

from zt_platform.project.cli.runtime import migrate_and_go_on
from zt_tenants.fleet import fleet_status

pytestmark = pytest.mark.req("A-01")
COLUMN = "ALTER TABLE storage_attachment ADD COLUMN tried text"
UNDO = "ALTER TABLE storage_attachment DROP COLUMN IF EXISTS tried"


def _zhengtong(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command over the test's database; every service is named, so none is started."""
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path="/" + str(connection.settings_dict["NAME"]))
    environment = {**os.environ, "DATABASE_URL": urlunsplit(database), "ZT_HOME": str(home), "COLUMNS": "160"}
    program = Path(sys.executable).with_name("zhengtong")
    return subprocess.run([program, *arguments], env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def failing_step(committed_world, new_step) -> None:
    """A step that cannot be taken at the county, which has the column already."""
    with connection.cursor() as cursor:
        cursor.execute(f'SET search_path = "{committed_world.county.schema_name}", shared, ext; {COLUMN}')
    new_step(COLUMN + ";", undo=UNDO)


def test_plan_migrate_and_status(failing_step, tmp_path: Path) -> None:
    plan = _zhengtong(tmp_path, "migrate", "--plan")
    assert plan.returncode == 0, plan.stderr
    assert "Centres to bring up to date: 6 of 6" in plan.stdout
    assert fleet_status().behind == 6, "a plan changes nothing"

    migrate = _zhengtong(tmp_path, "migrate")
    assert migrate.returncode == 1
    assert "340123" in migrate.stderr
    assert "already exists" in migrate.stderr
    assert fleet_status().behind == 1

    status = _zhengtong(tmp_path, "migrate", "--status")
    assert status.returncode == 1
    assert "1 of 6 centres are behind" in status.stdout
    assert "340123" in status.stderr


def test_the_site_starts_though_a_centre_was_left_behind_and_says_so(failing_step, capsys) -> None:
    migrate_and_go_on()
    told = "".join(capsys.readouterr().err.split())
    assert "340123" in told
    assert "zhengtongmigrate" in told
    assert fleet_status().mixed
