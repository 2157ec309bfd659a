"""Lights over time and by level: every number leads to its rows, and nobody sees another city's."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from zt_platform.organisation.roles import Role
from zt_platform.supervision import queries
from zt_platform.supervision.queries import CaseFilters, LightCounts
from zt_tenants.models import Level
from zt_tenants.urls import portal_url

pytestmark = pytest.mark.req("R-01", "R-02", "R-12")
NOON = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)
TODAY = date(2026, 11, 18)
DAY = timedelta(days=1)
URL = portal_url("supervision:lights")


@pytest.fixture
def running(world, feeds, report) -> None:
    """One case of each light at the county, one late case that two levels handle, one in another city."""
    late = {"due_in": -timedelta(hours=2), "accepted_at": NOON - 3 * DAY}
    report(
        feeds.accepted(world.county, "340123-G1", accepted_at=NOON - 3 * DAY),
        feeds.accepted(world.county, "340123-W1", due_in=timedelta(hours=20), accepted_at=NOON - 3 * DAY),
        feeds.accepted(world.county, "340123-R1", due_in=-4 * DAY, accepted_at=NOON - 9 * DAY),
        feeds.accepted(world.city, "340100-Y1", role="ACCEPTING", **late),
        feeds.accepted(world.county, "340100-Y1", role="DECIDING", **late),
        feeds.accepted(world.other_county, "341702-G1", accepted_at=NOON - 3 * DAY),
    )


def _page(browser: Client, query: str = "") -> str:
    answer = browser.get(URL + query)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def test_each_day_is_read_at_its_end_and_each_level_by_itself(world, running, city_scope) -> None:
    with CaptureQueriesContext(connection) as captured:
        found = queries.lights_over_time(city_scope, on=TODAY)
    assert len([one for one in captured if '"case_record"' in one["sql"]]) == 1
    assert found.days == tuple(TODAY - number * DAY for number in range(13, -1, -1))
    assert found.by_day[-1] == LightCounts(running=4, warning=1, yellow=1, red=1)
    assert found.by_day[-2] == LightCounts(running=4, warning=1, red=1)
    assert found.by_day[-5].running == 1, "on Saturday only the oldest was accepted"
    assert found.by_day[0] == LightCounts()
    assert dict(found.by_level) == {
        Level.CITY: LightCounts(running=1, yellow=1),
        Level.COUNTY: LightCounts(running=4, warning=1, yellow=1, red=1),
        Level.TOWNSHIP: LightCounts(),
    }


def test_the_last_day_says_what_the_board_says(world, running, province_scope) -> None:
    found = queries.lights_over_time(province_scope, on=TODAY)
    assert found.by_day[-1] == queries.overview(province_scope, on=TODAY).lights


def test_every_number_leads_to_as_many_rows(sign_in, world, running) -> None:
    browser = sign_in(world.city)
    links = re.findall(r'<a class="plain-link" href="([^"]*/supervision/cases/[^"]*)">(\d+)</a>', _page(browser))
    assert len(links) == 5 * (14 + 3)
    told = [(url, number) for url, number in links if number != "0"]
    for url, number in [*told, *links[:5]]:
        rows = unescape(browser.get(url).content.decode()).count('data-label="办件编号"')
        assert rows == int(number), url
    assert len(told) > 20


def test_the_charts_carry_their_data_in_the_page_and_words_for_those_who_cannot_see_them(
    sign_in, world, running
) -> None:
    page = sign_in(world.city).get(URL).content.decode()
    charts = re.findall(r'data-chart role="img" aria-label="([^"]+)" data-option="([^"]+)"', page)
    assert len(charts) == 2
    said, option = unescape(charts[0][0]), json.loads(unescape(charts[0][1]))
    assert "在办4件" in said
    assert [series["name"] for series in option["series"]] == ["红牌", "黄牌", "预警", "正常"]
    assert [series["data"][-1]["value"] for series in option["series"]] == [1, 1, 1, 1]
    assert option["xAxis"]["data"][-1] == "11-18\n周三"
    assert all(series["itemStyle"]["color"].startswith("--") for series in option["series"])


def test_the_board_brings_them_when_they_come_into_sight(sign_in, world, running) -> None:
    board = unescape(sign_in(world.province).get(portal_url("supervision:home")).content.decode())
    brought = re.search(r'hx-get="([^"]+)" hx-trigger="intersect once" hx-select="#lights"', board)
    assert brought
    assert brought[1] == f"{URL}?centre={world.province.code}"
    assert "data-failed=" in board


def test_a_past_day_ends_the_series(sign_in, world, running) -> None:
    page = _page(sign_in(world.city), "?on=2026-11-17")
    assert "2026-11-17 周二" in page
    assert "2026-11-18" not in page


def test_as_a_table_to_take_along(sign_in, world, running) -> None:
    answer = sign_in(world.city).get(f"{URL}?csv=1")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0] == ["日期或层级", "在办", "红牌", "黄牌", "预警", "正常"]
    assert rows[14] == ["2026-11-18", "4", "1", "1", "1", "1"]
    assert [row[0] for row in rows[15:]] == [Level.CITY.label, Level.COUNTY.label, Level.TOWNSHIP.label]


def test_who_supervises_nothing_sees_nothing_and_a_city_no_other(sign_in, world, running) -> None:
    assert Client().get(URL).status_code == 302
    assert sign_in(world.province, Role.CENTRE_ADMIN).get(URL).status_code == 403
    assert sign_in(world.county).get(URL).status_code == 403
    neighbour = sign_in(world.other_city)
    assert neighbour.get(f"{URL}?centre={world.city.code}").status_code == 404
    rows = list(csv.reader(io.StringIO(neighbour.get(f"{URL}?csv=1").content.decode("utf-8-sig"))))
    assert rows[14][1:] == ["1", "0", "0", "0", "1"]


def test_cases_are_listed_by_level(world, running, city_scope) -> None:
    def numbers(level: str) -> list[str]:
        rows = queries.list_cases(city_scope, CaseFilters(level=level)).rows
        return sorted(row.record.tracking_number for row in rows)

    assert numbers("CITY") == ["340100-Y1"]
    assert numbers("COUNTY") == ["340100-Y1", "340123-G1", "340123-R1", "340123-W1"]
    assert numbers("NONSENSE") == []


def test_the_slowest_feed_stands_on_top(sign_in, world, running) -> None:
    page = sign_in(world.province).get(portal_url("supervision:feeds")).content.decode()
    option = json.loads(unescape(re.search(r'data-option="([^"]+)"', page)[1]))
    lags = [one["value"] for one in option["series"][0]["data"]]
    assert lags == sorted(lags, reverse=True)
    assert len(option["yAxis"]["data"]) == len(lags) == 3
