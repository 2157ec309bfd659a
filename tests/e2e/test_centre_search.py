"""The search for a centre under the keyboard: options while one types, arrow keys, Enter; a form without scripts."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect


def test_a_centre_is_found_by_pinyin_and_the_arrow_keys(visitor: Callable) -> None:
    person = visitor()
    page = person.page
    page.goto(person.site.url)
    box = page.get_by_role("combobox", name="中心名称、代码或拼音")
    box.fill("feixi")
    options = page.get_by_role("option")
    expect(options.first).to_contain_text("肥西县")
    expect(box).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    person.look("options of the search for a centre")
    page.keyboard.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/c/340123/**")
