"""Meetings, the register with its figures, what the applicant reads, and the four default rules as pages show them."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from joint_cast import CITY, COUNTY, NEIGHBOUR, china, open_case
from joint_people import browser

from zt_platform.cases.models import Case
from zt_platform.cases.testing import OWN, relay_all
from zt_platform.catalogue.models import Item
from zt_platform.joint.commands import Ask
from zt_platform.joint.models import JointTask
from zt_platform.joint.pictures import day_columns, days_option, median_text
from zt_platform.joint.register_queries import DecisionDays
from zt_platform.organisation.roles import Role
from zt_tenants import clock
from zt_tenants.context import enter


@pytest.fixture
def lead(cast) -> Client:
    """A reviewer of the city."""
    return browser(cast, CITY, Role.REVIEWER)


def address(cast, path: str) -> str:
    """Address of a page of the case's joint handling."""
    return f"/c/{CITY}/joint/cases/{cast.case.pk}/{path}"


def meeting_of(cast) -> dict:
    """The case's only meeting as its register holds it."""
    with enter(cast.places[CITY]):
        cast.case.refresh_from_db(fields=["joint"])
    [meeting] = cast.case.joint["meetings"]
    return meeting


@pytest.fixture
def convened(cast, lead) -> list[JointTask]:
    """A survey on the next day to which the city's and the county's police are called, by the page."""
    tasks = [cast.ask_police(), cast.ask_county()]
    form = lead.get(address(cast, "meet/")).text
    assert all(str(task.task_id) in form for task in tasks)
    sent = {"kind": "SURVEY", "subject": "现场核查", "place": "桃花镇1号", "at": "2026-03-03T10:00"}
    answer = lead.post(address(cast, "meet/"), {**sent, "task_ids": [str(task.task_id) for task in tasks]}, follow=True)
    assert "会议通知已发出" in answer.text
    relay_all()
    return tasks


@pytest.mark.req("H-04", "H-09")
def test_those_called_find_the_meeting_on_their_task(cast, convened) -> None:
    police = browser(cast, COUNTY, Role.REVIEWER, department="GA")
    page = police.get(f"/c/{COUNTY}/joint/{convened[1].task_id}/").text
    assert "集中踏查" in page
    assert "2026-03-03 10:00" in page
    assert "桃花镇1号" in page
    assert convened[0].unit not in page


@pytest.mark.req("H-06", "H-09")
def test_attendance_and_minutes_are_kept_for_everybody_who_was_called(cast, convened, lead) -> None:
    meeting = meeting_of(cast)
    close = address(cast, f"meetings/{meeting['id']}/")
    came = {f"came-{convened[0].task_id}": "PRESENT"}
    before = cast.rows(CITY)
    with clock.at(china("2026-03-03T11:00")):
        half = lead.post(close, {**came, "minutes": "现场符合条件"})
        assert half.status_code == 422
        assert f"“{convened[1].unit}”到会了吗" in half.text
        assert cast.rows(CITY) == before
        whole = {**came, f"came-{convened[1].task_id}": "EXCUSED", "minutes": "现场符合条件"}
        done = lead.post(close, whole, follow=True).text
    assert "考勤和纪要已存入登记簿" in done
    assert "现场符合条件" in done
    assert "请假" in done
    assert meeting_of(cast)["attendance"] == {str(convened[0].task_id): "PRESENT", str(convened[1].task_id): "EXCUSED"}
    again = lead.get(close)
    assert again.status_code == 302


@pytest.mark.req("H-09")
def test_a_meeting_is_cancelled_with_a_reason(cast, convened, lead) -> None:
    cancel = address(cast, f"meetings/{meeting_of(cast)['id']}/cancel/")
    assert lead.post(cancel, {"reason": ""}).status_code == 422
    assert "会议已取消" in lead.post(cancel, {"reason": "大雪"}, follow=True).text
    relay_all()
    assert cast.at(COUNTY, convened[1]).meeting_list[0].state == "CANCELLED"


@pytest.mark.req("A-01")
def test_nobody_else_keeps_the_minutes(cast, convened) -> None:
    paths = [f"meetings/{meeting_of(cast)['id']}/", f"meetings/{meeting_of(cast)['id']}/cancel/"]
    sent = {"minutes": "x", "reason": "x", **{f"came-{task.task_id}": "ABSENT" for task in convened}}
    clerk, stranger = browser(cast, CITY, Role.WINDOW_CLERK), browser(cast, NEIGHBOUR, Role.REVIEWER)
    before = cast.rows(CITY)  # with the posts of these two in the audit record
    for path in paths:
        assert clerk.post(address(cast, path), sent).status_code == 403
        assert stranger.post(address(cast, path), sent).status_code == 404
    assert cast.rows(CITY) == before


@pytest.mark.req("H-06", "H-10", "V-01")
def test_the_register_lists_the_case_with_its_figures_and_as_a_table(cast, convened) -> None:
    watcher = browser(cast, CITY, Role.SUPERVISOR)
    page = watcher.get(f"/c/{CITY}/joint/register/").text
    number = cast.case.joint["number"]
    assert number in page
    assert "0/2" in page
    assert '<span class="figure-name">集中踏查</span><span class="figure-value">1</span>' in page
    assert number not in watcher.get(f"/c/{CITY}/joint/register/?state=ended").text
    assert number not in watcher.get(f"/c/{CITY}/joint/register/?stage=LAND").text
    assert number in watcher.get(f"/c/{CITY}/joint/register/?q={number}").text
    table = watcher.get(f"/c/{CITY}/joint/register/?csv=1")
    assert table["Content-Type"].startswith("text/csv")
    assert number in table.text
    assert watcher.get(f"/c/{CITY}/joint/?view=all&csv=1").text.count("治安意见") == 1


