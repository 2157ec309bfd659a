"""A complete site to be disturbed, and the people who go on working at it meanwhile.

The site is what ``zhengtong up`` runs: PostgreSQL, Valkey and an S3 server of its own with durable settings, web server,
worker and beat, each a process. Whatever is killed comes back by the product's own supervision; no hand helps.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from http.client import HTTPException
from pathlib import Path
from typing import Any, LiteralString
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import urlopen

import psutil
import psycopg
import pytest
import redis
from clocks import Clocks
from crossing import Tally
from leftovers import dying_with_us
from line import Line
from psycopg import sql
from roads import CITY, COUNTY, PROVINCE, Plan, plans
from sites import Site

from zt_platform.project.embedded.postgres import EmbeddedPostgres
from zt_platform.project.embedded.s3 import EmbeddedS3
from zt_platform.project.secrets import load_secrets

KIT = Path(__file__).parent
STANDSTILL = 240.0
"""Seconds without anything going on before a test gives up; a lease of a killed relay runs 90 s."""
LONGEST = 1200.0
"""Seconds that people stay at most."""


def _processes(pids: list[int]) -> list[psutil.Process]:
    found = []
    for pid in pids:
        with suppress(psutil.NoSuchProcess):  # a database session may have ended meanwhile
            found.append(psutil.Process(pid))
    return found


def _has_ended(process: psutil.Process) -> bool:
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@dataclass
class Outcome:
    """What a run left behind: a line of the table in docs/faults.md."""

    fault: str
    cases: int
    recovered: float
    after: dict[str, Any]
    before: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of_two_sites(
        cls, fault: str, after: Tally, before: Tally, recovered: float, *, cases: int | None = None
    ) -> Outcome:
        """Of a run between two sites (see crossing.py); every case has a row at each."""
        cases = after.cases if cases is None else cases
        found = {"lost": list(after.lost), "doubled": list(after.doubled), "differences": [], "errors": {}}
        counted = {**found, "rows": 2 * cases, "messages": after.messages}
        return cls(fault, cases, recovered, counted, {"rows": 0, "messages": before.messages})

    @property
    def lost(self) -> list[str]:
        """What people were told and the records lack; what the two sides' records do not both have."""
        return [*self.after["lost"], *self.after["differences"]]

    @property
    def doubled(self) -> list[str]:
        """What is there twice."""
        return list(self.after["doubled"])

    def line(self) -> str:
        """For the report."""
        rows = self.after["rows"] - self.before["rows"]
        messages = self.after["messages"] - self.before["messages"]
        errors = ", ".join(f"{code} × {times}" for code, times in sorted(self.after["errors"].items())) or "none"
        return (
            f"| {self.fault} | {self.cases} | {rows} | {messages} | {len(self.lost)} | {len(self.doubled)} "
            f"| {self.recovered:.0f} s | {errors} |"
        )


