"""The applicant's side beside the straight road, in a browser: papers that follow, stops, the post, the touch screen."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import pytest
from playwright.sync_api import expect
from road import Paper, act, fill_form, grouped, until

COUNTY, ITEM, PHONE_TAIL = "340123", "BA-JT-04", "1234"
FOLLOWING = "教练员名册"
ADDRESS = "安徽省合肥市肥西县桃花镇金寨南路1号2室"
KIOSK = {"width": 1080, "height": 1920}


def _case(person, number: str) -> None:
    """Open a case in the workbench by its number."""
    link = f"a.tracking-number:has-text('{grouped(number)}')"
    address = f"/c/{COUNTY}/workbench/?step=all&q={number}"
    until(person, address, lambda seen: seen.locator(link).count() == 1, f"case {number}")
    person.page.locator(link).click()
    person.page.wait_for_url(re.compile(r"/workbench/\d+/"))


def _do(person, button: str, confirm: str, fields: Mapping[str, str], choose: str = "") -> None:
    """Press a button of the case page, fill its form by label, look at it, confirm."""
    page = person.page
    page.get_by_role("group", name="可办的操作").get_by_role("link", name=button, exact=True).click()
    page.wait_for_url(re.compile(r"/workbench/\d+/[a-z-]+/$"))
    if choose:
        page.get_by_label(choose, exact=True).check()
    for label, value in fields.items():
        page.get_by_label(label).fill(value)
    person.look(f"{button}: form")
    page.get_by_role("button", name=confirm, exact=True).click()
    page.wait_for_url(re.compile(r"/workbench/\d+/$"))
    expect(page.locator(".flash-success")).to_be_visible()


def _apply(person) -> tuple[str, str]:
    """From the guide to the receipt, by post, with one paper to follow; the number, and the path under the QR code."""
    page = person.page
    page.goto(f"{person.site.url}/c/{COUNTY}/apply/{ITEM}/")
    page.get_by_role("button", name="开始填写").click()
    page.wait_for_url(re.compile(r"/form/$"))
    fill_form(page)
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("上传材料")
    rows = page.locator("[data-upload]:not([data-material='coach-list'])")
    for index in range(rows.count()):
        rows.nth(index).locator("input[type=file]").set_input_files([Paper().for_input()])
        expect(rows.nth(index).locator("[data-file]")).to_have_count(1)
    page.get_by_role("button", name="下一步").click()
    page.locator("#delivery a").click()
    page.get_by_label("邮寄送达").check()
    page.get_by_label("收件地址").fill(ADDRESS)
    person.look("delivery: choice")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text(ADDRESS)).to_be_visible()
    page.get_by_label("我书面承诺").check()
    person.look("review with a paper to follow")
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("已经提交")
    person.look("receipt with a code")
    number = re.sub(r"\D", "", page.locator(".receipt-number").inner_text())
    return number, str(page.get_by_role("link", name="扫码直接看进度").get_attribute("href"))


def _stop_and_extend(visitor: Callable, number: str) -> None:
    """A special procedure and an extension, by the reviewer and the head of the department."""
    clerk = visitor(f"clerk-{COUNTY}")
    _case(clerk, number)
    act(clerk, "受理", "受理")
    reviewer = visitor(f"reviewer-{COUNTY}")
    _case(reviewer, number)
    pause = {"所需时间（工作日）": "5", "依据和理由": "《机动车驾驶员培训管理规定》要求专家评审"}
    _do(reviewer, "特别程序", "开始，暂停计时", pause, choose="专家评审")
    _do(reviewer, "恢复计时", "恢复计时", {"结果": "评审通过"})
    _do(reviewer, "提请延长", "提请批准", {"延长几个工作日": "5", "理由": "需要补充现场核查"})
    head = visitor(f"head-{COUNTY}")
    _case(head, number)
    _do(head, "批准延长", "批准延长", {})
    act(reviewer, "审核", "提交审核意见", write="符合条件。")


@pytest.mark.req("I-06", "A-07", "F-06", "L-06", "L-08")
def test_papers_follow_time_stops_and_the_result_comes_by_post_and_by_code(visitor: Callable) -> None:
    applicant = visitor("applicant")
    number, by_code = _apply(applicant)
    _stop_and_extend(visitor, number)

    page = applicant.page
    applicant.open("/my-cases/")
    page.get_by_role("link", name=f"补交材料 机动车驾驶员培训备案 {number}").click()
    applicant.look("supply")
    page.get_by_label("文件").set_input_files([Paper(name="教练员名册.pdf").for_input()])
    page.get_by_role("button", name="交上去").click()
    expect(page.locator(".flash-success")).to_be_visible()
    expect(page.get_by_text(f"{FOLLOWING}：已补交")).to_be_visible()
    for paper in ("受理通知书", "特别程序告知书", "恢复办理告知书", "延长办理期限告知书"):
        expect(page.locator(".paper-lines").get_by_text(paper).first).to_be_visible()
    applicant.look("my case with its papers")
    page.locator(".paper-lines").get_by_role("link", name="核验").first.click()
    expect(page.locator(".verdict-genuine, .verdict-pending")).to_be_visible()
    applicant.look("a paper verified")

    approver, clerk = visitor(f"approver-{COUNTY}"), visitor(f"clerk-{COUNTY}")
    _case(approver, number)
    act(approver, "准予许可", "签发准予决定", paper=True)
    _case(clerk, number)
    act(clerk, "盖章办结", "盖章办结")
    _do(clerk, "寄出", "已经寄出", {"邮件号码": "EZ 1234 56789 CN"})
    applicant.open(f"/c/{COUNTY}/mine/{number}/")
    expect(page.get_by_role("link", name="我已收到")).to_be_visible()
    _do(clerk, "登记退件", "登记退件", {"理由": "收件人不在"})
    applicant.open(f"/c/{COUNTY}/mine/{number}/")
    code = page.locator(".notice .tracking-number").first.inner_text()
    _do(clerk, "送达", "已经送达", {"取件码": code})

    passer_by = visitor()
    passer_by.open(by_code)
    for words in ("进入特别程序", "批准延长期限", "邮寄寄出", "退件，改为窗口领取", "送达"):
        expect(passer_by.page.locator(".timeline").get_by_text(words).first).to_be_visible()
    expect(passer_by.page.get_by_text("张小明")).to_have_count(0)
    expect(passer_by.page.get_by_text(ADDRESS)).to_have_count(0)
    _kiosk(visitor, number)


def _kiosk(visitor: Callable, number: str) -> None:
    """Digits on the screen, the answer inside the page, and an empty screen afterwards, also on the way back."""
    screen = visitor(size=KIOSK, expect_errors=True)
    page = screen.page
    screen.open("/kiosk/")
    for digit in number:
        page.get_by_role("button", name=digit, exact=True).click()
    page.get_by_label("手机号最后四位").click()
    for digit in PHONE_TAIL:
        page.get_by_role("button", name=digit, exact=True).click()
    page.get_by_role("button", name="查询").click()
    expect(page.get_by_role("heading", name="机动车驾驶员培训备案")).to_be_visible()
    screen.look("touch screen: answer")
    page.get_by_role("button", name="查完了").click()
    expect(page.get_by_label("办件编号")).to_have_value("")
    page.go_back()
    expect(page.get_by_text(number[-6:])).to_have_count(0)
    expect(page.get_by_text("机动车驾驶员培训备案")).to_have_count(0)
