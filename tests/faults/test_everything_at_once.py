"""One run in which everything breaks in turn, short enough for continuous integration."""

from __future__ import annotations

import signal

import pytest
from stand import Outcome, Stand
from test_site_killed import AT_A_STEP_OF_A_MESSAGE

pytestmark = [pytest.mark.stand, pytest.mark.essential, pytest.mark.req("Y-01")]


def test_everything_breaks_in_turn(stand: Stand, note: list[Outcome]) -> None:
    stand.arm(*AT_A_STEP_OF_A_MESSAGE)
    with stand.begin("in turn: worker at 5 steps, PostgreSQL, Valkey, S3, web and beat", 16) as run:
        run.wait_for_acts(10)
        stand.kill("postgres", by=signal.SIGQUIT)
        run.wait_for_acts(20)
        forgotten = stand.forget_in_broker()
        stand.kill("valkey")
        run.wait_for_acts(30)
        stand.kill("s3")
        run.wait_for_acts(40)
        stand.kill("web", "beat")
        stand.wait_until(lambda: not stand.still_armed(), "nobody came to a crash point", seconds=240)
        run.calm()
        outcome = run.rest()
    note.append(outcome)
    assert forgotten > 0
    assert outcome.lost == []
    assert outcome.doubled == []
    assert stand.still_armed() == []
    assert set(outcome.after["errors"]) <= {"SERVICE_UNAVAILABLE", "STORAGE_UNAVAILABLE"}
