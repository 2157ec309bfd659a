"""Every crash point in the code has a run that kills a process there."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from zt_tenants.faults import CrashPoint

pytestmark = [pytest.mark.faults, pytest.mark.req("Y-01")]
HERE = Path(__file__).parent
ROOT = HERE.parents[1]
_PLACED = re.compile(r'crash_point\("(\w+)"\)')


def _placed() -> list[str]:
    return [
        name
        for room in ("tenants", "interop", "storage", "platform", "graphql")
        for file in (ROOT / room).rglob("*.py")
        for name in _PLACED.findall(file.read_text())
    ]


def test_every_named_point_stands_in_the_code_once() -> None:
    assert sorted(_placed()) == sorted(get_args(CrashPoint))


@pytest.mark.parametrize("point", get_args(CrashPoint))
def test_a_run_kills_a_process_at_the_point(point: str) -> None:
    runs = [file for file in HERE.glob("test_*.py") if f'"{point}"' in file.read_text()]
    assert runs, f"no run in tests/faults kills anybody at {point}"


def test_a_point_armed_in_the_folder_kills_once(tmp_path: Path) -> None:
    (tmp_path / "after_sign").touch()
    code = (
        "from zt_tenants.faults import crash_point; crash_point('after_claim'); crash_point('after_sign'); print('on')"
    )
    environment = {"ZT_CRASH_FOLDER": str(tmp_path), "PATH": "/usr/bin:/bin"}

    def run() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
        )

    assert run().returncode == -signal.SIGKILL
    assert run().stdout == "on\n"
    assert list(tmp_path.iterdir()) == []
