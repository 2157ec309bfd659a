"""All embedded services of one data folder: started together, stopped together, found again by other commands."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from zt_platform.project.embedded.postgres import EmbeddedPostgres
from zt_platform.project.embedded.process import ChildProcess, ServiceFailed
from zt_platform.project.embedded.s3 import EmbeddedS3
from zt_platform.project.embedded.valkey import EmbeddedValkey

PREFERRED_PORTS = {"postgres": 15432, "valkey": 16379, "s3": 18333}
BROKER_DATABASE, CACHE_DATABASE = 0, 1
_SECONDS_TO_STOP = {
    "S3 server": 3,
    "PostgreSQL": 300,
}  # a last checkpoint after a whole province was made takes a minute


class AlreadyRunning(ServiceFailed):
    """Another process holds this data folder."""


class EmbeddedServices:
    """The services that the environment does not name.

    ``environment`` after :meth:`start` holds what settings read: ``DATABASE_URL``, ``CELERY_BROKER_URL``, ``CACHE_URL``,
    ``S3_ENDPOINT``.
    """

    def __init__(self, home: Path, *, secrets: Mapping[str, str], for_tests: bool = False) -> None:
        self._home = home
        self._lock: IO[str] | None = None
        self.environment: dict[str, str] = {}
        self._postgres = self._valkey = self._s3 = None
        ports = dict.fromkeys(PREFERRED_PORTS, 0) if for_tests else PREFERRED_PORTS
        if "DATABASE_URL" not in os.environ:
            self._postgres = EmbeddedPostgres(
                home, preferred_port=ports["postgres"], secret=secrets["ZT_INDEX_KEY"], for_tests=for_tests
            )
        if "CELERY_BROKER_URL" not in os.environ:
            self._valkey = EmbeddedValkey(home, preferred_port=ports["valkey"], for_tests=for_tests)
        if "S3_ENDPOINT" not in os.environ:
            self._s3 = EmbeddedS3(
                home,
                preferred_port=ports["s3"],
                access_key=secrets["S3_ACCESS_KEY"],
                secret_key=secrets["S3_SECRET_KEY"],
            )

    def start(self) -> None:
        """Start all in parallel and wait until they answer.

        Raises:
            AlreadyRunning: another process runs services in this folder.
            ServiceFailed: one did not start; what had started was stopped again.
        """
        self._take_lock()
        servers = [server for server in (self._postgres, self._valkey, self._s3) if server]
        try:
            for server in servers:
                server.start()
            for server in servers:
                try:
                    server.wait_ready()
                except ServiceFailed:  # somebody may have taken the port between asking for it and using it
                    server.start()
                    server.wait_ready()
        except BaseException:
            self.stop()
            raise
        if self._postgres:
            self.environment["DATABASE_URL"] = self._postgres.url
        if self._valkey:
            self.environment["CELERY_BROKER_URL"] = self._valkey.url(BROKER_DATABASE)
            self.environment["CACHE_URL"] = self._valkey.url(CACHE_DATABASE)
        if self._s3:
            self.environment["S3_ENDPOINT"] = self._s3.endpoint
        os.environ.update(self.environment)
        self.note("services", {"pid": os.getpid(), "environment": self.environment})

    def restart_dead(self) -> None:
        """Start again, on its port and its data, what ended; returns before it answers.

        Raises:
            ServiceFailed: somebody else has taken the port meanwhile.
        """
        for server in (self._postgres, self._valkey, self._s3):
            if server is None or not any(process.has_ended() for process in server.processes()):
                continue
            port = server.port
            server.start()
            if server.port != port:
                raise ServiceFailed(f"{server.processes()[0].name} ended and its port {port} was taken meanwhile.")

    def _take_lock(self) -> None:
        self._home.mkdir(parents=True, exist_ok=True)
        self._lock = (self._home / "lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            self._lock = None
            raise AlreadyRunning(
                f"Zhengtong already runs from {self._home} (see {self._home / 'services.json'}). "
                "Stop it with Ctrl-C in its terminal, or set ZT_HOME to another folder."
            ) from None

    def note(self, name: str, content: Mapping[str, object]) -> None:
        """Leave a note for other commands in the data folder (``<name>.json``)."""
        note = self._home / f"{name}.json"
        note.touch(mode=0o600)  # it holds the services' passwords
        note.write_text(json.dumps(content, indent=1, ensure_ascii=False))

    def processes(self) -> list[ChildProcess]:
        """All children, to supervise."""
        servers = [server for server in (self._postgres, self._valkey, self._s3) if server]
        return [process for server in servers for process in server.processes()]

    def stop(self) -> None:
        """Stop everything; what does not end in a few seconds is killed."""
        children = self.processes()
        for child in children:
            child.ask_to_stop()
        for child in children:
            child.wait_stopped(seconds=_SECONDS_TO_STOP.get(child.name, 20))
        for name in self.environment:
            os.environ.pop(name, None)
        if self._lock:
            (self._home / "services.json").unlink(missing_ok=True)
            self._lock.close()
            self._lock = None

    @property
    def superuser(self) -> tuple[str, str] | None:
        """Name and password of the embedded database server's superuser."""
        return self._postgres.superuser if self._postgres else None

    def remove(self) -> None:
        """Delete the database's data when it lies outside the data folder (tests)."""
        if self._postgres:
            self._postgres.remove()


def running_services(home: Path) -> dict[str, str] | None:
    """The environment of services that another process of this checkout runs now, or None."""
    note = home / "services.json"
    if not note.exists():
        return None
    with (home / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return dict(json.loads(note.read_text())["environment"])
    return None  # the lock was free: whoever wrote the note is gone


@contextmanager
def services(home: Path, *, secrets: Mapping[str, str]) -> Iterator[None]:
    """For one command: use what runs already, or run services for the time of the block."""
    found = running_services(home)
    if found is not None:
        os.environ.update(found)
        yield
        return
    embedded = EmbeddedServices(home, secrets=secrets)
    embedded.start()
    try:
        yield
    finally:
        embedded.stop()