class Stand(Site):
    """One site with a province, a city and a county."""

    def __init__(self, **environment: str) -> None:
        super().__init__("stand")
        self.armed = self.home / "crash"
        self.armed.mkdir()
        self.environment["ZT_CRASH_FOLDER"] = str(self.armed)
        self.clocks = Clocks(self.home)
        self.environment.update(self.clocks.environment)
        self.environment.update(environment)
        self.runs = 0

    def make(self) -> None:
        """Start it and make its centres."""
        self.start()
        self.run("province", "load", PROVINCE, "--centre", CITY, "--centre", COUNTY)

    def arm(self, *points: str) -> None:
        """The first process that comes to one of these points dies there."""
        for point in points:
            (self.armed / point).touch()

    def still_armed(self) -> list[str]:
        """The points that nobody has come to yet."""
        return sorted(path.name for path in self.armed.iterdir())

    def send(self, name: str, number: signal.Signals) -> list[int]:
        """A signal to one part of the site (see :meth:`Site.child`); the processes that got it."""
        pids = self.child(name)
        assert pids, f"{name} does not run\n{self.logs()}"
        for pid in pids:
            os.kill(pid, number)
        return pids

    def kill(self, *names: str, by: signal.Signals = signal.SIGKILL) -> None:
        """End parts of the site, all at once, and wait until each has a successor, which nobody of us starts.

        What the parts had started themselves has ended by then, too: gunicorn's processes outlive a master that is killed
        by a second or more, and would answer in the place of its successor. That one listens when this returns.
        """
        before = {name: _processes(self.descendants(name)) for name in names}
        killed = {name: self.send(name, by) for name in names}
        for name, pids in killed.items():
            self.wait_until(lambda name=name: all(map(_has_ended, before[name])), f"{name} did not end")
            self.wait_until(lambda name=name, pids=pids: self._others(name, pids), f"{name} did not come back")
        if "web" in names:
            self.wait_until(lambda: self.health() is not None, "the web server does not answer")

    def _others(self, name: str, than: list[int]) -> bool:
        found = self.child(name)
        return bool(found) and not set(found) & set(than)

    @contextmanager
    def wrong_clock(self, name: str, by: timedelta) -> Iterator[None]:
        """A part of the site comes back on a host whose clock is wrong; after the block the next one's is right again."""
        if not self.clocks.can_be_wrong:
            pytest.skip("this machine has no compiler for the clock")
        with self.clocks.wrong({"web": "gunicorn"}.get(name, name), by):
            self.kill(name)
            yield

    @contextmanager
    def second_beat(self) -> Iterator[None]:
        """Another beat beside the site's own, as two clusters' schedulers might start one each."""
        command = ["-m", "celery", "-A", "zt_platform.project.celery", "beat", "--pidfile", ""]
        with (self.home / "second-beat.log").open("ab") as log:
            beat = subprocess.Popen(
                [sys.executable, *command, "--schedule", str(self.home / "second-beat")],
                env=self.services(),
                stdout=log,
                stderr=log,
                preexec_fn=dying_with_us(),
                cwd=self.home,
            )
        try:
            yield
            assert beat.poll() is None, f"the second beat ended\n{(self.home / 'second-beat.log').read_text()[-2500:]}"
        finally:
            beat.terminate()
            beat.wait(30)

    def begin(self, fault: str, cases: int) -> Run:
        """Count, then let people start on so many cases of all four kinds."""
        self.runs += 1
        return Run(self, fault, plans(f"run{self.runs}", cases))

    def forget_in_broker(self) -> int:
        """Empty Valkey; how many keys it had."""
        broker = redis.Redis.from_url(self.services()["CELERY_BROKER_URL"])
        held = sum(int(of["keys"]) for of in broker.info("keyspace").values())
        broker.flushall()
        return held

    def superuser_url(self) -> str:
        """Where the database server's own superuser signs in, for what an operator of the server does."""
        where = urlsplit(self.services()["DATABASE_URL"])
        server = EmbeddedPostgres(self.home, preferred_port=0, secret=load_secrets(self.home)["ZT_INDEX_KEY"])
        name, password = server.superuser
        return where._replace(netloc=f"{name}:{password}@{where.hostname}:{where.port}").geturl()

    def rows(self, code: str, query: LiteralString, *given: object) -> list[tuple[Any, ...]]:
        """What the tables of a centre's own schema hold."""
        with psycopg.connect(self.services()["DATABASE_URL"]) as connection:
            named = "SELECT schema_name FROM shared.tenants_centre WHERE code = %s"
            found = connection.execute(named, [code]).fetchone()
            assert found, f"there is no centre {code}"
            connection.execute(sql.SQL("SET search_path TO {}").format(sql.Identifier(found[0])))
            return connection.execute(query, given).fetchall()

    def health(self) -> dict[str, Any] | None:
        """What ``/health/`` says; None when nobody answers, or not to the end."""
        try:
            with urlopen(f"{self.url}/health/", timeout=30) as answer:  # loopback
                return dict(json.load(answer))
        except HTTPError as unwell:
            with unwell:
                return dict(json.load(unwell))
        except (OSError, HTTPException, ValueError):
            return None

    def services(self) -> dict[str, str]:
        """The environment of a process that works on this site's servers."""
        note = json.loads((self.home / "services.json").read_text())
        return {**self.environment, **note["environment"], "ZT_CRASH_FOLDER": ""}


