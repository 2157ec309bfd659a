"""The six handlings at intake (E-14): which cases take which, on the page, in the queue; both readings agree."""

from __future__ import annotations

from html import unescape

import pytest
from browsers import Browsers
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zt_platform.cases import commands, queries
from zt_platform.cases.intake_routes import FOREIGN_INVESTMENT, PROJECT, Route, routes_of
from zt_platform.cases.models import Case
from zt_platform.cases.queries import QueueFilter
from zt_platform.cases.testing import (
    DEVOLVED,
    ENTRUSTED,
    FORWARDED,
    INSTANT,
    OWN,
    PDF,
    ZHANG,
    Desk,
    Town,
    allow,
    relay_all,
)
from zt_platform.catalogue.models import Delegation, Item, ItemVersion
from zt_platform.catalogue.queries import item_version
from zt_storage.uploads import put_bytes
from zt_tenants.context import enter
from zt_tenants.errors import NotPermitted

pytestmark = pytest.mark.req("E-14")


def _subject(desk: Desk, item: str, *subjects: str) -> None:
    with enter(desk.centre):
        Item.objects.filter(code=item).update(life_events=list(subjects))


def _routes(desk: Desk, case: Case) -> list[str]:
    with enter(desk.centre):
        fresh = queries.case_for(desk.clerk, case.pk)
        return [line.route.value for line in routes_of(fresh, item_version(fresh.item_code, fresh.item_version_number))]


def _queue(desk: Desk, route: str) -> set[int]:
    with enter(desk.centre):
        return {case.pk for case in queries.queue_for(desk.clerk, QueueFilter(route=route))}


def test_what_conforms_is_done_at_once_and_what_is_incomplete_is_helped(town: Town) -> None:
    case = town.city.submitted(town.zhang, INSTANT)
    assert _routes(town.city, case) == ["AT_ONCE"]
    with enter(town.city.centre):
        commands.return_for_correction(actor=town.city.clerk, case_id=case.pk, defects=["身份证明缺背面"])
    assert _routes(town.city, case) == ["HELP"]


def test_who_still_owes_materials_is_helped_until_they_came(town: Town) -> None:
    allow(town.city, OWN, may_follow=["site"], tolerance_days=5, tolerance_basis="《优化营商环境条例》第四十条")
    with enter(town.city.centre):
        draft = commands.start_application(
            actor=town.zhang, item_code=OWN, applicant=ZHANG, form={"place": "桃花镇1号"}
        )
    town.city.attach(town.zhang, draft, "id")
    with enter(town.city.centre):
        case = commands.submit_application(actor=town.zhang, case_id=draft.pk, commits_to_supply=True)
    town.city.accept(case)
    assert _routes(town.city, case) == ["HELP"]
    with enter(town.city.centre):
        file = put_bytes(
            data=PDF, file_name="site.pdf", content_type="application/pdf", owner_account_id=town.zhang.account_id
        )
        commands.add_materials(actor=town.zhang, case_id=case.pk, material_code="site", attachment_ids=[file.pk])
    assert _routes(town.city, case) == []


def test_foreign_investment_comes_first_and_a_project_is_handled_jointly(town: Town) -> None:
    _subject(town.city, OWN, "开办企业", FOREIGN_INVESTMENT)
    _subject(town.city, DEVOLVED, PROJECT, "投资")
    investor, project = town.city.submitted(town.zhang, OWN), town.city.submitted(town.zhang, DEVOLVED)
    assert (_routes(town.city, investor), _routes(town.city, project)) == (["FIRST"], ["JOINTLY"])


def test_what_several_departments_decide_is_coordinated(town: Town) -> None:
    with enter(town.city.centre):
        ItemVersion.objects.filter(item__code=OWN).update(decided_jointly=True, statutory_days=45)
    assert _routes(town.city, town.city.submitted(town.zhang)) == ["COORDINATE"]


def test_what_is_decided_above_is_assisted_below_and_is_ordinary_above(town: Town) -> None:
    case = town.county.submitted(town.zhang, FORWARDED)
    assert _routes(town.county, case) == ["ASSIST"]
    town.county.review(town.county.accept(case))
    relay_all()
    assert _routes(town.county, case) == ["ASSIST"]
    above = town.city.case(town.county.fresh(case).tracking_number)
    assert _routes(town.city, above) == []
    with enter(town.county.centre):
        Delegation.objects.filter(item_code=FORWARDED).update(documents_done_on=None)
    assert _routes(town.county, town.county.submitted(town.zhang, FORWARDED)) == [], "a delegation not in force"


@pytest.fixture
def many(town: Town) -> Town:
    """Cases of every item at city and county, in several places, on every route."""
    _subject(town.city, OWN, FOREIGN_INVESTMENT, PROJECT)
    with enter(town.county.centre):
        ItemVersion.objects.filter(item__code=ENTRUSTED).update(decided_jointly=True, statutory_days=45)
    for desk in (town.city, town.county):
        for item in (OWN, INSTANT):
            desk.submitted(town.zhang, item)
            corrected = desk.submitted(town.zhang, item)
            with enter(desk.centre):
                commands.return_for_correction(actor=desk.clerk, case_id=corrected.pk, defects=["缺页"])
    town.city.accept(town.city.submitted(town.zhang, ENTRUSTED))
    town.county.review(town.county.accept(town.county.submitted(town.zhang, FORWARDED)))
    relay_all()
    return town


@pytest.mark.parametrize("route", Route.values)
def test_the_queue_of_a_route_holds_exactly_the_cases_that_take_it(many: Town, route: str) -> None:
    held = 0
    for desk in (many.city, many.county):
        with enter(desk.centre):
            everything = list(queries.queue_for(desk.clerk))
        taking = {case.pk for case in everything if route in _routes(desk, case)}
        assert _queue(desk, route) == taking
        held += len(taking)
    assert held > 0, "the scene has a case on every route"


def test_an_unknown_route_holds_nothing(many: Town) -> None:
    assert _queue(many.city, "SLOWLY") == set()


def test_a_queue_of_a_route_is_one_statement(many: Town) -> None:
    with enter(many.city.centre):
        for route in Route.values:
            with CaptureQueriesContext(connection) as found:
                list(queries.queue_for(many.city.clerk, QueueFilter(route=route)))
            assert len(found) == 1, route


def test_the_page_of_a_case_says_how_to_go_about_it_and_the_queue_is_narrowed(town: Town, browsers: Browsers) -> None:
    _subject(town.city, OWN, FOREIGN_INVESTMENT)
    investor, other = town.city.submitted(town.zhang, OWN), town.city.submitted(town.zhang, ENTRUSTED)
    browser = browsers.staff(town.city, "WINDOW_CLERK")
    bench = f"/c/{town.city.centre.code}/workbench/"
    page = unescape(browser.get(f"{bench}{investor.pk}/").content.decode())
    assert "外来投资：排在前面办" in page
    assert "怎么办" not in unescape(browser.get(f"{bench}{other.pk}/").content.decode())
    rows = browser.get(f"{bench}?route=FIRST&step=all").context["rows"]
    assert [row.id for row in rows] == [investor.pk]


@pytest.mark.req("A-01")
def test_the_neighbour_sees_nothing_on_any_route(many: Town) -> None:
    before = many.city.snapshot()
    for route in Route.values:
        assert _queue(many.neighbour, route) == set()
        with enter(many.city.centre), pytest.raises(NotPermitted):
            list(queries.queue_for(many.zhang, QueueFilter(route=route)))
    assert many.city.snapshot() == before
