"""The running site: embedded services, a web server, a celery worker and its beat, supervised by one process."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import FrameType

from zt_platform.project.cli.console import fail
from zt_platform.project.embedded.process import ChildProcess, accepts_connections, free_port
from zt_platform.project.embedded.services import EmbeddedServices
from zt_platform.project.secrets import load_secrets
from zt_tenants.wall.access import DatabaseRole

_SOON = 30.0
"""Seconds; a process that ends sooner than this after its start may have a fault that a restart does not mend."""
_FIRST_WAIT, _LONGEST_WAIT = 1.0, 30.0


class Stack:
    """Everything that ``zhengtong up`` runs. Use it as a context manager from the main thread."""

    def __init__(self, home: Path, *, port: int = 8000, threads: int = 6, workers: int = 1) -> None:
        self._home = home
        self._wanted_port = port
        self._threads = threads
        self._workers = workers
        self._services = EmbeddedServices(home, secrets=load_secrets(home))
        self._starters: dict[str, Callable[[], ChildProcess]] = {}
        self._children: dict[str, ChildProcess] = {}
        self._site_started_at = time.monotonic()
        self._short_lives: dict[str, int] = {}
        self._started_at: dict[str, float] = {}
        self._start_again_at: dict[str, float] = {}
        self._stopping = False
        self.port = 0

    @property
    def url(self) -> str:
        """Where the site answers."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Stack:
        signal.signal(signal.SIGTERM, self._on_signal)
        self._services.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping = True
        for child in reversed(self._children.values()):
            child.ask_to_stop()
        for child in reversed(self._children.values()):
            child.wait_stopped(seconds=8)
        self._services.stop()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        raise KeyboardInterrupt

    def start_departments(self, *, make: bool = False) -> None:
        """Start the demo's departments and register them as they answer; without ``make`` only those made before.

        They run on loopback ports, keep their own keys, and deliver tonight's company changes as files.
        """
        from zt_platform.project import departments  # Django is set up by now

        if not make and not (self._home / "departments").exists():
            return
        endpoints: dict[str, str] = {}
        for name in departments.DEPARTMENTS:
            folder = departments.prepare_folder(self._home, name)
            port = free_port(0)
            starter = partial(self._department, name, folder, port)
            self._starters[name] = starter
            self._children[name] = starter()
            endpoints[name] = f"http://127.0.0.1:{port}/exchange"
            self._children[name].wait_until(partial(accepts_connections, port), seconds=60)
        os.environ["ZT_DEPARTMENT_ORIGINS"] = ",".join(endpoints.values())
        departments.register_demo(self._home, endpoints)
        departments.deliver_changes(self._home)

    def _department(self, name: str, folder: Path, port: int) -> ChildProcess:
        arguments = ("-c", "from zt_platform.project.cli import main; main()", "department", "demo", name)
        return ChildProcess(
            name,
            [sys.executable, *arguments, "--folder", str(folder), "--port", str(port)],
            log=self._home / "log" / f"{name}.log",
            environment={"DJANGO_SETTINGS_MODULE": "zt_platform.project.settings", "ZT_HOME": str(self._home)},
            working_directory=self._home,
        )

    def start_site(self) -> None:
        """Start web server, worker and beat; returns when the site answers.

        Raises:
            ServiceFailed: the web server did not start.
        """
        self.port = free_port(self._wanted_port)
        for name, starter in {"web": self._web, "worker": self._worker, "beat": self._beat}.items():
            self._starters[name] = starter
            self._children[name] = starter()
        self._children["web"].wait_until(lambda: accepts_connections(self.port), seconds=60)
        self._services.note("site", {"pid": os.getpid(), "url": self.url})

    def watch(self) -> None:
        """Block until interrupted; whatever of web, worker, beat and the embedded servers dies is started again.

        One that dies again and again is tried for ever, with growing pauses: what it lacks may come back.
        """
        while True:
            time.sleep(0.5)
            self._services.restart_dead()
            self.restart_dead()

    def watch_until_interrupted(self) -> None:
        """:meth:`watch`, ending quietly on Ctrl-C or SIGTERM."""
        with suppress(KeyboardInterrupt):
            self.watch()

    def restart_dead(self) -> None:
        """Start again what ended of web, worker and beat: at once, or after a pause when it ended soon after its start."""
        for name, child in list(self._children.items()):
            if not child.has_ended():
                continue
            moment = time.monotonic()
            if name not in self._start_again_at:
                self._start_again_at[name] = moment + self._pause(name, moment)
                fail(f"{name} 意外结束，将自动重启。", f"{name} ended and is started again; see {child.log}.")
            if moment >= self._start_again_at[name]:
                del self._start_again_at[name]
                self._started_at[name] = moment
                self._children[name] = self._starters[name]()

    def _pause(self, name: str, moment: float) -> float:
        """Seconds before a restart: none after a long life; 1 doubling to 30 after short ones."""
        lived = moment - self._started_at.get(name, self._site_started_at)
        short_lives = self._short_lives[name] = self._short_lives.get(name, 0) + 1 if lived < _SOON else 0
        return min(_FIRST_WAIT * 2 ** (short_lives - 1), _LONGEST_WAIT) if short_lives else 0.0

    def child(self, name: str) -> ChildProcess:
        """``web``, ``worker`` or ``beat``."""
        return self._children[name]

    def _python(self, name: str, role: DatabaseRole, *arguments: str, **environment: str) -> ChildProcess:
        return ChildProcess(
            name,
            [sys.executable, "-m", *arguments],
            log=self._home / "log" / f"{name}.log",
            environment={
                "DJANGO_SETTINGS_MODULE": "zt_platform.project.settings",
                "ZT_HOME": str(self._home),
                "ZT_ROLE": role,
                **environment,
            },
            working_directory=self._home,
        )

    def _web(self) -> ChildProcess:
        return self._python(
            "web",
            DatabaseRole.PORTAL,
            *("gunicorn", "zt_platform.project.wsgi:application", "--bind", f"127.0.0.1:{self.port}"),
            *("--worker-class", "gthread", "--workers", str(self._workers), "--threads", str(self._threads)),
            *("--timeout", "60", "--graceful-timeout", "5", "--keep-alive", "5", "--no-control-socket"),
            *("--config", "python:zt_platform.project.gunicorn_hooks"),
            PROMETHEUS_MULTIPROC_DIR=str(self._home / "metrics"),
        )

    def _worker(self) -> ChildProcess:
        return self._python(
            "worker",
            DatabaseRole.RELAY,
            *("celery", "-A", "zt_platform.project.celery", "worker", "--pool", "threads", "--concurrency", "3"),
            *("--without-gossip", "--without-mingle", "--loglevel", "INFO"),
        )

    def _beat(self) -> ChildProcess:
        return self._python(
            "beat",
            DatabaseRole.RELAY,
            *("celery", "-A", "zt_platform.project.celery", "beat", "--schedule", str(self._home / "beat")),
            *("--pidfile", "", "--loglevel", "WARNING"),
        )
