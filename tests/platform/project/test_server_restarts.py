"""PostgreSQL goes away and comes back in the middle of a command over all centres: it, or the same again, finishes."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from zt_platform.project.embedded.postgres import EmbeddedPostgres
from zt_tenants.divisions import divisions_of, select

pytestmark = [pytest.mark.req("A-01"), pytest.mark.faults]
CITY = "340200"
LOAD = ("province", "load", "340000", "--only", CITY)
CENTRES = len(select(divisions_of("340000"), cities=[CITY]))


class Deployment:
    """A database server of its own, with durable commits, and the platform's commands over it."""

    def __init__(self, home: Path) -> None:
        self.server = EmbeddedPostgres(home, preferred_port=0, secret="of this test")
        self._home = home

    def start(self) -> None:
        self.server.start()
        self.server.wait_ready()

    def crash_and_come_back(self) -> None:
        """As when the machine's operator pulls the server: no checkpoint, recovery at the start, the same port."""
        [process] = self.server.processes()
        os.kill(process.pid, 3)  # SIGQUIT: immediate shutdown
        process.wait_stopped(seconds=30)
        again = EmbeddedPostgres(self._home, preferred_port=self.server.port, secret="of this test")
        port, self.server = self.server.port, again
        self.start()
        assert self.server.port == port

    def command(self, *arguments: str) -> subprocess.Popen[str]:
        environment = {
            "DATABASE_URL": self.server.url,
            "ZT_HOME": str(self._home / "platform"),
            "S3_BUCKET": "server-restarts",
            "S3_ACCESS_KEY": settings.S3_ACCESS_KEY,
            "S3_SECRET_KEY": settings.S3_SECRET_KEY,
        }
        return subprocess.Popen(
            [sys.executable, "-c", "from zt_platform.project.cli import main; main()", *arguments],
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def ask(self, statement: str) -> list[tuple]:
        with psycopg.connect(self.server.url, autocommit=True) as session:
            return session.execute(statement).fetchall()

    def number(self, statement: str) -> int:
        try:
            return int(self.ask(statement)[0][0])
        except psycopg.errors.UndefinedTable:  # the first migrate has not come so far
            return 0

    def interrupted(self, *arguments: str, when: Callable[[], bool]) -> str:
        """Run a command, crash the server in its middle, and let the same command finish; what the first one said."""
        first = self.command(*arguments)
        end = time.monotonic() + 240
        while not when():
            assert first.poll() is None, first.communicate()[0]
            assert time.monotonic() < end, "the command did not come so far"
            time.sleep(0.02)
        self.crash_and_come_back()
        said = first.communicate()[0]
        if first.returncode:
            again = self.command(*arguments)
            assert again.communicate() is not None
            assert again.returncode == 0
        return said


@pytest.fixture(scope="module")
def deployment() -> Iterator[Deployment]:
    with tempfile.TemporaryDirectory(prefix="zhengtong-restart-") as folder:
        home = Path(folder)
        home.chmod(0o755)
        made = Deployment(home)
        try:
            made.start()
            yield made
        finally:
            for process in made.server.processes():
                process.ask_to_stop()
                process.wait_stopped(seconds=30)
            made.server.remove()


@pytest.fixture(scope="module")
def loaded(deployment: Deployment) -> tuple[Deployment, str]:
    """All centres are there, although the server went away while they were made; what that command said."""
    return deployment, deployment.interrupted(*LOAD, when=lambda: 1 <= _ready(deployment) < CENTRES)


def _ready(deployment: Deployment) -> int:
    return deployment.number("SELECT count(*) FROM shared.tenants_centre WHERE ready_at IS NOT NULL")


def test_a_load_goes_on_after_the_server_came_back(loaded: tuple[Deployment, str]) -> None:
    deployment, said = loaded
    assert "Traceback" not in said, said
    assert _ready(deployment) == CENTRES
    rows = {row[0] for row in deployment.ask("SELECT schema_name FROM shared.tenants_centre")}
    made = {row[0] for row in deployment.ask("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'c\\_%'")}
    roles = {row[0] for row in deployment.ask("SELECT rolname FROM pg_roles WHERE rolname LIKE 'c\\_%'")}
    assert rows <= made
    assert made <= roles, "a role for each schema; other databases of a server would have theirs too"
    assert len(made) == CENTRES
    counted = (
        "SELECT count(DISTINCT relation) FROM (SELECT array_agg(relname ORDER BY relname) AS relation FROM pg_class"
        " JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname LIKE 'c\\_%' AND relkind = 'r' GROUP BY nspname)"
    )
    assert deployment.number(counted) == 1, "every centre has the same tables"


def test_a_roll_out_goes_on_after_the_server_came_back(loaded: tuple[Deployment, str]) -> None:
    """A column for every centre, half a second each, so that the server goes away between the first and the last."""
    deployment, _ = loaded
    [[ordinal]] = deployment.ask(
        "INSERT INTO shared.tenants_schemastep (ordinal, app_label, name, kind, in_new_centres, sql, made_at)"
        " SELECT max(ordinal) + 1, 'storage', 'tried', 'sql', true,"
        " 'ALTER TABLE storage_attachment ADD COLUMN tried text; SELECT pg_sleep(0.5);', now()"
        " FROM shared.tenants_schemastep RETURNING ordinal"
    )
    moved = f"SELECT count(*) FROM shared.tenants_centre WHERE schema_ordinal = {ordinal}"

    said = deployment.interrupted("migrate", "--jobs", "1", when=lambda: 1 <= deployment.number(moved) < CENTRES)

    assert "Traceback" not in said, said
    assert deployment.number(moved) == CENTRES
    columns = (
        "SELECT count(*) FROM information_schema.columns WHERE column_name = 'tried' AND table_schema LIKE 'c\\_%'"
    )
    assert deployment.number(columns) == CENTRES, "each exactly once, none half-made"
    noted = (
        f"SELECT count(*), count(DISTINCT centre_id) FROM shared.tenants_schemaledgerentry WHERE ordinal = {ordinal}"
    )
    assert deployment.ask(noted + " AND error = ''") == [(CENTRES, CENTRES)]
