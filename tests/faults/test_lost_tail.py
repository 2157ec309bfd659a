"""A county restored from yesterday's archive heals without a hand; kill -9 on the way changes nothing of that."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from killed import run_worker

from zt_interop.head_exchange import exchange_heads, expect_heads
from zt_interop.log.models import Direction, InboundStream, InboxMessage, MessageLogEntry
from zt_interop.prune import kept_for, prune_outbox
from zt_interop.queue.models import OutboundStream, OutboxMessage
from zt_interop.relay import relay_due
from zt_interop.send import Outgoing, send_messages
from zt_interop.testing import PROGRESSED, SUBJECT, handling, progressed
from zt_platform.project.archives import SHARED_TABLES, AttachmentObjects
from zt_storage import objects
from zt_tenants.archive import Place, export_centre, import_centre
from zt_tenants.clock import at, now
from zt_tenants.context import enter, outside_centres

pytestmark = [pytest.mark.faults, pytest.mark.req("Y-01", "R-03")]
WORKER = Path(__file__).with_name("tick_worker.py")


@pytest.fixture
def applying(committed_world) -> Iterator[None]:
    """Messages of this type take effect by being in the inbox."""
    with handling(lambda message: None):
        yield


def _send(world, *steps: str) -> None:
    with enter(world.city):
        send_messages([Outgoing("340123", PROGRESSED, SUBJECT, progressed(step)) for step in steps])
    relay_due()


def _ledgers(world) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """What the sender says was delivered, and what the receiver says took effect: (sequence, event id)."""
    delivered = OutboxMessage.objects.filter(state="DELIVERED").order_by("sequence")
    sent = [(row.sequence, str(row.event_id)) for row in delivered]
    with enter(world.county):
        applied = InboxMessage.objects.filter(state="APPLIED").order_by("sequence")
        return sent, [(row.sequence, str(row.event_id)) for row in applied]


@pytest.fixture
def restored(committed_world, applying, tmp_path) -> None:
    """The county as its archive of yesterday holds it; the city sent four messages after that."""
    objects.ensure_bucket()
    world = committed_world
    _send(world, "ONE", "TWO", "THREE")
    archive = tmp_path / "yesterday.zip"
    export_centre(world.county, archive, shared=SHARED_TABLES, objects=AttachmentObjects())
    _send(world, "FOUR", "FIVE")
    _send(world, "SIX", "SEVEN")
    sent, applied = _ledgers(world)
    assert sent == applied
    assert len(sent) == 7
    import_centre(
        archive, place=Place(beside=False, code="", replace=True), shared=SHARED_TABLES, objects=AttachmentObjects()
    )
    assert len(_ledgers(world)[1]) == 3


def _healed(world) -> None:
    sent, applied = _ledgers(world)
    assert sent == applied
    assert len(sent) == 7
    with enter(world.county):
        assert InboundStream.objects.get().last_sequence == 7
        inbound = MessageLogEntry.objects.filter(direction=Direction.IN, type=PROGRESSED)
        assert sorted(inbound.values_list("first_sequence", flat=True)) == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize("pruned", [False, True])
def test_a_restored_receiver_gets_what_it_lost_and_nothing_twice(committed_world, restored, pruned: bool) -> None:
    if pruned:
        with at(now() + kept_for() * 2):
            assert prune_outbox().deleted == 7
    assert expect_heads("340123") >= 1
    assert exchange_heads() == 1
    relay_due()
    if pruned:
        assert OutboxMessage.objects.count() == 4
        assert set(OutboxMessage.objects.values_list("state", flat=True)) == {"DELIVERED"}
        with enter(committed_world.county):
            assert list(InboxMessage.objects.order_by("sequence").values_list("sequence", flat=True)) == [*range(1, 8)]
    else:
        _healed(committed_world)


@pytest.mark.parametrize("crash_at", ["before_rewind", "after_rewind"])
def test_a_tick_killed_while_it_goes_back_is_succeeded(committed_world, restored, crash_at: str) -> None:
    expect_heads("340123")

    assert run_worker(WORKER, crash_at, "heads", "0") == -signal.SIGKILL

    with outside_centres():
        stands = set(OutboxMessage.objects.filter(sequence__gt=3).values_list("state", flat=True))
    assert stands == ({"DELIVERED"} if crash_at == "before_rewind" else {"SIGNED"})
    exchange_heads()
    relay_due()
    _healed(committed_world)


def test_a_prune_that_is_killed_deletes_nothing_that_the_log_lacks(committed_world, restored) -> None:
    days = str(kept_for().days + 1)
    assert run_worker(WORKER, "in_prune", "prune", days) == -signal.SIGKILL
    assert OutboxMessage.objects.count() == 7
    with at(now() + kept_for() * 2):
        assert prune_outbox().deleted == 7
    assert OutboundStream.objects.get().acknowledged_sequence == 7
