"""The clock that processes share is the database's, unless the business clock was set."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from zt_tenants import clock, server_clock
from zt_tenants.models import TimerLane

pytestmark = pytest.mark.req("Y-01")
SET = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def test_it_is_read_from_the_database(world, django_assert_num_queries) -> None:
    before = clock.now()
    with django_assert_num_queries(1):
        moment = server_clock.read()
    assert before - timedelta(seconds=1) <= moment <= clock.now() + timedelta(seconds=1)


def test_where_the_clock_was_set_it_counts_here_too_and_nothing_is_asked(world, django_assert_num_queries) -> None:
    with clock.at(SET), django_assert_num_queries(0):
        assert server_clock.read() == SET
        assert server_clock.lead() == timedelta(0)


@pytest.mark.parametrize("shift", [timedelta(0), timedelta(hours=1)])
def test_it_can_be_written_and_compared(world, shift: timedelta) -> None:
    lane = TimerLane.objects.create(centre_id=world.city.id, kind="test", lease_until=SET)
    with clock.at(SET):
        TimerLane.objects.update(lease_until=server_clock.moment() + shift)
        due = TimerLane.objects.filter(lease_until__lte=server_clock.moment()).count()
    lane.refresh_from_db()
    assert lane.lease_until == SET + shift
    assert due == (0 if shift else 1)


def test_a_clock_that_runs_is_the_databases(world) -> None:
    lane = TimerLane.objects.create(centre_id=world.city.id, kind="test", lease_until=SET)
    TimerLane.objects.update(lease_until=server_clock.moment() + timedelta(seconds=90))
    lane.refresh_from_db()
    assert abs(lane.lease_until - clock.now() - timedelta(seconds=90)) < timedelta(seconds=30)


def test_a_host_whose_clock_is_ahead_is_told_by_how_much(world, monkeypatch) -> None:
    right = clock.now
    monkeypatch.setattr(clock, "now", lambda: right() + timedelta(hours=1))
    assert timedelta(minutes=59) < server_clock.lead() < timedelta(minutes=61)
