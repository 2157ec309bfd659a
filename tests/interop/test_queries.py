"""What pages see of the messages; the same number of statements however much there is; nothing of the neighbour's."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zt_interop import queries
from zt_interop.queue.models import OutboxMessage
from zt_interop.relay import relay_due
from zt_interop.send import send_message
from zt_interop.testing import PROGRESSED, SUBJECT, progressed
from zt_tenants.clock import at, now
from zt_tenants.context import enter
from zt_tenants.errors import DomainError

pytestmark = pytest.mark.req("Y-01", "E-20")


class Unready(DomainError):
    """Not now."""

    code = "UNREADY"
    zh = "尚未受理。"
    en = "Not accepted yet."


def _send(world, step: str, to: str = "340123") -> OutboxMessage:
    with enter(world.city):
        return send_message(destination=to, type=PROGRESSED, subject=SUBJECT, data=progressed(step))


def test_streams_show_backlog_lag_and_head(world, recorder) -> None:
    _send(world, "ONE")
    relay_due()
    _send(world, "TWO")

    with at(now()), enter(world.city):
        [status] = queries.outbound_streams()
        everywhere = queries.outbound_streams_of_all()

    assert (status.destination_code, status.backlog, status.last_sequence) == ("340123", 1, 1)
    assert status.oldest_pending_at is not None
    assert status.lag.total_seconds() >= 0
    assert everywhere == [status]


def test_the_trail_of_a_case_shows_both_directions_in_order(world, recorder) -> None:
    _send(world, "ONE")
    relay_due()
    with enter(world.county):
        send_message(destination="340100", type=PROGRESSED, subject=SUBJECT, data=progressed("TWO"))
    relay_due()

    with enter(world.county):
        entries = queries.trail(SUBJECT)
        logged = list(queries.log_entries(SUBJECT))

    assert [(entry.direction, entry.state) for entry in entries] == [("IN", "APPLIED"), ("OUT", "DELIVERED")]
    assert [entry.direction for entry in logged] == ["IN", "OUT"]


def test_parked_refused_and_totals(world, recorder) -> None:
    recorder.fail_on["ONE"] = Unready()
    _send(world, "ONE")
    bad = _send(world, "TWO")
    OutboxMessage.objects.filter(pk=bad.pk).update(type="case.vanished.v1")
    relay_due()
    _send(world, "THREE")

    with enter(world.county):
        assert [row.reason_zh for row in queries.unapplied_messages()] == ["尚未受理。"]
        assert [row.code for row in queries.refusals()] == ["TYPE_UNKNOWN"]
        [inbound] = queries.inbound_streams()
    with enter(world.city):
        assert [row.event_id for row in queries.refused_messages()] == [bad.event_id]

    assert (inbound.last_sequence, inbound.unapplied, inbound.gaps) == (2, 1, 0)
    totals = queries.totals()
    assert (totals.queued, totals.delivered, totals.refused) == (1, 1, 1)
    assert (totals.streams, totals.failing_streams) == (1, 0)


def test_the_neighbour_sees_none_of_it(world, recorder) -> None:
    recorder.fail_on["ONE"] = Unready()
    _send(world, "ONE")
    relay_due()

    with enter(world.other_county):
        assert queries.outbound_streams() == []
        assert queries.inbound_streams() == []
        assert queries.trail(SUBJECT) == []
        assert not queries.unapplied_messages().exists()
        assert not queries.refused_messages().exists()
        assert not queries.log_entries(SUBJECT).exists()


@pytest.mark.parametrize(
    "query",
    [queries.outbound_streams, queries.inbound_streams, lambda: queries.trail(SUBJECT), queries.totals],
    ids=["outbound", "inbound", "trail", "totals"],
)
def test_the_number_of_statements_does_not_grow(world, recorder, query) -> None:
    def count() -> int:
        with (
            enter(world.city),
            CaptureQueriesContext(
                connection,
            ) as captured,
        ):
            query()
        return len(captured)

    _send(world, "ONE")
    relay_due()
    few = count()
    for number in range(20):
        _send(world, f"STEP-{number}", to=world.all[number % 6].code)
    relay_due()

    assert count() == few
