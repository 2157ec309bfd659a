"""The workbench through the pages: what is shown to whom, what an act asks, what happens when two act at once."""

from __future__ import annotations

import pytest
from browsers import Browsers, workbench
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zt_platform.cases import commands
from zt_platform.cases.meanwhile import CaseChanged
from zt_platform.cases.models import Case
from zt_platform.cases.testing import DEVOLVED, ENTRUSTED, OWN, Town
from zt_tenants.context import enter


def _version(town: Town, case: Case) -> int:
    return town.city.fresh(case).lock_version


def test_only_staff_of_this_centre_gets_in(town: Town, browsers: Browsers) -> None:
    case = town.city.submitted(town.zhang)
    assert browsers.nobody().get(workbench(town)).status_code == 302
    for outsider in (browsers.applicant(), browsers.staff(town.county, "WINDOW_CLERK")):
        assert outsider.get(workbench(town)).status_code == 403
        assert outsider.get(workbench(town, f"{case.pk}/")).status_code == 404
        before = town.city.snapshot()
        assert outsider.post(workbench(town, f"{case.pk}/accept/"), {"lock_version": 1}).status_code == 404
        assert town.city.snapshot() == before


def test_the_neighbours_queue_does_not_show_it(town: Town, browsers: Browsers) -> None:
    town.city.submitted(town.zhang)
    page = browsers.staff(town.neighbour, "WINDOW_CLERK").get(f"/c/{town.neighbour.centre.code}/workbench/")
    assert page.context["rows"] == []


def test_the_queue_shows_duties_of_the_readers_roles_only(town: Town, browsers: Browsers) -> None:
    town.city.submitted(town.zhang)
    clerk = browsers.staff(town.city, "WINDOW_CLERK").get(workbench(town))
    approver = browsers.staff(town.city, "APPROVER").get(workbench(town))
    assert len(clerk.context["rows"]) == 1
    assert approver.context["rows"] == []
    assert len(browsers.staff(town.city, "APPROVER").get(workbench(town, "?step=all")).context["rows"]) == 1


def test_filters_live_in_the_address(town: Town, browsers: Browsers) -> None:
    first = town.city.submitted(town.zhang)
    town.city.submitted(town.li, ENTRUSTED)
    browser = browsers.staff(town.city, "WINDOW_CLERK")
    assert [row.id for row in browser.get(workbench(town, f"?item={OWN}")).context["rows"]] == [first.pk]
    found = browser.get(workbench(town, f"?q={first.tracking_number}")).context["rows"]
    assert [row.id for row in found] == [first.pk]
    assert browser.get(workbench(town, "?light=RED")).context["rows"] == []
    assert len(browser.get(workbench(town, "?light=nonsense&step=nonsense&after=nonsense")).context["rows"]) == 2


def test_pages_follow_one_another_without_gap_or_repeat(town: Town, browsers: Browsers, monkeypatch) -> None:
    monkeypatch.setattr("zt_platform.cases.views.workbench.PAGE", 2)
    cases = [town.city.submitted(town.zhang) for _ in range(5)]
    browser, address, seen = browsers.staff(town.city, "WINDOW_CLERK"), workbench(town), []
    while address:
        answer = browser.get(address)
        seen += [row.id for row in answer.context["rows"]]
        address = answer.context["older_url"] and workbench(town, answer.context["older_url"])
    assert seen == [case.pk for case in cases]


def test_the_queue_costs_the_same_for_one_and_for_twenty(town: Town, browsers: Browsers) -> None:
    browser = browsers.staff(town.city, "WINDOW_CLERK")
    town.city.submitted(town.zhang)
    browser.get(workbench(town))
    with CaptureQueriesContext(connection) as one:
        browser.get(workbench(town))
    for _ in range(19):
        town.city.submitted(town.zhang)
    with CaptureQueriesContext(connection) as twenty:
        assert len(browser.get(workbench(town)).context["rows"]) == 20
    assert len(one) == len(twenty)


def test_the_case_page_has_everything_on_one_screen(town: Town, browsers: Browsers) -> None:
    case = town.city.submitted(town.zhang)
    page = browsers.staff(town.city, "WINDOW_CLERK").get(workbench(town, f"{case.pk}/")).content.decode()
    for part in (
        "身份证明",
        "场地证明",
        "桃花镇1号",
        "张三丰",
        "食品安全法",
        "提交申请",
        "预审通过",
        "退回补正",
        "不予受理",
    ):
        assert part in page, part
    assert "340123199003071237" not in page
    assert page.index("预审通过</a>") < page.index("不予受理</a>")


