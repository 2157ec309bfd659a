"""Files of others are shipped as they were published: each has its SHA-256 beside it, and none is without."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FOLDERS = ("platform/zt_platform/web/static/zt/vendor", "tests/e2e/vendor")


@pytest.mark.parametrize("folder", FOLDERS)
def test_vendored_files_are_unchanged(folder: str) -> None:
    place = ROOT / folder
    noted = dict(reversed(line.split("  ")) for line in (place / "SHA256SUMS").read_text().splitlines())
    found = [file for file in place.glob("*/*") if file.suffix in (".js", ".css")]
    assert {str(file.relative_to(place)): hashlib.sha256(file.read_bytes()).hexdigest() for file in found} == noted
