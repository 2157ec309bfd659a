"""What people do along the road of a case, in words of the pages: applying, handling at a window, tracking."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page, expect

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>endobj\n"
    b"4 0 obj<</Length 44>>stream\nBT /F1 18 Tf 40 100 Td (A paper for a test) Tj ET\nendstream endobj\n"
    b"5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\n"
    b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n0\n%%EOF\n"
)
PATIENCE = 40.0
"""Seconds that a signed message may take from one centre to another before a test gives up."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A file to upload."""

    name: str = "申请材料.pdf"
    content: bytes = PDF
    media_type: str = "application/pdf"

    def for_input(self) -> dict[str, Any]:
        """As the browser driver takes files."""
        return {"name": self.name, "mimeType": self.media_type, "buffer": self.content}


def fill_form(page: Page) -> None:
    """Answer every field of the item's form with something that fits."""
    for field in page.locator("form[data-autosave] .field").all():
        control = field.locator("input, select, textarea").first
        kind, name = control.evaluate("e => [e.type, e.name]")
        if kind == "select-one":
            control.select_option(index=1)
        elif kind == "date":
            control.fill("2026-12-01")
        elif control.get_attribute("inputmode") == "decimal":
            control.fill("12")
        elif control.get_attribute("inputmode") == "tel":
            control.fill("13855501234")
        else:
            control.fill(f"浏览器测试填写的{name}")


def upload_everything(page: Page) -> None:
    """Upload a paper for every document, straight to the object store, and wait until each was checked."""
    rows = page.locator("[data-upload]")
    for index in range(rows.count()):
        row = rows.nth(index)
        row.locator("input[type=file]").set_input_files([Paper().for_input()])
        expect(row.locator("[data-file]")).to_have_count(1)
        expect(row.locator("[data-upload-state]")).to_contain_text("已上传")


def apply_online(person: Any, centre: str, item: str) -> str:
    """From the guide to the receipt; the number as it is stored, without separators."""
    page: Page = person.page
    person.open(f"/c/{centre}/items/{item}/")
    page.get_by_role("link", name="在线申请").first.click()
    page.wait_for_url(re.compile(r"/apply/"))
    person.look("for whom")
    page.get_by_role("button", name="开始填写").click()
    page.wait_for_url(re.compile(r"/form/$"))
    fill_form(page)
    person.look("form")
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("上传材料")
    person.look("materials, empty")
    upload_everything(page)
    person.look("materials, full")
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("核对一遍，再提交")
    person.look("review")
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("已经提交")
    person.look("receipt")
    return re.sub(r"\D", "", page.locator(".receipt-number").inner_text())


def until(person: Any, address: str, seen: Callable[[Page], bool], what: str) -> None:
    """Reload a page until something is seen on it; a message may be on its way."""
    deadline = time.monotonic() + PATIENCE
    while True:
        person.page.goto(person.site.url + address)
        if seen(person.page):
            return
        assert time.monotonic() < deadline, f"{what} did not come to {address} within {PATIENCE:.0f} s"
        time.sleep(0.5)


def open_from_queue(person: Any, centre: str, number: str) -> None:
    """Find a case in one's own duties and open it, by keyboard alone."""
    page: Page = person.page
    queue = f"/c/{centre}/workbench/"
    row = f"tr[data-href]:has-text('{grouped(number)}')"
    until(person, queue, lambda seen: seen.locator(row).count() == 1, f"case {number}")
    person.look("queue")
    for _ in range(page.locator("tr[data-href]").count()):
        page.keyboard.press("j")
        if page.locator(f"{row}.is-current").count():
            break
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/workbench/\d+/"))
    person.look("case")


def act(person: Any, button: str, confirm: str, *, write: str = "", paper: bool = False) -> None:
    """Press a button of the case page, write what is asked, read the paper if there is one, confirm."""
    page: Page = person.page
    page.get_by_role("group", name="可办的操作").get_by_role("link", name=button, exact=True).click()
    page.wait_for_url(re.compile(r"/workbench/\d+/[a-z-]+/$"))
    if write:
        page.locator("form textarea").first.fill(write)
    person.look(f"{button}: form")
    if paper:
        page.get_by_role("button", name="看文书").click()
        expect(page.locator(".paper-pages img").first).to_be_visible()
        person.look(f"{button}: paper")
    page.get_by_role("button", name=confirm, exact=True).click()
    page.wait_for_url(re.compile(r"/workbench/\d+/$"))
    expect(page.locator(".flash-success")).to_be_visible()


def grouped(number: str) -> str:
    """A number as pages show it: origin, day, sequence, check digit."""
    return f"{number[:-14]}-{number[-14:-6]}-{number[-6:-1]}-{number[-1]}"


def track(person: Any, number: str, phone_tail: str) -> None:
    """Look a case up without signing in."""
    page: Page = person.page
    person.open("/track/")
    page.get_by_label("办件编号").fill(number)
    page.get_by_label("手机号最后四位").fill(phone_tail)
    page.get_by_role("button", name="查询").click()
    expect(page.get_by_role("heading", name="全部经过")).to_be_visible()
    person.look("progress")
