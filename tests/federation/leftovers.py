"""What a run makes outside of pytest's folders, and what runs that were cut off have left there.

Sites' folders, network namespaces and small disks bear the token of their run. A run holds a lock as long as it lives, so
that the next one can tell what belongs to nobody any more, and takes it away. Processes need no such care: they die with
their run (:func:`dying_with_us`).
"""

from __future__ import annotations

import atexit
import fcntl
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import IO

from zt_platform.project.embedded.process import die_with_parent

DISKS = Path("/var/tmp")
"""Where small disks are mounted: every account can reach it, and it is no small disk itself."""
_NAMESPACES = Path("/run/netns")
_locks: list[IO[str]] = []


def dying_with_us(by: signal.Signals = signal.SIGTERM) -> Callable[[], None]:
    """For ``Popen(preexec_fn=…)``: the child gets this signal when the run ends, however it ends. From the main thread."""
    return die_with_parent(os.getpid(), by)


@cache
def token() -> str:
    """This run's word in the names of what it makes; what dead runs have left is gone once it is known."""
    clear()
    mine = secrets.token_hex(4)
    begun = _note(mine).with_suffix(".begun")
    lock = begun.open("w")
    fcntl.flock(lock, fcntl.LOCK_EX)
    begun.rename(_note(mine))  # others see it locked or not at all
    _locks.append(lock)  # held until this process ends
    atexit.register(_end, mine, os.getpid())
    return mine


def _end(mine: str, of: int) -> None:
    if os.getpid() == of and _take_away(mine):  # and not a process that was forked from it
        _note(mine).unlink(missing_ok=True)


def clear() -> list[str]:
    """Take away what runs have left whose lock nobody holds; their tokens. What cannot go now is tried by the next run."""
    dead = []
    for note in Path(tempfile.gettempdir()).glob("zhengtong-run-*.lock"):
        with suppress(OSError), note.open("r+") as lock:  # held, gone meanwhile, or somebody else's
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            of = note.stem.removeprefix("zhengtong-run-")
            if _take_away(of):
                note.unlink()
                dead.append(of)
    return dead


def _note(of: str) -> Path:
    return Path(tempfile.gettempdir()) / f"zhengtong-run-{of}.lock"


def _take_away(of: str) -> bool:
    """Whether nothing of a run is left."""
    for name in _NAMESPACES.glob(f"zt-*-{of}"):
        subprocess.run(["ip", "netns", "del", name.name], capture_output=True, check=False)
    for disk in DISKS.glob(f"zhengtong-*-{of}"):
        subprocess.run(["umount", "-l", str(disk)], capture_output=True, check=False)
        shutil.rmtree(disk, ignore_errors=True)
    for home in _homes(of):
        shutil.rmtree(home, ignore_errors=True)
    return not [*_NAMESPACES.glob(f"zt-*-{of}"), *DISKS.glob(f"zhengtong-*-{of}"), *_homes(of)]


def _homes(of: str) -> list[Path]:
    return list(Path(tempfile.gettempdir()).glob(f"zhengtong-*-{of}-*"))
