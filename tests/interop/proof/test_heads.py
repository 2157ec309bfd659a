"""Closing the log of a day: one root over all deliveries, chained, witnessed by somebody else."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zt_interop import tasks
from zt_interop.log.models import InboxMessage, InboxState, MessageLogEntry
from zt_interop.proof.heads import active_centres, close_log, last_head, witnesses_of
from zt_interop.proof.leaves import FIRST_PREVIOUS, HEAD_EVENT
from zt_interop.queue.models import OutboundStream, OutboxMessage
from zt_interop.relay import relay_due
from zt_interop.send import send_message
from zt_interop.testing import PROGRESSED, SUBJECT, Recorder, Sender, progressed
from zt_tenants import clock
from zt_tenants.clock import now
from zt_tenants.context import enter, operating, outside_centres
from zt_tenants.models import Centre

pytestmark = pytest.mark.req("R-11", "Y-06")


def _send(world, number: int = 1) -> None:
    with enter(world.city):
        for _ in range(number):
            send_message(destination=world.county.code, type=PROGRESSED, subject=SUBJECT, data=progressed())
    relay_due()


def _close(centre: Centre, day: datetime):
    """As the night after ``day`` does."""
    with clock.at(day + timedelta(hours=1)):
        with enter(centre):
            head = close_log(until=day)
        relay_due()
    return head


@pytest.fixture
def day(world, recorder: Recorder) -> datetime:
    """An instant after the first messages."""
    _send(world, 3)
    return now() + timedelta(seconds=1)


def test_a_head_covers_every_delivery_once(world, day) -> None:
    head = _close(world.city, day)

    assert head is not None
    assert (head.centre, head.entries, head.previous) == (world.city.code, _deliveries(world.city, day), FIRST_PREVIOUS)
    with enter(world.city):
        assert last_head() == head


def _deliveries(centre: Centre, until: datetime) -> int:
    with enter(centre):
        return MessageLogEntry.objects.filter(carrier__isnull=True, logged_at__lt=until).count()


def test_heads_are_chained(world, day) -> None:
    first = _close(world.city, day)
    with clock.at(day + timedelta(hours=2)):
        _send(world)
    second = _close(world.city, day + timedelta(days=1))

    assert first is not None
    assert second is not None
    assert (second.previous, second.from_) == (first.digest(), first.until)


def test_closing_again_changes_nothing(world, day) -> None:
    _close(world.city, day)
    sent = OutboxMessage.objects.filter(type=HEAD_EVENT).count()

    assert _close(world.city, day) is None
    assert OutboxMessage.objects.filter(type=HEAD_EVENT).count() == sent


def test_a_log_without_news_is_left_alone(world, day) -> None:
    assert _close(world.other_county, day) is None
    assert not OutboxMessage.objects.filter(type=HEAD_EVENT).exists()


def test_what_may_still_be_on_its_way_is_not_covered(world, day) -> None:
    with enter(world.city), pytest.raises(ValueError, match="after the end"):
        close_log(until=now())


def test_the_province_is_witnessed_by_its_cities(world) -> None:
    assert witnesses_of(world.county) == [world.province]
    assert witnesses_of(world.province) == [world.city, world.other_city]


def test_the_witness_signs_only_what_continues(world, day) -> None:
    """A log that was changed after it was witnessed: the next head does not continue, and its receipt says so."""
    _close(world.city, day)
    OutboxMessage.objects.filter(type=HEAD_EVENT).delete()
    with operating(), enter(world.city):  # the centre itself may delete nothing of its log
        MessageLogEntry.objects.filter(subject__startswith="LOG-").delete()
    forged = _close(world.city, day + timedelta(days=1))

    assert forged is not None
    with enter(world.province):
        states = InboxMessage.objects.filter(type=HEAD_EVENT, source_code=world.city.code).order_by("id")
        assert [row.state for row in states] == [InboxState.APPLIED, InboxState.PARKED]
        assert states[1].reason_code == "FORKED_LOG"
    with enter(world.city):
        answered = MessageLogEntry.objects.filter(type=HEAD_EVENT).latest("id")
        assert answered.outcome == "parked"

    with clock.at(day + timedelta(days=1, hours=2)):
        _send(world)
    assert _close(world.city, day + timedelta(days=2)) is not None
    with enter(world.province):
        assert states.last().state == InboxState.APPLIED, "what continues the fork is no second fork"


def test_who_is_no_witness_signs_no_head(world, day) -> None:
    """A county, another city or a lower centre knows nothing of a log and would agree to any."""
    head = _close(world.city, day)
    assert head is not None
    for stranger in (world.county, world.other_city):
        told = _sender(world.city, stranger).send(head.to_data(), type=HEAD_EVENT, subject="LOG-340100-203001010000")
        assert (told["outcome"], told["code"]) == ("parked", "NOT_THE_WITNESS")
    known = _sender(world.city, world.province).send(
        {**head.to_data(), "previous": "0" * 64}, type=HEAD_EVENT, subject="LOG-340100-203001010001"
    )
    assert (known["outcome"], known["code"]) == ("parked", "FORKED_LOG")


def _sender(source: Centre, destination: Centre) -> Sender:
    """Goes on where the relay stopped."""
    way = OutboundStream.objects.filter(source_code=source.code, destination_code=destination.code, channel="case")
    return Sender(source, destination, *(way.values_list("last_sequence", "last_hash").first() or ()))


def test_a_city_is_a_witness_of_its_province_alone(world, day) -> None:
    assert _close(world.province, day + timedelta(days=2)) is None
    data = {"centre": "340000", "from": "1970-01-01T00:00:00.000000Z", "until": "2026-03-02T00:00:00.000000Z"}
    data |= {"entries": 1, "merkle_root": "0" * 64, "previous": FIRST_PREVIOUS}
    told = Sender(world.province, world.city).send(data, type=HEAD_EVENT, subject="LOG-340000-202603020000")
    county = Sender(world.province, world.county).send(data, type=HEAD_EVENT, subject="LOG-340000-202603020000")
    assert told["outcome"] == "accepted"
    assert (county["outcome"], county["code"]) == ("parked", "NOT_THE_WITNESS")


def test_the_nightly_tick_asks_only_centres_with_traffic(world, day) -> None:
    with outside_centres():
        assert active_centres(since=day - timedelta(days=1)) == [world.city.code, world.county.code]
        with CaptureQueriesContext(
            connection,
        ) as statements:
            active_centres(since=day - timedelta(days=1))
    assert len(statements) == 2

    with clock.at(day + timedelta(days=1)):
        tasks.close_log(world.city.code, day.isoformat())
        tasks.close_log(world.city.code, day.isoformat())
    assert OutboxMessage.objects.filter(type=HEAD_EVENT).count() == 1


def test_closing_takes_the_same_statements_for_any_number_of_deliveries(world, day) -> None:
    def count() -> int:
        with clock.at(later + timedelta(hours=1)), enter(world.city), CaptureQueriesContext(connection) as statements:
            assert close_log(until=later) is not None
        return len(statements)

    later = day
    few = count()
    later = day + timedelta(days=1)
    with clock.at(day + timedelta(hours=1)):
        for _ in range(5):
            _send(world)
    assert count() <= few + 1


def test_a_neighbours_log_is_not_touched(world, day) -> None:
    before = _deliveries(world.county, day)
    _close(world.city, day)

    with enter(world.other_city):
        assert not MessageLogEntry.objects.filter(type=HEAD_EVENT).exists()
        assert last_head() is None
    assert _deliveries(world.county, day) == before
