"""Lights, rates, contributions and gaps as pure functions."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zt_platform.lights import Light, light
from zt_platform.supervision.rules import (
    Coverage,
    Rate,
    contributions,
    instant_rate,
    on_time_rate,
)

DUE = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def _light(at, stopped_at=None, due_at=DUE):
    return light(
        at,
        warning_at=due_at and due_at - timedelta(days=1),
        due_at=due_at,
        red_at=due_at and due_at + timedelta(days=3),
        stopped_at=stopped_at,
    )


@pytest.mark.req("R-02", "F-05")
@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (DUE - timedelta(days=1), Light.GREEN),
        (DUE - timedelta(days=1) + SECOND, Light.WARNING),
        (DUE, Light.WARNING),
        (DUE + SECOND, Light.YELLOW),
        (DUE + timedelta(days=3), Light.YELLOW),
        (DUE + timedelta(days=3) + SECOND, Light.RED),
    ],
)
def test_a_light_follows_the_time_of_reading(at, expected):
    assert _light(at) is expected


def test_a_stopped_clock_keeps_the_light_it_stopped_with():
    assert _light(DUE + timedelta(days=30), stopped_at=DUE - timedelta(days=2)) is Light.GREEN
    assert _light(DUE + timedelta(days=30), stopped_at=DUE + timedelta(days=1)) is Light.YELLOW


def test_a_case_without_a_limit_is_green():
    assert _light(DUE, due_at=None) is Light.GREEN


@pytest.mark.req("E-21")
def test_rates_state_their_denominators():
    assert on_time_rate(on_time=3, late=1) == Rate(3, 4)
    assert on_time_rate(on_time=3, late=1).value == 75.0
    assert instant_rate(instant=0, completed=0).value is None
    assert instant_rate(instant=0, completed=0).text == "–"


@pytest.mark.parametrize(
    ("part", "whole", "text"), [(1, 1, "100%"), (9999, 10000, "99.9%"), (2, 3, "66.6%"), (0, 5, "0%")]
)
def test_a_rate_is_never_rounded_up_to_perfection(part, whole, text):
    assert Rate(part, whole).text == text


def _record(**changed):
    at = DUE
    fields = {
        "role": "SOLE",
        "status": "COMPLETED",
        "result": "GRANTED",
        "instant": False,
        "on_time": True,
        "submitted_at": at - timedelta(days=2),
        "accepted_at": at - timedelta(days=1),
        "decided_at": at,
        "completed_at": at,
        "stopped_at": at,
    }
    return SimpleNamespace(**{**fields, **changed})


def test_each_milestone_counts_on_its_own_chinese_day():
    late_evening = datetime(2026, 11, 17, 16, 30, tzinfo=UTC)  # half past midnight of the 18th in China
    assert contributions(_record(accepted_at=late_evening)) == {
        (date(2026, 11, 16), "submitted"): 1,
        (date(2026, 11, 18), "accepted"): 1,
        (date(2026, 11, 18), "completed"): 1,
        (date(2026, 11, 18), "on_time"): 1,
        (date(2026, 11, 18), "granted"): 1,
        (date(2026, 11, 18), "decided"): 1,
    }


def test_the_deciding_side_counts_its_decision_only():
    assert contributions(_record(role="DECIDING")) == {(date(2026, 11, 18), "decided"): 1}


def test_a_portal_counts_only_that_it_handed_down():
    assert contributions(_record(role="PORTAL", status="HANDED_DOWN")) == {(date(2026, 11, 18), "handed_down"): 1}
    assert not contributions(_record(role="PORTAL", status="SUBMITTED", stopped_at=None))


def test_refused_and_withdrawn_count_when_they_ended():
    refused = _record(status="REFUSED", accepted_at=None, decided_at=None, completed_at=None)
    assert contributions(refused)[date(2026, 11, 18), "refused"] == 1
    assert not any(counter in ("accepted", "completed") for _, counter in contributions(refused))


def test_a_gap_shows_and_closes():
    seen = Coverage().with_arrived([1, 2, 5, 9])
    assert (seen.last, seen.gaps, seen.missing) == (9, ((3, 4), (6, 8)), 5)
    assert seen.with_arrived([7]).gaps == ((3, 4), (6, 6), (8, 8))
    assert seen.with_arrived([3, 4, 6, 7, 8]) == Coverage(9, (), 9)


def test_a_lost_tail_shows_by_the_head():
    seen = Coverage().with_arrived([1, 2]).with_head(6)
    assert (seen.missing, seen.open_gaps) == (4, ((3, 6),))
    assert seen.with_arrived([3, 4, 5, 6]).missing == 0


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(st.integers(1, 40), max_size=8), max_size=12))
def test_coverage_is_the_set_of_what_arrived_in_any_order(batches):
    seen, arrived = Coverage(), set()
    for batch in batches:
        seen = seen.with_arrived(batch)
        arrived.update(batch)
    missing = {number for first, last in seen.gaps for number in range(first, last + 1)}
    assert set(range(1, seen.last + 1)) - missing == arrived
    assert seen.missing == len(missing)
