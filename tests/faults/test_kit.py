"""The kit itself: what a run that is cut off leaves behind is gone with the next, and a wrong clock is really wrong."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import leftovers
import psutil
import pytest
from clocks import Clocks

pytestmark = [pytest.mark.faults, pytest.mark.req("Y-01")]
HOUR = timedelta(hours=1)
KIT = Path(leftovers.__file__).parent
RUN = """
import subprocess, sys
from leftovers import DISKS, dying_with_us, token
from sites import Site
home = Site("cut-off").home
disk = DISKS / f"zhengtong-cut-off-{token()}"
disk.mkdir()
mounted = subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(disk)], capture_output=True).returncode == 0
name = f"zt-cut-off-{token()}"
try:
    namespace = subprocess.run(["ip", "netns", "add", name], capture_output=True).returncode == 0
except FileNotFoundError:
    namespace = False
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], preexec_fn=dying_with_us())
print(token(), home, disk, child.pid, name if namespace else "", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def run() -> Iterator[subprocess.Popen[str]]:
    """A run of tests that has made a folder, a disk, a namespace where it may, and a process, and goes on."""
    path = os.pathsep.join([str(KIT), *sys.path])
    made = subprocess.Popen(
        [sys.executable, "-c", RUN],
        env={**os.environ, "PYTHONPATH": path},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with made:
        yield made
        made.kill()
    leftovers.clear()


def _namespaces() -> str:
    if shutil.which("ip") is None:
        return ""
    return subprocess.run(["ip", "netns", "list"], capture_output=True, text=True, check=False).stdout


def test_what_a_run_that_was_cut_off_has_left_is_taken_away_by_the_next(run: subprocess.Popen[str]) -> None:
    assert run.stdout
    token, home, disk, child, *namespace = run.stdout.readline().split()
    assert token not in leftovers.clear(), "a run that lives keeps what it has"
    assert Path(home).is_dir()
    assert Path(disk).is_dir()
    assert psutil.pid_exists(int(child))

    process = psutil.Process(int(child))
    run.kill()
    run.wait(30)
    assert token in leftovers.clear()
    assert not Path(home).exists()
    assert not Path(disk).exists()
    assert str(disk) not in Path("/proc/mounts").read_text()
    assert not namespace or namespace[0] not in _namespaces()
    psutil.wait_procs([process], timeout=30)
    assert not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    assert not list(Path(tempfile.gettempdir()).glob(f"zhengtong-run-{token}*"))


@pytest.mark.parametrize("by", [HOUR, -HOUR], ids=["ahead", "behind"])
def test_a_process_of_the_name_lives_at_another_time_and_its_neighbour_does_not(tmp_path: Path, by: timedelta) -> None:
    clocks = Clocks(tmp_path)
    if not clocks.can_be_wrong:
        pytest.skip("this machine has no compiler for the clock")
    code = "import datetime, time; print(time.time(), datetime.datetime.now().timestamp(), time.monotonic())"

    def told(name: str) -> list[float]:
        command = [sys.executable, "-c", code, name]
        done = subprocess.run(
            command, env={**os.environ, **clocks.environment}, capture_output=True, text=True, check=True, timeout=60
        )
        return [float(word) for word in done.stdout.split()]

    with clocks.wrong("worker.py", by):
        wrong, right = told("worker.py"), told("other.py")
    again = told("worker.py")
    shift = by.total_seconds()
    assert [wrong[0] - right[0], wrong[1] - right[1]] == pytest.approx([shift, shift], abs=300)
    assert [wrong[2] - right[2], again[0] - right[0]] == pytest.approx([0, 0], abs=300)
