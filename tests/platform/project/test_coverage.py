"""The counters of a simulated year: a rule has fired when it has done something, not when its moment has passed."""

from __future__ import annotations

import pytest

from zt_platform.cases.testing import Town, at, make_town
from zt_platform.project.simulation.coverage import coverage_of
from zt_tenants.context import outside_centres
from zt_tenants.timers import run_due


@pytest.fixture
def town(world) -> Town:
    with at("2026-03-02 09:30"):
        return make_town(world.city, world.county, world.other_county)


@pytest.mark.req("F-03", "F-04", "G-02")
@pytest.mark.parametrize(
    ("moments", "fired"),
    [
        (["2026-03-11 17:01"], {"DECISION_OVER"}),
        (["2026-03-09 17:01", "2026-03-11 17:01"], {"DECISION_NEAR", "DECISION_OVER"}),
    ],
)
def test_a_reminder_that_came_too_late_to_be_sent_has_not_fired(
    town: Town, moments: list[str], fired: set[str]
) -> None:
    with at("2026-03-02 10:00"):
        case = town.county.accept(town.county.submitted(town.zhang))
    for moment in moments:
        with at(moment), outside_centres():
            run_due()
    assert "DECISION_NEAR" in town.county.fresh(case).marks
    assert set(coverage_of([town.county.centre.code]).alarms) == fired


@pytest.mark.req("E-11")
def test_an_acceptance_that_was_deemed_by_the_system_has_fired_and_one_by_a_clerk_has_not(town: Town) -> None:
    with at("2026-03-02 10:00"):
        silent, late = town.county.submitted(town.zhang), town.city.submitted(town.zhang)
    with at("2026-03-09 17:01"):
        town.city.accept(late)
        with outside_centres():
            run_due()
    assert town.county.fresh(silent).accepted_at == town.city.fresh(late).accepted_at
    assert coverage_of([town.county.centre.code]).alarms["ACCEPTANCE_OVER"] == 1
    assert coverage_of([town.city.centre.code]).alarms["ACCEPTANCE_OVER"] == 0
