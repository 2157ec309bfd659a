"""The trial of docs/operations.md, "The whole fleet": base backup, streamed WAL, back to the moment before a mistake."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from zt_platform.project.embedded.postgres import SETTINGS, EmbeddedPostgres
from zt_platform.project.embedded.process import ChildProcess, free_port

pytestmark = pytest.mark.req("Y-01")


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that the server's user may reach."""
    folder = Path(tempfile.mkdtemp(prefix="zhengtong-fleet-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


class Machine:
    """Runs PostgreSQL's programs as the user that PostgreSQL accepts."""

    def __init__(self, server: EmbeddedPostgres, home: Path) -> None:
        self._server, self._home = server, home
        self.user = ("nobody", "nogroup") if os.geteuid() == 0 else None

    def folder(self, name: str) -> Path:
        made = self._home / name
        made.mkdir(mode=0o700)
        if self.user:
            shutil.chown(made, *self.user)
        return made

    def command(self, program: str, *arguments: str | Path) -> list[str]:
        return [str(self._server._programs() / program), *map(str, arguments)]

    def run(self, program: str, *arguments: str | Path) -> None:
        done = subprocess.run(
            self.command(program, *arguments),
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            user=self.user[0] if self.user else None,
            group=self.user[1] if self.user else None,
            extra_groups=[] if self.user else None,
        )
        assert done.returncode == 0, done.stderr

    def start(self, program: str, *arguments: str | Path) -> ChildProcess:
        return ChildProcess(
            program, self.command(program, *arguments), log=self._home / f"{program}.log", run_as=self.user,
            working_directory=Path("/"),
        )  # fmt: skip


def _connect(port: int) -> psycopg.Connection:
    """As the server's superuser (PGUSER, PGPASSWORD): a backup is not the platform's own work."""
    return psycopg.connect(f"postgresql://127.0.0.1:{port}/zhengtong", autocommit=True)


def _wait(condition, *, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)


def _answers(port: int) -> bool:
    try:
        with _connect(port) as database:
            return not database.execute("SELECT pg_is_in_recovery()").fetchone()[0]
    except psycopg.OperationalError:
        return False


def test_a_fleet_comes_back_to_the_moment_before_a_mistake(home: Path, monkeypatch) -> None:
    server = EmbeddedPostgres(home / "live", preferred_port=0, secret="of this test", for_tests=True)
    for name, value in zip(("PGUSER", "PGPASSWORD"), server.superuser, strict=True):
        monkeypatch.setenv(name, value)
    machine = Machine(server, home)
    running: list[ChildProcess] = []
    try:
        server.start()
        server.wait_ready()
        base, wal = machine.folder("base"), machine.folder("wal")
        at = ("-h", "127.0.0.1", "-p", str(server.port))
        with _connect(server.port) as live:
            for centre in ("c_1", "c_2"):
                live.execute(
                    f"CREATE SCHEMA {centre}; CREATE TABLE {centre}.cases AS SELECT generate_series(1, 1000) AS id"
                )
            machine.run("pg_receivewal", *at, "-S", "wal_archive", "--create-slot", "--if-not-exists")
            running.append(machine.start("pg_receivewal", *at, "-S", "wal_archive", "-D", wal))
            machine.run("pg_basebackup", *at, "-D", base, "-X", "stream", "--checkpoint=fast")
            machine.run("pg_verifybackup", base)

            live.execute("INSERT INTO c_1.cases SELECT generate_series(1001, 1500)")
            live.execute("SELECT pg_create_restore_point('before_the_mistake')")
            last = live.execute("SELECT pg_walfile_name(pg_current_wal_lsn())").fetchone()[0]
            live.execute("DROP SCHEMA c_1 CASCADE")
            live.execute("SELECT pg_switch_wal()")
        _wait(lambda: (wal / last).exists())

        (base / "recovery.signal").touch()
        with (base / "postgresql.auto.conf").open("a") as settings:
            settings.write(f'restore_command = \'cp "{wal}/%f" "%p"\'\n')
            settings.write("recovery_target_name = 'before_the_mistake'\nrecovery_target_action = promote\n")
        if machine.user:
            shutil.chown(base / "recovery.signal", *machine.user)
        port = free_port(0)
        settings = {"port": port, "listen_addresses": "127.0.0.1", "unix_socket_directories": ""}
        settings |= {name: SETTINGS[name] for name in ("max_locks_per_transaction", "max_connections")}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        running.append(machine.start("postgres", "-D", base, *options))
        _wait(lambda: _answers(port))
        with _connect(port) as restored:
            counted = [restored.execute(f"SELECT count(*) FROM {name}.cases").fetchone()[0] for name in ("c_1", "c_2")]
        assert counted == [1500, 1000]
    finally:
        for child in [*running, *server.processes()]:
            child.ask_to_stop()
        for child in [*running, *server.processes()]:
            child.wait_stopped(seconds=10)
        server.remove()
