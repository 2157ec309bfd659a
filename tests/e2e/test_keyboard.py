"""The queue under the keyboard: move, mark, act on the marked, search; nothing happens while one types."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect
from road import apply_online

COUNTY, ITEM = "341122", "QR-SC-02"


def test_the_queue_by_keyboard_alone(visitor: Callable) -> None:
    applicant = visitor("applicant")
    for _ in range(2):
        apply_online(applicant, COUNTY, ITEM)
    clerk = visitor(f"clerk-{COUNTY}")
    page = clerk.page
    rows = page.locator("tr[data-href]")
    expect(rows).to_have_count(2)
    page.keyboard.press("j")
    expect(rows.nth(0)).to_have_attribute("aria-current", "true")
    page.keyboard.press("j")
    expect(rows.nth(1)).to_have_attribute("aria-current", "true")
    page.keyboard.press("j")
    expect(rows.nth(1)).to_have_attribute("aria-current", "true")
    page.keyboard.press("x")
    page.keyboard.press("k")
    page.keyboard.press("x")
    bar = page.locator("[data-batch]")
    expect(bar.locator("[data-batch-count]")).to_have_text("2")
    clerk.look("two marked cases")
    page.keyboard.press("/")
    expect(page.get_by_label("编号或申请人")).to_be_focused()
    page.keyboard.type("jx")
    expect(bar.locator("[data-batch-count]")).to_have_text("2")
    page.keyboard.press("Escape")
    bar.get_by_role("button", name="预审通过").click()
    clerk.look("preview of a batch")
    page.get_by_role("button", name="确认预审通过2件").click()
    expect(page.get_by_role("status")).to_contain_text("办好2件")
    clerk.look("what became of a batch")
    page.goto(f"{clerk.site.centre(COUNTY)}workbench/?step=acceptance")
    expect(rows).to_have_count(2)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="快捷键")).to_be_visible()
    clerk.look("the keys")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("c")
    page.get_by_role("button", name="确认认领1件").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("办好1件")
    page.goto(f"{clerk.site.centre(COUNTY)}workbench/?step=acceptance")
    page.keyboard.press("g")
    page.keyboard.press("m")
    expect(rows).to_have_count(1)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("group", name="可办的操作")).to_be_visible()
