"""Real cases walked by their commands: what the province's store holds when every message has arrived."""

from __future__ import annotations

from datetime import timedelta

import pytest

from zt_interop.relay import relay_due
from zt_platform.cases import commands
from zt_platform.cases.testing import DEVOLVED, ENTRUSTED, FORWARDED, MONDAY, OWN, Town, make_town
from zt_platform.lights import Light
from zt_platform.supervision import queries
from zt_platform.supervision.models import CaseRecord, CaseStep, CentreDay
from zt_platform.supervision.queries import CaseFilters
from zt_platform.supervision.queries.figures import COUNTERS
from zt_platform.supervision.rules import contributions
from zt_storage import objects
from zt_tenants import clock
from zt_tenants.context import enter

pytestmark = pytest.mark.req("R-01", "R-02", "R-03", "R-12")


@pytest.fixture
def town(world) -> Town:
    """City, county and a neighbour with the same catalogue, on a Monday morning."""
    objects.ensure_bucket()
    with clock.at(MONDAY):
        return make_town(world.city, world.county, world.other_county)


@pytest.fixture(autouse=True)
def _monday(_noon):
    with clock.at(MONDAY):
        yield


def _all_messages_arrive() -> None:
    while relay_due():
        pass


def _entrusted(town: Town) -> str:
    """The city accepts, the county decides, the city seals and delivers."""
    number = town.city.accept(town.city.submitted(town.zhang, ENTRUSTED)).tracking_number
    _all_messages_arrive()
    here = town.county.case(number)
    town.county.decide(town.county.review(here))
    _all_messages_arrive()
    town.city.deliver(town.city.seal(town.city.case(number)))
    _all_messages_arrive()
    return number


def _figures(scope):
    return queries.overview(scope, on=clock.today()).today


def test_an_entrusted_case_is_one_case_with_two_ledgers(town, province_scope, city_scope):
    number = _entrusted(town)
    trail = queries.case_steps(province_scope, number)
    assert [(row.record.role, row.centre) for row in trail.ledgers] == [
        ("ACCEPTING", town.city.centre),
        ("DECIDING", town.county.centre),
    ]
    for scope in (province_scope, city_scope):
        figures = _figures(scope)
        assert (figures.submitted, figures.accepted, figures.completed) == (1, 1, 1)
        assert (figures.on_time, figures.late, figures.decided) == (1, 0, 1)
    assert [row.record.tracking_number for row in queries.list_cases(province_scope, CaseFilters()).rows] == [number]
    assert queries.feeds(province_scope).complete


def test_a_devolved_case_is_counted_where_it_is_accepted(town, province_scope):
    case = town.city.submitted(town.zhang, DEVOLVED)
    number = case.tracking_number
    with enter(town.city.centre):
        commands.hand_down_application(actor=town.city.clerk, case_id=case.pk)
    _all_messages_arrive()
    town.county.accept(town.county.case(number))
    _all_messages_arrive()
    roles = {row.record.centre_code: row.record.role for row in queries.case_steps(province_scope, number).ledgers}
    assert roles == {town.city.centre.code: "PORTAL", town.county.centre.code: "SOLE"}
    figures = _figures(province_scope)
    assert (figures.accepted, figures.handed_down) == (1, 1)
    rows = {row.centre.code: row.figures for row in queries.board(province_scope, on=clock.today())}
    assert rows[town.city.centre.code].accepted == 1


def test_a_forwarded_case_crosses_upwards(town, province_scope):
    accepted = town.county.accept(town.county.submitted(town.zhang, FORWARDED))
    town.county.review(accepted)
    _all_messages_arrive()
    roles = {
        row.record.centre_code: row.record.role
        for row in queries.case_steps(province_scope, accepted.tracking_number).ledgers
    }
    assert roles == {town.county.centre.code: "ACCEPTING", town.city.centre.code: "DECIDING"}
    assert queries.overview(province_scope, on=clock.today()).lights.running == 1


def test_lights_turn_by_themselves_when_nobody_acts(town, province_scope):
    town.city.accept(town.city.submitted(town.zhang, OWN))
    _all_messages_arrive()
    [row] = queries.list_cases(province_scope, CaseFilters()).rows
    seen = []
    for days in range(30):
        moment = MONDAY + timedelta(days=days)
        light = queries.list_cases(province_scope, CaseFilters(), at=moment).rows[0].light
        if not seen or seen[-1] is not light:
            seen.append(light)
    assert seen == [Light.GREEN, Light.WARNING, Light.YELLOW, Light.RED]
    assert row.light is Light.GREEN


def test_the_counters_are_the_sum_of_the_records(town, province_scope):
    _entrusted(town)
    town.city.accept(town.city.submitted(town.li, OWN))
    _all_messages_arrive()
    assert CaseStep.objects.count() > 8
    expected: dict[tuple[object, str, str], int] = {}
    for record in CaseRecord.objects.all():
        for (day, counter), count in contributions(record).items():
            key = (day, record.centre_code, counter)
            expected[key] = expected.get(key, 0) + count
    found = {
        (row.day, row.centre_code, counter): getattr(row, counter)
        for row in CentreDay.objects.all()
        for counter in COUNTERS
        if getattr(row, counter)
    }
    assert found == expected


def test_drafts_are_nobodys_business(town, province_scope):
    town.city.draft(town.zhang, OWN)
    _all_messages_arrive()
    assert not CaseRecord.objects.exists()
