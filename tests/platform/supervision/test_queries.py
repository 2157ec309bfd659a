"""Figures, league, heat map and feeds of a scope."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zt_platform.supervision import queries
from zt_platform.supervision.queries import DayFigures, FeedState, LightCounts
from zt_platform.supervision.rules import Rate
from zt_tenants import clock
from zt_tenants.errors import InvalidInput, NotFound
from zt_tenants.models import Centre, Level

NOON = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)
TODAY = date(2026, 11, 18)
DAY = timedelta(days=1)
pytestmark = pytest.mark.req("R-01", "R-12")


def test_the_overview_sets_yesterday_and_last_year_beside_today(world, feeds, report, province_scope):
    report(
        feeds.completed(world.city, "A1", instant=True),
        feeds.completed(world.county, "A2"),
        feeds.completed(world.county, "A3", on_time=False),
        feeds.completed(world.county, "A4", at=NOON - DAY),
        feeds.completed(world.other_city, "A5", at=NOON.replace(year=2025)),
    )
    seen = queries.overview(province_scope, on=TODAY)
    assert (seen.today.completed, seen.yesterday.completed, seen.last_year.completed) == (3, 1, 1)
    assert seen.today.on_time_rate == Rate(2, 3)
    assert seen.today.instant_rate == Rate(1, 3)
    assert seen.today.completion_rate == Rate(3, 3)


def test_lights_are_read_now_and_a_day_earlier(world, feeds, report, province_scope):
    report(
        feeds.accepted(world.county, "G1"),
        feeds.accepted(world.county, "W1", due_in=timedelta(hours=20)),
        feeds.accepted(world.county, "Y1", due_in=-timedelta(hours=2), accepted_at=NOON - 3 * DAY),
        feeds.accepted(world.county, "R1", due_in=-4 * DAY, accepted_at=NOON - 9 * DAY),
        feeds.completed(world.county, "D1", on_time=False),
    )
    seen = queries.overview(province_scope, on=TODAY)
    assert seen.lights == LightCounts(running=4, warning=1, yellow=1, red=1)
    assert (seen.lights.green, seen.lights.overdue) == (1, 2)
    assert seen.lights_yesterday == LightCounts(running=4, warning=1, yellow=1, red=0)
    with clock.at(NOON + 30 * DAY):
        assert queries.overview(province_scope, on=clock.today()).lights.red == 4


def test_a_case_in_two_ledgers_counts_once_in_the_total_and_shows_in_both_rows(
    world, feeds, report, province_scope, city_scope
):
    late = {"due_in": -timedelta(hours=2), "accepted_at": NOON - 3 * DAY}
    report(
        feeds.accepted(world.city, "A1", role="ACCEPTING", **late),
        feeds.accepted(world.county, "A1", role="DECIDING", **late),
        feeds.step(world.province, "A1", "HANDED_DOWN", role="PORTAL", accepted_at=NOON - 3 * DAY, due_at=NOON - DAY),
    )
    assert queries.overview(province_scope, on=TODAY).lights.overdue == 1
    rows = {row.centre.code: row for row in queries.board(city_scope, on=TODAY)}
    assert rows[world.city.code].lights.overdue == rows[world.county.code].lights.overdue == 1
    assert queries.overview(city_scope, on=TODAY, code=world.county.code).lights.overdue == 1


def test_a_decision_that_is_still_in_transit_does_not_stop_the_case(world, feeds, report, province_scope):
    late = {"due_in": -timedelta(hours=2), "accepted_at": NOON - 3 * DAY}
    report(
        feeds.accepted(world.city, "A1", role="ACCEPTING", **late),
        feeds.completed(world.county, "A1", role="DECIDING", on_time=False),
    )
    assert queries.overview(province_scope, on=TODAY).lights == LightCounts(running=1, yellow=1)


def test_a_past_day_is_read_at_its_end(world, feeds, report, province_scope):
    report(feeds.accepted(world.county, "A1", due_in=-timedelta(hours=2), accepted_at=NOON - 3 * DAY))
    assert queries.reading_moment(TODAY) == NOON
    assert queries.overview(province_scope, on=TODAY - DAY).lights == LightCounts(running=1, warning=1)


def test_the_neighbour_city_sees_none_of_it(world, feeds, report, city_scope):
    report(feeds.completed(world.other_city, "A1"), feeds.accepted(world.other_county, "A2"))
    seen = queries.overview(city_scope, on=TODAY)
    assert (seen.today, seen.lights) == (DayFigures(), LightCounts())
    assert all(row.figures == DayFigures() for row in queries.board(city_scope, on=TODAY))
    assert queries.feeds(city_scope).reporting == 0
    for read in (queries.overview, queries.board):
        with pytest.raises(NotFound):
            read(city_scope, on=TODAY, code=world.other_city.code)
    with pytest.raises(NotFound):
        queries.feeds(city_scope, code=world.other_city.code)


@pytest.mark.req("R-04")
def test_the_league_ranks_by_on_time_rate_and_keeps_the_series(world, feeds, report, province_scope):
    report(
        feeds.completed(world.county, "A1"),
        feeds.completed(world.township, "A2", at=NOON - 3 * DAY),
        feeds.completed(world.other_county, "B1", on_time=False),
        feeds.completed(world.other_county, "B2", at=NOON - 14 * DAY),
    )
    rows = queries.board(province_scope, on=TODAY)
    assert [row.centre.code for row in rows] == [world.city.code, world.other_city.code, world.province.code]
    first = rows[0]
    assert (first.figures.completed, first.figures.on_time_rate) == (2, Rate(2, 2))
    assert [figures.completed for figures in first.series] == [0] * 10 + [1, 0, 0, 1]
    assert (first.days[0], first.days[-1]) == (TODAY - 13 * DAY, TODAY)
    assert rows[1].figures.completed == 1
    assert [row.own_hall for row in rows] == [False, False, True]


def test_the_heat_map_of_a_counter_and_of_limits_overrun(world, feeds, report, province_scope):
    report(
        feeds.completed(world.county, "A1", on_time=False),
        feeds.accepted(world.county, "A2", due_in=-2 * DAY, accepted_at=NOON - 5 * DAY),
        feeds.accepted(world.county, "A3"),
    )
    rows = queries.board(province_scope, on=TODAY)

    def cells(measure):
        found = queries.heat(rows, province_scope, on=TODAY, measure=measure)
        assert [row.centre.code for row in found] == [world.province.code, world.city.code, world.other_city.code]
        return found[1].values[-3:]

    assert cells("late") == (0, 0, 1)
    assert cells("accepted") == (0, 1, 1)
    assert cells("overrun") == (1, 0, 1)
    with pytest.raises(InvalidInput):
        queries.heat(rows, province_scope, on=TODAY, measure="id) --")


def test_feeds_show_lag_gaps_and_silence(world, feeds, report, province_scope):
    on_its_way = feeds.completed(world.county, "A1", at=NOON - timedelta(hours=3))
    lost = feeds.completed(world.city, "A2")
    report(on_its_way, feeds.completed(world.city, "A3"))
    seen = queries.feeds(province_scope, at=NOON + timedelta(hours=1))
    by_code = {row.centre.code: row for row in seen.rows}
    assert [row.state for row in seen.rows] == [FeedState.GAP, FeedState.LATE, *[FeedState.NEVER] * 4]
    city, county = by_code[world.city.code], by_code[world.county.code]
    assert (city.missing, city.gaps, city.gap_since) == (1, ((1, 1),), NOON)
    assert (county.lag, county.silent) == (timedelta(hours=3), timedelta(hours=1))
    assert (seen.reporting, seen.never, seen.missing, seen.with_gap) == (2, 4, 1, 1)
    assert seen.worst_lag == timedelta(hours=3)
    assert not seen.complete
    report(lost)
    assert queries.feeds(province_scope).complete


def test_the_statements_do_not_grow_with_the_centres(world, feeds, report, supervisor):
    from zt_platform.supervision.scope import scope_for

    def cost():
        scope = scope_for(supervisor(world.province))
        with CaptureQueriesContext(connection) as statements:
            queries.overview(scope, on=TODAY)
            rows = queries.board(scope, on=TODAY)
            queries.heat(rows, scope, on=TODAY, measure="overrun")
            queries.feeds(scope)
            queries.list_cases(scope, queries.CaseFilters())
            queries.count_cases(scope, queries.CaseFilters(light="OVERDUE"))
        return len(rows), len(statements)

    report(feeds.completed(world.city, "A1"))
    few, one = cost()
    for number in range(20):
        centre = Centre.objects.create(
            code=f"3490{number:02d}",
            schema_name=f"c_test_{number}",
            name=f"第{number}市政务服务中心",
            short_name=f"第{number}市",
            level=Level.CITY,
            parent=world.province,
            opened_on=TODAY,
        )
        report(feeds.completed(centre, f"B{number}"), feeds.accepted(centre, f"C{number}"))
    many, twenty = cost()
    assert (few, many) == (3, 23)
    assert one == twenty == 8
