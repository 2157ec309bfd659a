"""kill -9 at each step of the relay: nothing is lost, nothing is doubled, the order holds."""

from __future__ import annotations

import signal
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from killed import run_worker

from zt_interop import handlers
from zt_interop.claiming import LEASE
from zt_interop.log.models import InboundStream, InboxMessage, MessageLogEntry
from zt_interop.queue.models import OutboundStream, OutboxMessage
from zt_interop.relay import relay_due
from zt_interop.send import send_message
from zt_interop.testing import REQUEST, RESPONSE, answer_request, relay_all, requested
from zt_tenants.clock import at, now
from zt_tenants.context import enter

pytestmark = [pytest.mark.faults, pytest.mark.req("Y-01")]
WORKER = Path(__file__).with_name("relay_worker.py")
POINTS = {"after_claim": 0, "after_sign": 0, "after_receive_commit": 0, "after_deliver": 0, "after_record": 1}
"""Each with how many of three messages are recorded as delivered when the relay dies there."""


@pytest.fixture
def answering() -> Iterator[None]:
    """Requests are answered in this process too, and the answers are taken."""
    for type_, apply in ((REQUEST, answer_request), (RESPONSE, lambda message: None)):
        handlers.unregister(type_)
        handlers.register(type_, apply=apply)
    yield
    handlers.unregister(REQUEST)
    handlers.unregister(RESPONSE)


def _send_requests(world, number: int) -> list[str]:
    ids = [str(uuid.uuid4()) for _ in range(number)]
    with enter(world.city):
        for id_ in ids:
            send_message(destination=world.county.code, type=REQUEST, subject=f"request-{id_[:8]}", data=requested(id_))
    return ids


@pytest.mark.parametrize(("crash_at", "delivered_then"), POINTS.items())
def test_a_relay_killed_anywhere_is_succeeded_with_one_effect_each(
    committed_world, answering, crash_at: str, delivered_then: int
) -> None:
    world = committed_world
    ids = _send_requests(world, 3)

    assert run_worker(WORKER, crash_at) == -signal.SIGKILL
    assert OutboxMessage.objects.filter(type=REQUEST, state="DELIVERED").count() == delivered_then

    with at(now() + LEASE + timedelta(seconds=1)):
        relay_all()

    answers = [row.data["request_id"] for row in OutboxMessage.objects.filter(type=RESPONSE)]
    assert answers == ids
    sent = OutboxMessage.objects.filter(type=REQUEST)
    assert list(sent.values_list("state", "sequence")) == [("DELIVERED", 1), ("DELIVERED", 2), ("DELIVERED", 3)]
    with enter(world.county):
        assert InboxMessage.objects.filter(type=REQUEST, state="APPLIED").count() == 3
        assert MessageLogEntry.objects.filter(direction="IN", type=REQUEST).count() == 3
        assert InboundStream.objects.get().last_sequence == 3


def test_a_dead_relay_s_stream_is_left_alone_until_its_lease_ends(committed_world, answering) -> None:
    _send_requests(committed_world, 1)
    assert run_worker(WORKER, "after_sign") == -signal.SIGKILL

    assert relay_due() == 0

    stream = OutboundStream.objects.get()
    assert stream.lease_token is not None
    with at(now() + LEASE + timedelta(seconds=1)):
        assert relay_due() > 0
    assert OutboundStream.objects.get(id=stream.id).lease_token is None


def test_a_relay_that_nobody_kills_needs_no_successor(committed_world, answering) -> None:
    ids = _send_requests(committed_world, 2)

    assert run_worker(WORKER, "nowhere") == 0

    assert [row.data["request_id"] for row in OutboxMessage.objects.filter(type=RESPONSE)] == ids
