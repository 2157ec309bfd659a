"""Running a worker in a process of its own that dies at a named crash point."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.db import connection

HERE = Path(__file__).parent
NOTHING_MORE: Mapping[str, str] = MappingProxyType({})


def run_worker(script: Path, crash_at: str, *arguments: str, environment_too: Mapping[str, str] = NOTHING_MORE) -> int:
    """Run a script over this test's database; its exit code, which is ``-SIGKILL`` when it came to the crash point."""
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path="/" + str(connection.settings_dict["NAME"]))
    environment = {
        **os.environ,
        "DATABASE_URL": urlunsplit(database),
        "DJANGO_SETTINGS_MODULE": "zt_platform.project.settings",
        "ZT_CRASH_AT": crash_at,
        **environment_too,
    }
    command = [sys.executable, str(script), *arguments]
    return subprocess.run(command, env=environment, timeout=300, check=False, stdout=subprocess.DEVNULL).returncode


def run_task(name: str, crash_at: str, *arguments: Any, environment_too: Mapping[str, str] = NOTHING_MORE) -> int:
    """Let a worker do one task, by its name (see task_worker.py); the exit code, as of :func:`run_worker`."""
    given = json.dumps(arguments)
    return run_worker(HERE / "task_worker.py", crash_at, name, given, environment_too=environment_too)
