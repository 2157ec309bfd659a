"""Steps 3 to 7 of the road, in a browser, on the running stack: entrusted, devolved and forwarded."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect
from road import act, apply_online, grouped, open_from_queue, track, until

CITY, COUNTY, PROVINCE = "340100", "340123", "340000"
ENTRUSTED, DEVOLVED, FORWARDED = "XK-ZJ-01", "XK-YJ-01", "XK-HB-01"
PHONE_TAIL = "1234"


def _province_sees(visitor: Callable, number: str) -> None:
    """From the board to the city, its cases, and the one case with the ledgers of both levels."""
    supervisor = visitor(f"supervisor-{PROVINCE}")
    page = supervisor.page
    case_link = f"a[href*='/supervision/cases/{number}/']"
    until(supervisor, "/supervision/cases/", lambda seen: seen.locator(case_link).count() > 0, f"case {number}")
    supervisor.open("/supervision/")
    page.get_by_role("link", name="合肥市", exact=True).first.click()
    page.wait_for_url(re.compile(rf"/supervision/centres/{CITY}/"))
    supervisor.look("supervision of a city")
    supervisor.open("/supervision/cases/")
    page.locator(case_link).first.click()
    page.wait_for_url(re.compile(rf"/supervision/cases/{number}/"))
    supervisor.look("supervision of a case")
    for centre in ("合肥市政务服务中心", "肥西县政务服务中心"):
        expect(page.get_by_role("heading", name=centre).first).to_be_visible()


@pytest.mark.req("C-01", "E-05", "L-01", "R-02")
def test_an_entrusted_item_goes_down_and_comes_back(visitor) -> None:
    number = apply_online(visitor("applicant"), CITY, ENTRUSTED)

    city_clerk = visitor(f"clerk-{CITY}")
    open_from_queue(city_clerk, CITY, number)
    act(city_clerk, "预审通过", "预审通过")
    act(city_clerk, "受理", "受理")

    reviewer = visitor(f"reviewer-{COUNTY}")
    open_from_queue(reviewer, COUNTY, number)
    expect(reviewer.page.get_by_text("摘要已核对").first).to_be_visible()
    act(reviewer, "审核", "提交审核意见", write="材料齐全，现场符合条件，建议准予。")
    approver = visitor(f"approver-{COUNTY}")
    open_from_queue(approver, COUNTY, number)
    act(approver, "准予许可", "签发准予决定", write="符合法定条件，同意。", paper=True)

    open_from_queue(city_clerk, CITY, number)
    act(city_clerk, "盖章办结", "盖章办结")
    act(city_clerk, "送达", "已经送达")

    passer_by = visitor()
    track(passer_by, number, PHONE_TAIL)
    timeline = passer_by.page.locator(".timeline")
    for words in (
        "提交申请",
        "网上预审通过",
        "受理",
        "转送审批机关",
        "审批机关签收",
        "审核",
        "审批",
        "盖章办结",
        "送达",
    ):
        expect(timeline.get_by_text(words, exact=False).first).to_be_visible()
    for centre in ("合肥市政务服务中心", "肥西县政务服务中心"):
        expect(timeline.get_by_role("heading", name=centre).first).to_be_visible()
    expect(passer_by.page.get_by_text("张小明")).to_have_count(0)
    _province_sees(visitor, number)


@pytest.mark.req("C-01")
def test_a_devolved_item_is_handed_down_before_acceptance(visitor) -> None:
    applicant = visitor("applicant")
    number = apply_online(applicant, CITY, DEVOLVED)
    city_clerk = visitor(f"clerk-{CITY}")
    city_clerk.open(f"/c/{CITY}/workbench/?step=pre-review")
    city_clerk.page.get_by_role("link", name=grouped(number)).click()
    expect(city_clerk.page.get_by_role("link", name="受理", exact=True)).to_have_count(0)
    act(city_clerk, "转下级办理", "转下级办理")

    county_clerk = visitor(f"clerk-{COUNTY}")
    open_from_queue(county_clerk, COUNTY, number)
    act(county_clerk, "受理", "受理")
    reviewer = visitor(f"reviewer-{COUNTY}")
    open_from_queue(reviewer, COUNTY, number)
    act(reviewer, "审核", "提交审核意见", write="符合条件。")
    approver = visitor(f"approver-{COUNTY}")
    open_from_queue(approver, COUNTY, number)
    act(approver, "准予许可", "签发准予决定", paper=True)
    open_from_queue(county_clerk, COUNTY, number)
    act(county_clerk, "盖章办结", "盖章办结")
    act(county_clerk, "送达", "已经送达")

    applicant.page.goto(f"{applicant.site.url}/my-cases/")
    row = applicant.page.locator(".results li").filter(has_text=number)
    row.get_by_role("link", name="危险化学品经营许可", exact=True).click()
    applicant.look("my case")
    expect(applicant.page.get_by_role("heading", name="肥西县政务服务中心").first).to_be_visible()
    _verify_a_paper_of(applicant, f"/c/{CITY}/mine/{number}/", "肥西县政务服务中心")


def _verify_a_paper_of(applicant: Any, address: str, centre: str) -> None:
    """All papers of the other centre lie on the applicant's page once the last has come; one click verifies the decision."""
    page = applicant.page
    papers = page.locator(".paper-lines li").filter(has_text=f"由{centre}签发")
    until(applicant, address, lambda _: papers.filter(has_text="送达回证").count() > 0, "the receipt of delivery")
    for title in ("受理通知书", "行政许可证", "准予行政许可决定书"):
        expect(papers.filter(has_text=title)).to_have_count(1)
    papers.filter(has_text="准予行政许可决定书").get_by_role("link", name="核验").click()
    expect(page.locator(".verdict-genuine, .verdict-pending")).to_be_visible()
    applicant.look("a paper of the other centre, verified")


@pytest.mark.req("C-11")
def test_a_forwarded_item_goes_up_and_stays_with_its_window(visitor) -> None:
    number = apply_online(visitor("applicant"), COUNTY, FORWARDED)
    county_clerk = visitor(f"clerk-{COUNTY}")
    open_from_queue(county_clerk, COUNTY, number)
    act(county_clerk, "预审通过", "预审通过")
    act(county_clerk, "受理", "受理")
    county_reviewer = visitor(f"reviewer-{COUNTY}")
    open_from_queue(county_reviewer, COUNTY, number)
    act(county_reviewer, "审核", "提交审核意见", write="初审同意，报市局决定。")

    city_reviewer = visitor(f"reviewer-{CITY}")
    open_from_queue(city_reviewer, CITY, number)
    act(city_reviewer, "审核", "提交审核意见", write="复核无误。")
    city_approver = visitor(f"approver-{CITY}")
    open_from_queue(city_approver, CITY, number)
    act(city_approver, "不予许可", "签发不予决定", write="选址不符合规划。", paper=True)

    open_from_queue(county_clerk, COUNTY, number)
    act(county_clerk, "盖章办结", "盖章办结")
    act(county_clerk, "送达", "已经送达")
    passer_by = visitor()
    track(passer_by, number, PHONE_TAIL)
    expect(passer_by.page.get_by_text("选址不符合规划。")).to_be_visible()
