"""Every crash point in the code has a run that kills a process there."""

from __future__ import annotations

import ast
import re
import signal
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import get_args

import pytest

from zt_tenants.faults import CrashPoint

pytestmark = [pytest.mark.faults, pytest.mark.req("Y-01")]
HERE = Path(__file__).parent
ROOT = HERE.parents[1]
KILLERS = {"run_worker", "run_task", "worker", "arm"}
"""What tests call to have a process die: over a database, on a host with a wrong clock, in a running site."""
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


def _texts(node: ast.AST, constants: dict[str, ast.expr]) -> set[str]:
    """The texts in an expression, those of the module's constants that it names included."""
    found = {one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)}
    for name in [one.id for one in ast.walk(node) if isinstance(one, ast.Name)]:
        found |= _texts(constants[name], {}) if name in constants else set()
    return found


def _killed_at(text: str) -> set[str]:
    """What a module of tests hands to what kills: by itself, or as values of the parameter ``crash_at``."""
    tree = ast.parse(text)
    constants: dict[str, ast.expr] = {}
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            constants[statement.targets[0].id] = statement.value
    found: set[str] = set()
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        tells = called == "parametrize" and "crash_at" in _texts(call.args[0], constants)
        for argument in call.args if called in KILLERS or tells else ():
            found |= _texts(argument, constants)
    return found


@pytest.mark.parametrize("point", get_args(CrashPoint))
def test_a_run_kills_a_process_at_the_point(point: str) -> None:
    runs = [file.name for file in HERE.glob("test_*.py") if point in _killed_at(file.read_text())]
    assert runs, f"no run in tests/faults kills anybody at {point}"


def test_a_point_that_is_only_spoken_of_counts_as_no_run() -> None:
    text = """
        POINTS = ["after_sign"]
        @pytest.mark.parametrize("crash_at", POINTS)
        def test_one(crash_at): assert run_worker(WORKER, crash_at) == -9  # not after_claim
        def test_two(): assert message == "after_deliver"
        def test_three(): stand.arm("before_step_commit")
    """
    assert _killed_at(textwrap.dedent(text)) & set(get_args(CrashPoint)) == {"after_sign", "before_step_commit"}


def test_a_point_armed_in_the_folder_kills_once(tmp_path: Path) -> None:
    (tmp_path / "after_sign").touch()
    code = (
        "from zt_tenants.faults import crash_point; crash_point('after_claim'); crash_point('after_sign'); print('on')"
    )
    environment = {"ZT_CRASH_FOLDER": str(tmp_path), "PATH": "/usr/bin:/bin"}

    def run() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False, timeout=60
        )

    assert run().returncode == -signal.SIGKILL
    assert run().stdout == "on\n"
    assert list(tmp_path.iterdir()) == []
