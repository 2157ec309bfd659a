"""Handling: each due timer once, in its own centre, in batches; a bad one alone fails and is never dropped."""

from __future__ import annotations

import math
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from notebook import DUE, KIND, fill

from zt_tenants.clock import at
from zt_tenants.context import enter, outside_centres
from zt_tenants.errors import DomainError
from zt_tenants.models import Centre, Timer, TimerLane
from zt_tenants.timers import DueTimer, cancel, register, run_due, schedule, unregister
from zt_tenants.timers.failures import MOST_ATTEMPTS
from zt_tenants.timers.lanes import LEASE, WAITING, begin, claim_due, finish
from zt_tenants.timers.turn import take_turn

pytestmark = pytest.mark.req("G-02")
LATER = DUE + timedelta(days=1)


def test_each_centres_timers_are_handled_in_that_centre(world, noted) -> None:
    expected = {centre.code: fill(centre, 3, first=100 * number) for number, centre in enumerate(world.all)}
    with at(LATER):
        assert run_due() == 18
        assert run_due() == 0
    assert {centre.code: noted.of(centre) for centre in world.all} == expected
    assert not Timer.objects.exists()


def test_five_hundred_at_most_share_a_transaction(world, noted) -> None:
    subjects = fill(world.city, 1201)
    with at(LATER):
        assert run_due() == 1201
    assert noted.batches == [500, 500, 201]
    assert noted.of(world.city) == subjects


def test_bad_ones_are_found_by_halving_and_the_others_are_handled(world, noted) -> None:
    subjects = fill(world.city, 500)
    noted.bad = {"t000007", "t000250", "t000499"}
    with at(LATER):
        assert run_due() == 497
    assert noted.of(world.city) == sorted(set(subjects) - noted.bad)
    assert sorted(Timer.objects.values_list("subject", flat=True)) == sorted(noted.bad)
    assert set(Timer.objects.values_list("attempts", flat=True)) == {1}
    transactions = len(noted.batches)
    assert transactions <= 1 + 2 * 3 * math.ceil(math.log2(500))


def test_a_bad_one_is_tried_again_later_and_then_parked_with_its_error(world, noted) -> None:
    fill(world.city, 1)
    noted.bad = {"t000000"}
    moment, waits = LATER, []
    for _ in range(MOST_ATTEMPTS):
        with at(moment):
            assert run_due() == 0
        timer = Timer.objects.get()
        waits.append(timer.next_attempt_at - moment)
        moment = timer.next_attempt_at
    timer = Timer.objects.get()
    assert (timer.attempts, timer.parked_at is not None) == (MOST_ATTEMPTS, True)
    assert all(timedelta(seconds=5 * 2**n) <= wait <= timedelta(seconds=10 * 2**n) for n, wait in enumerate(waits))
    assert "ZeroDivisionError (notebook.py:" in timer.last_error
    assert timer.last_error.startswith("处理失败：")
    assert "张三" not in timer.last_error
    with at(moment + timedelta(days=30)):
        assert run_due() == 0
    assert len(noted.batches) == MOST_ATTEMPTS


def test_what_may_pass_by_itself_is_never_parked(world, noted) -> None:
    class ServerAway(DomainError):
        code = "SERVER_AWAY"
        transient = True

    def fail(timers) -> None:
        raise ServerAway

    fill(world.city, 1)
    noted.meanwhile = fail
    moment = LATER
    for _ in range(MOST_ATTEMPTS + 3):
        with at(moment):
            run_due()
        moment = Timer.objects.get().next_attempt_at
    assert Timer.objects.get().parked_at is None
    assert "SERVER_AWAY" in Timer.objects.get().last_error
    noted.meanwhile = lambda timers: None
    with at(moment):
        assert run_due() == 1


def test_a_handler_may_set_and_cancel_timers_also_its_own(world, noted) -> None:
    fill(world.city, 3)

    def again(timers) -> None:
        for timer in timers:
            if timer.subject == "t000000":
                schedule(kind=KIND, subject=timer.subject, due_at=LATER + timedelta(days=1), data={"second": True})
            if timer.subject == "t000001":
                cancel(subject=timer.subject)

    noted.meanwhile = again
    with at(LATER):
        assert run_due() == 3
    timer = Timer.objects.get()
    assert (timer.subject, timer.data, timer.due_at) == ("t000000", {"second": True}, LATER + timedelta(days=1))


def test_a_centre_whose_handler_always_fails_delays_no_other(world, noted) -> None:
    fill(world.city, 300)
    healthy = fill(world.county, 300, first=1000)
    noted.bad = {f"t{number:06}" for number in range(300)}
    with at(LATER):
        assert run_due() == 300
    assert noted.of(world.county) == healthy
    lane = TimerLane.objects.get(centre_id=world.city.id)
    assert lane.rests_until > LATER
    assert Timer.objects.filter(centre_id=world.city.id).count() == 300
    assert len(noted.batches) < 60, "a hopeless turn must end early"


def test_a_failing_lane_is_whole_again_once_its_handler_is_mended(world, noted) -> None:
    subjects = fill(world.city, 700)
    noted.bad = set(subjects)
    with at(LATER):
        assert run_due() == 0
    noted.bad = set()
    with at(LATER + timedelta(hours=2)):
        assert run_due() == 700
    assert noted.of(world.city) == subjects
    lane = TimerLane.objects.get()
    assert (lane.failures, lane.rests_until, lane.batch_size) == (0, None, 500)


