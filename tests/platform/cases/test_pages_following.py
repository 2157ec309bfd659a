"""Following a case through the pages: by number and digits, and one's own."""

from __future__ import annotations

import pytest
from browsers import Browsers

from zt_platform.cases import commands
from zt_platform.cases.testing import ENTRUSTED, Town, relay_all
from zt_tenants.context import enter


@pytest.mark.req("L-06")
def test_number_and_digits_show_one_timeline_and_no_name(town: Town, browsers: Browsers) -> None:
    case = town.city.submitted(town.zhang)
    town.city.accept(case)
    answer = browsers.nobody().post("/track/", {"tracking_number": case.tracking_number, "phone_tail": "2345"})
    page = answer.content.decode()
    assert answer.status_code == 200
    for part in ("现在", "下一步", "最迟什么时候", "找谁问", "提交申请", "受理"):
        assert part in page
    for private in ("张三丰", "13855512345", "340123199003071237", "桃花镇1号"):
        assert private not in page
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("number", "tail"), [("own", "0000"), ("340100202603029999", "2345"), ("own", "12a4"), ("", "")]
)
def test_what_does_not_match_says_nothing_about_the_case(
    town: Town, browsers: Browsers, number: str, tail: str
) -> None:
    case = town.city.submitted(town.zhang)
    wanted = case.tracking_number if number == "own" else number
    answer = browsers.nobody().post("/track/", {"tracking_number": wanted, "phone_tail": tail})
    assert answer.status_code == 422
    assert case.item_name not in answer.content.decode()


def test_guessing_is_stopped(town: Town, browsers: Browsers) -> None:
    case = town.city.submitted(town.zhang)
    browser = browsers.nobody()
    for guess in range(5):
        browser.post("/track/", {"tracking_number": case.tracking_number, "phone_tail": f"000{guess}"})
    answer = browser.post("/track/", {"tracking_number": case.tracking_number, "phone_tail": "2345"})
    assert answer.status_code == 422
    assert "分钟后再试" in answer.content.decode()


@pytest.mark.req("L-06", "C-06")
def test_ones_own_case_shows_both_levels_and_where_it_is(committed_town: Town, browsers: Browsers) -> None:
    town = committed_town
    browser = browsers.applicant()
    case = town.city.submitted(browsers.actor("applicant"), ENTRUSTED)
    town.city.accept(case)
    relay_all()
    page = browser.get(f"/c/{town.city.centre.code}/mine/{case.tracking_number}/").content.decode()
    assert "审批机关签收" in page
    assert page.count("timeline-place") == 2
    assert town.county.centre.name in page


def test_nobody_elses_case_by_its_address(town: Town, browsers: Browsers) -> None:
    case = town.city.submitted(town.zhang)
    address = f"/c/{town.city.centre.code}/mine/{case.tracking_number}/"
    assert browsers.nobody().get(address).status_code == 302
    assert browsers.applicant("outsider").get(address).status_code == 404
    with enter(town.city.centre):
        assert town.city.fresh(case).status == "SUBMITTED"


def test_the_decision_is_not_readable_before_the_seal(town: Town, browsers: Browsers) -> None:
    browser = browsers.applicant()
    case = town.city.submitted(browsers.actor("applicant"))
    for step in (town.city.accept, town.city.review, town.city.decide):
        step(case)
    address = f"/c/{town.city.centre.code}/mine/{case.tracking_number}/"
    assert "准予行政许可决定书" not in browser.get(address).content.decode()
    town.city.seal(case)
    assert "准予行政许可决定书" in browser.get(address).content.decode()


@pytest.mark.req("L-06", "E-20")
def test_whoever_tracks_a_suspended_case_reads_that_no_time_is_counted(town: Town, browsers: Browsers) -> None:
    case = town.city.submitted(town.zhang)
    town.city.accept(case)
    town.city.pause(case)
    given = {"tracking_number": case.tracking_number, "phone_tail": "2345"}
    page = browsers.nobody().post("/track/", given).content.decode()
    assert "特别程序期间不计时限" in page
    assert "等您办好再计时" not in page


@pytest.mark.req("L-06")
def test_whoever_tracks_what_goes_by_post_is_not_sent_to_the_window(town: Town, browsers: Browsers) -> None:
    case = town.city.submitted(town.zhang)
    with enter(town.city.centre):
        commands.choose_delivery(
            actor=town.zhang,
            case_id=case.pk,
            method="POST",
            recipient="张三丰",
            phone="13855512345",
            address="安徽省合肥市肥西县桃花镇1号2室",
        )
    for step in (town.city.accept, town.city.review, town.city.decide, town.city.seal):
        step(case)
    given = {"tracking_number": case.tracking_number, "phone_tail": "2345"}
    page = browsers.nobody().post("/track/", given).content.decode()
    assert "窗口寄出" in page
    assert "领取结果" not in page


def test_the_withdrawal_of_an_older_page_is_refused_politely_and_then_knowingly_done(
    town: Town, browsers: Browsers
) -> None:
    case = town.city.submitted(browsers.actor("applicant"))
    address = f"/c/{town.city.centre.code}/mine/{case.tracking_number}/withdraw/"
    browser = browsers.applicant()
    seen = {"lock_version": str(case.lock_version), "reason": "填错了"}
    town.city.accept(case)
    before = town.city.snapshot()

    refused = browser.post(address, seen)

    assert refused.status_code == 409
    text = refused.content.decode()
    assert ("受理" in text, "填错了" in text) == (True, True)
    assert town.city.snapshot() == before
    now_seen = refused.context["case"].lock_version
    assert browser.post(address, {**seen, "lock_version": str(now_seen)}).status_code == 302
    assert town.city.fresh(case).status == "WITHDRAWN"


def test_the_applicant_takes_the_application_back(town: Town, browsers: Browsers) -> None:
    case = town.city.submitted(browsers.actor("applicant"))
    address = f"/c/{town.city.centre.code}/mine/{case.tracking_number}/withdraw/"
    assert browsers.applicant("outsider").post(address).status_code == 404
    assert town.city.fresh(case).status == "SUBMITTED"
    browser = browsers.applicant()
    assert "不能恢复" in browser.get(address).content.decode()
    assert browser.post(address, {"reason": "填错了"}).status_code == 302
    assert town.city.fresh(case).status == "WITHDRAWN"
    assert browser.get(address).status_code == 302