@pytest.mark.req("A-01", "A-09")
def test_the_register_is_for_those_who_lead_or_watch(cast) -> None:
    number = cast.case.joint["number"]
    stranger = browser(cast, NEIGHBOUR, Role.SUPERVISOR, Role.REVIEWER)
    for code, status in ((CITY, 403), (NEIGHBOUR, 200)):
        answer = stranger.get(f"/c/{code}/joint/register/")
        assert answer.status_code == status
        assert number not in answer.text
    clerk = browser(cast, CITY, Role.WINDOW_CLERK).get(f"/c/{CITY}/joint/register/")
    assert clerk.status_code == 403


@pytest.mark.req("Y-10")
def test_the_register_costs_as_many_statements_for_many_cases(cast) -> None:
    watcher, page = browser(cast, CITY, Role.SUPERVISOR), f"/c/{CITY}/joint/register/"

    def statements() -> int:
        with CaptureQueriesContext(connection) as found:
            assert watcher.get(page).text.count("#joint") == Case.objects.filter(joint_opened_at__isnull=False).count()
        return len(found)

    cast.ask_police()
    with enter(cast.places[CITY]):
        statements()
        few = statements()
        for _ in range(4):
            open_case(cast.town)
        assert statements() == few


@pytest.mark.req("H-11")
def test_joint_cases_are_set_against_the_others_by_working_days() -> None:
    found = DecisionDays(joint=[3, 4, 12, 60], other=[1, 1, 9])
    columns = day_columns(found)
    assert [(column.label, column.joint, column.other) for column in columns][:3] == [
        ("0–4", 2, 2),
        ("5–9", 0, 1),
        ("10–14", 1, 0),
    ]
    assert (columns[-1].label, columns[-1].joint) == (">44", 1)
    assert [median_text(part) for part in (found.joint, found.other, [])] == ["8", "1", "—"]
    shares = days_option(found, columns)["series"]
    assert [sum(line["data"]) for line in shares] == [pytest.approx(100, abs=0.2)] * 2


@pytest.mark.req("E-20", "H-07")
def test_the_applicant_reads_how_many_answered_and_never_what(cast) -> None:
    task = cast.ask_police()
    cast.ask_county()
    cast.answer(task, "OBJECTION", "内部意见不外传", code=CITY, actor=cast.police)
    tracked = Client().post("/track/", {"tracking_number": cast.number, "phone_tail": "2345"}).text
    assert "已征求2个单位意见，1个已答复" in tracked
    assert "内部意见不外传" not in tracked
    assert "不同意" not in tracked


@pytest.mark.req("G-06")
def test_an_administrator_switches_each_kind_of_default_rule(cast) -> None:
    admin, page = browser(cast, CITY, Role.CENTRE_ADMIN), f"/c/{CITY}/defaults/"
    given = {"item_code": OWN, "legal_basis": "《办法》第六条", "valid_from": "2026-03-01"}
    for kind in ("OVERDUE", "ABSENCE", "OVERTIME", "INACTION"):
        assert admin.post(f"{page}on/", {**given, "kind": kind}).status_code == 302
    shown = admin.get(page).text
    assert shown.count('name="kind" value="') == 8
    again = admin.post(f"{page}on/", {**given, "kind": "ABSENCE"})
    assert again.status_code == 422
    admin.post(f"{page}off/", {"item_code": OWN, "kind": "ABSENCE", "reason": "法制审查"})
    with enter(cast.places[CITY]):
        rules = Item.objects.get(code=OWN).default_rules
    assert {rule.get("kind", "OVERDUE"): bool(rule["off_at"]) for rule in rules} == {
        "OVERDUE": False,
        "ABSENCE": True,
        "OVERTIME": False,
        "INACTION": False,
    }


@pytest.mark.req("H-08", "G-06")
def test_a_task_says_beforehand_what_silence_counts_as(cast) -> None:
    cast.rule("INACTION")
    task = cast.ask_county()
    page = browser(cast, COUNTY, Role.REVIEWER, department="GA").get(f"/c/{COUNTY}/joint/{task.task_id}/").text
    assert "不作为默认" in page
    assert "第六条" in page


@pytest.mark.req("H-06")
def test_the_desk_puts_the_most_pressing_first_and_pages(cast, monkeypatch) -> None:
    monkeypatch.setattr("zt_platform.joint.views.tasks.PAGE", 1)
    slow = cast.ask_county(days=3)
    [quick] = cast.ask(Ask(COUNTY, "市场监管意见", department_code="SC"))
    police = browser(cast, COUNTY, Role.REVIEWER)
    first = police.get(f"/c/{COUNTY}/joint/").text
    assert str(quick.task_id) in first
    assert str(slow.task_id) not in first
    [older] = [part.split('"')[0] for part in first.split('href="') if part.startswith("?after=")]
    second = police.get(f"/c/{COUNTY}/joint/{older.replace('&amp;', '&')}").text
    assert str(slow.task_id) in second
