"""Places of supervision events lie in the stream's row until the events have arrived; nothing is lost or doubled by it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zt_interop import batch, handlers
from zt_interop.envelope import FIRST_LINK
from zt_interop.errors import DeliveryFailed
from zt_interop.handlers import Message
from zt_interop.head_exchange import request_resend
from zt_interop.log.models import InboundStream
from zt_interop.pending import read_pending, save_places
from zt_interop.queue.models import InFlight, OutboundStream, OutboxMessage
from zt_interop.receipts import Outcome
from zt_interop.relay import relay_due
from zt_interop.send import send_message
from zt_interop.testing import SUPERVISED, supervised
from zt_interop.transports.local import LocalTransport
from zt_tenants.clock import at, now
from zt_tenants.context import enter, operating
from zt_tenants.models import Centre

pytestmark = pytest.mark.req("R-01", "R-03", "Y-01")
ONE = "340100-20260302-000001-X"
Send = Callable[..., OutboxMessage]


class Line:
    """The line to the province: cut before the delivery, or only on the way back, or whole."""

    def __init__(self) -> None:
        self.cut = ""
        self.sizes: list[int] = []


@pytest.fixture
def line(monkeypatch) -> Line:
    line, deliver = Line(), LocalTransport.deliver

    def over_the_line(self: LocalTransport, wire: bytes, *, destination: Centre) -> bytes:
        if line.cut == "before":
            raise DeliveryFailed(detail="line cut")
        line.sizes.append(len(batch.parse(wire).events))
        answer = deliver(self, wire, destination=destination)
        if line.cut == "after":
            raise DeliveryFailed(detail="answer lost")
        return answer

    monkeypatch.setattr(LocalTransport, "deliver", over_the_line)
    return line


@pytest.fixture
def taken() -> Iterator[list[tuple[int, str]]]:
    """What the province took: sequence and step."""
    kept = handlers.batch_handler_for(SUPERVISED)
    handlers.unregister(SUPERVISED)
    found: list[tuple[int, str]] = []

    def take(messages: Sequence[Message]) -> None:
        found.extend((message.sequence, message.data["step"]) for message in messages)

    handlers.register_batch(SUPERVISED, take)
    yield found
    handlers.unregister(SUPERVISED)
    if kept:
        handlers.register_batch(SUPERVISED, kept)


@pytest.fixture
def send(world, taken) -> Send:
    """Queue one event of the city for the province."""

    def send(step: str) -> OutboxMessage:
        with enter(world.city):
            return send_message(
                destination="340000", type=SUPERVISED, subject=ONE, data=supervised(ONE, step), channel="supervision"
            )

    return send


def _stream() -> OutboundStream:
    return OutboundStream.objects.get()


def _relay(minutes: int = 0) -> int:
    with at(now() + timedelta(minutes=minutes)):
        return relay_due()


def _places() -> list[tuple[str, int | None]]:
    return list(OutboxMessage.objects.order_by("position").values_list("state", "sequence"))


@given(positions=st.lists(st.integers(1, 60), unique=True, min_size=1, max_size=40), taken=st.integers(0, 40))
def test_the_row_of_the_stream_holds_the_positions_in_their_order(positions: list[int], taken: int) -> None:
    in_flight = InFlight(7, tuple(positions), attempts=3)
    stream = OutboundStream(last_sequence=7, in_flight=in_flight.to_json())
    assert InFlight.of(stream) == in_flight
    assert stream.given_sequence == 7 + len(positions)

    arrived = positions[:taken]
    left = OutboundStream(last_sequence=7 + len(arrived), in_flight=in_flight.behind(arrived))
    rest = InFlight.of(left)
    assert (rest.positions if rest else ()) == tuple(positions[taken:])


def test_what_was_tried_keeps_its_place_though_an_earlier_command_commits_meanwhile(send, line, taken) -> None:
    late = send("LATE")
    OutboxMessage.objects.filter(pk=late.pk).update(state="CLOSED")  # as if its transaction were not at its end
    send("ONE")
    send("TWO")
    line.cut = "before"
    _relay()
    assert _places() == [("CLOSED", None), ("QUEUED", None), ("QUEUED", None)]
    assert _stream().last_sequence == 0

    OutboxMessage.objects.filter(pk=late.pk).update(state="QUEUED")
    line.cut = ""
    _relay(minutes=1)

    assert taken == [(1, "ONE"), (2, "TWO"), (3, "LATE")]
    assert _places() == [("DELIVERED", 3), ("DELIVERED", 1), ("DELIVERED", 2)]
    assert _stream().in_flight == {}


def test_an_answer_that_was_lost_doubles_nothing(send, line, taken) -> None:
    send("ONE")
    send("TWO")
    line.cut = "after"
    _relay()
    assert taken == [(1, "ONE"), (2, "TWO")]
    assert _places() == [("QUEUED", None)] * 2

    send("THREE")
    line.cut = ""
    assert _relay(minutes=1) == 2

    assert taken == [(1, "ONE"), (2, "TWO"), (3, "THREE")]
    assert _places() == [("DELIVERED", 1), ("DELIVERED", 2), ("DELIVERED", 3)]
    rows = list(OutboxMessage.objects.order_by("position"))
    assert [(row.outcome, row.attempts) for row in rows] == [("duplicate", 2), ("duplicate", 2), ("accepted", 1)]
    assert [row.prevhash for row in rows] == [FIRST_LINK, rows[0].digest, rows[1].digest]
    assert (_stream().last_sequence, _stream().last_hash) == (3, rows[2].digest)


def test_a_receiver_that_was_set_back_while_events_are_in_flight_gets_all_in_order(world, send, line, taken) -> None:
    send("ONE")
    send("TWO")
    _relay()
    line.cut = "before"
    send("THREE")
    _relay()
    with operating(), enter(world.province):
        InboundStream.objects.update(last_sequence=0, last_hash=FIRST_LINK)
    taken.clear()
    line.cut = ""

    _relay(minutes=1)

    assert taken == [(1, "ONE"), (2, "TWO"), (3, "THREE")]
    assert _places() == [("DELIVERED", 1), ("DELIVERED", 2), ("DELIVERED", 3)]


def test_a_receiver_may_ask_for_more_though_its_answer_was_lost(world, send, line, taken) -> None:
    send("ONE")
    line.cut = "after"
    _relay()
    line.cut = ""

    def asks(self: LocalTransport, wire: bytes, *, destination: Centre) -> bytes:
        from zt_interop.receive import receive

        return receive(wire, at=destination, transport="local")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(LocalTransport, "deliver", asks)
        with enter(world.province):
            receipt = request_resend("340100", "supervision")
    assert receipt.outcome is Outcome.ACCEPTED
    _relay(minutes=1)
    assert taken == [(1, "ONE")]


def test_places_that_an_older_release_gave_are_the_ones_that_count(world, send, line, taken) -> None:
    """It reads the queue by position and writes each place into its row, as here."""
    send("ONE")
    line.cut = "before"
    _relay()
    send("TWO")
    with enter(world.city):
        stream = _stream()
        waiting = read_pending(stream, 10)
        for message in waiting:
            leaf = message.in_place(stream)
            message.sequence, message.prevhash = leaf.sequence, leaf.prevhash or ""
            message.digest = stream.last_hash = leaf.digest()
            stream.last_sequence += 1
        save_places(waiting)
        stream.save(update_fields=["last_sequence", "last_hash"])
    assert InFlight.of(_stream()) is None

    send("THREE")
    line.cut = ""
    _relay(minutes=1)

    assert taken == [(1, "ONE"), (2, "TWO"), (3, "THREE")]
    assert _places() == [("DELIVERED", 1), ("DELIVERED", 2), ("DELIVERED", 3)]


def test_an_event_that_vanished_in_flight_stops_its_stream_and_says_so(send, line, taken) -> None:
    lost = send("ONE")
    send("TWO")
    line.cut = "before"
    _relay()
    with operating():
        OutboxMessage.objects.filter(pk=lost.pk).delete()
    line.cut = ""

    _relay(minutes=1)

    assert taken == []
    assert "1" in _stream().last_error
    assert _stream().failures == 2


def test_batches_grow_to_what_the_receiver_takes(send, line, taken, monkeypatch) -> None:
    monkeypatch.setattr(batch, "FIRST_BATCH_EVENTS", 2)
    monkeypatch.setattr(batch, "MAX_BATCH_EVENTS", 5)
    for number in range(12):
        send(f"STEP-{number}")

    _relay()

    assert line.sizes == [2, 4, 5, 1]
    assert [sequence for sequence, _ in taken] == list(range(1, 13))


def test_a_receiver_of_an_older_release_gets_no_longer_batches_than_it_takes(send, line, taken, monkeypatch) -> None:
    """It says nothing of how many it takes, and refuses more: the next ones have as many as everybody takes."""
    monkeypatch.setattr(batch, "FIRST_BATCH_EVENTS", 2)
    deliver = LocalTransport.deliver

    def at_an_older_one(self: LocalTransport, wire: bytes, *, destination: Centre) -> bytes:
        with pytest.MonkeyPatch.context() as older:
            older.setattr(batch, "MAX_BATCH_EVENTS", 2)
            return deliver(self, wire, destination=destination)

    monkeypatch.setattr(LocalTransport, "deliver", at_an_older_one)
    send("STEP-0")
    _relay()
    OutboundStream.objects.update(batch_limit=4)  # as a newer release behind the same address had said
    for number in range(1, 7):
        send(f"STEP-{number}")

    _relay()

    assert line.sizes == [1, 4, 2, 2, 2]
    assert [sequence for sequence, _ in taken] == list(range(1, 8))
    assert {state for state, _ in _places()} == {"DELIVERED"}
