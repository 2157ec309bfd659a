"""The running stack and a browser on it.

``site`` starts what a newcomer starts, ``zhengtong up`` in an empty data folder (PostgreSQL, Valkey, S3, web server,
celery worker and beat), loads a small province into it and stops everything at the end. ``visit`` gives a signed-in
browser page that fails a test on any console error, any script error, any request to another origin, and on any finding
of axe-core (WCAG 2.2 AA) on the pages it looks at.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

HERE = Path(__file__).parent
AXE = (HERE / "vendor" / "axe" / "axe.min.js").read_text()
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 360, "height": 740}
_SERVICES = ("DATABASE_URL", "CELERY_BROKER_URL", "CACHE_URL", "S3_ENDPOINT", "S3_PUBLIC_ENDPOINT")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder drives a browser."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@dataclass(frozen=True, slots=True)
class Site:
    """A running site: its address and who can sign in."""

    url: str
    people: dict[str, dict[str, str]]

    def centre(self, code: str, path: str = "") -> str:
        """Address of a page of a centre."""
        return f"{self.url}/c/{code}/{path}"


def _environment(home: Path) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if name not in _SERVICES}
    return {
        **own,
        "ZT_HOME": str(home),
        "PYTHONUNBUFFERED": "1",
        "DJANGO_SETTINGS_MODULE": "zt_platform.project.settings",
    }


def _wait_for_site(stack: subprocess.Popen[bytes], home: Path, log: Path) -> str:
    note = home / "site.json"
    for _ in range(1200):
        if note.exists():
            return str(json.loads(note.read_text())["url"])
        if stack.poll() is not None:
            break
        time.sleep(0.1)
    pytest.fail(f"zhengtong up did not start:\n{log.read_text()[-4000:]}")


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """The real stack with a small province in it."""
    home = Path(tempfile.mkdtemp(prefix="zhengtong-e2e-"))
    home.chmod(0o755)  # PostgreSQL runs as another user when the tests run as root
    log = home / "up.log"
    environment = _environment(home)
    with log.open("wb") as sink:
        stack = subprocess.Popen(
            [str(Path(sys.executable).with_name("zhengtong")), "up", "--port", "18080"],
            env=environment,
            stdout=sink,
            stderr=subprocess.STDOUT,
            cwd=home,
        )
    try:
        url = _wait_for_site(stack, home, log)
        seeded = subprocess.run(
            [sys.executable, str(HERE / "seed.py")], env=environment, capture_output=True, text=True, check=False
        )
        if seeded.returncode:
            pytest.fail(f"the small province could not be loaded:\n{seeded.stderr[-4000:]}")
        yield Site(url=url, people=json.loads(seeded.stdout.splitlines()[-1]))
    finally:
        stack.send_signal(signal.SIGINT)
        try:
            stack.wait(timeout=30)
        except subprocess.TimeoutExpired:
            stack.kill()
            stack.wait()
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One headless browser for the run."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("ZT_CHROMIUM", "/usr/bin/chromium"), args=CHROMIUM_ARGUMENTS
        )
        yield browser
        browser.close()


@dataclass
class Visitor:
    """One person at a browser."""

    page: Page
    site: Site
    problems: list[str] = field(default_factory=list)

    def open(self, address: str) -> None:
        """Go to an address of the site and look at it."""
        self.page.goto(address if address.startswith("http") else self.site.url + address)
        self.look()

    def look(self, name: str = "") -> None:
        """The page is accessible (axe-core) and no wider than the screen, on a desk and on a phone."""
        self.page.wait_for_load_state("load")  # not a function to wait for: the pages forbid evaluating text
        before = self.page.viewport_size
        for size in (DESK, PHONE):
            self.page.set_viewport_size(size)
            self._check_width(size["width"])
            self._check_axe(name, size["width"])
        if before:
            self.page.set_viewport_size(before)

    def _check_width(self, width: int) -> None:
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{self.page.url} is {wide} px wide on a screen of {width} px"

    def _check_axe(self, name: str, width: int) -> None:
        self.page.evaluate(AXE)
        found: dict[str, Any] = self.page.evaluate("tags => axe.run(document, {runOnly: tags})", WCAG)
        findings = [
            f"{violation['id']}: {violation['help']} — {node['html'][:160]}"
            for violation in found["violations"]
            for node in violation["nodes"]
        ]
        assert not findings, f"{name or self.page.url} at {width} px:\n" + "\n".join(findings)

    def sign_in(self, who: str) -> None:
        """Sign in through the page."""
        person = self.site.people[who]
        self.page.goto(f"{self.site.url}/sign-in/")
        self.page.get_by_label("用户名").fill(person["username"])
        self.page.get_by_label("密码").fill(person["password"])
        self.page.get_by_role("main").get_by_role("button", name="登录").click()
        self.page.wait_for_url(lambda url: "/sign-in/" not in url)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.problems.append(f"{self.page.url}: {message.text}")


@pytest.fixture
def visitor(site: Site, chromium: Browser) -> Iterator[Callable[..., Visitor]]:
    """Makes people with a browser of their own: ``visitor()`` or ``visitor("city_clerk")``."""
    made: list[Visitor] = []
    contexts = []

    def make(who: str | None = None, *, size: dict[str, int] = DESK, expect_errors: bool = False) -> Visitor:
        context = chromium.new_context(viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai")
        context.set_default_timeout(15_000)
        page = context.new_page()
        person = Visitor(page=page, site=site)
        if not expect_errors:
            page.on("console", person._hear)
        page.on("pageerror", lambda error: person.problems.append(f"{page.url}: {error}"))
        contexts.append(context)
        made.append(person)
        if who is not None:
            person.sign_in(who)
        return person

    yield make
    for context in contexts:
        context.close()
    problems = [problem for person in made for problem in person.problems]
    assert not problems, "\n".join(problems)
