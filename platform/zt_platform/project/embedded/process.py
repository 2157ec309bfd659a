"""Child processes that cannot outlive their parent."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


class ServiceFailed(RuntimeError):
    """A service did not start; the message holds the end of its log."""


def die_with_parent(parent: int, death_signal: int) -> Callable[[], None]:
    """What a child runs before its program (``preexec_fn``): it gets the signal when the thread that started it ends."""

    def prepare() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
        if os.getppid() != parent:  # the parent died before the line above
            os._exit(1)

    return prepare


class ChildProcess:
    """One child in a session of its own (so that Ctrl-C reaches the parent alone), logging to a file.

    Start it from the main thread: the death signal is bound to the thread that starts it.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        log: Path,
        environment: Mapping[str, str] | None = None,
        run_as: tuple[str, str] | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
        death_signal: signal.Signals | None = None,
        working_directory: Path | None = None,
    ) -> None:
        self.name = name
        self.log = log
        self._stop_signal = stop_signal
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as sink:
            self._process = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                env=None if environment is None else {**os.environ, **environment},
                cwd=working_directory,
                start_new_session=True,
                preexec_fn=die_with_parent(os.getpid(), death_signal or stop_signal),
                user=run_as[0] if run_as else None,
                group=run_as[1] if run_as else None,
                extra_groups=[] if run_as else None,
            )

    @property
    def pid(self) -> int:
        """Process id of the child."""
        return self._process.pid

    def has_ended(self) -> bool:
        """True when the child is no longer running."""
        return self._process.poll() is not None

    def wait_until(self, ready: Callable[[], bool], *, seconds: float) -> None:
        """Poll ``ready`` until it answers True.

        Raises:
            ServiceFailed: the child ended, or the time is over.
        """
        end = time.monotonic() + seconds
        while not ready():
            if self.has_ended() or time.monotonic() > end:
                raise ServiceFailed(f"{self.name} did not start. The end of {self.log}:\n{self.log_tail()}")
            time.sleep(0.05)

    def log_tail(self, lines: int = 15) -> str:
        """The last lines of the child's log."""
        if not self.log.exists():
            return "(no log)"
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def ask_to_stop(self) -> None:
        """Send the stop signal and return at once."""
        if not self.has_ended():
            self._process.send_signal(self._stop_signal)

    def wait_stopped(self, *, seconds: float) -> None:
        """Wait for the end; after ``seconds`` the child is killed."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def free_port(preferred: int) -> int:
    """``preferred`` when nothing listens there on loopback, else a port the system picks."""
    for port in (preferred, 0):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise ServiceFailed("no free port on 127.0.0.1")


def accepts_connections(port: int) -> bool:
    """True when something listens on this loopback port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


class ChildServer:
    """A server that is one child process with a port on loopback."""

    def __init__(self, home: Path, *, preferred_port: int) -> None:
        self._home = home
        self._preferred_port = preferred_port
        self._process: ChildProcess | None = None
        self.port = 0

    def processes(self) -> list[ChildProcess]:
        """The children to supervise and stop."""
        return [self._process] if self._process else []
