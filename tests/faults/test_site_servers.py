"""The servers behind a site end, hang, forget or stay away in the middle of work, and everything goes on by itself."""

from __future__ import annotations

import signal
import time
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from stand import Outcome, Stand

pytestmark = [pytest.mark.stand, pytest.mark.req("Y-01")]
AWAY = 12.0
"""Seconds that a server hangs."""


def _is_silent(stand: Stand) -> bool:
    """Whether the object store takes a question and does not answer it."""
    try:
        urlopen(f"http://{stand.services()['S3_ENDPOINT']}/", timeout=2).close()  # loopback
    except HTTPError:
        return False
    except TimeoutError:
        return True
    return False


def test_postgresql_shut_down_at_once_in_the_middle_of_work(stand: Stand, note: list[Outcome]) -> None:
    with stand.begin("PostgreSQL immediate shutdown, three times", 12) as run:
        for times in range(1, 4):
            run.wait_for_acts(12 * times)
            stand.kill("postgres", by=signal.SIGQUIT)
        run.calm()
        outcome = run.rest()
    note.append(outcome)
    assert outcome.lost == []
    assert outcome.doubled == []
    assert set(outcome.after["errors"]) == {"SERVICE_UNAVAILABLE"}


def test_a_broker_that_forgets_everything_and_is_killed(stand: Stand, note: list[Outcome]) -> None:
    forgotten = []
    with stand.begin("FLUSHALL twice, then kill -9 of Valkey", 12) as run:
        for times in range(1, 3):
            run.wait_for_acts(12 * times)
            forgotten.append(stand.forget_in_broker())
        run.wait_for_acts(36)
        stand.kill("valkey")
        run.calm()
        outcome = run.rest()
    note.append(outcome)
    assert min(forgotten) > 0
    assert outcome.lost == []
    assert outcome.doubled == []


def test_an_object_store_that_hangs_and_is_killed(stand: Stand, note: list[Outcome]) -> None:
    with stand.begin(f"the S3 server hangs for {AWAY:.0f} s, then kill -9", 12) as run:
        run.wait_for_acts(6)
        end = time.monotonic() + AWAY
        stand.send("s3", signal.SIGSTOP)
        hung = _is_silent(stand)
        time.sleep(max(0.0, end - time.monotonic()))
        stand.send("s3", signal.SIGCONT)
        run.wait_for_acts(24)
        stand.kill("s3")
        run.calm()
        outcome = run.rest()
    note.append(outcome)
    assert hung, "the store answered"
    assert outcome.lost == []
    assert outcome.doubled == []
    assert set(outcome.after["errors"]) <= {"STORAGE_UNAVAILABLE"}
