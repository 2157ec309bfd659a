"""Chinese text of pages has Chinese punctuation (docs/pages.md)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PLATFORM = Path(__file__).resolve().parents[3] / "platform" / "zt_platform"
CHINESE = r"[\u4e00-\u9fff]"
HALF_WIDTH = re.compile(rf"{CHINESE}[,:;()?!]|[,:;(?!]{CHINESE}")
PAIR = re.compile(r"""\{%-?\s*bi\s+(?:"([^"]*)"|'([^']*)')""")


@pytest.mark.req("L-10")
def test_in_every_pair_of_the_templates() -> None:
    pairs = [
        (path.relative_to(PLATFORM), found[1] or found[2] or "")
        for path in PLATFORM.rglob("templates/**/*.html")
        for found in PAIR.finditer(path.read_text())
    ]
    assert len(pairs) > 1000, "the pattern no longer finds the pairs"
    wrong = [f"{path}: {text}" for path, text in pairs if HALF_WIDTH.search(text)]
    assert wrong == []
