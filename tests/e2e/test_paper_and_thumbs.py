"""Pages under a thumb and on paper: targets of 44 px on a phone, tables that stay tables when printed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

CITY, PROVINCE = "340100", "340000"
PHONE = {"width": 360, "height": 740}
PAPER = {"width": 672, "height": 950}
"""What A4 leaves between its margins, in CSS pixels: narrower than a tablet, and no phone."""
SMALL = """() => [...document.querySelectorAll(
  "button, .btn, .form-control, .form-select, summary, .chip, .tool, .site-nav a, .queue-tabs a, .crumbs a, .site-footer a,"
  + ".place-list a, .centre-grid a, .item-list a, .choice, .result-title.plain-link, .door, a.figure-card"
)].filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.closest(".visually-hidden, [hidden]"))
  .map((one) => [one.getBoundingClientRect(), one])
  .filter(([box]) => box.height < 43.5 || box.width < 43.5)
  .map(([box, one]) => `${one.outerHTML.slice(0, 120)} is ${Math.round(box.width)} x ${Math.round(box.height)}`)"""
PUBLIC = (
    "/",
    "/search/?q=许可",
    "/centres/",
    f"/centres/?in={CITY}",
    "/centres/?q=feixi",
    f"/c/{CITY}/",
    f"/c/{CITY}/items/XK-YJ-01/",
    "/verify/",
    "/proof/",
    "/sign-in/",
    "/register/",
    "/nowhere/",
)
SUPERVISION = ("", "cases/", "lights/", "flags/", "balance/", "feeds/", "keys/", "elsewhere/", "operations/")


@pytest.mark.parametrize(
    ("who", "addresses"),
    [
        (None, PUBLIC),
        ("applicant", ("/account/", "/notices/", "/my-cases/")),
        (f"supervisor-{PROVINCE}", tuple(f"/supervision/{one}" for one in SUPERVISION)),
        (
            f"admin-{PROVINCE}",
            tuple(
                f"/c/{PROVINCE}/{one}"
                for one in ("staff/", "exchange/", "exchange/calls/", "defaults/", "calendar/", "operations/")
            ),
        ),
    ],
)
def test_a_thumb_hits_what_it_means(visitor: Callable, who: str | None, addresses: tuple[str, ...]) -> None:
    person = visitor(who, size=PHONE, expect_errors=True)
    small = {}
    for address in addresses:
        person.page.goto(person.site.url + address)
        small[address] = person.page.evaluate(SMALL)
    assert {address: found for address, found in small.items() if found} == {}


def test_a_table_on_paper_is_a_table(visitor: Callable) -> None:
    admin = visitor(f"admin-{PROVINCE}")
    page = admin.page
    page.goto(admin.site.centre(PROVINCE, "staff/"))
    page.set_viewport_size(PAPER)
    head, cell = page.locator("thead").first, page.locator("tbody td").first
    assert cell.evaluate("one => getComputedStyle(one).display") != "table-cell", "a narrow screen shows cards"
    page.emulate_media(media="print")
    assert head.evaluate("one => getComputedStyle(one).display") == "table-header-group"
    assert cell.evaluate("one => getComputedStyle(one).display") == "table-cell"
    expect(page.get_by_role("button", name="上岗")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= PAPER["width"]


def test_what_is_folded_up_is_unfolded_on_paper(visitor: Callable) -> None:
    supervisor = visitor(f"supervisor-{PROVINCE}")
    page = supervisor.page
    page.goto(f"{supervisor.site.url}/supervision/lights/")
    table = page.locator("details table").first
    expect(table).to_be_hidden()
    page.emulate_media(media="print")
    assert table.evaluate("one => one.checkVisibility({ contentVisibilityAuto: true })")
    assert table.bounding_box()["height"] > 100


def test_the_lights_come_when_the_reader_gets_there(visitor: Callable) -> None:
    supervisor = visitor(f"supervisor-{PROVINCE}", size={"width": 1440, "height": 500})
    page = supervisor.page
    page.goto(f"{supervisor.site.url}/supervision/")
    expect(page.get_by_text("正在统计近14天的灯色")).to_have_count(1)
    page.locator("#lights").scroll_into_view_if_needed()
    expect(page.locator("#lights [data-chart] svg").first).to_be_visible()
    supervisor.look("the board with its lights")


def test_lights_that_do_not_come_say_so(visitor: Callable) -> None:
    supervisor = visitor(f"supervisor-{PROVINCE}", size={"width": 1440, "height": 500}, expect_errors=True)
    page = supervisor.page
    page.route("**/supervision/lights/**", lambda route: route.abort())
    page.goto(f"{supervisor.site.url}/supervision/")
    page.locator("#lights").scroll_into_view_if_needed()
    expect(page.get_by_text("没有取到")).to_be_visible()
