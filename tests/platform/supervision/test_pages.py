"""The supervisors' pages: who may read them, and that every number leads to its rows."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from datetime import UTC, datetime, timedelta
from html import unescape
from urllib.parse import unquote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zt_platform.organisation.roles import Role
from zt_tenants import timers
from zt_tenants.clock import now
from zt_tenants.context import enter
from zt_tenants.models import Centre, Level, SchemaLedgerEntry, Timer
from zt_tenants.urls import portal_url

NOON = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)
DAY = timedelta(days=1)
pytestmark = pytest.mark.req("R-01", "R-12")


@pytest.fixture
def some_cases(world, feeds, report):
    """One late case in two ledgers, some completed ones, one elsewhere."""
    overdue = {"due_in": -timedelta(hours=2), "accepted_at": NOON - 3 * DAY}
    report(
        feeds.completed(world.city, "340100-A1", instant=True, kind="INSTANT"),
        feeds.completed(world.county, "340123-A2", on_time=False, item_name="=cmd()"),
        feeds.accepted(world.city, "340100-A3", role="ACCEPTING", **overdue),
        feeds.accepted(world.county, "340100-A3", role="DECIDING", **overdue),
        feeds.completed(world.other_county, "341702-B1"),
    )


def _urls(world):
    return [
        portal_url("supervision:home"),
        portal_url("supervision:centre", code=world.city.code),
        portal_url("supervision:cases"),
        portal_url("supervision:case", number="340100-A3"),
        portal_url("supervision:feeds"),
    ]


def _page(client, url):
    response = client.get(url)
    assert response.status_code == 200, url
    return unescape(response.content.decode())


def test_without_sign_in_every_page_leads_to_it(client, world, some_cases):
    for url in _urls(world):
        response = client.get(url)
        assert response.status_code == 302
        assert response["Location"].startswith(portal_url("sign-in"))


@pytest.mark.parametrize("roles", [(Role.WINDOW_CLERK,), (Role.CENTRE_ADMIN, Role.APPROVER)])
def test_other_staff_see_nothing(sign_in, world, some_cases, roles):
    browser = sign_in(world.province, *roles)
    assert [browser.get(url).status_code for url in _urls(world)] == [403] * 5


def test_a_countys_supervisor_sees_nothing(sign_in, world, some_cases):
    browser = sign_in(world.county)
    assert [browser.get(url).status_code for url in _urls(world)] == [403] * 5


def test_a_city_sees_no_other_city(sign_in, world, some_cases):
    browser = sign_in(world.other_city)
    for url in _urls(world)[1:2] + [
        portal_url("supervision:case", number="340100-A3"),
        portal_url("supervision:cases") + f"?centre={world.city.code}",
        portal_url("supervision:feeds") + f"?centre={world.province.code}",
    ]:
        assert browser.get(url).status_code == 404
    assert "340100-A3" not in _page(browser, portal_url("supervision:cases"))
    assert "341702-B1" in _page(browser, portal_url("supervision:cases"))


def test_the_province_drills_down_to_a_case(sign_in, world, some_cases):
    browser = sign_in(world.province)
    home = _page(browser, portal_url("supervision:home"))
    assert "340100-A3" in home
    city = portal_url("supervision:centre", code=world.city.code)
    assert f'href="{city}"' in home
    county = portal_url("supervision:centre", code=world.county.code)
    assert f'href="{county}"' in _page(browser, city)
    assert portal_url("supervision:case", number="340100-A3") in _page(browser, county)
    case = _page(browser, portal_url("supervision:case", number="340100-A3"))
    assert world.city.name in case
    assert world.county.name in case


def test_every_number_leads_to_as_many_rows(sign_in, world, some_cases):
    browser = sign_in(world.province)
    for page in (portal_url("supervision:home"), portal_url("supervision:centre", code=world.city.code)):
        links = re.findall(r'href="([^"]*/supervision/cases/\?[^"]*)"[^>]*>(.*?)</a>', _page(browser, page), re.S)
        counted = 0
        for url, text in links:
            number = re.fullmatch(
                r"\D*?(\d+)\D*", re.sub(r"<[^>]*>", "", re.sub(r'<span class="figure-beside.*', "", text))
            )
            if number and "%" not in text:
                rows = _page(browser, url).count('data-label="办件编号"')
                assert rows == int(number[1]), (url, text)
                counted += 1
        assert counted > 20


def test_a_light_is_colour_shape_and_word(sign_in, world, some_cases):
    page = _page(sign_in(world.province), portal_url("supervision:cases"))
    assert re.search(r'class="light light-yellow"><svg[^>]*><use href="[^"]*#light-yellow"></use></svg>黄牌<', page)


def test_nothing_is_inline_and_the_chart_carries_its_data(sign_in, world, some_cases):
    page = _page(sign_in(world.province), portal_url("supervision:home"))
    assert not re.search(r"<script(?![^>]*(src=|application/json))", page)
    assert not re.search(r"\sstyle=|\son[a-z]+=", page)
    option = json.loads(re.search(r'<script id="heat-data" type="application/json">(.*?)</script>', page, re.S)[1])
    assert len(option["xAxis"]["data"]) == 14
    assert [point["value"][2] for point in option["series"][0]["data"] if point["value"][2]]
    assert option["aria"]["enabled"]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_empty_pages_say_what_to_do(sign_in, world, language):
    browser = sign_in(world.province)
    browser.cookies["zt_language"] = language
    words = {
        "zh-hans": ("眼下没有在办件", "没有符合条件的办件", "还没有任何中心上报"),
        "en": ("No case is running",) * 1,
    }
    home, cases, feeds = (_page(browser, url) for url in (_urls(world)[0], _urls(world)[2], _urls(world)[4]))
    for text, page in zip(words[language], (home, cases, feeds), strict=False):
        assert text in page


def test_a_past_day_and_nonsense_in_the_url(sign_in, world, some_cases):
    browser = sign_in(world.province)
    past = _page(browser, portal_url("supervision:home") + "?on=2026-11-17")
    assert "2026-11-17" in past
    assert "on=2026-11-17" in past
    for query in ("?on=2999-01-01", "?on=x"):
        assert "2026-11-18" in _page(browser, portal_url("supervision:home") + query)
    for query in ("?light=BLUE", "?measure=x", "?after=x"):
        assert browser.get(portal_url("supervision:cases") + query).status_code == 400
    assert browser.get(portal_url("supervision:home") + "?measure=x").status_code == 400
    assert browser.get(portal_url("supervision:case", number="nothing")).status_code == 404


TABLES = [("home", "league", 3), ("home", "heat", 3), ("cases", "1", 4), ("case", "1", 2), ("feeds", "1", 6)]


@pytest.mark.parametrize(("page", "which", "rows"), TABLES)
def test_every_table_can_be_taken_along(sign_in, world, some_cases, page, which, rows):
    browser = sign_in(world.province)
    home, _, cases, case, feeds = _urls(world)
    url = {"home": home, "cases": cases, "case": case, "feeds": feeds}[page]
    response = browser.get(f"{url}?csv={which}")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"].startswith("attachment; ")
    lines = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert len(lines) == rows + 1
    sheet = _sheet(browser.get(f"{url}?xlsx={which}"))
    assert len(sheet) == rows + 1
    there = [[cell.removeprefix("'") for cell in row if cell] for row in lines]
    assert [[cell for _, cell in row if cell] for row in sheet] == there
    if page == "home":
        assert "n" in {kind for row in sheet[1:] for kind, _ in row}, "numbers are numbers"
    assert f"xlsx={which}" in _page(browser, url)


def _sheet(response) -> list[list[tuple[str, str]]]:
    """The cells of an Excel file as (type, text): "n" for numbers."""
    assert response["Content-Type"] == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    with zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content))) as book:
        xml = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in xml, "nothing runs as a formula"
    rows = re.findall(r"<row [^>]*>(.*?)</row>", xml, re.S)
    return [
        [
            (kind or "n", unescape(text or ""))
            for kind, text in re.findall(
                r'<c r="[A-Z]+\d+"(?: s="\d+")?(?: t="(\w+)")?>(?:<is><t[^>]*>|<v>)?(.*?)(?:</t></is>|</v>)?</c>',
                row,
                re.S,
            )
        ]
        for row in rows
    ]


def test_a_table_has_a_chinese_name(sign_in, world, some_cases):
    browser = sign_in(world.province)
    for kind in ("csv", "xlsx"):
        response = browser.get(f"{_urls(world)[2]}?{kind}=1")
        assert f"办件清单.{kind}" in unquote(response["Content-Disposition"])
        assert b"".join(response)  # to its end, which closes it


def test_a_cell_never_runs_as_a_formula(sign_in, world, some_cases):
    text = sign_in(world.province).get(portal_url("supervision:cases") + "?csv=1").content.decode()
    assert "'=cmd()" in text


def test_the_pages_cost_the_same_statements_with_6_centres_and_with_60(sign_in, world, feeds, report):
    browser = sign_in(world.province)
    report(feeds.accepted(world.city, "340100-N0", due_in=-timedelta(hours=2), accepted_at=NOON - 3 * DAY))

    def costs():
        found = []
        for url in _urls(world)[:3] + _urls(world)[4:] + [f"{_urls(world)[0]}?measure=overrun"]:
            with CaptureQueriesContext(connection) as statements:
                _page(browser, url)
            found.append(len(statements))
        return found

    costs()
    one = costs()
    for number in range(54):
        centre = Centre.objects.create(
            code=f"3490{number:02d}",
            schema_name=f"c_test_{number}",
            name=f"第{number}市政务服务中心",
            short_name=f"第{number}市",
            level=Level.CITY,
            parent=world.province,
            opened_on=NOON.date(),
        )
        report(feeds.accepted(centre, f"N{number}", due_in=-timedelta(hours=2), accepted_at=NOON - 3 * DAY))
    costs()
    assert costs() == one


def test_the_feeds_of_many_centres_come_in_pages(sign_in, world, feeds, report):
    for number in range(60):
        Centre.objects.create(
            code=f"3490{number:02d}",
            schema_name=f"c_test_{number}",
            name=f"第{number}市政务服务中心",
            short_name=f"第{number}市",
            level=Level.CITY,
            parent=world.province,
            opened_on=NOON.date(),
        )
    report(feeds.accepted(world.city, "340100-N0"))
    browser, url = sign_in(world.province), _urls(world)[4]
    seen = []
    for page in ("1", "2", "x", "99"):
        text = _page(browser, f"{url}?page={page}")
        seen.append(re.findall(r'<th scope="row" data-label="中心"><a href="[^"]*/centres/(\d+)/"', text))
    assert [len(codes) for codes in seen] == [50, 16, 50, 0]
    assert len({*seen[0], *seen[1]}) == 66, "no centre twice, none left out"
    assert seen[2] == seen[0]
    only = _page(browser, f"{url}?state=LATE")
    assert re.findall(r'<th scope="row" data-label="中心"><a href="[^"]*/centres/(\d+)/"', only) == ["340100"]
    assert "未上报 65" in only


def test_the_province_sees_a_mixed_fleet_with_the_databases_words(sign_in, world, some_cases):
    url = _urls(world)[4]
    assert "全部6个中心都是最新版本" in _page(sign_in(world.province), url)
    newest = world.county.schema_ordinal
    Centre.objects.filter(code=world.county.code).update(schema_ordinal=newest - 1)
    SchemaLedgerEntry.objects.create(
        centre=world.county, ordinal=newest, began_at=NOON, duration_ms=3, error='column "tried" <already exists>'
    )
    page = _page(sign_in(world.province), url)
    assert "6个中心中有1个尚未升级" in page
    assert 'column "tried" <already exists>' in page
    assert "表结构版本" not in _page(sign_in(world.city), url)


def test_the_province_sees_late_and_parked_timers_without_their_subjects(sign_in, world, some_cases):
    timers.register("test.shown", print)
    try:
        with enter(world.county):
            timers.schedule(kind="test.shown", subject="340123-张三", due_at=now() - timedelta(minutes=20))
            timers.schedule(kind="test.shown", subject="340123-李四", due_at=now())
        Timer.objects.filter(subject="340123-李四").update(
            parked_at=now(), attempts=8, last_error="处理失败：X <b>\nHandling failed: X <b>"
        )
        url = _urls(world)[4]
        page = _page(sign_in(world.province), url)
    finally:
        timers.unregister("test.shown")
    assert "迟滞" in page
    assert "到期待处理1项，最早的已等待20分" in page
    assert "1项多次处理失败" in page
    assert "处理失败：X <b>" in page
    assert "test.shown" in page
    assert "张三" not in page
    assert "李四" not in page
    assert "定时任务" not in _page(sign_in(world.city), url)
