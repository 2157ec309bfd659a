"""The plan of a simulated year, its shares, and how they keep step."""

from __future__ import annotations

import multiprocessing
import random
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import date, time, timedelta

import pytest

from zt_platform.project.cli.year import _pace
from zt_platform.project.simulation.in_step import WHOLE, Alone, Share, Together
from zt_platform.project.simulation.slow_clerk import Office
from zt_platform.project.simulation.slow_clerk_reads import Limit, countable
from zt_platform.project.simulation.stage import Pair
from zt_platform.project.simulation.year import KINDS, Played
from zt_platform.project.simulation.year_plan import Planned, plan_year
from zt_platform.project.simulation.year_processes import Progressed, Script, ShareLost, _Board, _look_after, _Told

PAIRS = [Pair("340100", "340123"), Pair("341100", "341122"), Pair("341700", "341702")]
DAYS = [date(2026, 1, 5) + timedelta(days=number) for number in range(300)]


def planned(seed: int = 7, cases: int = 2000) -> list[Planned]:
    return plan_year(KINDS, PAIRS, days=DAYS, cases=cases, people=24, chance=random.Random(seed))


@pytest.mark.req("E-20")
def test_the_same_seed_plans_the_same_year_and_another_one_another() -> None:
    assert planned() == planned()
    assert planned() != planned(seed=8)


def test_every_way_a_case_can_go_begins_early_enough_to_end() -> None:
    early = set(DAYS[: len(DAYS) // 3])
    begun = {one.kind.name for one in planned() if one.moment.date() in early}
    assert begun == {kind.name for kind in KINDS}
    assert len(begun) == len(KINDS)  # no two stories share a name


def test_the_ordinary_ways_come_most_often_and_the_pairs_take_turns() -> None:
    plan = planned()
    told = Counter(one.kind.name for one in plan)
    assert [name for name, _ in told.most_common(2)] == ["granted", "on_the_spot"]
    assert max(Counter(one.pair for one in plan).values()) - min(Counter(one.pair for one in plan).values()) <= 1


@pytest.mark.parametrize("number", [1, 2, 3])
def test_the_shares_together_are_the_whole_and_no_pair_is_in_two(number: int) -> None:
    plan, shares = planned(cases=300), [Share(place, number) for place in range(number)]
    dealt = [[one for one in plan if share.has(one.pair)] for share in shares]
    assert sum(len(part) for part in dealt) == len(plan)
    assert all(sum(share.has(pair) for share in shares) == 1 for pair in range(len(PAIRS)))
    assert [share.is_first for share in shares] == [True] + [False] * (number - 1)
    assert [one for one in plan if WHOLE.has(one.pair)] == plan


def test_each_case_begins_at_a_centre_of_its_pair_where_its_item_is_offered() -> None:
    for one in planned():
        pair = PAIRS[one.pair]
        wanted = {"UPPER": {pair.upper}, "LOWER": {pair.lower}}.get(one.kind.where, {pair.upper, pair.lower})
        assert one.centre in wanted
        assert one.item == one.kind.item or not one.kind.item


def test_alone_nobody_is_waited_for() -> None:
    alone = Alone()
    alone.meet()
    assert (alone.any_of(True), alone.any_of(False)) == (True, False)


def test_shares_agree_in_every_round_whether_anybody_was_busy_and_none_goes_ahead() -> None:
    """Three shares with work for 0, 3 and 7 rounds: all of them go seven rounds and stop in the eighth."""
    barrier, flags = threading.Barrier(3), [0] * 6
    rounds: dict[int, list[bool]] = {}
    ahead: list[int] = []
    now_at = [0, 0, 0]

    def play(place: int, busy: int) -> None:
        step, mine = Together(Share(place, 3), barrier, flags), []
        step.meet()
        while True:
            answer = step.any_of(len(mine) < busy)
            mine.append(answer)
            now_at[place] = len(mine)
            ahead.append(max(now_at) - min(now_at))
            if not answer:
                break
        rounds[place] = mine

    threads = [threading.Thread(target=play, args=pair) for pair in ((0, 0), (1, 3), (2, 7))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert rounds == {place: [True] * 7 + [False] for place in range(3)}
    assert max(ahead) <= 1


def test_a_share_needs_a_barrier_of_its_size() -> None:
    with pytest.raises(ValueError, match="two flags"):
        Together(Share(0, 2), threading.Barrier(3), [0] * 4)


def test_a_share_that_is_lost_is_noticed_by_the_others() -> None:
    barrier = threading.Barrier(2)
    barrier.abort()
    with pytest.raises(threading.BrokenBarrierError):
        Together(Share(0, 2), barrier, [0] * 4).meet()


def test_how_far_the_year_is_adds_up_what_all_shares_say() -> None:
    shown: list[Progressed] = []
    board = _Board(date(2026, 1, 5), shown.append)
    board.take(_Told(0, date(2026, 1, 6), begun=3, over=1, acts=9))
    board.take(_Told(1, date(2026, 1, 5), begun=2, over=0, acts=4))
    board.take(_Told(0, date(2026, 1, 7), begun=5, over=2, acts=15))
    assert [(one.begun, one.over, one.acts) for one in shown] == [(3, 1, 9), (5, 1, 13), (7, 2, 19)]
    assert [one.day.day for one in shown] == [6, 6, 7]


def test_a_process_that_ends_before_its_time_is_named() -> None:
    gone = multiprocessing.get_context("spawn").Process(target=sys.exit, args=(3,))
    gone.start()
    gone.join()
    with pytest.raises(ShareLost, match="exit code 3"):
        _look_after([gone], {})
    _look_after([gone], {0: Played()})  # one that has said its last word may end as it likes


def test_what_is_left_is_told_by_the_days_that_are_over() -> None:
    script = Script(
        seed=1,
        password="x",
        first=date(2026, 1, 5),
        last=date(2026, 1, 15),
        cases=100,
        day_off=date(2026, 1, 9),
        known_on=date(2026, 1, 6),
    )
    half = Progressed(date(2026, 1, 10), seconds=90.0, begun=90)
    assert _pace(half, script) == "2026-01-10 · 1.0/s · ETA 1:30"
    assert _pace(Progressed(date(2026, 1, 5)), script) == "2026-01-05"
    assert script.eve.date() == date(2025, 12, 31)


def test_article_82_a_limit_that_runs_into_a_year_without_a_published_calendar_is_left_out() -> None:
    office, nobody_knows = Office(time(9), time(17)), date(2090, 12, 29)
    with pytest.raises(NotImplementedError):
        office.close_after(nobody_knows, 5)

    def limits() -> Iterator[Limit]:
        for name, day in (("acceptance", date(2026, 12, 1)), ("promised", nobody_knows)):
            yield name, office.close_after(day, 5), None

    assert [(name, counted.date()) for name, counted, _ in countable(limits())] == [("acceptance", date(2026, 12, 8))]
