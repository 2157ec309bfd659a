"""The rows behind the figures: every number equals the length of the list it links to."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from zt_platform.lights import Light
from zt_platform.supervision import queries
from zt_platform.supervision.models import CaseRecord
from zt_platform.supervision.queries import CaseFilters
from zt_platform.supervision.queries.cases import MEASURES
from zt_platform.supervision.queries.figures import COUNTERS
from zt_tenants.errors import InvalidInput, NotFound

NOON = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)
TODAY = date(2026, 11, 18)
DAY = timedelta(days=1)
pytestmark = pytest.mark.req("R-01", "R-12")


@pytest.fixture
def busy_day(world, feeds, report):
    """Cases of every kind: in time, late, refused, in two ledgers, handed down, running with each light."""
    overdue = {"due_in": -timedelta(hours=2), "accepted_at": NOON - 3 * DAY}
    report(
        feeds.completed(world.city, "A1", instant=True, kind="INSTANT"),
        feeds.completed(world.county, "A2", on_time=False, result="DENIED"),
        feeds.completed(world.city, "A3", role="ACCEPTING"),
        feeds.completed(world.county, "A3", role="DECIDING"),
        feeds.step(world.county, "A4", "REFUSED", submitted_at=NOON),
        feeds.step(world.county, "A5", "WITHDRAWN", submitted_at=NOON),
        feeds.step(world.province, "A6", "HANDED_DOWN", role="PORTAL", submitted_at=NOON),
        feeds.accepted(world.county, "A6"),
        feeds.accepted(world.city, "A7", role="ACCEPTING", **overdue),
        feeds.accepted(world.county, "A7", role="DECIDING", **overdue),
        feeds.accepted(world.other_county, "A8", due_in=-4 * DAY, accepted_at=NOON - 9 * DAY),
        feeds.accepted(world.township, "A9", due_in=timedelta(hours=3)),
        feeds.completed(world.township, "B1", at=NOON - DAY),
    )


def _numbers(page):
    return [row.record.tracking_number for row in page.rows]


@pytest.mark.parametrize("measure", COUNTERS)
@pytest.mark.parametrize("day", [TODAY, TODAY - DAY])
def test_each_figure_is_the_length_of_its_list(busy_day, world, province_scope, city_scope, measure, day):
    for scope in (province_scope, city_scope):
        for code in scope.centres:
            figure = getattr(queries.overview(scope, on=day, code=code).today, measure)
            filters = CaseFilters(centre=code, measure=measure, first_day=day, last_day=day)
            assert queries.count_cases(scope, filters) == figure == len(queries.list_cases(scope, filters).rows)


@pytest.mark.parametrize("light", ["OVERDUE", "RED", "YELLOW", "WARNING", "GREEN", "RUNNING"])
def test_each_light_is_the_length_of_its_list(busy_day, province_scope, light):
    for code in province_scope.centres:
        lights = queries.overview(province_scope, on=TODAY, code=code).lights
        filters = CaseFilters(centre=code, light=light)
        found = queries.list_cases(province_scope, filters).rows
        assert len(found) == queries.count_cases(province_scope, filters) == getattr(lights, light.lower())
        if light in Light.values:
            assert {row.light.value for row in found} <= {light}


def test_the_heat_map_is_the_length_of_its_lists(busy_day, province_scope):
    board = queries.board(province_scope, on=TODAY)
    for row in queries.heat(board, province_scope, on=TODAY, measure="overrun"):
        for day, value in zip(board[0].days, row.values, strict=True):
            filters = CaseFilters(
                centre=row.centre.code, own_hall=row.own_hall, measure="overrun", first_day=day, last_day=day
            )
            assert queries.count_cases(province_scope, filters) == value


def test_a_case_in_two_ledgers_of_a_row_is_overrun_by_the_limit_of_the_one_that_accepted_it(
    world, feeds, report, province_scope
):
    long_ago = {"accepted_at": NOON - 9 * DAY}
    report(
        feeds.accepted(world.city, "C1", role="ACCEPTING", due_in=-3 * DAY, **long_ago),
        feeds.accepted(world.county, "C1", role="DECIDING", due_in=-DAY, **long_ago),
        feeds.accepted(world.city, "C2", role="ACCEPTING", due_in=DAY, **long_ago),
        feeds.accepted(world.county, "C2", role="DECIDING", due_in=-DAY, **long_ago),
        feeds.accepted(world.city, "C3", role="ACCEPTING", due_in=-2 * DAY, **long_ago),
        feeds.accepted(world.other_county, "C3", role="DECIDING", due_in=-DAY, **long_ago),
        feeds.completed(world.county, "C4", role="DECIDING", on_time=False),
    )
    board = queries.board(province_scope, on=TODAY)
    heat = queries.heat(board, province_scope, on=TODAY, measure="overrun")
    cells = {row.centre.code: row.values[-4:] for row in heat}
    assert cells == {
        world.province.code: (0, 0, 0, 0),
        world.city.code: (1, 1, 0, 1),
        world.other_city.code: (0, 0, 1, 0),
    }
    for row in heat:
        for day, value in zip(board[0].days, row.values, strict=True):
            filters = CaseFilters(
                centre=row.centre.code, own_hall=row.own_hall, measure="overrun", first_day=day, last_day=day
            )
            assert queries.count_cases(province_scope, filters) == value


def test_every_measure_of_the_lists_has_a_figure():
    assert set(MEASURES) - set(COUNTERS) == {"limited", "overrun"}


def test_a_list_names_each_case_once_and_no_portal(busy_day, province_scope):
    numbers = _numbers(queries.list_cases(province_scope, CaseFilters()))
    assert sorted(numbers) == ["A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8", "A9", "B1"]


def test_sql_and_python_agree_on_the_light(world, feeds, report, province_scope):
    hours = (-100, -73, -72, -48, -1, 0, 1, 23, 24, 25, 200)
    report(
        *(
            feeds.accepted(world.city, f"H{n}", due_in=timedelta(hours=h), accepted_at=NOON - 20 * DAY)
            for n, h in enumerate(hours)
        )
    )
    found = {
        light: set(_numbers(queries.list_cases(province_scope, CaseFilters(light=light)))) for light in Light.values
    }
    for row in queries.list_cases(province_scope, CaseFilters()).rows:
        assert [light for light in found if row.record.tracking_number in found[light]] == [row.light.value]


def test_filters_combine(busy_day, world, province_scope):
    def found(**filters):
        return sorted(_numbers(queries.list_cases(province_scope, CaseFilters(**filters))))

    assert found(centre=world.county.code) == ["A2", "A3", "A4", "A5", "A6", "A7", "A9", "B1"]
    assert found(centre=world.county.code, own_hall=True, light="RUNNING") == ["A6", "A7"]
    assert found(kind="INSTANT") == ["A1"]
    assert found(status="REFUSED") == ["A4"]
    assert found(role="PORTAL") == ["A6"]
    assert found(text="a8") == ["A8"]
    assert found(text="食品", centre=world.other_city.code) == ["A8"]
    assert found(text="%") == []


def test_a_city_lists_its_own_centres_only(busy_day, world, city_scope):
    assert "A8" not in _numbers(queries.list_cases(city_scope, CaseFilters()))
    assert _numbers(queries.list_cases(city_scope, CaseFilters(text="A8"))) == []
    for code in (world.other_county.code, world.province.code):
        with pytest.raises(NotFound):
            queries.list_cases(city_scope, CaseFilters(centre=code))


@pytest.mark.parametrize("filters", [{"measure": "nothing"}, {"light": "BLUE"}])
def test_unknown_filters_are_refused(province_scope, filters):
    with pytest.raises(InvalidInput):
        queries.list_cases(province_scope, CaseFilters(**filters))


def _walk(scope, filters):
    """All rows of a list, read five at a time."""
    seen, cursor = [], ""
    while True:
        page = queries.list_cases(scope, filters, after=cursor, limit=5)
        seen += page.rows
        cursor = page.next_cursor
        if not cursor:
            return [row.record for row in seen]


def test_pages_follow_each_other_without_loss_or_repetition(world, feeds, report, province_scope):
    report(*(feeds.completed(world.city, f"P{n:02d}", at=NOON - timedelta(hours=n // 4)) for n in range(23)))
    seen = _walk(province_scope, CaseFilters())
    assert sorted(record.tracking_number for record in seen) == [f"P{n:02d}" for n in range(23)]
    assert [record.last_occurred_at for record in seen] == sorted(
        (record.last_occurred_at for record in seen), reverse=True
    )


def test_what_is_overdue_longest_comes_first_on_every_page(world, feeds, report, province_scope):
    report(
        *(
            feeds.accepted(world.city, f"P{n:02d}", due_in=-timedelta(hours=1 + n // 4), accepted_at=NOON - 9 * DAY)
            for n in range(23)
        )
    )
    seen = _walk(province_scope, CaseFilters(light="OVERDUE"))
    assert len({record.id for record in seen}) == 23
    assert [record.due_at for record in seen] == sorted(record.due_at for record in seen)


@pytest.mark.parametrize("cursor", ["x", "!!!", "MjAyNg", "MjAyNi0xMS0xOHxhYmM"])
def test_a_broken_cursor_is_refused(province_scope, cursor):
    with pytest.raises(InvalidInput):
        queries.list_cases(province_scope, CaseFilters(), after=cursor)


def test_one_case_over_all_levels(busy_day, world, province_scope, city_scope):
    trail = queries.case_steps(province_scope, "A6")
    assert [(row.record.role, row.centre) for row in trail.ledgers] == [
        ("SOLE", world.county),
        ("PORTAL", world.province),
    ]
    assert [(step.centre, step.step.status) for step in trail.steps] == [
        (world.county, "ACCEPTED"),
        (world.province, "HANDED_DOWN"),
    ]
    assert len(queries.case_steps(city_scope, "A6").steps) == 2


def test_a_case_elsewhere_is_not_found(busy_day, city_scope):
    for number in ("A8", "nothing"):
        with pytest.raises(NotFound):
            queries.case_steps(city_scope, number)


def test_a_case_costs_the_same_with_many_steps(world, feeds, report, province_scope, django_assert_num_queries):
    report(feeds.accepted(world.city, "A1"))
    with django_assert_num_queries(3):
        queries.case_steps(province_scope, "A1")
    report(*(feeds.step(world.city, "A1", "REVIEWED") for _ in range(20)))
    with django_assert_num_queries(3):
        assert len(queries.case_steps(province_scope, "A1").steps) == 21


def test_no_personal_data_is_in_the_store():
    names = {field.name for field in CaseRecord._meta.get_fields()}
    assert not names & {"applicant", "applicant_name", "phone", "id_number", "form"}
