"""The servers behind a site end, hang, forget or stay away in the middle of work, and everything goes on by itself."""

from __future__ import annotations

import signal
import time

import pytest
import redis
from stand import Outcome, Stand

pytestmark = [pytest.mark.stand, pytest.mark.req("Y-01")]
AWAY = 12.0
"""Seconds that a server hangs."""


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
    with stand.begin("FLUSHALL twice, then kill -9 of Valkey", 12) as run:
        for times in range(1, 3):
            run.wait_for_acts(12 * times)
            redis.Redis.from_url(stand.services()["CELERY_BROKER_URL"]).flushall()
        run.wait_for_acts(36)
        stand.kill("valkey")
        run.calm()
        outcome = run.rest()
    note.append(outcome)
    assert outcome.lost == []
    assert outcome.doubled == []


def test_an_object_store_that_hangs_and_is_killed(stand: Stand, note: list[Outcome]) -> None:
    with stand.begin(f"the S3 server hangs for {AWAY:.0f} s, then kill -9", 12) as run:
        run.wait_for_acts(6)
        stand.send("s3", signal.SIGSTOP)
        time.sleep(AWAY)
        stand.send("s3", signal.SIGCONT)
        run.wait_for_acts(24)
        stand.kill("s3")
        run.calm()
        outcome = run.rest()
    note.append(outcome)
    assert outcome.lost == []
    assert outcome.doubled == []
    assert set(outcome.after["errors"]) <= {"STORAGE_UNAVAILABLE"}
