"""Running a worker in a process of its own that dies at a named crash point."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit, urlunsplit

from django.db import connection


def run_worker(
    script: Path, crash_at: str, *arguments: str, environment_too: Mapping[str, str] = MappingProxyType({})
) -> int:
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
    return subprocess.run(command, env=environment, timeout=120, check=False, stdout=subprocess.DEVNULL).returncode
