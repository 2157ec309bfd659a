"""From a command in one centre to an effect in another, in the same deployment."""

from __future__ import annotations

import pytest

from zt_interop.log.models import InboxMessage, InboxState, MessageLogEntry
from zt_interop.queue.models import MessageState, OutboundStream, OutboxMessage
from zt_interop.relay import relay_due
from zt_interop.send import send_message
from zt_interop.testing import PROGRESSED, SUBJECT, progressed
from zt_tenants.context import enter


def _send(source, destination, step: str, subject: str = SUBJECT) -> OutboxMessage:
    with enter(source):
        return send_message(
            destination=destination.code, type=PROGRESSED, subject=subject, data=progressed(step, subject)
        )


@pytest.mark.req("Y-01")
def test_a_message_takes_effect_once_at_the_destination(world, recorder) -> None:
    sent = _send(world.city, world.county, "REVIEWED")

    assert relay_due() == 1
    assert relay_due() == 0

    [message] = recorder.applied
    assert (message.id, message.source, message.destination) == (sent.event_id, "340100", "340123")
    assert message.data == progressed("REVIEWED")
    sent.refresh_from_db()
    assert (sent.state, sent.outcome, sent.sequence) == (MessageState.DELIVERED, "accepted", 1)


def test_messages_of_a_stream_arrive_in_the_order_of_their_commands(world, recorder) -> None:
    steps = [f"STEP-{number}" for number in range(12)]
    for step in steps:
        _send(world.city, world.county, step)

    relay_due()

    assert recorder.steps == steps
    assert [message.sequence for message in recorder.applied] == list(range(1, 13))


def test_each_event_is_linked_to_the_one_before(world, recorder) -> None:
    for step in ("ONE", "TWO", "THREE"):
        _send(world.city, world.county, step)
    relay_due()

    rows = list(OutboxMessage.objects.order_by("sequence"))

    assert [row.prevhash for row in rows[1:]] == [row.digest for row in rows[:-1]]
    assert [message.digest for message in recorder.applied] == [row.digest for row in rows]
    assert OutboundStream.objects.get().last_hash == rows[-1].digest


def test_both_ledgers_hold_the_same_bytes_and_the_receipt(world, recorder) -> None:
    _send(world.city, world.county, "REVIEWED")
    relay_due()

    with enter(world.city):
        out = MessageLogEntry.objects.get()
    with enter(world.county):
        received = MessageLogEntry.objects.get()
        inbox = InboxMessage.objects.get()

    assert (out.direction, received.direction) == ("OUT", "IN")
    assert (out.wire, out.receipt) == (received.wire, received.receipt)
    assert inbox.state == InboxState.APPLIED


@pytest.mark.req("A-01")
def test_the_neighbour_sees_nothing(world, recorder) -> None:
    _send(world.city, world.county, "REVIEWED")
    relay_due()

    for neighbour in (world.other_city, world.other_county, world.province):
        with enter(neighbour):
            assert not MessageLogEntry.objects.exists()
            assert not InboxMessage.objects.exists()


def test_what_is_stored_of_a_message_is_sealed(world, recorder) -> None:
    from django.db import connection

    with enter(world.city):
        data = progressed("REVIEWED", note="身份证号340101199001011234")
        send_message(destination=world.county.code, type=PROGRESSED, subject=SUBJECT, data=data)
    relay_due()

    with enter(world.county), connection.cursor() as cursor:
        cursor.execute("SELECT wire::bytea FROM interop_log_messagelogentry")
        wire = bytes(cursor.fetchone()[0])
    with enter(world.city), connection.cursor() as cursor:
        cursor.execute("SELECT data FROM interop_queue_outboxmessage")
        queued = bytes(cursor.fetchone()[0])

    assert b"eyJ" not in wire
    assert b"340101199001011234" not in queued
