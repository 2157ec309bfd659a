"""Delivered messages leave the queue when their time is over and the log has them; nothing else does."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zt_interop import queries
from zt_interop.log.models import MessageLogEntry
from zt_interop.prune import Pruned, kept_for, prune_outbox
from zt_interop.queue.models import OutboundStream, OutboxMessage
from zt_interop.relay import relay_due
from zt_interop.send import Outgoing, send_messages
from zt_interop.testing import PROGRESSED, SUBJECT, progressed
from zt_tenants.clock import at, now
from zt_tenants.context import enter, operating

pytestmark = pytest.mark.req("Y-01")


def _send(world, number: int, *, centre=None) -> None:
    with enter(centre or world.city):
        send_messages([Outgoing("340123", PROGRESSED, SUBJECT, progressed(f"STEP-{step}")) for step in range(number)])
    relay_due()


def _over() -> at:
    return at(now() + kept_for() + timedelta(hours=1))


def test_only_what_was_delivered_long_ago_goes(world, recorder) -> None:
    _send(world, 3)
    assert prune_outbox() == Pruned()
    with _over():
        _send(world, 1)
        assert prune_outbox() == Pruned(deleted=3)
        assert OutboxMessage.objects.count() == 1
    with enter(world.city):
        assert len(queries.log_entries(SUBJECT)) == 4


def test_what_waits_or_was_refused_stays(world, recorder) -> None:
    _send(world, 2)
    first, second = OutboxMessage.objects.order_by("position")
    OutboxMessage.objects.filter(pk=first.pk).update(state="REFUSED")
    OutboxMessage.objects.filter(pk=second.pk).update(state="SIGNED")
    with _over():
        assert prune_outbox() == Pruned()


def test_what_the_log_lost_stays_and_does_not_stop_the_others(world, recorder) -> None:
    _send(world, 3)
    _send(world, 2, centre=world.other_city)
    with operating(), enter(world.city):  # a centre's own role could not
        MessageLogEntry.objects.filter(carrier__isnull=False).delete()
        MessageLogEntry.objects.filter(first_sequence=2).delete()
    with _over():
        assert prune_outbox() == Pruned(deleted=3, kept=2)
        assert prune_outbox() == Pruned(kept=2)
    assert set(OutboxMessage.objects.values_list("sequence", flat=True)) == {2, 3}


def test_what_the_receiver_has_not_acknowledged_again_stays(world, recorder) -> None:
    _send(world, 2)
    OutboundStream.objects.update(acknowledged_sequence=1)
    with _over():
        assert prune_outbox() == Pruned(deleted=1, kept=1)


def test_what_it_costs_does_not_grow_with_the_messages(world, recorder) -> None:
    costs = []
    for number in (3, 30):
        _send(world, number)
        with _over(), CaptureQueriesContext(connection) as found:
            assert prune_outbox().deleted == number
        costs.append(len(found))
    assert costs[0] == costs[1]
