"""The balance of a scope's ledgers, from what was reported; a planted inconsistency is found and named."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zt_platform.balance import Balance, DifferenceKind, Position, mirrored_status, position_of
from zt_platform.cases.vocabulary import Status
from zt_platform.organisation.roles import Role
from zt_platform.supervision import queries
from zt_platform.supervision.models import CaseRecord, CentreDay, Feed
from zt_platform.supervision.vocabulary import STATUSES
from zt_tenants.errors import NotFound
from zt_tenants.urls import portal_url

NOON = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)
EARLIER = NOON - timedelta(days=2)


@pytest.fixture
def reported(world, feeds, report) -> None:
    """Eight cases at three centres, one of which crossed from the city to the county."""
    city, county, other = world.city, world.county, world.other_city
    report(
        feeds.step(city, "W1", "SUBMITTED", submitted_at=EARLIER),
        feeds.step(city, "W2", "CORRECTING", submitted_at=EARLIER),
        feeds.step(city, "W3", "WITHDRAWN", submitted_at=EARLIER),
        feeds.accepted(city, "A1"),
        feeds.step(city, "A2", "WITHDRAWN", submitted_at=EARLIER, accepted_at=EARLIER),
        feeds.completed(city, "A3", at=EARLIER),
        feeds.step(city, "X1", "TRANSFERRED", role="ACCEPTING", submitted_at=EARLIER, accepted_at=EARLIER),
        feeds.step(county, "X1", "REVIEWED", role="DECIDING", submitted_at=EARLIER, accepted_at=EARLIER),
        feeds.step(other, "B1", "REFUSED", submitted_at=EARLIER),
        feeds.step(world.province, "P1", "HANDED_DOWN", role="PORTAL", submitted_at=EARLIER),
    )


@pytest.mark.req("E-20", "E-21")
def test_both_equations_hold_and_count_a_case_that_crossed_once(reported, province_scope, world) -> None:
    found = queries.scope_balance(province_scope)
    assert found.holds
    assert found.differences == []
    assert (found.total.came_in, found.total.accepted) == (8, 4)
    assert dict(found.total.positions) == {
        Position.WAITING: 1,
        Position.CORRECTING: 1,
        Position.WITHDRAWN_BEFORE: 1,
        Position.REFUSED: 1,
        Position.RUNNING: 1,
        Position.WITHDRAWN: 1,
        Position.COMPLETED: 1,
        Position.ELSEWHERE: 1,
    }
    assert [(row.centre.code, row.own_hall, row.balance.came_in) for row in found.rows] == [
        (world.province.code, True, 0),
        (world.city.code, False, 7),
        (world.other_city.code, False, 1),
    ]


@pytest.mark.req("E-20")
def test_every_kind_of_difference_is_named_with_its_case_and_centre(reported, province_scope, world) -> None:
    CaseRecord.objects.filter(tracking_number="A1").update(status="SUBMITTED")
    CaseRecord.objects.filter(tracking_number="X1", role="ACCEPTING").update(
        status="DELIVERED", last_occurred_at=EARLIER
    )
    CaseRecord.objects.filter(tracking_number="X1", role="DECIDING").update(last_occurred_at=EARLIER)
    CentreDay.objects.filter(centre_code=world.other_city.code, submitted=1).update(submitted=3)
    Feed.objects.filter(source_code=world.county.code).update(gaps=[[2, 4]], missing=3, gap_since=NOON)
    found = queries.scope_balance(province_scope)
    assert not found.holds
    assert found.total.contradictory == 1
    assert found.total.came_in_unaccounted == 2
    named = [(each.kind, each.centre_code, each.tracking_number) for each in found.differences]
    assert named == [
        (DifferenceKind.CONTRADICTION, world.city.code, "A1"),
        (DifferenceKind.COUNTERPART, world.city.code, "X1"),
        (DifferenceKind.DAYS, world.other_city.code, ""),
        (DifferenceKind.FEED, world.county.code, ""),
    ]
    assert "submitted -2" in found.differences[2].en
    assert "REVIEWED at the deciding centre" in found.differences[1].en


def test_a_message_on_its_way_is_no_difference_yet(reported, province_scope) -> None:
    CaseRecord.objects.filter(tracking_number="X1", role="ACCEPTING").update(status="DELIVERED", last_occurred_at=NOON)
    assert queries.scope_balance(province_scope).differences == []


@pytest.mark.req("R-12")
def test_a_city_sees_no_other_city_and_its_page_neither(reported, city_scope, world, sign_in) -> None:
    found = queries.scope_balance(city_scope)
    assert (found.here.code, found.total.came_in) == (world.city.code, 7)
    with pytest.raises(NotFound):
        queries.scope_balance(city_scope, code=world.other_city.code)
    browser = sign_in(world.other_city)
    page = browser.get(portal_url("supervision:balance"))
    assert page.status_code == 200
    assert "340100" not in page.content.decode()
    assert browser.get(portal_url("supervision:balance") + f"?centre={world.city.code}").status_code == 404


@pytest.mark.parametrize("roles", [(Role.WINDOW_CLERK,), (Role.CENTRE_ADMIN,)])
def test_other_staff_see_nothing(reported, sign_in, world, client, roles) -> None:
    address = portal_url("supervision:balance")
    assert client.get(address)["Location"].startswith(portal_url("sign-in"))
    before = list(CaseRecord.objects.order_by("id").values())
    assert sign_in(world.province, *roles).get(address).status_code == 403
    assert list(CaseRecord.objects.order_by("id").values()) == before


@pytest.mark.req("E-20", "R-01")
def test_the_page_says_it_in_words_and_both_tables_can_be_taken_along(reported, sign_in, world) -> None:
    browser = sign_in(world.province)
    address = portal_url("supervision:balance")
    page = unescape(browser.get(address).content.decode())
    assert "收件、受理都有去向" in page
    assert "收件 8" in page
    CaseRecord.objects.filter(tracking_number="A1").update(status="SUBMITTED")
    page = unescape(browser.get(address).content.decode())
    assert "不平衡" in page
    assert portal_url("supervision:case", number="A1") in page
    branches = browser.get(f"{address}?csv=branches").content.decode()
    assert branches.splitlines()[2].startswith(f"{world.city.name},7,")
    assert "A1" in browser.get(f"{address}?csv=differences").content.decode()


def test_the_balance_costs_the_same_statements_for_one_case_and_for_many(world, feeds, report, province_scope) -> None:
    costs = []
    for number in range(2):
        report(*[feeds.accepted(world.city, f"C{number}-{case}") for case in range(1 + 20 * number)])
        with CaptureQueriesContext(connection) as statements:
            assert queries.scope_balance(province_scope).total.came_in
        costs.append(len(statements))
    assert costs == [6, 6]


def test_every_status_has_one_place_at_most_and_the_store_knows_every_status() -> None:
    assert set(STATUSES) == set(Status.values)
    for status in Status.values:
        places = {position_of(status, accepted=accepted) for accepted in (False, True)} - {None}
        assert places or status == Status.DRAFT
        assert mirrored_status(status, devolved=True) in STATUSES
    assert position_of("ACCEPTED", accepted=False) is None
    assert position_of("SUBMITTED", accepted=True) is None


def test_an_equation_that_fails_says_by_how_much() -> None:
    rows = [("SUBMITTED", False, 2), ("DELIVERED", True, 3), ("ACCEPTED", False, 1)]
    assert Balance.of(rows, came_in=6, accepted=3).contradictory == 1
    short = Balance.of(rows, came_in=7, accepted=5)
    assert (short.came_in_unaccounted, short.accepted_unaccounted, short.holds) == (0, 2, False)
    assert (short + short).accepted_unaccounted == 4