def test_a_devolved_item_offers_handing_down_instead_of_acceptance(town: Town, browsers: Browsers) -> None:
    case = town.city.submitted(town.zhang, DEVOLVED)
    page = browsers.staff(town.city, "WINDOW_CLERK").get(workbench(town, f"{case.pk}/")).content.decode()
    assert "转下级办理</a>" in page
    assert "受理</a>" not in page.replace("不予受理</a>", "")


def test_the_act_says_what_is_sent_to_whom(town: Town, browsers: Browsers) -> None:
    case = town.city.submitted(town.zhang, ENTRUSTED)
    page = browsers.staff(town.city, "WINDOW_CLERK").get(workbench(town, f"{case.pk}/accept/")).content.decode()
    assert town.county.centre.name in page
    assert "签名送往" in page


@pytest.mark.req("E-11", "E-12")
def test_the_paper_is_read_before_it_is_signed(town: Town, browsers: Browsers) -> None:
    case = town.city.submitted(town.zhang)
    browser = browsers.staff(town.city, "WINDOW_CLERK")
    given = {"defects": "场地证明不清楚\n缺少签字", "lock_version": _version(town, case)}
    shown = browser.post(workbench(town, f"{case.pk}/return/"), given)
    assert shown.status_code == 200
    assert "一次性补正告知书" in shown.content.decode()
    assert "2. 缺少签字" in shown.content.decode()
    assert town.city.fresh(case).status == "SUBMITTED"
    changed = browser.post(workbench(town, f"{case.pk}/return/"), {**given, "edit": "yes"})
    assert "场地证明不清楚" in changed.content.decode()
    done = browser.post(workbench(town, f"{case.pk}/return/"), {**given, "confirmed": "yes"})
    assert done.status_code == 302
    after = town.city.fresh(case)
    assert after.status == "CORRECTING"
    assert after.correction_defects == ["场地证明不清楚", "缺少签字"]


def test_an_empty_reason_is_asked_for_and_nothing_happens(town: Town, browsers: Browsers) -> None:
    case = town.city.submitted(town.zhang)
    before = town.city.snapshot()
    answer = browsers.staff(town.city, "WINDOW_CLERK").post(
        workbench(town, f"{case.pk}/refuse/"), {"reason": "", "confirmed": "yes", "lock_version": 1}
    )
    assert answer.status_code == 422
    assert "#id_reason" in answer.content.decode()
    assert town.city.snapshot() == before


def test_who_looked_at_an_older_version_sees_who_did_what_and_may_go_on(town: Town, browsers: Browsers) -> None:
    case = town.city.submitted(town.zhang)
    browser = browsers.staff(town.city, "WINDOW_CLERK")
    looked_at = _version(town, case)
    passed = {"note": "材料齐全", "confirmed": "yes", "lock_version": looked_at}
    browser.post(workbench(town, f"{case.pk}/pass-pre-review/"), passed)
    before = town.city.snapshot()
    given = {"reason": "不属于本机关职权", "confirmed": "yes", "lock_version": looked_at}
    late = browser.post(workbench(town, f"{case.pk}/refuse/"), given)
    page = late.content.decode()
    assert late.status_code == 409
    assert town.city.snapshot() == before
    assert "这期间发生了什么" in page
    assert [(one["step"], one["by"], one["note"]) for one in late.context["meanwhile"].since] == [
        ("PRE_REVIEWED", "李敏", "材料齐全")
    ]
    assert "不属于本机关职权" in page
    assert "不办了，看最新的办件" in page
    now_known = late.context["seen_version"]
    assert now_known == _version(town, case) > looked_at
    read = browser.post(workbench(town, f"{case.pk}/refuse/"), {"reason": given["reason"], "lock_version": now_known})
    assert read.context["notice"]
    done = browser.post(workbench(town, f"{case.pk}/refuse/"), {**given, "lock_version": now_known})
    assert (done.status_code, town.city.fresh(case).status) == (302, "REFUSED")


def test_who_comes_too_late_keeps_his_words_and_can_only_leave(town: Town, browsers: Browsers) -> None:
    case = town.city.submitted(town.zhang)
    browser = browsers.staff(town.city, "WINDOW_CLERK")
    looked_at = _version(town, case)
    refused = {"reason": "不属于本机关职权", "confirmed": "yes", "lock_version": looked_at}
    browser.post(workbench(town, f"{case.pk}/refuse/"), refused)
    before = town.city.snapshot()
    late = browser.post(
        workbench(town, f"{case.pk}/pass-pre-review/"),
        {"note": "我的意见", "confirmed": "yes", "lock_version": looked_at},
    )
    page = late.content.decode()
    assert late.status_code == 409
    assert "我的意见" in page
    assert "这一步因此已经办不了" in page
    assert "仍按我填的继续" not in page
    assert "确认以后" not in page, "what cannot be done brings nothing about"
    assert town.city.snapshot() == before


