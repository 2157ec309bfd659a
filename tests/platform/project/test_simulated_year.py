"""A small simulated year: every rule fires, the ledgers balance, and no clock is ever wrong by a minute."""

from __future__ import annotations

from datetime import date, datetime
from itertools import chain

import pytest
from slow_clerk import CHINA
from slow_clerk_reads import DayOff, Found, read_centre

from zt_platform.balance import Balance, Position
from zt_platform.cases.vocabulary import Step
from zt_platform.catalogue.loader import load_catalogue
from zt_platform.organisation.loader import load_staff
from zt_platform.project.ledger_check import check_ledgers
from zt_platform.project.simulation.coverage import coverage_of
from zt_platform.project.simulation.stage import Pair, Stage
from zt_platform.project.simulation.year import KINDS, Year
from zt_storage.objects import ensure_bucket
from zt_tenants import clock
from zt_tenants.context import enter
from zt_tenants.timers.queries import parked_timers

CASES = 62
FIRST, LAST = date(2026, 1, 5), date(2026, 4, 17)
DAY_OFF = DayOff(date(2026, 1, 29), datetime(2026, 1, 20, 0, 5, tzinfo=CHINA))
NEW_YEARS_EVE = datetime(2025, 12, 31, 10, 0, tzinfo=CHINA)
PASSWORD = "a-long-password-of-the-tests"


@pytest.fixture
def played(committed_world) -> Year:
    """The year, played to its last day between a city, its county and the province that watches."""
    ensure_bucket()
    with clock.at(NEW_YEARS_EVE):
        for centre in committed_world.all:
            with enter(centre):
                load_catalogue(centre)
                load_staff(centre, password=PASSWORD)
        stage = Stage(seed=20260105, password=PASSWORD, pairs=[Pair("340100", "340123")])
        stage.publish()
    year = Year(stage, first=FIRST, last=LAST, cases=CASES)
    year.declare_a_day_off(known_on=DAY_OFF.declared.date(), day=DAY_OFF.day)
    year.play(
        lambda day: (
            print(day, year.acts, year.surprises, round(__import__("time").process_time(), 1), flush=True)
            if day.day == 1
            else None
        )
    )
    return year


def counted(year: Year) -> list[Found]:
    """Every limit of every case at both halls, as the slow clerk counts it."""
    found: list[Found] = []
    for code in year.halls:
        with enter(code):
            found += read_centre(DAY_OFF)
    return found


def both_sides(balance: Balance) -> tuple[int, int]:
    """What came in, and where all of it stands."""
    return balance.came_in, sum(count for _, count in chain(balance.before, balance.after))


@pytest.mark.req("E-05", "E-20", "E-21", "F-03", "F-04", "G-05", "I-04", "I-05", "I-06", "R-03", "C-01", "C-11")
def test_article_82_every_rule_of_a_year_fires_the_ledgers_balance_and_no_clock_is_wrong(played: Year) -> None:
    assert played.surprises == []
    assert set(played.told) == {kind.tell.__name__ for kind in KINDS} | {"a day off"}
    assert parked_timers() == []

    seen = coverage_of(played.halls)
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

    limits = counted(played)
    assert {found.name for found in limits} >= {"acceptance", "promised", "statutory", "review", "delivery"}
    assert [found for found in limits if not found.agrees] == []
