"""What an applicant types is kept without a click, through a lost session; what he sends is sent once."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from road import fill_form, upload_everything

CITY, ITEM = "340100", "QR-SC-02"


def _begin(person) -> Page:
    page: Page = person.page
    page.goto(f"{person.site.centre(CITY)}apply/{ITEM}/")
    page.get_by_role("button", name="开始填写").click()
    page.wait_for_url(re.compile(r"/form/$"))
    return page


@pytest.mark.req("L-01", "L-04")
def test_what_was_typed_is_there_again_after_a_lost_session(visitor: Callable) -> None:
    person = visitor("applicant")
    page = _begin(person)
    fill_form(page)
    first = page.locator("form[data-autosave] input[type=text], form[data-autosave] textarea").first
    name = first.get_attribute("name")
    with page.expect_response(re.compile(r"/autosave/$")) as saved:
        first.fill("没有点下一步就断了")
    assert saved.value.ok
    expect(page.locator("[data-saved]")).to_contain_text("已自动保存")
    person.look("saved by itself")
    draft = page.url
    page.context.clear_cookies()
    page.goto(draft)
    assert "/sign-in/" in page.url
    person.sign_in("applicant")
    page.goto(draft)
    expect(page.locator(f"[name='{name}']")).to_have_value("没有点下一步就断了")


@pytest.mark.req("E-10", "L-01")
def test_a_double_click_and_a_lost_answer_send_one_application(visitor: Callable) -> None:
    person = visitor("applicant", expect_errors=True)
    page = _begin(person)
    fill_form(page)
    page.get_by_role("button", name="下一步").click()
    upload_everything(page)
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("核对一遍，再提交")
    review, posts = page.url, []
    key = page.locator("[name=submission_key]").input_value()
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    page.get_by_role("button", name="提交", exact=True).dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("已经提交")
    receipt = page.url
    assert posts.count(review) == 1
    token = page.locator("input[name=csrfmiddlewaretoken]").first.input_value()
    again = page.request.post(
        review, form={"submission_key": key, "csrfmiddlewaretoken": token}, headers={"Referer": review}
    )
    assert (again.status, again.url) == (200, receipt), "the answer was lost: the same click leads to the same receipt"
