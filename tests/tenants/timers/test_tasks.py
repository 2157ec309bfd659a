"""The beat's tick and the workers' task: through a real celery worker, and when the queue is away."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from celery.contrib.testing.worker import start_worker
from django.db import connection
from notebook import fill

from zt_platform.project.celery import app
from zt_tenants.clock import now
from zt_tenants.models import Timer, TimerLane
from zt_tenants.timers import tasks

pytestmark = pytest.mark.req("G-02")


def test_an_eager_tick_handles_everything(committed_world, noted_for_good, monkeypatch) -> None:
    monkeypatch.setitem(app.conf, "task_always_eager", True)
    expected = {centre.code: fill(centre, 3, due_at=now() - timedelta(hours=1)) for centre in committed_world.all}
    assert tasks.scan.delay().get() == 6
    assert {centre.code: noted_for_good.of(centre) for centre in committed_world.all} == expected


def test_a_tick_that_finds_the_queue_away_gives_the_lanes_back(committed_world, noted_for_good, monkeypatch) -> None:
    fill(committed_world.city, 1, due_at=now() - timedelta(hours=1))
    monkeypatch.setattr(tasks.handle, "apply_async", _away)
    assert tasks.scan() == 0
    assert TimerLane.objects.get().lease_until is None
    assert Timer.objects.count() == 1


def _away(**options) -> None:
    raise ConnectionRefusedError


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
def test_a_threaded_worker_handles_what_a_tick_hands_out(committed_world, noted_for_good) -> None:
    past = now() - timedelta(hours=1)
    expected = {centre.code: fill(centre, 2100, due_at=past - timedelta(hours=1)) for centre in committed_world.all[:2]}
    with start_worker(app, pool="threads", concurrency=3, perform_ping_check=False, shutdown_timeout=30):
        assert tasks.scan() == 2
        end = time.monotonic() + 60
        while Timer.objects.exists():
            assert time.monotonic() < end, "the worker did not finish; what a turn leaves must be handed on by it"
            time.sleep(0.05)
    assert {centre.code: noted_for_good.of(centre) for centre in committed_world.all[:2]} == expected
    connection.close()
