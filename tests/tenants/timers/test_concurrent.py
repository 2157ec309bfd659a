"""Several beats, scanners and workers at once, over real commits: each timer once, and commands never lose a race."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction
from notebook import DUE, KIND, Notebook, fill

from zt_tenants.clock import at
from zt_tenants.context import enter, outside_centres
from zt_tenants.models import Timer
from zt_tenants.timers import cancel, run_due, schedule
from zt_tenants.timers.lanes import LEASE, claim_due
from zt_tenants.timers.turn import take_turn

pytestmark = pytest.mark.req("G-02")
LATER = DUE + timedelta(days=1)


def _closing(act: Callable[[], object]) -> Callable[[], object]:
    def run() -> object:
        try:
            with at(LATER):
                return act()
        finally:
            connection.close()

    return run


def test_four_scanners_that_are_workers_too_handle_each_timer_once(committed_world, noted_for_good) -> None:
    centres = committed_world.all
    expected = {centre.code: fill(centre, 1500, first=10_000 * number) for number, centre in enumerate(centres)}
    all_have_one = threading.Barrier(4)

    def work() -> int:
        handled, waited = 0, False
        while Timer.objects.exists():
            with outside_centres():
                claims = claim_due(limit=1)
            if claims and not waited:
                waited = bool(all_have_one.wait(60)) or True
            while claims:
                turn = take_turn(claims.pop())
                handled += turn.handled
                claims += [turn.following] if turn.following else []
        return handled

    with ThreadPoolExecutor(4) as pool:
        handled = [future.result() for future in [pool.submit(_closing(work)) for _ in range(4)]]
    assert sum(handled) == 9000
    assert min(handled) >= 1500, "each of the four had a lane"
    assert {centre.code: noted_for_good.of(centre) for centre in centres} == expected


def test_scans_at_the_same_moment_share_the_lanes_out(committed_world, noted_for_good) -> None:
    for centre in committed_world.all:
        fill(centre, 2)
    for _ in range(5):  # at first the lanes are new, then they are there already
        start = threading.Barrier(6)

        def scan(start: threading.Barrier = start) -> list:
            with outside_centres():
                start.wait()
                return [claim.centre_id for claim in claim_due()]

        with ThreadPoolExecutor(6) as pool:
            found = [future.result() for future in [pool.submit(_closing(scan)) for _ in range(6)]]
        claimed = [centre_id for claims in found for centre_id in claims]
        assert sorted(claimed) == sorted(centre.id for centre in committed_world.all)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE tenants_timerlane SET lease_until = NULL")


def test_a_worker_that_overran_its_lease_and_its_successor_do_not_double_anything(
    committed_world, noted_for_good
) -> None:
    subjects = fill(committed_world.city, 20)
    inside, go_on = threading.Event(), threading.Event()

    def dawdle(timers) -> None:
        inside.set()
        assert go_on.wait(30)

    noted_for_good.meanwhile = dawdle
    with at(LATER), outside_centres():
        (claim,) = claim_due()
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(_closing(lambda: take_turn(claim)))
        assert inside.wait(30)
        with at(LATER + LEASE * 2):
            with outside_centres():
                (second,) = claim_due()
            turn = take_turn(second)
            assert (turn.handled, turn.following) == (0, None), "the centre is locked by the first worker: no spinning"
        go_on.set()
        assert first.result().handled == 20
    assert noted_for_good.of(committed_world.city) == subjects
    assert noted_for_good.batches == [20]


def test_a_slow_centre_delays_no_other(committed_world, noted_for_good) -> None:
    fill(committed_world.city, 1000)
    healthy = fill(committed_world.county, 1000)
    blocked, go_on = threading.Event(), threading.Event()

    def dawdle(timers) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_schema()")
            if cursor.fetchone()[0] == committed_world.city.schema_name:
                blocked.set()
                assert go_on.wait(60)

    noted_for_good.meanwhile = dawdle
    with at(LATER), outside_centres():
        claims = claim_due()
    (slow,) = [claim for claim in claims if claim.centre_id == committed_world.city.id]
    with ThreadPoolExecutor(1) as pool:
        stuck = pool.submit(_closing(lambda: take_turn(slow)))
        assert blocked.wait(30)
        (other,) = [claim for claim in claims if claim.centre_id == committed_world.county.id]
        with at(LATER):
            assert take_turn(other).handled == 1000
            assert run_due() == 0
        assert noted_for_good.of(committed_world.county) == healthy
        assert not stuck.done()
        go_on.set()
        assert stuck.result().handled == 1000


@pytest.mark.parametrize("act", ["cancel", "reschedule"])
def test_a_command_that_comes_first_wins_over_the_running_handler(committed_world, noted_for_good, act) -> None:
    subjects = fill(committed_world.city, 8)
    tomorrow = LATER + timedelta(days=1)
    done = []

    def command() -> None:
        with enter(committed_world.city), transaction.atomic():
            if act == "cancel":
                assert cancel(subject="t000003") == 1
            else:
                schedule(kind=KIND, subject="t000003", due_at=tomorrow)

    def overtake(timers) -> None:
        if not done:
            done.append(True)
            with ThreadPoolExecutor(1) as pool:
                pool.submit(_closing(command)).result(30)

    noted_for_good.meanwhile = overtake
    with at(LATER):
        assert run_due() == 7
    assert noted_for_good.of(committed_world.city) == [one for one in subjects if one != "t000003"]
    left = [] if act == "cancel" else [("t000003", tomorrow, 0)]
    assert list(Timer.objects.values_list("subject", "due_at", "attempts")) == left


def test_commands_and_workers_that_lock_the_same_cases_never_deadlock(committed_world, noted_for_good) -> None:
    """Both lock the case first and touch its timer afterwards; the handler decides by what it finds under the lock."""
    city, cases = committed_world.city, 40
    table = f'"{city.schema_name}".timer_cases'
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {table} (subject text PRIMARY KEY, fired int DEFAULT 0, moved int DEFAULT 0)")
        cursor.execute(
            f"INSERT INTO {table} SELECT 't' || lpad(n::text, 6, '0') FROM generate_series(0, %s) n", [cases - 1]
        )
    fill(city, cases)
    stop = time.monotonic() + 4

    def handle(timers) -> None:
        with connection.cursor() as cursor:
            subjects = [timer.subject for timer in timers]
            cursor.execute("SELECT FROM timer_cases WHERE subject = ANY(%s) ORDER BY subject FOR UPDATE", [subjects])
            cursor.execute("UPDATE timer_cases SET fired = fired + 1 WHERE subject = ANY(%s)", [subjects])

    noted_for_good.meanwhile = handle

    def command() -> int:
        moved = 0
        while time.monotonic() < stop:
            subject = f"t{moved * 7 % cases:06}"
            with enter(city), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT FROM timer_cases WHERE subject = %s FOR UPDATE", [subject])
                cursor.execute("UPDATE timer_cases SET moved = moved + 1 WHERE subject = %s", [subject])
                schedule(kind=KIND, subject=subject, due_at=LATER - timedelta(seconds=1))
            moved += 1
        return moved

    def work() -> int:
        handled = 0
        while time.monotonic() < stop + 1:
            handled += run_due()
        return handled

    try:
        with ThreadPoolExecutor(4) as pool:
            movers = [pool.submit(_closing(command)) for _ in range(2)]
            workers = [pool.submit(_closing(work)) for _ in range(2)]
            moved, handled = sum(one.result() for one in movers), sum(one.result() for one in workers)
        with at(LATER):
            handled += run_due()
        with enter(city), connection.cursor() as cursor:
            cursor.execute("SELECT sum(fired), sum(moved) FROM timer_cases")
            assert cursor.fetchone() == (handled, moved)
        assert handled > cases
        assert not Timer.objects.exists(), "none failed, none was forgotten"
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE {table}")


def test_a_statement_that_never_ends_is_ended(committed_world, noted_for_good, monkeypatch) -> None:
    from zt_tenants.timers import turn

    monkeypatch.setattr(turn, "SECONDS_PER_STATEMENT", 1)

    def sleep(timers) -> None:
        if any(timer.subject == "t000000" for timer in timers):
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(60)")

    noted_for_good.meanwhile = sleep
    fill(committed_world.city, 2)
    with at(LATER):
        assert run_due() == 1
    timer = Timer.objects.get()
    assert (timer.subject, timer.attempts) == ("t000000", 1)
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",), "the bound ends with the transaction"


def test_the_notebook_really_doubles_when_a_timer_is_handled_twice(committed_world, noted_for_good) -> None:
    """The counting above would notice: the same subject twice gives two rows."""
    for _ in range(2):
        fill(committed_world.city, 1)
        with at(LATER):
            run_due()
    assert Notebook.of(committed_world.city) == ["t000000", "t000000"]
