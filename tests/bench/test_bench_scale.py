"""The province's benchmark works at its smallest size: every table is printed, and nothing is left behind."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.req("A-01"), pytest.mark.bench]
BENCH = Path(__file__).parent


def test_the_whole_bench_at_its_smallest_size(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench_scale", "--centres", "6", "--records", "600", "--seconds", "0.5"]
        + ["--processes", "1", "--rounds", "1"],
        env={**os.environ, "PYTHONPATH": str(BENCH), "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert re.match(r".+ · \d+ cores · \d+ GB · Python .+ · PostgreSQL \d+.* · load average at the start", done.stdout)
    for heading in (
        "Making a centre",
        "Changing all centres",
        "Size",
        "Start",
        "Working in all centres",
        "Wall",
        "Pages over 6",
    ):
        assert f"### {heading}" in done.stdout
    rows = {cells[1]: cells for line in done.stdout.splitlines() if (cells := [c.strip() for c in line.split("|")])[1:]}
    assert {"0", "6"} <= set(rows), "one more centre, measured at both ends"
    assert rows["one column and its index"][4].endswith("×")
    assert int(rows["relations"][2].replace(",", "")) > 6 * 100
    assert all(int(rows[name][3]) > 0 for name in ("submit by commands, all centres", "submit, raw SQL, all centres"))
    assert float(rows["a log-in each"][3]) > 0, "a switch was measured"
    assert "| a log-in each, 100 |" in done.stdout
    assert list(tmp_path.glob("zhengtong-*")) == [], "the servers' folder is gone"
