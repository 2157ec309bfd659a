"""How many SQL statements one signed delivery inside the deployment costs, both ends together."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zt_interop.queue.models import OutboundStream
from zt_interop.relay import relay_due, relay_stream
from zt_interop.send import Outgoing, send_message, send_messages
from zt_interop.testing import PROGRESSED, Recorder, handling, progressed
from zt_tenants.context import enter

SUBJECT = "340100-20260302-000001-X"


@pytest.fixture
def plain() -> Recorder:
    """A handler that only applies, as those of most types."""
    recorder = Recorder()
    with handling(recorder.apply):
        yield recorder


def _send(world, number: int) -> None:
    with enter(world.city):
        for step in range(number):
            send_message(destination="340123", type=PROGRESSED, subject=SUBJECT, data=progressed(f"STEP-{step}"))


@pytest.mark.req("Y-10")
def test_one_signed_delivery(world, plain) -> None:
    """Claim, sign, verify, take, answer, verify the answer, record, release: no more than this, savepoints included."""
    _send(world, 1)
    relay_due()
    _send(world, 1)
    stream = OutboundStream.objects.get()

    with CaptureQueriesContext(connection) as found:
        turn = relay_stream(stream.id)

    assert (turn.shipments, turn.more) == (1, False)
    assert len(plain.applied) == 2
    assert len(found) <= 33


def test_the_last_delivery_gives_the_lease_back_by_itself(world, plain) -> None:
    _send(world, 3)
    stream = OutboundStream.objects.get()
    turn = relay_stream(stream.id)
    stream.refresh_from_db()
    assert (turn.shipments, turn.more, stream.lease_token, stream.lease_until) == (2, False, None, None)


def test_several_messages_are_queued_by_one_look_up_and_one_insert(world) -> None:
    data = progressed("STEP")
    both = [Outgoing(to, PROGRESSED, SUBJECT, data) for to in ("340123", "340000")]
    with enter(world.city):
        send_messages(both)
        with CaptureQueriesContext(connection) as found:
            queued = send_messages(both)
    assert len(found) == 2
    assert [message.stream.destination_code for message in queued] == ["340123", "340000"]
    assert [message.position for message in queued] == sorted(message.position for message in queued)


def test_a_stream_that_was_rolled_back_is_not_remembered(committed_world) -> None:
    from django.db import transaction

    with enter(committed_world.city):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            send_message(destination="340123", type=PROGRESSED, subject=SUBJECT, data=progressed())
            raise ZeroDivisionError
        first = send_message(destination="340123", type=PROGRESSED, subject=SUBJECT, data=progressed())
        with CaptureQueriesContext(connection) as found:
            second = send_message(destination="340123", type=PROGRESSED, subject=SUBJECT, data=progressed())
    assert first.stream_id == second.stream_id == OutboundStream.objects.get().id
    assert [query["sql"].split()[0] for query in found] == ["BEGIN", "INSERT", "COMMIT"]
