"""kill -9 of web, worker and beat of a running site at every boundary: nothing lost, nothing doubled, and no hand helps."""

from __future__ import annotations

import signal

import pytest
from stand import Outcome, Stand

pytestmark = [pytest.mark.stand, pytest.mark.req("Y-01")]
AT_A_STEP_OF_A_MESSAGE = ["after_claim", "after_sign", "before_receive_commit", "after_receive_commit", "after_deliver"]


def test_a_site_that_nobody_disturbs_ends_every_case(stand: Stand, note: list[Outcome]) -> None:
    with stand.begin("none", 8) as run:
        run.calm()
        outcome = run.rest()
    note.append(outcome)
    assert outcome.lost == []
    assert outcome.doubled == []
    assert outcome.after["errors"] == {}


def test_a_worker_killed_at_every_step_of_a_message_is_succeeded(stand: Stand, note: list[Outcome]) -> None:
    stand.arm(*AT_A_STEP_OF_A_MESSAGE)
    with stand.begin("kill -9 of the worker at 5 steps of a message", 12) as run:
        stand.wait_until(lambda: not stand.still_armed(), "nobody came to a crash point", seconds=240)
        run.calm()
        outcome = run.rest()
    note.append(outcome)
    assert outcome.lost == []
    assert outcome.doubled == []
    assert stand.still_armed() == []


def test_web_worker_and_beat_killed_again_and_again_are_succeeded(stand: Stand, note: list[Outcome]) -> None:
    with stand.begin("kill -9 of worker, beat and web at once, three times", 12) as run:
        for times in range(1, 4):
            run.wait_for_acts(12 * times)
            stand.kill("worker", "beat", "web")
        run.calm()
        outcome = run.rest()
    note.append(outcome)
    assert outcome.lost == []
    assert outcome.doubled == []


def test_a_worker_that_is_asked_to_stop_ends_its_tasks_and_two_beats_do_no_harm(
    stand: Stand, note: list[Outcome]
) -> None:
    with stand.second_beat(), stand.begin("SIGTERM to the worker, twice, and a second beat", 12) as run:
        for times in range(1, 3):
            run.wait_for_acts(20 * times)
            stand.kill("worker", by=signal.SIGTERM)
        run.calm()
        outcome = run.rest()
    note.append(outcome)
    assert outcome.lost == []
    assert outcome.doubled == []
    assert outcome.after["errors"] == {}
