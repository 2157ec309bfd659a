"""Headers that every response carries."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client

from zt_platform.web import security

WEB = Path(security.__file__).parent
PLATFORM = WEB.parent


def test_the_policy_allows_this_site_and_the_object_store_only(world, settings) -> None:
    settings.S3_PUBLIC_ENDPOINT, settings.S3_SECURE = "objects.example:9000", True
    policy = Client().get("/").headers["Content-Security-Policy"]
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives["default-src"] == "'self'"
    assert directives["script-src"] == directives["style-src"] == "'self'"
    assert directives["connect-src"] == "'self' https://objects.example:9000"
    assert directives["frame-ancestors"] == "'none'"
    assert "unsafe" not in policy


def test_a_response_may_widen_its_own_policy_but_not_the_next_one() -> None:
    response = HttpResponse()
    security.allow(response, "script-src", "'unsafe-inline'")
    widened = security.SecurityHeaders(lambda request: response)
    from django.test import RequestFactory

    assert "script-src 'self' 'unsafe-inline'" in widened(RequestFactory().get("/")).headers["Content-Security-Policy"]
    assert "unsafe-inline" not in security.content_security_policy()


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
    ],
)
def test_every_page_carries(world, header: str, value: str) -> None:
    assert Client().get("/").headers[header] == value


def test_pages_of_a_session_are_not_kept_on_a_shared_screen(world) -> None:
    browser = Client()
    assert "no-store" not in browser.get("/").headers.get("Cache-Control", "")
    browser.cookies["sessionid"] = "anything"
    assert "no-store" in browser.get("/").headers["Cache-Control"]


def test_no_template_has_anything_inline() -> None:
    inline = re.compile(r"<style|\sstyle=|\son[a-z]+=\"|<script(?![^>]*\ssrc=)|javascript:")
    offenders = [
        f"{path.relative_to(PLATFORM)}: {found.group()}"
        for path in PLATFORM.rglob("templates/**/*.html")
        for found in inline.finditer(path.read_text())
    ]
    assert offenders == []
