"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
from pathlib import Path


def machine(server_version: str) -> str:
    """Processor, cores, memory, versions and how busy the machine is at this moment, in one line."""
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    return (
        f"{_model()} · {os.cpu_count()} cores · {_memory_gigabytes():.0f} GB · Python {platform.python_version()} ·"
        f" PostgreSQL {server_version} · load average at the start {load}"
    )


def _model() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _memory_gigabytes() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