@pytest.mark.req("A-09")
def test_an_applicant_learns_public_steps_only(town: Town) -> None:
    desk = town.city
    case = desk.accept(desk.submitted(town.zhang))
    with enter(desk.centre):
        looked_at = desk.fresh(case).lock_version
        commands.request_extension(actor=desk.reviewer, case_id=case.pk, days=3, reason="鉴定时间长")
        told = []
        for actor in (desk.clerk, town.zhang):
            with pytest.raises(CaseChanged) as changed:
                commands.withdraw_case(actor=actor, case_id=case.pk, reason="x", expected_version=looked_at)
            told.append([one["step"] for one in changed.value.data["since"]])
    assert told == [["EXTENSION_REQUESTED"], []]
    assert desk.fresh(case).status == "ACCEPTED"


def test_what_is_not_possible_now_leads_back_to_the_case(town: Town, browsers: Browsers) -> None:
    case = town.city.submitted(town.zhang)
    browser = browsers.staff(town.city, "WINDOW_CLERK")
    answer = browser.get(workbench(town, f"{case.pk}/deliver/"))
    assert answer.headers["Location"] == workbench(town, f"{case.pk}/")
    assert browser.get(workbench(town, f"{case.pk}/no-such-act/")).status_code == 404


@pytest.mark.req("E-05", "E-26")
def test_the_whole_case_by_its_pages(town: Town, browsers: Browsers) -> None:
    case = town.city.submitted(town.zhang)
    acts = [
        ("WINDOW_CLERK", "pass-pre-review", {}, "PRE_REVIEWED"),
        ("WINDOW_CLERK", "accept", {}, "ACCEPTED"),
        ("REVIEWER", "review", {"opinion": "情况属实"}, "REVIEWED"),
        ("APPROVER", "grant", {"opinion": "同意", "valid_until": "2031-03-01"}, "APPROVED"),
        ("WINDOW_CLERK", "complete", {}, "COMPLETED"),
        ("WINDOW_CLERK", "deliver", {"method": "电子送达"}, "DELIVERED"),
    ]
    for role, act, given, reached in acts:
        browser = browsers.staff(town.city, role)
        answer = browser.post(
            workbench(town, f"{case.pk}/{act}/"), {**given, "confirmed": "yes", "lock_version": _version(town, case)}
        )
        assert answer.status_code == 302, (act, answer.content.decode()[:2000])
        assert town.city.fresh(case).status == reached
    with enter(town.city.centre):
        assert str(Case.objects.select_related("certificate").get().certificate.valid_until) == "2031-03-01"


def test_marked_cases_are_previewed_then_done_each_by_itself(town: Town, browsers: Browsers) -> None:
    cases = [town.city.submitted(town.zhang) for _ in range(3)]
    browser = browsers.staff(town.city, "WINDOW_CLERK")
    browser.post(
        workbench(town, f"{cases[0].pk}/accept/"), {"confirmed": "yes", "lock_version": _version(town, cases[0])}
    )
    address = workbench(town, "marked/accept/")
    preview = browser.post(address, {"case": [case.pk for case in cases]})
    assert [line.possible for line in preview.context["lines"]] == [False, True, True]
    assert town.city.fresh(cases[1]).status == "SUBMITTED"
    marks = [f"{line.case.pk}~{line.case.lock_version}" for line in preview.context["lines"] if line.possible]
    stale = marks[1].split("~")[0] + "~0"
    done = browser.post(address, {"case": [marks[0], stale], "confirmed": "yes"}, follow=True)
    assert [town.city.fresh(case).status for case in cases] == ["ACCEPTED", "ACCEPTED", "SUBMITTED"]
    assert "办好1件" in done.content.decode()
    assert "已被他人办理" in done.content.decode()


def test_only_harmless_acts_are_done_in_batches(town: Town, browsers: Browsers) -> None:
    browser = browsers.staff(town.city, "WINDOW_CLERK")
    assert browser.post(workbench(town, "marked/refuse/"), {"case": ["1"]}).status_code == 404
    assert browser.post(workbench(town, "marked/accept/"), {"case": ["x"]}).status_code == 302
