"""One draft in two tabs: the second one stops saving by itself, shows both answers and lets the applicant decide; a draft is
thrown away and taken back."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import Page, Route, expect
from road import fill_form

CITY, ITEM = "340100", "QR-SC-02"
AUTOSAVE = re.compile(r"/autosave/$")
FIELD = "form[data-autosave] input[type=text], form[data-autosave] textarea"


def _begin(person) -> Page:
    page: Page = person.page
    page.goto(f"{person.site.centre(CITY)}apply/{ITEM}/")
    page.get_by_role("button", name="开始填写").click()
    page.wait_for_url(re.compile(r"/form/$"))
    return page


def _picture(page: Page, name: str) -> None:
    """A picture of the page for the eye, where somebody asked for pictures."""
    folder = os.environ.get("ZT_PICTURES")
    if not folder:
        return
    before = page.viewport_size
    for width, height in ((1440, 900), (360, 740)):
        page.set_viewport_size({"width": width, "height": height})
        page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
    if before:
        page.set_viewport_size(before)


@pytest.mark.req("L-01")
def test_the_second_tab_stops_saving_and_shows_both_answers(visitor: Callable) -> None:
    person = visitor("applicant", expect_errors=True)
    page = _begin(person)
    other = page.context.new_page()
    other.goto(page.url)
    fill_form(page)
    with page.expect_response(AUTOSAVE) as saved:
        page.locator(FIELD).first.fill("第一个标签页填的")
    assert saved.value.status == 200

    fill_form(other)
    with other.expect_response(AUTOSAVE) as refused:
        other.locator(FIELD).first.fill("第二个标签页填的")
    assert refused.value.status == 409
    expect(other.locator("[data-saved]")).to_contain_text("不再自动保存")
    expect(other.get_by_role("link", name="载入较新的内容")).to_be_visible()
    _picture(other, "autosave-stopped")
    replace(person, page=other).look("autosave has stopped")
    again: list[str] = []
    other.on("request", lambda request: again.append(request.url) if AUTOSAVE.search(request.url) else None)
    other.locator(FIELD).first.fill("第二个标签页又填的")
    other.wait_for_timeout(3000)
    assert again == []

    other.get_by_role("button", name="下一步").click()
    expect(other.get_by_role("heading", name="这份申请在别处改过")).to_be_visible()
    expect(other.get_by_role("alert")).to_contain_text("第一个标签页填的")
    expect(other.locator(FIELD).first).to_have_value("第二个标签页又填的")
    _picture(other, "changed-elsewhere")
    replace(person, page=other).look("changed elsewhere")
    other.get_by_role("button", name="看过了，按我这里填的保存").click()
    other.wait_for_url(re.compile(r"/materials/$"))
    page.reload()
    expect(page.locator(FIELD).first).to_have_value("第二个标签页又填的")


@pytest.mark.req("L-01")
def test_a_page_does_not_stand_in_its_own_way(visitor: Callable) -> None:
    """The button is pressed while the page saves by itself, and that takes its time."""
    person = visitor("applicant")
    page = _begin(person)

    def slowly(route: Route) -> None:
        time.sleep(1.5)
        route.continue_()

    page.route(AUTOSAVE, slowly)
    fill_form(page)
    with page.expect_request(AUTOSAVE):
        page.locator(FIELD).first.fill("边存边点")
    page.get_by_role("button", name="下一步").click()
    page.wait_for_url(re.compile(r"/materials/$"))
    page.go_back()
    expect(page.locator(FIELD).first).to_have_value("边存边点")
    with page.expect_response(AUTOSAVE) as saved:
        page.locator(FIELD).first.fill("回来再改")
    assert saved.value.status == 200


@pytest.mark.req("L-01", "L-06")
def test_a_draft_is_thrown_away_and_taken_back(visitor: Callable) -> None:
    person = visitor("applicant")
    page = _begin(person)
    draft = re.sub(r"form/$", "", page.url)
    with page.expect_response(AUTOSAVE):
        page.locator(FIELD).first.fill("还会要的")
    person.open("/my-cases/")
    _picture(page, "my-cases-drafts")
    page.locator(f'a[href*="{draft.rpartition("/c/")[2]}discard/"]').click()
    person.look("throw a draft away")
    _picture(page, "discard")
    page.get_by_role("button", name="删除草稿").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("草稿已删除")
    person.look("a draft thrown away")
    _picture(page, "discarded")
    person.open("/my-cases/")
    _picture(page, "my-cases-discarded")
    page.get_by_role("region", name="已删除的草稿").get_by_role("link").first.click()
    page.get_by_role("button", name="恢复草稿").click()
    page.wait_for_url(re.compile(r"/form/$"))
    expect(page.locator(FIELD).first).to_have_value("还会要的")
