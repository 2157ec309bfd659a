"""What ``zhengtong up`` does about processes that die: they are started again, however often, on the same ports."""

from __future__ import annotations

import os
import signal
import sys
import time
from itertools import pairwise
from pathlib import Path

import psycopg
import pytest

from zt_platform.project.cli.stack import Stack
from zt_platform.project.embedded.process import ChildProcess
from zt_platform.project.embedded.services import EmbeddedServices
from zt_platform.project.secrets import load_secrets

pytestmark = pytest.mark.req("Y-01")
NAMED = ("DATABASE_URL", "CELERY_BROKER_URL", "CACHE_URL", "S3_ENDPOINT")


class Ends:
    """A starter of a process that ends at once; counts how often it was started."""

    def __init__(self, folder: Path) -> None:
        self.starts = 0
        self._folder = folder

    def __call__(self) -> ChildProcess:
        self.starts += 1
        child = ChildProcess("worker", [sys.executable, "-c", ""], log=self._folder / "worker.log")
        child.wait_stopped(seconds=30)
        return child


def test_a_process_that_keeps_ending_is_tried_for_ever_with_growing_pauses(tmp_path, monkeypatch, capsys) -> None:
    stack, starter = Stack(tmp_path), Ends(tmp_path)
    stack._starters["worker"], stack._children["worker"] = starter, starter()
    moment = [time.monotonic()]
    monkeypatch.setattr(time, "monotonic", lambda: moment[0])
    started_at = []
    for _ in range(2400):
        moment[0] += 0.5
        before = starter.starts
        stack.restart_dead()
        if starter.starts > before:
            started_at.append(moment[0])

    pauses = [round(later - earlier, 1) for earlier, later in pairwise(started_at)]
    assert starter.starts > 30, "it was given up"
    assert pauses[:4] == sorted(pauses[:4])
    assert 29 <= pauses[-1] <= 32
    assert "worker ended and is started again" in " ".join(capsys.readouterr().err.split())


def test_a_process_that_lived_long_is_started_again_at_once(tmp_path, monkeypatch) -> None:
    stack, starter = Stack(tmp_path), Ends(tmp_path)
    stack._starters["worker"], stack._children["worker"] = starter, starter()
    later = time.monotonic() + 3600
    monkeypatch.setattr(time, "monotonic", lambda: later)

    stack.restart_dead()

    assert starter.starts == 2


def test_embedded_servers_that_are_killed_come_back_on_their_ports_with_their_data(
    tmp_path_factory, monkeypatch
) -> None:
    home = tmp_path_factory.mktemp("killed")
    for folder in (home, *home.parents[:2]):
        folder.chmod(0o755)
    kept = {name: os.environ[name] for name in NAMED if name in os.environ}
    for name in NAMED:
        monkeypatch.delenv(name, raising=False)
    services = EmbeddedServices(home, secrets=load_secrets(home), for_tests=True)
    services.start()
    try:
        where = dict(services.environment)
        with psycopg.connect(where["DATABASE_URL"], autocommit=True) as connection:
            connection.execute("SET synchronous_commit = on")  # servers of tests do not wait for the disk
            connection.execute("CREATE TABLE kept (word text)")
            connection.execute("INSERT INTO kept VALUES ('here')")
        dead = services.processes()
        for child in dead:
            os.kill(child.pid, signal.SIGKILL)
            child.wait_stopped(seconds=30)
        words = _words_after_restart(services, where["DATABASE_URL"])
        assert words == [("here",)]
        assert services.environment == where
        assert {child.pid for child in services.processes()}.isdisjoint({child.pid for child in dead})
    finally:
        services.stop()
        services.remove()
        os.environ.update(kept)


def _words_after_restart(services: EmbeddedServices, url: str) -> list[tuple[str]]:
    """Restart what is dead until the database answers; a server that finds its dead parent's memory in use tries again."""
    end = time.monotonic() + 60
    while True:
        services.restart_dead()
        try:
            with psycopg.connect(url, connect_timeout=2) as connection:
                return connection.execute("SELECT word FROM kept").fetchall()
        except psycopg.OperationalError:
            assert time.monotonic() < end, "the database did not come back"
            time.sleep(0.2)
