"""Processes whose clock is an hour wrong and that die with what they claimed: successors wait for a lease, no longer."""

from __future__ import annotations

import signal
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from clocks import Clocks
from killed import run_worker
from notebook import Notebook, fill

from zt_interop import parked
from zt_interop.claiming import LEASE
from zt_interop.log.models import InboxMessage
from zt_interop.queue.models import OutboundStream, OutboxMessage
from zt_interop.relay import relay_due
from zt_interop.send import send_message
from zt_interop.testing import PROGRESSED, handling, progressed
from zt_tenants.clock import at, now
from zt_tenants.context import enter
from zt_tenants.models import Timer, TimerLane
from zt_tenants.timers import lanes, run_due

pytestmark = [pytest.mark.faults, pytest.mark.req("Y-01")]
HERE = Path(__file__).parent
HOUR = timedelta(hours=1)
wrong_by_an_hour = pytest.mark.parametrize("by", [HOUR, -HOUR], ids=["ahead", "behind"])
Worker = Callable[[str, str, timedelta], int]


@pytest.fixture
def worker(tmp_path: Path) -> Worker:
    """Runs a script that dies at a point, on a host whose clock is wrong by so much."""
    clocks = Clocks(tmp_path)
    if not clocks.can_be_wrong:
        pytest.skip("this machine has no compiler for the clock")

    def run(script: str, crash_at: str, by: timedelta) -> int:
        with clocks.wrong(script, by):
            return run_worker(HERE / script, crash_at, environment_too=clocks.environment)

    return run


@wrong_by_an_hour
def test_a_relay_keeps_its_stream_for_a_lease_whatever_its_clock_says(committed_world, worker: Worker, by) -> None:
    with enter(committed_world.city):
        data = {**progressed("REVIEWED"), "note": "once"}
        subject = f"case-{uuid.uuid4().hex[:8]}"
        send_message(destination=committed_world.county.code, type=PROGRESSED, subject=subject, data=data)
    began = now()
    assert worker("relay_worker.py", "after_claim", by) == -signal.SIGKILL

    stream = OutboundStream.objects.get()
    assert began + LEASE <= stream.lease_until <= now() + LEASE
    seen: list[str] = []
    with handling(lambda message: seen.append(str(message.data["note"]))):
        assert relay_due() == 0, "the lease still ran"
        with at(now() + LEASE + timedelta(seconds=1)):
            relay_due()
    assert seen == ["once"]
    assert list(OutboxMessage.objects.values_list("state", "sequence")) == [("DELIVERED", 1)]


@wrong_by_an_hour
def test_a_message_that_such_a_worker_parks_is_tried_again_in_minutes(committed_world, worker: Worker, by) -> None:
    with enter(committed_world.city):
        subject = "34010020260302000018"  # of a case that the county does not have
        data = {**progressed("REVIEWED"), "tracking_number": subject}
        send_message(destination=committed_world.county.code, type=PROGRESSED, subject=subject, data=data)
    began = now()
    assert worker("relay_worker.py", "nowhere", by) == 0

    with enter(committed_world.county):
        assert [message.state for message in InboxMessage.objects.all()] == ["PARKED"]
    timer = Timer.objects.get(kind=parked.KIND)
    assert began + 0.75 * parked.WAITS[0] <= timer.due_at <= now() + 1.25 * parked.WAITS[0]


@wrong_by_an_hour
def test_a_worker_keeps_its_lane_for_a_lease_whatever_its_clock_says(
    committed_world, notebook: Notebook, worker: Worker, by
) -> None:
    expected = fill(committed_world.city, 3, due_at=now() - timedelta(minutes=1))
    began = now()
    assert worker("timers_worker.py", "timers_after_begin", by) == -signal.SIGKILL

    lane = TimerLane.objects.get()
    assert began <= lane.began_at <= now()
    assert began + lanes.LEASE <= lane.lease_until <= now() + lanes.LEASE
    assert run_due() == 0
    with at(now() + lanes.LEASE + timedelta(seconds=1)):
        assert run_due() == 3
    assert notebook.of(committed_world.city) == expected


@wrong_by_an_hour
def test_timers_are_due_by_the_databases_clock_and_not_by_the_workers(
    committed_world, notebook: Notebook, worker: Worker, by
) -> None:
    due = fill(committed_world.city, 2, due_at=now() - timedelta(minutes=30))
    fill(committed_world.county, 2, due_at=now() + timedelta(minutes=30))

    assert worker("timers_worker.py", "nowhere", by) == 0

    assert notebook.of(committed_world.city) == due
    assert notebook.of(committed_world.county) == []
    assert Timer.objects.count() == 2
