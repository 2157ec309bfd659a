"""A NUL character, which PostgreSQL cannot store, is answered 400 on every page instead of an error of the server."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize("path", ["/search/?q=%00", "/centres/?q=a%00b", "/a\0b/"])
def test_in_an_address(world, client, path: str) -> None:
    assert client.get(path).status_code == 400


def test_in_a_form(world, client) -> None:
    assert client.post("/sign-in/", {"username": "a\0b", "password": "x"}).status_code == 400
