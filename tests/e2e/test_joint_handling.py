"""Joint handling in browsers: two departments and a county are asked and answer, a meeting is called, the case granted."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect
from road import Paper, act, apply_online, grouped, open_from_queue, until

CITY, COUNTY = "340100", "340123"
JOINT = "XK-FG-01"
CHINA = ZoneInfo("Asia/Shanghai")


def _through(person, link: str, heading: str) -> None:
    """Follow a link and look at the page behind it."""
    person.page.get_by_role("link", name=link, exact=True).first.click()
    expect(person.page.get_by_role("heading", level=1)).to_have_text(heading)
    person.look(heading)


def _done(page: Page, said: str) -> None:
    """The page after an act says so."""
    expect(page.locator(".flash-success")).to_contain_text(said)


def _to_task(person, centre: str, number: str, *, nth: int = 0) -> None:
    """From the desk to a task that waits, by keyboard."""
    row = f"tr[data-href]:has-text('{grouped(number)}')"
    until(person, f"/c/{centre}/joint/", lambda seen: seen.locator(row).count() > 0, f"a task of {number}")
    person.look("the desk with tasks that wait")
    person.page.locator(row).nth(nth).get_by_role("link").first.click()
    expect(person.page.get_by_role("heading", name="征求意见")).to_be_visible()


def _answer(page: Page, opinion: str, text: str = "") -> None:
    """Fill in the form of the opinion and send it."""
    page.get_by_label(opinion, exact=True).check()
    if text:
        page.get_by_label("意见内容").fill(text)
    page.get_by_role("button", name="送出意见").click()
    _done(page, "意见已送达牵头部门")


def _ask(lead, county_name: str) -> None:
    """Two departments by ticking them, the county by searching for it with the keyboard."""
    page: Page = lead.page
    _through(lead, "征求意见", "征求意见")
    departments = page.get_by_role("group", name="征求哪些部门").get_by_role("checkbox")
    for nth in (0, 1):
        departments.nth(nth).check()
    page.get_by_role("combobox", name="征求其他中心").press_sequentially("feixi")
    expect(page.get_by_role("option", name=county_name).first).to_be_visible()
    lead.look("options of the search for a centre")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=f"去掉{county_name}")).to_be_visible()
    page.get_by_label("请对方审查什么").fill("项目选址、治安和消防条件")
    for name in ("随附哪些材料", "附上申请表的哪些内容"):
        page.get_by_role("group", name=name).get_by_role("checkbox").first.check()
    lead.look("the form of asking, filled in")
    page.get_by_role("button", name="发出联系单").click()
    _done(page, "联系单已发出")
    lead.look("the case with three participants")


def _meet(lead, case: str) -> None:
    """Convene a meeting, look at it, and cancel it: its time has not come."""
    page: Page = lead.page
    page.goto(case)
    _through(lead, "召集会议", "召集会议")
    page.get_by_label("集中踏查").check()
    page.get_by_label("议题").fill("现场核查选址")
    page.get_by_label("地点").fill("经济开发区")
    soon = datetime.now(CHINA) + timedelta(days=1)
    page.get_by_label("时间", exact=True).fill(f"{soon:%Y-%m-%dT%H:%M}")
    page.get_by_role("button", name="发出会议通知").click()
    _done(page, "会议通知已发出")
    _through(lead, "记考勤和纪要", "会议考勤和纪要")
    _through(lead, "会议没有开成？取消会议", "取消会议")
    page.get_by_label("理由").fill("改为书面征求")
    page.get_by_role("button", name="取消会议").click()
    _done(page, "会议已取消")


@pytest.mark.req("H-01", "H-06", "H-07", "H-08", "F-10")
def test_a_joint_case_from_the_register_to_the_grant(visitor: Callable) -> None:
    number = apply_online(visitor("applicant"), CITY, JOINT)
    clerk = visitor(f"clerk-{CITY}")
    open_from_queue(clerk, CITY, number)
    act(clerk, "预审通过", "预审通过")
    act(clerk, "受理", "受理")

    lead = visitor(f"reviewer-{CITY}")
    open_from_queue(lead, CITY, number)
    case = lead.page.url
    _through(lead, "并联登记", "并联登记")
    lead.page.get_by_role("button", name="登记并联办理").click()
    _done(lead.page, "已登记")
    _ask(lead, "肥西县政务服务中心")
    _meet(lead, case)

    head = visitor(f"head-{CITY}")
    for _ in range(2):
        _to_task(head, CITY, number)
        head.look("a task inside the centre")
        _answer(head.page, "同意")
    county = visitor(f"reviewer-{COUNTY}")
    _to_task(county, COUNTY, number)
    page = county.page
    page.get_by_role("button", name="签收").click()
    _done(page, "已签收")
    page.get_by_label("附条件同意").check()
    page.get_by_label("意见内容").fill("退让道路红线不少于10米。")
    page.get_by_label("附件").set_input_files([Paper("踏勘记录.pdf").for_input()])
    page.get_by_role("button", name="送出意见").click()
    expect(page.get_by_role("link", name="踏勘记录.pdf").first).to_be_visible()
    county.look("the task as answered")
    county.open(f"/c/{COUNTY}/joint/?view=answered")

    until(
        lead, re.sub(r"^https?://[^/]+", "", case), lambda seen: seen.get_by_text("3/3 已答复").count() > 0, "opinions"
    )
    lead.look("the case with all opinions")
    act(lead, "审核", "提交审核意见", write="各部门均同意，建议核准。")
    approver = visitor(f"approver-{CITY}")
    open_from_queue(approver, CITY, number)
    act(approver, "准予许可", "签发准予决定", write="同意。", paper=True)
    watcher = visitor(f"supervisor-{CITY}")
    watcher.open(f"/c/{CITY}/joint/register/")
    expect(watcher.page.get_by_text("BL-340100-").first).to_be_visible()
