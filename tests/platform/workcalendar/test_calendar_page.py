"""The calendar's page at the provincial centre: what is known, what is missing, what the administrator enters."""

from __future__ import annotations

from datetime import date

import pytest
from browsers import browser_of
from chinese_calendar import constants as published
from django.test import Client

from zt_platform.accounts.commands import register_account
from zt_platform.organisation.models import StaffMember
from zt_platform.workcalendar import queries
from zt_platform.workcalendar.commands import RECOMPUTE
from zt_platform.workcalendar.forms import days_of
from zt_platform.workcalendar.models import CalendarOverride, CalendarYear
from zt_platform.workcalendar.picture import DayKind, months
from zt_platform.workcalendar.queries import missing_year, year_status
from zt_platform.workcalendar.rules import PUBLISHED_YEARS, WorkCalendar, year_to_enter
from zt_tenants import clock
from zt_tenants.clock import CHINA, today
from zt_tenants.context import enter, outside_centres
from zt_tenants.models import Centre, Timer

pytestmark = pytest.mark.usefixtures("the_published_calendar_afterwards")
NEXT = max(PUBLISHED_YEARS) + 1
PAGE = "/c/340000/calendar/"


@pytest.fixture
def seated(world):
    """Signs a person in who holds a post."""

    def seat(centre: Centre, role: str) -> Client:
        account = register_account(
            username=f"p-{centre.code}-{role}".lower().replace("_", "-"),
            password="a long pass phrase",
            full_name="王芳",
            phone="13855512345",
        )
        with enter(centre):
            StaffMember.objects.create(account_id=account.id, full_name="王芳", roles=[role], posted_on=today())
        return browser_of(account)

    return seat


def rows() -> tuple[int, int, int]:
    with outside_centres():
        return (
            CalendarOverride.objects.count(),
            CalendarYear.objects.count(),
            Timer.objects.filter(kind=RECOMPUTE).count(),
        )


def test_a_day_is_set_and_undone(world, seated) -> None:
    admin = seated(world.province, "CENTRE_ADMIN")
    answer = admin.post(PAGE + "day/", {"day": "2026-03-06", "working": "no", "reason": "省运动会开幕"}, follow=True)
    assert "省运动会开幕" in answer.content.decode()
    assert rows() == (1, 0, Centre.objects.count())
    answer = admin.post(PAGE + "day/withdraw/", {"day": "2026-03-06"}, follow=True)
    assert "省运动会开幕" not in answer.content.decode()
    assert rows()[0] == 0
    again = admin.post(PAGE + "day/withdraw/", {"day": "2026-03-06"}, follow=True)
    assert "这一天没有调整过" in again.content.decode()


@pytest.mark.req("E-02")
def test_the_notice_of_a_year_is_entered(world, seated) -> None:
    admin = seated(world.province, "CENTRE_ADMIN")
    with clock.at(clock.now().replace(year=NEXT - 1, month=12, day=1)):
        assert "还没有录入" in admin.get(PAGE).content.decode()
        given = {
            "year": str(NEXT),
            "document_number": "国办发明电〔2026〕9号",
            "holidays": f"{NEXT}-02-06 至 {NEXT}-02-12\n{NEXT}-01-01",
            "make_up_days": f"{NEXT}-02-14",
        }
        page = admin.post(PAGE + "year/", given, follow=True).content.decode()
        assert "国办发明电〔2026〕9号" in page
        assert "还没有录入" not in page
        known = year_status(NEXT, fresh=True)
    assert (known.provisional, len(known.overrides)) == (False, 9)
    assert queries.calendar().is_working_day(date(NEXT, 2, 14))


@pytest.mark.parametrize(
    ("path", "given"),
    [
        ("day/", {"day": "2026-03-06", "working": "no", "reason": ""}),
        ("day/", {"day": "", "working": "no", "reason": "x"}),
        ("year/", {"year": "2027", "document_number": "", "holidays": "2027-01-01"}),
        ("year/", {"year": "2027", "document_number": "x", "holidays": "春节"}),
        ("year/", {"year": "2027", "document_number": "x", "holidays": "2026-01-01"}),
        ("year/", {"year": "2027", "document_number": "x", "holidays": "2027-02-30"}),
        ("year/", {"year": "2027", "document_number": "x", "holidays": "2027-03-01 至 2027-02-01"}),
    ],
)
def test_bad_input_is_shown_and_changes_nothing(world, seated, path: str, given: dict[str, str]) -> None:
    before = rows()
    assert seated(world.province, "CENTRE_ADMIN").post(PAGE + path, given).status_code == 422
    assert rows() == before


