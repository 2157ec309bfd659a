"""The embedded services: nothing outlives a killed parent, two data folders run at once, one folder runs once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from zt_platform.project.embedded.services import EmbeddedServices, running_services
from zt_platform.project.secrets import SecretsMissing, load_secrets

NAMED = ("DATABASE_URL", "CELERY_BROKER_URL", "CACHE_URL", "S3_ENDPOINT")
PARENT = """
import sys, time
from pathlib import Path
from zt_platform.project.embedded.services import EmbeddedServices
from zt_platform.project.secrets import load_secrets
home = Path(sys.argv[1])
services = EmbeddedServices(home, secrets=load_secrets(home), for_tests=True)
services.start()
print(" ".join(str(child.pid) for child in services.processes()), flush=True)
time.sleep(120)
"""


def _start_parent(home: Path) -> tuple[subprocess.Popen[str], list[int]]:
    environment = {name: value for name, value in os.environ.items() if name not in NAMED}
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(home)], stdout=subprocess.PIPE, text=True, env=environment
    )
    assert parent.stdout is not None
    return parent, [int(pid) for pid in parent.stdout.readline().split()]


def _alive(pids: list[int]) -> list[int]:
    return [pid for pid in pids if psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE]


def test_a_killed_parent_leaves_nothing_and_the_folder_can_be_used_again(tmp_path_factory) -> None:
    home = tmp_path_factory.mktemp("home")
    for folder in (home, *home.parents[:2]):
        folder.chmod(0o755)
    parent, children = _start_parent(home)
    try:
        assert len(children) == 3
        found = running_services(home)
        assert found is not None
        assert set(found) == set(NAMED)
        again = EmbeddedServices(home, secrets=load_secrets(home))
        with pytest.raises(RuntimeError, match="already runs"):
            again.start()
    finally:
        parent.send_signal(signal.SIGKILL)
        parent.communicate()
    end = time.monotonic() + 20
    while _alive(children) and time.monotonic() < end:
        time.sleep(0.1)
    assert _alive(children) == []
    assert running_services(home) is None


def test_keys_are_made_once_and_kept_private(tmp_path) -> None:
    first = load_secrets(tmp_path)
    assert load_secrets(tmp_path) == first
    assert (tmp_path / "secrets.json").stat().st_mode & 0o077 == 0


def test_production_makes_no_keys_of_its_own(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("ZT_PRODUCTION", "1")
    with pytest.raises(SecretsMissing, match="ZT_INDEX_KEY"):
        load_secrets(tmp_path)
    assert list(tmp_path.iterdir()) == []
