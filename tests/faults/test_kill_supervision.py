"""kill -9 at each step of a relay with supervision events in flight: each is in the province's store once, in order."""

from __future__ import annotations

import signal
from datetime import timedelta
from pathlib import Path

import pytest
from killed import run_worker

from zt_interop.claiming import LEASE
from zt_interop.queue.models import InFlight, OutboundStream, OutboxMessage
from zt_interop.send import Outgoing, send_messages
from zt_interop.testing import SUBJECT, SUPERVISED, relay_all, supervised
from zt_platform.supervision.models import CaseRecord, CaseStep, Feed
from zt_tenants.clock import at, now
from zt_tenants.context import enter

pytestmark = [pytest.mark.faults, pytest.mark.req("R-03", "Y-01")]
WORKER = Path(__file__).with_name("relay_worker.py")
POINTS = ["after_claim", "after_sign", "before_receive_commit", "after_receive_commit", "after_deliver"]
BEFORE, AFTER = ["SUBMITTED", "ACCEPTED", "REVIEWED"], ["APPROVED", "COMPLETED"]


def _report(world, steps: list[str]) -> None:
    with enter(world.city):
        send_messages(
            [
                Outgoing("340000", SUPERVISED, SUBJECT, supervised(SUBJECT, step), channel="supervision")
                for step in steps
            ]
        )


@pytest.mark.parametrize("crash_at", POINTS)
def test_events_in_flight_are_taken_once_and_in_order(committed_world, crash_at: str) -> None:
    _report(committed_world, BEFORE)
    assert run_worker(WORKER, crash_at) == -signal.SIGKILL
    assert set(OutboxMessage.objects.values_list("state", "sequence")) == {("QUEUED", None)}
    in_flight = InFlight.of(OutboundStream.objects.get())
    assert (in_flight is None) is (crash_at == "after_claim")

    _report(committed_world, AFTER)
    with at(now() + LEASE + timedelta(seconds=1)):
        relay_all()

    assert list(CaseStep.objects.order_by("sequence").values_list("sequence", "step")) == list(
        enumerate(BEFORE + AFTER, start=1)
    )
    assert CaseRecord.objects.get().last_sequence == 5
    assert (Feed.objects.get().last_sequence, Feed.objects.get().missing) == (5, 0)
    sent = OutboxMessage.objects.order_by("position").values_list("state", "sequence")
    assert list(sent) == [("DELIVERED", sequence) for sequence in range(1, 6)]
    stream = OutboundStream.objects.get()
    assert (stream.last_sequence, stream.acknowledged_sequence, stream.in_flight) == (5, 5, {})