def test_nobody_else_gets_in(world, seated) -> None:
    before = rows()
    tries = [
        (seated(world.province, "SUPERVISOR"), PAGE),
        (seated(world.city, "CENTRE_ADMIN"), PAGE),
        (seated(world.county, "CENTRE_ADMIN"), f"/c/{world.county.code}/calendar/"),
    ]
    given = {"day": "2026-03-06", "working": "no", "reason": "x"}
    for client, address in tries:
        assert client.get(address).status_code == 403
        for path in ("day/", "day/withdraw/", "year/"):
            assert client.post(address + path, given).status_code == 403
    assert Client().get(PAGE).status_code == 302
    assert rows() == before


def test_the_years_of_the_page(world, seated) -> None:
    admin = seated(world.province, "CENTRE_ADMIN")
    assert "248" in admin.get(PAGE + "?year=2026").content.decode()
    assert "暂定" in admin.get(f"{PAGE}?year={NEXT}").content.decode()
    assert admin.get(PAGE + "?year=1066").status_code == 404


@pytest.mark.req("E-02")
def test_a_missing_year_is_named_from_the_middle_of_november(world) -> None:
    def asked(month: int, day: int, year: int = NEXT - 1) -> int | None:
        return year_to_enter(date(year, month, day), WorkCalendar())

    assert asked(11, 14) is None
    assert asked(11, 15) == asked(12, 31) == NEXT
    assert asked(3, 1, NEXT) == NEXT  # the year has begun without one
    known = WorkCalendar(declared_years=frozenset({NEXT}))
    assert year_to_enter(date(NEXT - 1, 12, 1), known) is None
    with clock.at(clock.now().replace(year=NEXT - 1, month=12, day=1)):
        assert missing_year() == NEXT


def test_health_names_the_missing_year_and_stays_well(world, client) -> None:
    with clock.at(clock.now().astimezone(CHINA).replace(year=NEXT - 1, month=12, day=1)):
        assert client.get("/health/").json()["calendar"] == {"ok": True, "missing_year": NEXT}
    with clock.at(clock.now().astimezone(CHINA).replace(year=NEXT - 1, month=6, day=1)):
        assert client.get("/health/").json()["calendar"] == {"ok": True, "missing_year": None}


def test_lines_of_days() -> None:
    assert days_of("2027-1-1\n\n2027-02-06 - 2027-02-08") == [
        date(2027, 1, 1),
        date(2027, 2, 6),
        date(2027, 2, 7),
        date(2027, 2, 8),
    ]


@pytest.mark.req("E-02")
def test_the_year_is_drawn_as_it_is_counted() -> None:
    """2026: 国庆 1–7 October with 20 September and 10 October worked instead."""
    grounds = {date(2026, 10, 12): "省运动会开幕"}
    days = WorkCalendar(overrides=dict.fromkeys(grounds, False))
    drawn = months(2026, days, today=date(2026, 10, 9), grounds=grounds)
    october = {one.day.day: one for week in drawn[9].weeks for one in week if one is not None}
    assert [len(month.weeks[0]) for month in drawn] == [7] * 12
    assert sorted(october) == list(range(1, 32))
    assert {day for day, one in october.items() if one.kind is DayKind.HOLIDAY} == {1, 2, 3, 4, 5, 6, 7, 12}
    assert {day for day, one in october.items() if one.kind is DayKind.MADE_UP} == {10}
    assert october[11].kind is DayKind.WEEKEND
    assert (october[12].said, october[13].said) == ("放假：省运动会开幕", "")
    assert [day for day, one in october.items() if one.is_today] == [9]
    total = days.working_days_between(date(2025, 12, 31), date(2026, 12, 31))
    assert sum(month.working_days for month in drawn) == total


def test_the_page_shows_the_year(world, seated) -> None:
    page = seated(world.province, "CENTRE_ADMIN").get(PAGE + "?year=2026").content.decode()
    assert page.count('class="month"') == 12
    assert page.count("day day-made-up") == 1 + sum(day.year == 2026 for day in published.workdays)