class StandBehindLine(Stand):
    """A stand that reaches its object store over a line of ours; the store is a process of the test."""

    def __init__(self) -> None:
        super().__init__()
        keys = load_secrets(self.home)
        self._store = EmbeddedS3(
            self.home, preferred_port=0, access_key=keys["S3_ACCESS_KEY"], secret_key=keys["S3_SECRET_KEY"]
        )
        self._store.start()
        self._store.wait_ready()
        self.line = Line(self._store.port)
        self.environment["S3_ENDPOINT"] = self.line.address

    def stop(self) -> None:
        """Stop the site, then its store."""
        super().stop()
        self.line.close()
        for process in self._store.processes():
            process.ask_to_stop()
            process.wait_stopped(seconds=3)


class Run:
    """People at work on a few cases while something goes wrong. A context manager: at the end nobody works any more."""

    def __init__(self, stand: Stand, fault: str, wanted: list[Plan]) -> None:
        self.stand, self.fault, self.plans = stand, fault, wanted
        base = stand.home / f"run{stand.runs}"
        self._plans, self._journal = base.with_suffix(".json"), base.with_suffix(".journal")
        self._plans.write_text(json.dumps([asdict(plan) for plan in wanted]))
        self._people: subprocess.Popen[bytes] | None = None
        self._calm_since = time.monotonic()
        self.before = self.count([])

    def __enter__(self) -> Run:
        with (self.stand.home / "people.log").open("ab") as log:
            self._people = subprocess.Popen(
                [sys.executable, str(KIT / "people.py"), str(self._plans), str(self._journal), str(LONGEST)],
                env=self.stand.services(),
                stdout=log,
                stderr=log,
                preexec_fn=dying_with_us(),
            )
        return self

    def __exit__(self, *_: object) -> None:
        if self._people is not None and self._people.poll() is None:
            self._people.kill()
            self._people.wait()

    def acts(self) -> int:
        """How many acts of people were answered so far."""
        return self._journal.read_text().count('"act"') if self._journal.exists() else 0

    def errors(self) -> int:
        """How many acts of people failed so far."""
        return self._journal.read_text().count('"error"') if self._journal.exists() else 0

    def wait_for_acts(self, number: int, seconds: float = 180) -> None:
        """Wait until so many acts were answered since the run began."""
        self.stand.wait_until(lambda: self.acts() >= number, f"people did not get {number} acts done", seconds=seconds)

    def calm(self) -> None:
        """The last fault is over: from here on the recovery is timed."""
        self._calm_since = time.monotonic()

    def rest(self) -> Outcome:
        """Wait until all cases have ended and nothing is on its way, then count; never a hand."""
        assert self._people is not None
        self._until_people_have_ended(self._people)
        end = time.monotonic() + STANDSTILL
        while True:
            found = self.count(self.plans)
            settled = not (found["pending"] or found["under_way"] or found["lost"] or found["differences"])
            if settled or time.monotonic() > end:
                recovered = time.monotonic() - self._calm_since
                return Outcome(self.fault, len(self.plans), recovered, found, self.before)
            time.sleep(2)

    def _until_people_have_ended(self, people: subprocess.Popen[bytes]) -> None:
        acts, since = self.acts(), time.monotonic()
        while people.poll() is None:
            if self.acts() != acts:
                acts, since = self.acts(), time.monotonic()
            if time.monotonic() - since > STANDSTILL:
                journal = self._journal.read_text()[-1500:] if self._journal.exists() else ""
                raise AssertionError(f"people stand still\n{self.count(self.plans)}\n{journal}\n{self.stand.logs()}")
            time.sleep(0.5)

    def count(self, of: list[Plan]) -> dict[str, Any]:
        """Ask the records (see count.py)."""
        asked = self._plans.with_suffix(".asked")
        asked.write_text(json.dumps([asdict(plan) for plan in of]))
        done = subprocess.run(
            [sys.executable, str(KIT / "count.py"), str(asked), str(self._journal)],
            env=self.stand.services(),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return dict(json.loads(done.stdout.splitlines()[-1]))
