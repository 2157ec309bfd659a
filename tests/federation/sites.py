"""Complete sites on one machine: each its own data folder, database, broker, object store, web server, worker and beat."""

from __future__ import annotations

import json
import os
import secrets
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leftovers import dying_with_us, token
from wire import Wire

CITY, COUNTY, PROVINCE = "340100", "340123", "340000"
_COMMAND = [sys.executable, "-c", "from zt_platform.project.cli import main; main()"]
_HANDS = Path(__file__).with_name("hands.py")
_LONGEST_ACT = 300.0
"""Seconds for one act of the people at a site."""
_FOREIGN = (
    "DATABASE_URL",
    "CELERY_BROKER_URL",
    "CACHE_URL",
    "S3_ENDPOINT",
    "S3_PUBLIC_ENDPOINT",
    "ZT_ROLE",
    "INTEROP_ROOT_KEYS",
    "PYTEST_CURRENT_TEST",
)


class Site:
    """One site; with a wire another one reaches it over TLS, through something that can be disturbed."""

    def __init__(self, name: str, wire: Wire | None = None, authority: Path | None = None) -> None:
        self.name = name
        self.wire = wire
        self.home = Path(tempfile.mkdtemp(prefix=f"zhengtong-{name}-{token()}-"))
        self.home.chmod(0o755)  # PostgreSQL runs as another user when the tests run as root
        self.environment = {
            **{key: value for key, value in os.environ.items() if key not in _FOREIGN},
            "ZT_HOME": str(self.home),
            "PYTHONUNBUFFERED": "1",
            "DJANGO_SETTINGS_MODULE": "zt_platform.project.settings",
            "INTEROP_ANSWER_SECONDS": "8",
            "ZT_STAFF_PASSWORD": "zt-" + secrets.token_hex(8),
        }
        if authority is not None:
            self.environment["INTEROP_CA"] = str(authority)
        self.url = ""
        self.inside: list[str] = []
        """What a command of this site is preceded by: the way into a network namespace of its own."""
        self._up: subprocess.Popen[bytes] | None = None
        self._hands: subprocess.Popen[str] | None = None

    @property
    def address(self) -> str:
        """Where the other site reaches this one."""
        assert self.wire is not None
        return self.wire.url

    def start(self) -> None:
        """``zhengtong up``; returns when the site answers."""
        with (self.home / "up.log").open("ab") as log:
            self._up = subprocess.Popen(
                [*self.inside, *_COMMAND, "up", "--port", "0"],
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=dying_with_us(),
                cwd=self.home,
            )
        note = self.home / "site.json"
        self.wait_until(note.exists, "the site did not start", seconds=150)
        self.url = json.loads(note.read_text())["url"]
        if self.wire is not None:
            self.wire.lead_to(self.url)

    def run(self, *arguments: str, fails: bool = False, **environment: str) -> str:
        """One command of the product; its output."""
        done = subprocess.run(
            [*self.inside, *_COMMAND, *arguments],
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
            cwd=self.home,
        )
        assert (done.returncode != 0) is fails, f"{arguments}: {done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr

    def do(self, act: str, **arguments: Any) -> Any:
        """One act of the people at this site (see hands.py)."""
        if self._hands is None:
            note = json.loads((self.home / "services.json").read_text())
            with (self.home / "hands.log").open("ab") as log:
                self._hands = subprocess.Popen(
                    [*self.inside, sys.executable, str(_HANDS)],
                    env={**self.environment, **note["environment"]},
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    preexec_fn=dying_with_us(),
                    text=True,
                )
        assert self._hands.stdin
        assert self._hands.stdout
        self._hands.stdin.write(json.dumps({"act": act, **arguments}) + "\n")
        self._hands.stdin.flush()
        answered, _, _ = select.select([self._hands.stdout], [], [], _LONGEST_ACT)
        assert answered, f"{act} was not done within {_LONGEST_ACT:.0f} s\n{self.logs()}"
        line = self._hands.stdout.readline()
        assert line, (self.home / "hands.log").read_text()[-3000:]
        answer = json.loads(line)
        assert "failed" not in answer, answer["failed"]
        return answer["result"]

    def wait_until(self, holds: Callable[[], bool], otherwise: str, *, seconds: float = 90) -> None:
        """Wait for something; an AssertionError with the end of the logs after so many seconds."""
        end = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > end:
                raise AssertionError(f"{otherwise} ({self.name})\n{self.logs()}")
            time.sleep(0.3)

    def logs(self) -> str:
        """The ends of this site's logs."""
        found = [self.home / "up.log", *sorted((self.home / "log").glob("w*.log"))]
        return "\n".join(f"--- {log.name}\n{log.read_text()[-2500:]}" for log in found if log.exists())

    def child(self, name: str) -> list[int]:
        """Process ids of one part of this site: ``web``, ``worker``, ``beat``, ``postgres``, ``valkey``, ``s3``."""
        word = {"web": "gunicorn", "worker": " worker ", "beat": " beat ", "postgres": "/postgres "}.get(name, "")
        word = word or {"valkey": "valkey", "s3": "weed"}[name]
        assert self._up is not None
        listed = subprocess.run(
            ["ps", "-ww", "--ppid", str(self._up.pid), "-o", "pid=,args="], capture_output=True, text=True, check=True
        )
        return [int(line.split()[0]) for line in listed.stdout.splitlines() if word in line]

    def descendants(self, name: str) -> list[int]:
        """A part of this site and every process it has started."""
        found = self.child(name)
        for pid in found:
            listed = subprocess.run(
                ["ps", "--ppid", str(pid), "-o", "pid="], capture_output=True, text=True, check=False
            )
            found += map(int, listed.stdout.split())
        return found

    def stop(self) -> None:
        """Stop everything of this site."""
        if self._hands is not None:
            for pipe in (self._hands.stdin, self._hands.stdout):
                if pipe:
                    pipe.close()
            self._hands.terminate()
            try:
                self._hands.wait(20)
            except subprocess.TimeoutExpired:
                self._hands.kill()
                self._hands.wait()
            self._hands = None
        if self._up is not None:
            self._up.send_signal(signal.SIGTERM)
            try:
                self._up.wait(60)
            except subprocess.TimeoutExpired:
                os.killpg(self._up.pid, signal.SIGKILL)
                self._up.wait()


@dataclass(frozen=True, slots=True)
class Federation:
    """The two sites and the files with which they found each other."""

    upper: Site
    lower: Site
    folder: Path
    root_key: str
