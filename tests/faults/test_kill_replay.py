"""kill -9 while parked messages of a case are tried again: each takes effect once, in their order, and none is forgotten."""

from __future__ import annotations

import signal
import uuid
from pathlib import Path

import pytest
from killed import run_worker

from zt_interop import handlers
from zt_interop.handlers import Message
from zt_interop.log.models import InboxMessage
from zt_interop.parked import KIND, WAITS
from zt_interop.queue.models import OutboxMessage
from zt_interop.relay import relay_due
from zt_interop.send import send_message
from zt_interop.testing import REQUEST, RESPONSE, requested
from zt_tenants.clock import at, now
from zt_tenants.context import enter
from zt_tenants.errors import DomainError
from zt_tenants.models import Timer
from zt_tenants.timers import run_due

pytestmark = [pytest.mark.faults, pytest.mark.req("Y-01")]
WORKER = Path(__file__).with_name("replay_worker.py")
SUBJECT = "request-of-one-case"


class Unready(DomainError):
    """Not yet."""

    code = "UNREADY"
    zh = "办件尚未受理。"
    en = "The case is not accepted yet."


def _refuse(message: Message) -> None:
    raise Unready


@pytest.fixture
def parked(committed_world) -> list[str]:
    """Three requests of one case: the first is parked at the county, the others wait behind it; their ids."""
    ids = [str(uuid.uuid4()) for _ in range(3)]
    handlers.register(REQUEST, apply=_refuse)
    try:
        for id_ in ids:
            with enter(committed_world.city):
                data = requested(id_)
                send_message(destination=committed_world.county.code, type=REQUEST, subject=SUBJECT, data=data)
            relay_due()
    finally:
        handlers.unregister(REQUEST)
    return ids


def _at(world) -> list[str]:
    with enter(world.county):
        return list(InboxMessage.objects.order_by("sequence").values_list("state", flat=True))


def _answers() -> list[str]:
    answers = OutboxMessage.objects.filter(type=RESPONSE).order_by("position")
    return [row.data["request_id"] for row in answers]


@pytest.mark.parametrize(("crash_at", "applied_then"), [("replay_before_commit", 0), ("replay_after_commit", 1)])
def test_a_replay_that_is_killed_is_finished_by_the_next(
    committed_world, parked: list[str], crash_at: str, applied_then: int
) -> None:
    world = committed_world
    assert _at(world) == ["PARKED", "WAITING", "WAITING"]
    where = (world.county.code, world.city.code, SUBJECT)

    assert run_worker(WORKER, crash_at, *where) == -signal.SIGKILL
    assert _at(world).count("APPLIED") == applied_then
    assert _answers() == parked[:applied_then]

    with at(now() + 2 * WAITS[0]):
        run_due()
    timer = Timer.objects.get(kind=KIND)
    assert timer.data["times"] == 2, "it has rung for what waits, and will again"
    assert [run_worker(WORKER, "nowhere", *where) for _ in range(2)] == [0, 0]
    assert _at(world) == ["APPLIED"] * 3
    assert _answers() == parked
