"""What a link or a form names as a key, a version or a day is read, or names nothing; it never breaks a page."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import RequestFactory

from zt_platform.link_values import day_named, row_number, seen_version


@pytest.mark.parametrize(("text", "expected"), [("0", 0), ("17", 17), ("9" * 18, 999_999_999_999_999_999)])
def test_a_number_of_a_key_s_size_is_read(text: str, expected: int) -> None:
    assert row_number(text) == expected


@pytest.mark.parametrize("text", ["", "-1", "1.5", " 7", "x", "²", "１２", "9" * 19, "9" * 5000])
def test_anything_else_names_nothing(text: str) -> None:
    assert row_number(text) is None


def test_the_version_is_the_one_the_form_posts() -> None:
    factory = RequestFactory()
    assert seen_version(factory.post("/", {"lock_version": "4"})) == 4
    assert seen_version(factory.post("/", {"lock_version": "vier"})) is None
    assert seen_version(factory.post("/")) is None


def test_a_day_is_read_or_names_nothing() -> None:
    assert day_named("2026-03-02") == date(2026, 3, 2)
    assert [day_named(text) for text in ("", "2026-02-30", "昨天", "9" * 5000)] == [None] * 4
