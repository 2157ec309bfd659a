"""What a link or a form names as a row's key or version: read as a number, or not at all; it never breaks a page."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from zt_platform.row_numbers import row_number, seen_version


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