def test_the_oldest_come_first_and_kinds_take_turns(world, noted) -> None:
    seen: list[str] = []
    register("test.second", lambda timers: seen.extend(f"second {timer.subject}" for timer in timers))
    noted.meanwhile = lambda timers: seen.append(f"first {len(timers)}")
    try:
        fill(world.city, 2500)
        with enter(world.city):
            schedule(kind="test.second", subject="x", due_at=DUE + timedelta(hours=2))
        fill(world.county, 1, due_at=DUE - timedelta(hours=1))
        with at(LATER):
            with outside_centres():
                claims = claim_due()
            assert [claim.centre_id for claim in claims] == [world.county.id, world.city.id]
            turn = take_turn(claims[1])
            assert turn.handled == 2000
            assert turn.following.kind == "test.second"
            turn = take_turn(turn.following)
            assert turn.following.kind == KIND
    finally:
        unregister("test.second")
    assert seen == ["first 500"] * 4 + ["second x"]


def test_a_centre_has_one_worker_at_a_time(world, noted) -> None:
    fill(world.city, 3)
    with at(LATER), outside_centres():
        (claim,) = claim_due()
        assert claim_due() == []
        assert begin(claim) is not None
        assert begin(claim) is None, "a claim is good for one turn"
    with at(LATER + LEASE - timedelta(seconds=1)), outside_centres():
        assert claim_due() == []
    with at(LATER + LEASE + timedelta(seconds=1)), outside_centres():
        (second,) = claim_due()
    assert second.token != claim.token
    with at(LATER + LEASE + timedelta(seconds=2)):
        assert take_turn(claim).handled == 0, "the first worker comes too late"
        assert take_turn(second).handled == 3


def test_a_claim_that_nobody_took_up_is_offered_again_with_whole_batches(world, noted) -> None:
    subjects = fill(world.city, 40)
    with at(LATER), outside_centres():
        claim_due()
    with at(LATER + WAITING + timedelta(seconds=1)):
        assert run_due() == 40
    assert noted.batches == [40]
    assert noted.of(world.city) == subjects


def test_after_a_worker_died_timers_are_tried_one_by_one_at_first(world, noted) -> None:
    fill(world.city, 40)
    with at(LATER), outside_centres():
        begin(claim_due()[0])
    with at(LATER + LEASE + timedelta(seconds=1)):
        assert run_due() == 40
    assert noted.batches == [1, 2, 4, 8, 16, 9]


def test_a_timer_that_kills_each_of_its_workers_is_parked(world, noted) -> None:
    class PowerCut(BaseException):
        """As near as one process comes to a worker that ends in the middle."""

    def die(timers) -> None:
        if any(timer.subject == "t000000" for timer in timers):
            raise PowerCut

    noted.meanwhile = die
    fill(world.city, 3)
    moment, deaths = LATER, 0
    while Timer.objects.filter(parked_at__isnull=True).exists():
        moment += timedelta(hours=1)
        try:
            with at(moment):
                run_due()
        except PowerCut:
            deaths += 1
    assert MOST_ATTEMPTS <= deaths <= MOST_ATTEMPTS + 4, "some deaths are of batches, which count for no timer"
    assert noted.of(world.city) == ["t000001", "t000002"]
    assert "again and again" in Timer.objects.get(subject="t000000").last_error


def test_closed_centres_and_unknown_kinds_are_left_alone(world, noted) -> None:
    fill(world.city, 1)
    fill(world.county, 1)
    Centre.objects.filter(id=world.city.id).update(closed_on=DUE.date())
    Timer.objects.filter(centre_id=world.county.id).update(kind="of.a.newer.release")
    with at(LATER):
        assert run_due() == 0
    assert Timer.objects.count() == 2


def test_an_abolished_centres_running_cases_keep_their_timers(world, noted) -> None:
    fill(world.city, 1)
    Centre.objects.filter(id=world.city.id).update(abolished_on=DUE.date())
    with at(LATER):
        assert run_due() == 1


@pytest.mark.parametrize("centres", [1, 6])
def test_a_scan_is_one_statement_whatever_the_number_of_centres(
    world, noted, django_assert_num_queries, centres
) -> None:
    for centre in world.all[:centres]:
        fill(centre, 5)
    with at(LATER), outside_centres():
        assert claim_due(limit=0) == []
        with django_assert_num_queries(1):
            assert len(claim_due()) == centres


def test_a_batch_costs_the_same_statements_whatever_its_size(world, noted) -> None:
    costs = []
    for number in (1, 60, 500):
        fill(world.city, number)
        with at(LATER):
            with outside_centres():
                (claim,) = claim_due()
            with CaptureQueriesContext(connection) as captured:
                assert take_turn(claim).handled == number
        costs.append(len(captured))
    # centre, begin, savepoint (BEGIN outside a test), lock, read, the handler's own, delete, release (COMMIT), then, when
    # the batch was not full, nothing more; finish, next claim. A full batch is followed by an empty one.
    assert costs[0] == costs[1]
    assert costs[2] <= costs[0] + 4
    assert costs[0] <= 18


def test_a_finished_lane_of_somebody_else_is_not_given_back(world, noted) -> None:
    fill(world.city, 1)
    with at(LATER), outside_centres():
        (claim,) = claim_due()
        course = begin(claim)
    with at(LATER + LEASE * 2), outside_centres():
        (second,) = claim_due()
        finish(claim, course)
    assert TimerLane.objects.get().lease_token == second.token


def test_the_handler_sees_what_was_scheduled(world, noted) -> None:
    seen: list[DueTimer] = []
    noted.meanwhile = seen.extend
    with enter(world.city):
        schedule(kind=KIND, subject="340100-1", due_at=DUE, data={"limit": "statutory", "zh": "法定时限"})
    id_ = Timer.objects.get().id
    with at(LATER):
        run_due()
    assert seen == [DueTimer(id_, KIND, "340100-1", DUE, {"limit": "statutory", "zh": "法定时限"})]
