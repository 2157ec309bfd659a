"""The house itself: rooms that must stay source roots, names that say nothing, secrets that must not be there."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("platform", "graphql", "storage", "interop", "tenants")
NOTHING_NAMES = re.compile(r"(^|/)(utils?|helpers?|misc|common|manager)\.py$")


def _tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return listed.stdout.splitlines()


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_is_a_source_root_and_never_a_package(room: str) -> None:
    assert (ROOT / room).is_dir()
    assert not (ROOT / room / "__init__.py").exists(), f"{room}/__init__.py would shadow another package"


def test_the_names_that_the_rooms_shadow_are_still_the_libraries() -> None:
    import platform

    import graphql

    assert platform.python_version()
    assert hasattr(graphql, "GraphQLSchema")


def test_no_file_name_says_nothing() -> None:
    assert [name for name in _tracked() if NOTHING_NAMES.search(name)] == []


def test_lock_files_name_no_registry() -> None:
    for lock in ROOT.glob("requirements*.lock"):
        assert "://" not in lock.read_text(), lock.name
        assert "--hash=sha256:" in lock.read_text(), lock.name
