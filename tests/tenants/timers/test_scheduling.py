"""Setting and cancelling: one timer per centre, kind and subject; in the caller's transaction; never a neighbour's."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import transaction
from notebook import DUE, KIND, fill

from zt_tenants.clock import at
from zt_tenants.context import enter
from zt_tenants.errors import NoCentre
from zt_tenants.models import Timer
from zt_tenants.timers import NewTimer, cancel, register, run_due, schedule, schedule_many, unregister
from zt_tenants.timers.errors import TimerInvalid, TimerKindUnknown

pytestmark = pytest.mark.req("G-02")


@pytest.fixture
def second_kind():
    register("test.other", print)
    yield "test.other"
    unregister("test.other")


def _rows(centre) -> list[tuple[str, str, datetime]]:
    timers = Timer.objects.filter(centre_id=centre.id).order_by("kind", "subject")
    return list(timers.values_list("kind", "subject", "due_at"))


def test_a_timer_set_again_is_one_timer_at_the_new_moment(world, notebook) -> None:
    with enter(world.city):
        schedule(kind=KIND, subject="case-1", due_at=DUE, data={"step": 1})
        first = Timer.objects.get()
        Timer.objects.update(attempts=8, parked_at=DUE, last_error="x")
        schedule(kind=KIND, subject="case-1", due_at=DUE + timedelta(hours=1), data={"step": 2})
    second = Timer.objects.get()
    assert (second.due_at, second.next_attempt_at) == (DUE + timedelta(hours=1),) * 2
    assert (second.data, second.attempts, second.parked_at, second.last_error) == ({"step": 2}, 0, None, "")
    assert second.id != first.id


def test_many_timers_are_set_by_one_statement(world, notebook, django_assert_num_queries) -> None:
    with enter(world.city):
        schedule(kind=KIND, subject="case-0", due_at=DUE)
        with django_assert_num_queries(1):
            schedule_many([NewTimer(KIND, f"case-{number}", DUE) for number in range(1200)])
        with django_assert_num_queries(0):
            schedule_many([])
    assert Timer.objects.count() == 1200


def test_of_two_for_the_same_thing_the_last_counts(world, notebook) -> None:
    with enter(world.city):
        schedule_many([NewTimer(KIND, "case-1", DUE), NewTimer(KIND, "case-1", DUE + timedelta(days=1))])
    assert _rows(world.city) == [(KIND, "case-1", DUE + timedelta(days=1))]


def test_a_rolled_back_command_sets_and_cancels_nothing(world, notebook) -> None:
    with enter(world.city):
        schedule(kind=KIND, subject="kept", due_at=DUE)
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            schedule(kind=KIND, subject="lost", due_at=DUE)
            cancel(subject="kept")
            raise ZeroDivisionError
    assert _rows(world.city) == [(KIND, "kept", DUE)]


def test_cancelling_takes_the_kinds_that_were_named_by_one_statement(
    world, notebook, second_kind, django_assert_num_queries
) -> None:
    with enter(world.city):
        schedule_many([NewTimer(kind, "case-1", DUE) for kind in (KIND, second_kind)])
        with django_assert_num_queries(1):
            assert cancel(subject="case-1", kinds=[second_kind]) == 1
        assert _rows(world.city) == [(KIND, "case-1", DUE)]
        assert cancel(subject="case-1", kinds=[]) == 0
        assert cancel(subject="case-1") == 1
        assert cancel(subject="case-1") == 0


@pytest.mark.req("A-01")
def test_the_neighbours_timer_of_the_same_name_is_never_touched(world, notebook) -> None:
    for centre in (world.city, world.county):
        fill(centre, 2)
    before = _rows(world.county)
    with enter(world.city):
        schedule(kind=KIND, subject="t000000", due_at=DUE + timedelta(days=9))
        assert cancel(subject="t000001") == 1
    assert _rows(world.county) == before
    assert _rows(world.city) == [(KIND, "t000000", DUE + timedelta(days=9))]


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"kind": "no.such"}, TimerKindUnknown),
        ({"subject": ""}, TimerInvalid),
        ({"subject": "x" * 101}, TimerInvalid),
        ({"due_at": datetime(2026, 3, 2)}, TimerInvalid),
    ],
)
def test_what_could_never_be_handled_is_refused(world, notebook, wrong, error) -> None:
    with enter(world.city), pytest.raises(error) as refused:
        schedule_many(
            [NewTimer(KIND, "good", DUE), NewTimer(**{"kind": KIND, "subject": "bad", "due_at": DUE, **wrong})]
        )
    assert refused.value.field == next(iter(wrong))
    assert not Timer.objects.exists()


def test_outside_a_centre_there_are_no_timers_to_set(world, notebook) -> None:
    with pytest.raises(NoCentre):
        schedule(kind=KIND, subject="case-1", due_at=DUE)
    with pytest.raises(NoCentre):
        cancel(subject="case-1")


def test_a_kind_has_one_handler(notebook) -> None:
    register(KIND, notebook)
    with pytest.raises(ValueError, match="already have a handler"):
        register(KIND, print)
    with pytest.raises(ValueError, match="1 to 60"):
        register("", print)


def test_nothing_is_handled_before_its_moment(world, noted) -> None:
    fill(world.city, 3)
    with at(DUE - timedelta(seconds=1)):
        assert run_due() == 0
    with at(DUE + timedelta(seconds=1)):
        assert run_due() == 2
    assert noted.of(world.city) == ["t000000", "t000001"]
    assert _rows(world.city) == [(KIND, "t000002", DUE + timedelta(seconds=2))]
