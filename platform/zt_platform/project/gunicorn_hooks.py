"""What gunicorn's master does for the figures of its processes: ``--config=python:zt_platform.project.gunicorn_hooks``.

Counts of processes that ended stay, because counters only go up; what they held (connections) does not.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

_FOLDER = os.environ.get("PROMETHEUS_MULTIPROC_DIR", "")


def on_starting(server: Any) -> None:
    """Begin with an empty folder: what lies there was counted by a master that ended."""
    del server
    if not _FOLDER:
        return
    folder = Path(_FOLDER)
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob("*.db"):
        left.unlink(missing_ok=True)


def child_exit(server: Any, worker: Any) -> None:
    """A process ended: what it held is given back."""
    del server
    if _FOLDER:
        from prometheus_client.multiprocess import mark_process_dead  # the master needs nothing else of it

        mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


if os.environ.get("ZT_LOG_FORMAT") == "json":  # gunicorn's own lines like those of the site
    logconfig_dict = {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"generic": {"()": "zt_tenants.logs.JsonLines"}},
    }
