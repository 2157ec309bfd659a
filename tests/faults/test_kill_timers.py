"""kill -9 at each step of a timer's way: none is lost, none is handled twice."""

from __future__ import annotations

import signal
from datetime import timedelta
from pathlib import Path

import pytest
from killed import run_worker
from notebook import fill

from zt_tenants.clock import at, now
from zt_tenants.models import Timer, TimerLane
from zt_tenants.timers import run_due
from zt_tenants.timers.lanes import LEASE, WAITING

pytestmark = [pytest.mark.faults, pytest.mark.req("Y-01", "G-02")]
WORKER = Path(__file__).with_name("timers_worker.py")
POINTS = [
    "timers_after_claim",
    "timers_after_begin",
    "timers_in_transaction",
    "timers_after_failure",
    "timers_after_commit",
]
HANDLED_BEFORE = {"timers_after_failure", "timers_after_commit"}
"""Points to which a worker comes only behind a batch that has committed, the failing timer being the eighteenth."""
BAD = "t000017"


@pytest.mark.parametrize("crash_at", POINTS)
def test_a_worker_killed_anywhere_is_succeeded_with_one_effect_each(committed_world, notebook, crash_at: str) -> None:
    city, county = committed_world.city, committed_world.county
    past = now() - timedelta(hours=1)
    expected = {centre.code: fill(centre, 40, due_at=past) for centre in (city, county)}

    assert run_worker(WORKER, crash_at, BAD) == -signal.SIGKILL
    left, noted = Timer.objects.count(), sum(len(notebook.of(centre)) for centre in (city, county))
    assert (noted, left) == (80 - left, left), "a timer is gone if and only if its effect is there"
    assert (noted > 0) is (crash_at in HANDLED_BEFORE)

    with at(now() + max(LEASE, WAITING) + timedelta(hours=1)):
        run_due()
    assert not Timer.objects.exists()
    assert {centre.code: notebook.of(centre) for centre in (city, county)} == expected
    assert not TimerLane.objects.exclude(lease_until=None).exists()


def test_a_dead_workers_lane_is_left_alone_until_its_lease_ends(committed_world, notebook) -> None:
    fill(committed_world.city, 3, due_at=now() - timedelta(hours=1))
    assert run_worker(WORKER, "timers_in_transaction") == -signal.SIGKILL

    assert run_due() == 0
    assert Timer.objects.count() == 3
    with at(now() + LEASE + timedelta(seconds=1)):
        assert run_due() == 3
    assert notebook.batches == [1, 2]


def test_a_worker_that_nobody_kills_needs_no_successor(committed_world, notebook) -> None:
    subjects = fill(committed_world.city, 60, due_at=now() - timedelta(hours=1))
    assert run_worker(WORKER, "nowhere", BAD) == 0
    assert notebook.of(committed_world.city) == [one for one in subjects if one != BAD]
    assert list(Timer.objects.values_list("subject", "attempts")) == [(BAD, 1)]
