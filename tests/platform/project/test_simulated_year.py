"""A small simulated year: every rule fires, the ledgers balance, and no clock is ever wrong by a minute."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import chain

import pytest
from django.db import connection

from zt_platform.balance import Balance, Position
from zt_platform.cases.vocabulary import CaseRole, Step
from zt_platform.catalogue.loader import load_catalogue
from zt_platform.organisation.loader import load_staff
from zt_platform.organisation.models import CentreProfile
from zt_platform.project.cli import console
from zt_platform.project.cli.balance_table import balances_by_level, print_balance
from zt_platform.project.ledger_check import check_ledgers
from zt_platform.project.simulation.coverage import coverage_of
from zt_platform.project.simulation.in_step import Share, Together
from zt_platform.project.simulation.slow_clerk_reads import DayOff, Found, read_centre, read_hours
from zt_platform.project.simulation.stage import Pair, Stage
from zt_platform.project.simulation.year import A_DAY_OFF, KINDS, Played, Year, declared_at
from zt_storage.objects import ensure_bucket
from zt_tenants import clock
from zt_tenants.context import enter
from zt_tenants.models import Level
from zt_tenants.timers.queries import parked_timers

CASES = 74
FIRST, LAST = date(2026, 1, 5), date(2026, 4, 17)
DAY_OFF = DayOff(date(2026, 1, 29), declared_at(date(2026, 1, 20)))
NEW_YEARS_EVE = datetime(2025, 12, 31, 10, 0, tzinfo=clock.CHINA)
PASSWORD = "a-long-password-of-the-tests"
EARLY_CLOSERS = ("340123", "341700")
"""One of each pair: what crosses is counted by the hours of another centre than the one that has it."""
PAIRS = [Pair("340100", "340123"), Pair("341700", "341702")]


@dataclass(frozen=True)
class Whole:
    """The year that two shares have played together."""

    played: Played
    halls: list[str]


@pytest.fixture
def whole(committed_world) -> Whole:
    """The year, played to its last day by two in step: each a city and its county, and the province that watches both."""
    ensure_bucket()
    with clock.at(NEW_YEARS_EVE):
        for centre in committed_world.all:
            with enter(centre):
                load_catalogue(centre)
                load_staff(centre, password=PASSWORD)
                if centre.code in EARLY_CLOSERS:
                    CentreProfile.objects.update(closes_at=time(16, 30))
        stages = [Stage(seed=20260105, password=PASSWORD, pairs=PAIRS) for _ in PAIRS]
        stages[0].publish()
    barrier, flags = threading.Barrier(2), [0] * 4

    def play(place: int) -> Played:
        share = Share(place, 2)
        try:
            year = Year(
                stages[place],
                first=FIRST,
                last=LAST,
                cases=CASES,
                share=share,
                in_step=Together(share, barrier, flags),
            )
            year.declare_a_day_off(known_on=DAY_OFF.declared.date(), day=DAY_OFF.day)
            year.play()
            return year.played
        except BaseException:
            barrier.abort()
            raise
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as shares:
        first, second = shares.map(play, range(2))
    assert min(first.begun, second.begun) >= CASES // 2 - 1
    return Whole(first + second, stages[0].halls)


def counted(year: Whole) -> list[Found]:
    """Every limit of every case at both halls, as the slow clerk counts it."""
    found: list[Found] = []
    hours = read_hours(year.halls)
    for code in year.halls:
        with enter(code):
            found += read_centre(DAY_OFF, hours)
    return found


def both_sides(balance: Balance) -> tuple[int, int]:
    """What came in, and where all of it stands."""
    return balance.came_in, sum(count for _, count in chain(balance.before, balance.after))


@pytest.mark.req("E-05", "E-20", "E-21", "F-03", "F-04", "G-05", "I-04", "I-05", "I-06", "R-03", "C-01", "C-11")
def test_article_82_every_rule_of_a_year_fires_the_ledgers_balance_and_no_clock_is_wrong(whole: Whole) -> None:
    assert whole.played.surprises == []
    assert set(whole.played.told) == {kind.name for kind in KINDS} | {A_DAY_OFF}
    assert whole.played.begun == CASES >= whole.played.over
    assert parked_timers() == []

    seen = coverage_of(whole.halls)
    assert seen.missing() == {}
    assert seen.steps[Step.LIMITS_RECOMPUTED] > 0
    assert len(seen.edges) >= 85  # all of them are taken in test_edges_taken

    check = check_ledgers()
    assert check.differences == []
    assert check.holds
    assert check.under_way == 0
    came_in, stands = both_sides(check.total)
    assert came_in == stands == CASES
    assert check.total.at(Position.RUNNING) + check.total.at(Position.DELIVERED) < CASES

    columns = balances_by_level(check)
    assert columns.keys() >= {(Level.CITY, CaseRole.SOLE), (Level.COUNTY, CaseRole.DECIDING)}
    answerable = [found for (_, role), found in columns.items() if role in (CaseRole.SOLE, CaseRole.ACCEPTING)]
    assert sum(answerable, Balance()) == check.total
    with console.out.capture() as shown:
        print_balance(check)
    assert f"{CASES} │" in shown.get()

    limits = counted(whole)
    assert {found.name for found in limits} >= {"acceptance", "promised", "statutory", "review", "delivery"}
    assert [found for found in limits if not found.agrees] == []
