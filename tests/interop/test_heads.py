"""No lost tail: source and receiver compare how far a stream has come, and what is missing is sent again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zt_interop import head_exchange, heads, queries
from zt_interop.errors import HistoryIncomplete
from zt_interop.head_exchange import exchange_heads, expect_heads, request_resend
from zt_interop.keys.signing import signer_for
from zt_interop.log.models import InboundStream, InboxMessage, MessageLogEntry
from zt_interop.queue.models import MessageState, OutboundStream, OutboxMessage
from zt_interop.receipts import outcome_of
from zt_interop.receive import receive
from zt_interop.record import HEAD_AFTER, StandsRefused
from zt_interop.relay import relay_due
from zt_interop.resending import rewind
from zt_interop.send import Outgoing, send_messages
from zt_interop.testing import PROGRESSED, SUBJECT, progressed
from zt_tenants.clock import at, now
from zt_tenants.context import enter, operating, outside_centres
from zt_tenants.errors import NotFound

pytestmark = pytest.mark.req("Y-01", "R-03")
STEPS = [f"STEP-{number}" for number in range(1, 7)]


@pytest.fixture
def told(world, recorder) -> OutboundStream:
    """Six messages from the city to the county, delivered one and then in batches."""
    for step in STEPS:
        with enter(world.city):
            send_messages([Outgoing("340123", PROGRESSED, SUBJECT, progressed(step))])
        if step in ("STEP-1", "STEP-3"):
            relay_due()
    relay_due()
    assert recorder.steps == STEPS
    return OutboundStream.objects.get()


def _set_back(world, recorder, to: int) -> None:
    """As a restored backup leaves the county: rows, inbox and log as they were after message ``to``."""
    digest = OutboxMessage.objects.get(sequence=to).digest
    with operating(), enter(world.county):
        InboxMessage.objects.filter(sequence__gt=to).delete()
        MessageLogEntry.objects.filter(first_sequence__gt=to).delete()
        InboundStream.objects.update(last_sequence=to, last_hash=digest, head_sequence=0)
    recorder.forget(after=to)


def _later() -> at:
    return at(now() + HEAD_AFTER + timedelta(minutes=1))


def test_heads_that_agree_are_noted_and_not_exchanged_again_before_a_day(told) -> None:
    assert exchange_heads() == 0  # not due yet
    with _later():
        assert exchange_heads() == 0
        told.refresh_from_db()
        assert told.head_confirmed_at is not None
        assert timedelta(hours=17) < told.head_due_at - now() < timedelta(hours=31)


def test_a_receiver_set_back_gets_its_lost_tail_without_any_new_message(world, told, recorder) -> None:
    _set_back(world, recorder, 3)

    with _later():
        assert exchange_heads() == 1
        with enter(world.county):
            [status] = queries.inbound_streams()
        assert (status.last_sequence, status.missing) == (3, 3)
        relay_due()
        with enter(world.county):
            assert queries.inbound_streams()[0].missing == 0

    assert recorder.steps == STEPS
    with enter(world.county):
        assert InboxMessage.objects.filter(state="APPLIED").count() == 6
    assert set(OutboxMessage.objects.values_list("state", flat=True)) == {"DELIVERED"}


def test_an_idle_stream_is_asked_about_every_day(world, told, recorder) -> None:
    with _later():
        exchange_heads()
    _set_back(world, recorder, 4)
    with at(now() + timedelta(days=2)):
        assert exchange_heads() == 1
        relay_due()
    assert recorder.steps == STEPS


def test_a_stream_out_of_use_for_a_month_is_not_asked_about_any_more(told) -> None:
    with at(now() + timedelta(days=31)):
        exchange_heads()
    told.refresh_from_db()
    assert told.head_due_at is None


def test_what_is_pruned_from_the_queue_comes_from_the_permanent_log(world, told, recorder) -> None:
    _set_back(world, recorder, 1)
    ids = list(OutboxMessage.objects.order_by("sequence").values_list("event_id", flat=True))
    OutboxMessage.objects.filter(sequence__in=[2, 3, 5]).delete()

    with _later():
        assert exchange_heads() == 1
        relay_due()

    assert recorder.steps == STEPS
    assert [message.id for message in recorder.applied] == ids
    assert list(OutboxMessage.objects.order_by("sequence").values_list("sequence", "state")) == [
        (sequence, "DELIVERED") for sequence in range(1, 7)
    ]


def test_what_neither_queue_nor_log_has_stops_the_stream_with_the_reason(world, told, recorder) -> None:
    _set_back(world, recorder, 1)
    OutboxMessage.objects.filter(sequence=2).delete()
    with operating(), enter(world.city):
        MessageLogEntry.objects.filter(carrier__isnull=False, carrier__first_sequence=2).delete()
        MessageLogEntry.objects.filter(first_sequence=2).delete()
        with pytest.raises(HistoryIncomplete):
            rewind(told, 2)
    with _later():
        assert exchange_heads() == 0
    told.refresh_from_db()
    assert "2" in told.last_error
    assert recorder.steps == STEPS[:1]


def test_a_source_that_was_set_back_is_told_that_the_histories_differ(told) -> None:
    OutboundStream.objects.update(last_sequence=4, last_hash="a" * 64)
    with _later():
        assert exchange_heads() == 0
    told.refresh_from_db()
    assert "序号" in told.last_error
    assert told.head_confirmed_at is None


def test_a_stream_with_messages_under_way_is_not_asked_about(world, told, recorder) -> None:
    with enter(world.city):
        send_messages([Outgoing("340123", PROGRESSED, SUBJECT, progressed("SEVEN"))])
    with _later():
        assert exchange_heads() == 0
        told.refresh_from_db()
        assert told.head_due_at > now()


def test_after_a_restore_every_stream_to_the_centre_is_asked_about_at_once(world, told, recorder) -> None:
    _set_back(world, recorder, 2)
    assert expect_heads("340123") == 1
    assert exchange_heads() == 1
    relay_due()
    assert recorder.steps == STEPS


def test_a_receiver_asks_for_what_it_lacks(world, told, recorder) -> None:
    _set_back(world, recorder, 3)
    with enter(world.county):
        request_resend("340100", "case")
    relay_due()
    assert recorder.steps == STEPS


def test_a_receiver_that_lacks_nothing_gets_nothing_again(world, told, recorder) -> None:
    with enter(world.county):
        request_resend("340100", "case")
        with pytest.raises(NotFound):
            request_resend("340000", "case")
    assert relay_due() == 0


def test_a_request_with_another_history_is_refused(world, told, recorder) -> None:
    with enter(world.county):
        InboundStream.objects.update(last_sequence=2, last_hash="b" * 64)
        with pytest.raises(StandsRefused):
            request_resend("340100", "case")
    assert not OutboxMessage.objects.exclude(state=MessageState.DELIVERED).exists()


def test_nobody_can_ask_for_another_centre_s_messages(world, told, recorder) -> None:
    """The stream is that to whoever signed; a neighbour only reaches its own."""
    _set_back(world, recorder, 3)
    with enter(world.county):
        stolen = heads.request_of(InboundStream.objects.get(), here="340123")
    wire = stolen.signed_by(signer_for(world.other_county, at=now()))
    assert outcome_of(receive(wire, at=world.city, transport="local")) == "refused"
    assert not OutboxMessage.objects.exclude(state=MessageState.DELIVERED).exists()


@pytest.mark.parametrize("change", ["destination", "signature"])
def test_a_head_for_somebody_else_or_altered_is_refused(world, told, change: str) -> None:
    wire = heads.head_of(told).signed_by(signer_for(world.city, at=now()))
    place = world.county
    if change == "destination":
        place = world.township
    else:
        wire = wire[:-6] + (b"AAAAAA" if not wire.endswith(b"AAAAAA") else b"BBBBBB")
    assert outcome_of(receive(wire, at=place, transport="local")) == "refused"


def test_a_head_expires_like_every_signature(world, told) -> None:
    wire = heads.head_of(told).signed_by(signer_for(world.city, at=now()))
    with at(now() + timedelta(hours=2)):
        assert outcome_of(receive(wire, at=world.county, transport="local")) == "refused"


def test_a_thousand_streams_cost_one_scan(world, told) -> None:
    """A tick reads what is due, however many streams there are: no loop over schemas, no growth with the fleet."""

    def statements() -> int:
        with CaptureQueriesContext(connection) as found, outside_centres():
            exchange_heads()
        return len(found)

    statements()
    few = statements()
    OutboundStream.objects.bulk_create(
        OutboundStream(source_code=f"{number:06}", destination_code="340000", channel="case", last_sequence=9)
        for number in range(1000)
    )
    assert statements() == few
    assert head_exchange.AT_A_TIME <= 1000
