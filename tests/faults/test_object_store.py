"""The object store refuses, dawdles, or has lost a file: acts fail whole, messages wait, and nothing is lost for good."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from caller import Caller
from roads import CITY, COUNTY, FORWARDED, ITEMS
from stand import Outcome, StandBehindLine

pytestmark = [pytest.mark.stand, pytest.mark.req("Y-01", "Y-11")]
SLOW = 1.5
"""Seconds before each piece of an answer: slow, and within every time limit."""
SILENT = 30.0
"""Beyond the limit of 20 s."""


def test_a_store_that_answers_503(stand_behind_line: StandBehindLine, note: list[Outcome]) -> None:
    line = stand_behind_line.line
    with stand_behind_line.begin("the S3 server answers 503 for 20 s", 12) as run:
        run.wait_for_acts(6)
        refused = line.refused
        line.refuses = True
        time.sleep(20)
        line.refuses = False
        run.calm()
        outcome = run.rest()
    note.append(outcome)
    assert line.refused > refused
    assert outcome.lost == []
    assert outcome.doubled == []
    assert set(outcome.after["errors"]) == {"STORAGE_UNAVAILABLE"}


def test_a_store_that_is_slow(stand_behind_line: StandBehindLine, note: list[Outcome]) -> None:
    line = stand_behind_line.line
    with stand_behind_line.begin(f"every answer of the S3 server {SLOW} s late", 8) as run:
        line.delay = SLOW
        run.wait_for_acts(16)
        line.delay = 0.0
        run.calm()
        outcome = run.rest()
    note.append(outcome)
    assert line.delayed >= 8, "each of the applications has files"
    assert outcome.lost == []
    assert outcome.doubled == []
    assert outcome.after["errors"] == {}


def test_a_store_whose_answers_are_lost(stand_behind_line: StandBehindLine, note: list[Outcome]) -> None:
    line = stand_behind_line.line
    with stand_behind_line.begin(f"no answer of the S3 server arrives for {SILENT:.0f} s", 8) as run:
        run.wait_for_acts(4)
        line.answers_lost = True
        time.sleep(SILENT)
        line.answers_lost = False
        line.refuses = True  # connections that wait for what was lost are broken off, as a network would
        line.refuses = False
        run.calm()
        outcome = run.rest()
    note.append(outcome)
    assert line.lost > 0, "nobody asked the store meanwhile"
    assert outcome.lost == []
    assert outcome.doubled == []
    assert set(outcome.after["errors"]) <= {"STORAGE_UNAVAILABLE"}


def test_files_wiped_while_their_case_is_on_its_way(
    stand_behind_line: StandBehindLine, note: list[Outcome], tmp_path: Path
) -> None:
    stand = stand_behind_line
    number = stand.do("submit", code=COUNTY, item=ITEMS[FORWARDED])["number"]
    with stand.begin("the files of a case wiped while it is on its way", 4) as run:
        stand.do("accept", code=COUNTY, number=number, to=CITY)
        wiped = stand.do("wipe", code=COUNTY, number=number)
        stand.do("review", code=COUNTY, number=number)
        stand.wait_until(lambda: stand.do("parked", code=CITY) != [], "nothing was parked", seconds=120)
        parked = stand.do("parked", code=CITY)
        clerk = Caller(stand.url, COUNTY)
        clerk.sign_in(f"clerk-{COUNTY}", stand.environment["ZT_STAFF_PASSWORD"])
        seen = clerk.page(f"/workbench/{stand.do('case_id', code=COUNTY, number=number)}/")
        named = stand.run("files", "check", fails=True)
        for position, file in enumerate(wiped):
            (tmp_path / str(position)).write_bytes(bytes.fromhex(file["data"]))
        stand.run("files", "put-back", "--centre", COUNTY, *map(str, sorted(tmp_path.iterdir())))
        run.calm()
        stand.wait_until(
            lambda: (stand.do("case", code=CITY, number=number) or {}).get("status") == "ACCEPTED",
            "the message was not tried again",
            seconds=300,
        )
        outcome = run.rest()
    note.append(outcome)
    assert set(parked) == {"OBJECT_MISSING"}
    assert seen[0] == 200
    assert "不在文件存储里了" in seen[1]
    assert all(file["name"] in named for file in wiped)
    held = stand.do("case", code=CITY, number=number)
    assert held["files"] == stand.do("case", code=COUNTY, number=number)["files"]
    assert "都在存储里" in stand.run("files", "check")
    assert outcome.lost == []
    assert outcome.doubled == []
