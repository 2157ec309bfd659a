"""Whole processes of a running site live an hour ahead or behind, and die so: everything goes on when the clock is right."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from caller import Caller
from roads import COUNTY, ITEMS, OWN
from stand import Outcome, Stand

from zt_tenants.clock import CHINA

pytestmark = [pytest.mark.stand, pytest.mark.req("Y-01")]
HOUR = timedelta(hours=1)
SIGNED_OFF = 400.0
"""Seconds within which all is at rest: leases of 90 s and waits of minutes, but no hour."""
wrong_by_an_hour = pytest.mark.parametrize("by", [HOUR, -HOUR], ids=["ahead", "behind"])
PASS = "mutation($case: ID!) { passPreReview(caseId: $case) { case { status } } }"


def _ahead_of_us(stand: Stand) -> timedelta:
    """By how much the worker's clock is ahead: what it wrote into its log last was written just now."""
    lines = (stand.home / "log" / "worker.log").read_text().splitlines()
    written = [line[:19] for line in lines if line[:2] == "20"][-1]
    return datetime.strptime(written, "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA) - datetime.now(CHINA)


@wrong_by_an_hour
def test_a_worker_with_a_wrong_clock_dies_with_a_stream_in_its_hand(
    stand: Stand, note: list[Outcome], by: timedelta
) -> None:
    words = "ahead" if by > timedelta(0) else "behind"
    with stand.begin(f"the worker's clock an hour {words}, then kill -9 as it has claimed a stream", 12) as run:
        with stand.wrong_clock("worker", by):
            run.wait_for_acts(24)
            stand.wait_until(
                lambda: abs(_ahead_of_us(stand) - by) < timedelta(minutes=2), "the worker's clock is right"
            )
        stand.arm("after_claim")
        stand.wait_until(lambda: not stand.still_armed(), "the worker claimed nothing", seconds=120)
        run.calm()
        outcome = run.rest()
    note.append(outcome)
    assert outcome.lost == []
    assert outcome.doubled == []
    assert outcome.recovered < SIGNED_OFF


@wrong_by_an_hour
def test_a_web_server_with_a_wrong_clock_loses_nothing_and_says_so(
    stand: Stand, note: list[Outcome], by: timedelta
) -> None:
    words = "ahead" if by > timedelta(0) else "behind"
    number = stand.do("submit", code=COUNTY, item=ITEMS[OWN])["number"]
    case = stand.do("case_id", code=COUNTY, number=number)
    with stand.begin(f"the web server's clock an hour {words}", 8) as run:
        with stand.wrong_clock("web", by):
            told = stand.health() or {}
            assert not told["clock"]["ok"]
            assert abs(told["clock"]["ahead_seconds"] - by.total_seconds()) < 60
            clerk = Caller(stand.url, COUNTY)
            clerk.sign_in(f"clerk-{COUNTY}", stand.environment["ZT_STAFF_PASSWORD"])
            assert clerk.answered(PASS, case=case)["passPreReview"]["case"]["status"] == "PRE_REVIEWED"
            again = clerk.ask(PASS, case=case)["errors"][0]["extensions"]["code"]
            run.wait_for_acts(16)
        stand.kill("web")
        run.calm()
        outcome = run.rest()
    note.append(outcome)
    assert again == "TRANSITION_NOT_ALLOWED"
    assert stand.do("case", code=COUNTY, number=number)["steps"].count("PRE_REVIEWED") == 1
    assert outcome.lost == []
    assert outcome.doubled == []
    stand.wait_until(lambda: ((stand.health() or {}).get("clock") or {}).get("ok", False), "the clock is still wrong")
