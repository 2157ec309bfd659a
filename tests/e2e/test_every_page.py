"""Pages beside the road: reachable, accessible on a desk and a phone, in both languages and in large text."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

CITY, PROVINCE = "340100", "340000"
PUBLIC = (
    "/",
    "/search/?q=许可",
    "/search/?q=没有这样的事项",
    "/search/?item=XK-ZJ-01",
    "/centres/",
    f"/centres/?in={CITY}",
    "/centres/?q=feixi",
    f"/c/{CITY}/",
    f"/c/{CITY}/items/XK-YJ-01/",
    f"/c/{CITY}/fees/?item=QR-GA-05&item=GG-SW-01&item=QR-SC-01",
    "/track/",
    "/kiosk/",
    "/verify/",
    "/verify/340100-0000-0000-0000-000F/",
    "/sign-in/",
    "/register/",
)


def test_public_pages_in_chinese(visitor: Callable) -> None:
    person = visitor()
    for address in PUBLIC:
        person.open(address)
        expect(person.page.locator("html")).to_have_attribute("lang", "zh-hans")


@pytest.mark.req("L-10")
def test_public_pages_in_english(visitor: Callable) -> None:
    person = visitor()
    person.open("/")
    person.page.get_by_role("button", name="English").click()
    expect(person.page.locator("html")).to_have_attribute("lang", "en")
    for address in PUBLIC:
        person.open(address)
        said = person.page.get_by_role("heading", level=1).inner_text()
        assert said.isascii() or "政务服务中心" in said, said


def test_results_come_while_one_types(visitor: Callable) -> None:
    person = visitor()
    person.open("/")
    person.page.get_by_role("searchbox", name="搜索事项").press_sequentially("shigong")
    found = person.page.locator("#search-results").get_by_role("link", name="建筑工程施工许可")
    expect(found.first).to_be_visible()
    person.look("results on the home page")
    found.first.click()
    expect(person.page.get_by_role("heading", level=1)).to_have_text("建筑工程施工许可")


def test_large_text_is_one_tap_and_stays(visitor: Callable) -> None:
    person = visitor()
    person.open("/")
    before = person.page.evaluate("getComputedStyle(document.body).fontSize")
    person.page.get_by_role("button", name="大字版").click()
    expect(person.page.locator("html")).to_have_attribute("data-text", "large")
    assert person.page.evaluate("getComputedStyle(document.body).fontSize") != before
    for address in PUBLIC[:6]:
        person.open(address)
        expect(person.page.locator("html")).to_have_attribute("data-text", "large")


def test_errors_take_the_focus_and_lead_to_their_fields(visitor: Callable) -> None:
    person = visitor(expect_errors=True)
    person.open("/register/")
    person.page.get_by_label("用户名").fill("!")
    person.page.get_by_role("main").get_by_role("button", name="注册").click()
    summary = person.page.locator("[data-error-summary]")
    expect(summary).to_be_focused()
    person.look("register with errors")
    summary.get_by_role("link").first.click()
    expect(person.page.get_by_label("姓名")).to_be_focused()


def test_wrong_addresses_and_closed_doors_are_pages(visitor: Callable) -> None:
    person = visitor(expect_errors=True)
    for address in ("/nowhere/", "/c/990000/", f"/c/{CITY}/nowhere/"):
        person.open(address)
        expect(person.page.get_by_role("heading", level=1)).to_have_text("没有找到")
    person.open("/sign-out/")
    expect(person.page.get_by_role("heading", level=1)).to_have_text("请从页面上的按钮进入")
    clerk = visitor("clerk-340123", expect_errors=True)
    clerk.open(f"/c/{CITY}/workbench/")
    expect(clerk.page.get_by_role("heading", level=1)).to_have_text("这里您不能进")


@pytest.mark.req("A-01")
def test_people_find_their_place_after_signing_in(visitor: Callable) -> None:
    clerk = visitor(f"clerk-{CITY}")
    assert clerk.page.url.endswith(f"/c/{CITY}/workbench/")
    clerk.look("empty queue")
    clerk.open(f"/c/{CITY}/identity/")
    clerk.open(f"/c/{CITY}/workbench/counter/")
    clerk.open(f"/c/{CITY}/workbench/handover/")
    clerk.open(f"/c/{CITY}/notices/")
    supervisor = visitor(f"supervisor-{PROVINCE}")
    assert supervisor.page.url.endswith("/supervision/")
    for address in (
        "",
        "cases/",
        "lights/",
        "overdue/",
        "flags/",
        "balance/",
        "feeds/",
        "keys/",
        "elsewhere/",
        "operations/",
    ):
        supervisor.open(f"/supervision/{address}")
    for address in ("orders/", "orders/new/", "orders/findings/"):
        supervisor.open(f"/c/{PROVINCE}/{address}")
    admin = visitor(f"admin-{PROVINCE}")
    for page in (
        "staff/",
        "staff/1/",
        "exchange/",
        "exchange/calls/",
        "defaults/",
        "joint/",
        "joint/register/",
        "operations/",
    ):
        address = f"/c/{PROVINCE}/{page}"
        admin.open(address)
    admin.open(f"/c/{PROVINCE}/workbench/record/")
    admin.open(f"/c/{PROVINCE}/calendar/")
    admin.look("the work calendar")
    applicant = visitor("applicant")
    assert applicant.page.url.endswith("/my-cases/")
    for address in ("/my-cases/", "/account/", "/notices/"):
        applicant.open(address)


def test_a_bad_file_is_refused_beside_its_row_and_can_be_dismissed(visitor: Callable) -> None:
    applicant = visitor("applicant", expect_errors=True)
    page = applicant.page
    page.goto(f"{applicant.site.url}/c/{CITY}/apply/XK-YJ-01/")
    page.get_by_role("button", name="开始填写").click()
    page.wait_for_url(re.compile(r"/form/$"))
    page.goto(page.url.replace("/form/", "/materials/"))
    row = page.locator("[data-upload]").first
    lying = {"name": "身份证.pdf", "mimeType": "application/pdf", "buffer": b"MZ this is a program, not a paper"}
    row.locator("input[type=file]").set_input_files([lying])
    expect(row.locator(".field-error")).to_be_visible()
    applicant.look("a refused file")
    expect(row.locator("[data-file]")).to_have_count(0)
    row.get_by_role("button", name="取消").click()
    expect(row.locator(".upload-file")).to_have_count(0)


def test_half_a_form_is_kept_without_pressing_anything(visitor: Callable) -> None:
    applicant = visitor("applicant")
    page = applicant.page
    page.goto(f"{applicant.site.url}/c/{CITY}/apply/XK-YJ-01/")
    page.get_by_role("button", name="开始填写").click()
    page.wait_for_url(re.compile(r"/form/$"))
    page.locator("form[data-autosave] input[type=text]").first.fill("只填了一半")
    expect(page.locator("[data-saved]")).to_contain_text("已自动保存")
    page.goto(applicant.site.centre(CITY))
    page.locator("#drafts ~ ul a").first.click()
    expect(page.locator("form[data-autosave] input[type=text]").first).to_have_value("只填了一半")
