"""The relay: failures wait with growing delays, refusals do not block, dead relays are succeeded, order holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from zt_interop import relay
from zt_interop.claiming import LEASE, claim, due_streams
from zt_interop.envelope import FIRST_LINK
from zt_interop.errors import DeliveryFailed
from zt_interop.keys.commands import issue_key, revoke_key
from zt_interop.keys.signing import signer_for
from zt_interop.log.models import InboundStream, InboxMessage, MessageLogEntry, Refusal
from zt_interop.queue.models import MessageState, OutboundStream, OutboxMessage
from zt_interop.relay import next_attempt, relay_due, relay_stream
from zt_interop.send import send_message
from zt_interop.testing import PROGRESSED, SUBJECT, Recorder, progressed
from zt_interop.transports.local import LocalTransport
from zt_tenants.clock import at, now
from zt_tenants.context import enter, operating
from zt_tenants.models import Centre

pytestmark = pytest.mark.req("Y-01")
OTHER = "340100-20260302-000002-7"
Send = Callable[..., OutboxMessage]


@pytest.fixture
def send(world, recorder) -> Send:
    """Queue one message, from the city to the county unless said otherwise."""

    def send(step: str = "REVIEWED", *, to: Centre = world.county, subject: str = SUBJECT) -> OutboxMessage:
        with enter(world.city):
            return send_message(destination=to.code, type=PROGRESSED, subject=subject, data=progressed(step, subject))

    return send


@pytest.fixture
def line(monkeypatch) -> dict[str, bool]:
    """The line to each centre; ``line["340123"] = False`` cuts it. The transport behind it stays the real one."""
    working: dict[str, bool] = {}
    deliver = LocalTransport.deliver

    def over_the_line(self: LocalTransport, wire: bytes, *, destination: Centre) -> bytes:
        if not working.get(destination.code, True):
            raise DeliveryFailed(detail="line cut")
        return deliver(self, wire, destination=destination)

    monkeypatch.setattr(LocalTransport, "deliver", over_the_line)
    return working


def _stream(destination: str = "340123") -> OutboundStream:
    return OutboundStream.objects.get(destination_code=destination)


def test_a_failing_stream_waits_and_no_other_does(world, send, line, recorder) -> None:
    line["340123"] = False
    send("REVIEWED")
    send("REVIEWED", to=world.other_county)

    relay_due()

    assert [message.destination for message in recorder.applied] == ["341702"]
    stream = _stream()
    assert stream.failures == 1
    assert stream.lease_token is None
    assert "line cut" in stream.last_error
    assert stream.next_attempt_at > now()
    assert relay_due() == 0


def test_when_the_line_is_back_everything_arrives_once_and_in_order(send, line, recorder) -> None:
    line["340123"] = False
    steps = ["ONE", "TWO", "THREE"]
    for step in steps:
        send(step)
    for minutes in (0, 1, 2):
        with at(now() + timedelta(minutes=minutes)):
            relay_due()
    line["340123"] = True

    with at(now() + timedelta(minutes=30)):
        assert relay_due() == 2  # the first alone, the others together: its receipt says that the county takes batches

    assert recorder.steps == steps
    assert (_stream().failures, _stream().last_error) == (0, "")


def test_waiting_times_double_up_to_a_quarter_of_an_hour_with_jitter() -> None:
    start = now()

    waits = [[(next_attempt(failures, at=start) - start).total_seconds() for _ in range(20)] for failures in (1, 4, 99)]

    for seen, longest in zip(waits, (2, 16, 900), strict=True):
        assert all(longest / 2 <= wait <= longest for wait in seen)
        assert len(set(seen)) > 1


def test_a_stream_under_a_live_lease_is_left_alone_and_taken_over_when_it_ends(send, recorder) -> None:
    send()
    lease = claim(_stream().id)
    assert lease is not None

    assert relay_due() == 0
    assert relay_stream(_stream().id).shipments == 0
    with at(now() + LEASE + timedelta(seconds=1)):
        assert relay_due() == 1

    assert recorder.steps == ["REVIEWED"]


def test_a_relay_that_lost_its_lease_records_nothing_more(send, recorder) -> None:
    message = send()
    lease = claim(_stream().id)
    with at(now() + LEASE + timedelta(seconds=1)):
        claim(_stream().id)

    assert lease is not None
    assert relay._ship_next(lease, relay._way(lease)) is relay.Shipped.NOTHING
    message.refresh_from_db()
    assert message.state == MessageState.QUEUED


def test_a_message_refused_in_its_place_is_marked_and_the_stream_goes_on(send, recorder) -> None:
    bad = send("ONE")
    OutboxMessage.objects.filter(pk=bad.pk).update(type="case.progressed.v9")
    good = send("TWO", subject=OTHER)

    relay_due()

    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.state, bad.refusal_code, bad.sequence) == (MessageState.REFUSED, "MAJOR_UNKNOWN", 1)
    assert bad.refusal_zh
    assert (good.state, good.sequence) == (MessageState.DELIVERED, 2)
    assert recorder.steps == ["TWO"]


def test_a_message_that_never_entered_the_stream_gives_its_sequence_to_the_next(world, send, recorder) -> None:
    bad = send("ONE")
    OutboxMessage.objects.filter(pk=bad.pk).update(subject="")
    good = send("TWO", subject=OTHER)

    relay_due()

    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.state, bad.refusal_code, bad.sequence) == (MessageState.REFUSED, "ENVELOPE_INVALID", None)
    assert (good.state, good.sequence, good.prevhash) == (MessageState.DELIVERED, 1, FIRST_LINK)
    assert recorder.steps == ["TWO"]
    with enter(world.county):
        assert Refusal.objects.get().recorded_sequence is None


def test_a_receiver_restored_from_an_older_backup_gets_what_it_lost(world, send, recorder) -> None:
    for step in ("ONE", "TWO", "THREE"):
        send(step)
    relay_due()
    first = OutboxMessage.objects.order_by("sequence")[0]
    with enter(world.county):
        InboxMessage.objects.filter(sequence__gt=1).delete()
    with operating(), enter(world.county):  # nobody else may delete what was logged
        MessageLogEntry.objects.filter(first_sequence__gt=1).delete()
        InboundStream.objects.update(last_sequence=1, last_hash=first.digest)
    recorder.forget()

    send("FOUR")
    relay_due()

    assert recorder.steps == ["TWO", "THREE", "FOUR"]
    assert not OutboxMessage.objects.exclude(state=MessageState.DELIVERED).exists()


def test_a_stream_whose_history_forked_stands_still_and_says_so(world, send, recorder) -> None:
    send("ONE")
    relay_due()
    OutboundStream.objects.update(last_hash="a" * 64)

    message = send("TWO")
    relay_due()

    message.refresh_from_db()
    assert message.state == MessageState.SIGNED
    assert "摘要" in _stream().last_error
    assert recorder.steps == ["ONE"]


def test_a_revoked_key_stops_the_stream_until_there_is_a_new_one(world, send, recorder) -> None:
    message = send()
    revoke_key(signer_for(world.city, at=now()).kid, reason="泄露")
    relay_due()
    assert "密钥" in _stream().last_error

    issue_key(world.city)
    with at(now() + timedelta(minutes=1)):
        relay_due()

    message.refresh_from_db()
    assert message.state == MessageState.DELIVERED
    assert recorder.steps == ["REVIEWED"]


def test_a_message_waiting_for_days_is_signed_afresh(send, line, recorder) -> None:
    line["340123"] = False
    send()
    relay_due()
    line["340123"] = True

    with at(now() + timedelta(days=9)):
        relay_due()

    assert recorder.steps == ["REVIEWED"]


def test_a_parked_message_is_delivered_for_the_sender(send, recorder: Recorder) -> None:
    recorder.fail_on["REVIEWED"] = DeliveryFailed(detail="x")
    message = send()

    relay_due()

    message.refresh_from_db()
    assert (message.state, message.outcome) == (MessageState.DELIVERED, "parked")
    assert message.refusal_code == "DELIVERY_FAILED"


def test_streams_without_pending_messages_are_not_due(send, recorder) -> None:
    send()
    assert due_streams().count() == 1
    relay_due()
    assert due_streams().count() == 0


def test_a_turn_ends_so_that_other_streams_get_theirs(send, recorder, monkeypatch) -> None:
    monkeypatch.setattr(relay, "SHIPMENTS_PER_TURN", 2)
    for step in ("ONE", "TWO", "THREE", "FOUR"):
        send(step)

    turn = relay_stream(_stream().id)

    assert (turn.shipments, turn.more) == (2, True)
    assert relay_stream(_stream().id).more is False
    assert recorder.steps == ["ONE", "TWO", "THREE", "FOUR"]


def test_what_cannot_be_sent_is_refused_before_it_is_queued(world, recorder) -> None:
    from zt_interop.errors import Malformed, SchemaInvalid, TooDeep, TooLarge
    from zt_tenants.errors import UnknownCentre

    deep: dict[str, object] = {}
    for _ in range(40):
        deep = {"deeper": deep}
    with enter(world.city):
        for error, data, destination in (
            (SchemaInvalid, {}, "340123"),
            (Malformed, progressed(ratio=0.5), "340123"),
            (TooDeep, progressed(more=deep), "340123"),
            (TooLarge, progressed(more="长" * 300_000), "340123"),
            (UnknownCentre, progressed(), "999999"),
        ):
            with pytest.raises(error):
                send_message(destination=destination, type=PROGRESSED, subject=SUBJECT, data=data)

    assert not OutboxMessage.objects.exists()


def test_a_command_that_rolls_back_sends_nothing(world, recorder) -> None:
    from django.db import transaction

    with enter(world.city), pytest.raises(RuntimeError), transaction.atomic():
        send_message(destination="340123", type=PROGRESSED, subject=SUBJECT, data=progressed())
        raise RuntimeError("the command failed")

    assert not OutboxMessage.objects.exists()
    assert relay_due() == 0


def test_a_centre_writes_to_itself_by_the_same_road(world, recorder) -> None:
    with enter(world.province):
        send_message(destination="340000", type=PROGRESSED, subject=SUBJECT, data=progressed())

    assert relay_due() == 1
    assert recorder.steps == ["REVIEWED"]
