"""Memory of processes as the kernel counts it: shared pages divided among their users (PSS), or left out (USS)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Memory:
    """Megabytes of one process, or of several together."""

    pss: float
    uss: float

    def __add__(self, other: Memory) -> Memory:
        return Memory(self.pss + other.pss, self.uss + other.uss)


def memory_of(pid: int) -> Memory:
    """Read ``/proc/<pid>/smaps_rollup``; nothing when the process is gone.

    Raises:
        PermissionError: the process belongs to somebody else, and this one is not root.
    """
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return Memory(0, 0)
    sizes = {}
    for line in text.splitlines()[1:]:
        name, _, rest = line.partition(":")
        sizes[name] = int(rest.split()[0]) / 1024
    return Memory(sizes["Pss"], sizes["Private_Clean"] + sizes["Private_Dirty"])


def together(pids: Sequence[int]) -> Memory:
    """The sum over processes."""
    return sum((memory_of(pid) for pid in pids), Memory(0, 0))


def backends(control: Any) -> list[int]:
    """Processes of PostgreSQL that serve a client, without the one that serves ``control``."""
    found = control.execute(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND usename IS NOT NULL"
        " AND pid <> pg_backend_pid()"  # of what another role's backend is, the owner sees no more
    ).fetchall()
    return [row[0] for row in found]
