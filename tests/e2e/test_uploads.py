"""Large files in a real browser: progress, pause, a broken line, a reload, another file of the same name, giving up."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from large_files import LargeFile
from playwright.sync_api import Locator, Page, Route, expect
from road import fill_form

pytestmark = pytest.mark.req("L-01")
CITY, ITEM = "340100", "QR-SC-02"
PATIENCE = 40_000
"""Milliseconds: 24 MiB pass through the test's own hands."""
PART_ADDRESS = re.compile(r"uploadId=")


@pytest.fixture
def large_file(tmp_path: Path) -> Callable[..., Path]:
    """A PDF of 24 MiB on disk, as somebody would choose it."""

    def make(seed: str = "a") -> Path:
        folder = tmp_path / seed
        folder.mkdir()
        file = LargeFile(24 * 1024 * 1024, seed=seed)
        path = folder / "规划总图.pdf"
        path.write_bytes(file.part(1, file.size))
        return path

    return make


@pytest.fixture
def line_of(visitor: Callable) -> Iterator[Callable[[Page], Line]]:
    """The line of a page; let go before its browser closes, which would wait for parts that are under way."""
    lines: list[Line] = []

    def make(page: Page) -> Line:
        lines.append(Line(page))
        return lines[-1]

    yield make
    for one in lines:
        one.let_go()


def _at_the_documents(person: Any) -> Page:
    page: Page = person.page
    page.goto(f"{person.site.centre(CITY)}apply/{ITEM}/")
    page.get_by_role("button", name="开始填写").click()
    page.wait_for_url(re.compile(r"/form/$"))
    fill_form(page)
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("上传材料")
    return page


class Line:
    """The line to the object store: counts the parts that are sent, and breaks when it is told to."""

    def __init__(self, page: Page) -> None:
        self.sent: list[str] = []
        self.broken_after: int | None = None
        self._page = page
        page.route(PART_ADDRESS, self._pass)

    def let_go(self) -> None:
        """No longer stand in the way."""
        self._page.unroute_all(behavior="ignoreErrors")

    def _pass(self, route: Route) -> None:
        if route.request.method != "PUT":
            route.continue_()
            return
        if self.broken_after is not None and len(self.sent) >= self.broken_after:
            route.abort()
            return
        number = re.search(r"partNumber=(\d+)", route.request.url)
        self.sent.append(number[1] if number else "")
        route.continue_()


def _broken_after(parts: int, page: Page, line_of: Callable, path: object) -> tuple[Line, Locator]:
    """A file whose sending stops after so many parts: the line, and the row that says so."""
    line = line_of(page)
    line.broken_after = parts
    row = page.locator("[data-upload]").first
    row.locator("input[type=file]").set_input_files(path)
    expect(row.get_by_text("网络中断，恢复后自动接着传")).to_be_visible(timeout=PATIENCE)
    return line, row


def test_a_broken_line_and_a_reload_cost_only_the_missing_parts(
    visitor: Callable, large_file: Callable, line_of: Callable
) -> None:
    person = visitor("applicant", expect_errors=True)
    page = _at_the_documents(person)
    path = large_file()
    line, row = _broken_after(2, page, line_of, path)
    person.look("the line broke")
    arrived = set(line.sent)
    assert len(arrived) == 2
    assert arrived < {"1", "2", "3"}

    page.reload()
    expect(row.locator("[data-unfinished]")).to_contain_text("规划总图.pdf")
    expect(row.locator("[data-unfinished]")).to_contain_text("再选一次这个文件就接着传")
    person.look("an unfinished upload after a reload")
    line.broken_after = None
    line.sent.clear()
    row.locator("input[type=file]").set_input_files(path)
    expect(row.locator("[data-file]")).to_have_count(1, timeout=PATIENCE)
    expect(row.locator("[data-upload-state]")).to_contain_text("已上传")
    expect(row.locator("[data-unfinished]")).to_have_count(0)
    assert set(line.sent) == {"1", "2", "3"} - arrived, "only what was missing was sent again"
    person.look("a large file is there")


def test_it_goes_on_by_itself_when_the_line_is_back_and_can_be_paused(
    visitor: Callable, large_file: Callable, line_of: Callable
) -> None:
    person = visitor("applicant", expect_errors=True)
    line, row = _broken_after(1, _at_the_documents(person), line_of, large_file())
    row.get_by_role("button", name="暂停").click()
    expect(row.get_by_text("已暂停")).to_be_visible(timeout=PATIENCE)
    person.look("paused")
    line.broken_after = None
    row.get_by_role("button", name="继续").click()
    expect(row.locator("[data-file]")).to_have_count(1, timeout=PATIENCE)
    assert sorted(set(line.sent)) == ["1", "2", "3"]


def test_another_file_of_the_same_name_begins_anew_and_cancelling_leaves_nothing(
    visitor: Callable, large_file: Callable, line_of: Callable
) -> None:
    page = _at_the_documents(visitor("applicant", expect_errors=True))
    line, row = _broken_after(1, page, line_of, large_file("a"))
    page.reload()
    line.broken_after = None
    line.sent.clear()
    row.locator("input[type=file]").set_input_files(large_file("b"))
    expect(row.locator("[data-file]")).to_have_count(1, timeout=PATIENCE)
    assert sorted(line.sent) == ["1", "2", "3"], "no part of the other file was taken over"

    second = page.locator("[data-upload]").nth(1)
    line.broken_after = 0
    second.locator("input[type=file]").set_input_files(large_file("c"))
    expect(second.get_by_text("网络中断，恢复后自动接着传")).to_be_visible(timeout=PATIENCE)
    with page.expect_response(re.compile(r"/uploads/abort/$")) as aborted:
        second.get_by_role("button", name="取消").click()
    assert aborted.value.ok
    page.reload()
    expect(second.locator("[data-unfinished]")).to_have_count(0)
    expect(second.locator("[data-file]")).to_have_count(0)
