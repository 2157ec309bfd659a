"""Signing in and out, opening an account: through the pages."""

from __future__ import annotations

import pytest
from django.test import Client

from zt_platform.accounts.models import Account

GOOD = {
    "full_name": "张小明",
    "phone": "13800001234",
    "resident_id": "",
    "username": "zhangxiaoming",
    "password": "correct horse battery",
}


def _register(browser: Client, **changes: str):
    return browser.post("/register/", {**GOOD, **changes})


def test_registering_signs_in_and_signing_out_ends_it(world) -> None:
    browser = Client()
    assert _register(browser).status_code == 302
    assert "张小明" in browser.get("/").content.decode()
    browser.post("/sign-out/")
    assert "张小明" not in browser.get("/centres/").content.decode()


def test_signing_out_by_a_link_is_not_possible(world) -> None:
    assert Client().get("/sign-out/").status_code == 405


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("phone", "123"),
        ("resident_id", "340101200001010000"),
        ("password", "short"),
        ("username", "!"),
        ("full_name", ""),
    ],
)
def test_an_error_stands_beside_its_field_and_in_the_summary(world, field: str, value: str) -> None:
    answer = _register(Client(), **{field: value})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'href="#id_{field}"' in page
    assert f'id="id_{field}-error"' in page
    assert 'value="zhangxiaoming"' in page or field == "username"
    assert "correct horse" not in page
    assert not Account.objects.exists()


def test_wrong_password_and_unknown_name_read_the_same(world) -> None:
    _register(Client())
    wrong = Client().post("/sign-in/", {"username": "zhangxiaoming", "password": "not this one"})
    unknown = Client().post("/sign-in/", {"username": "nobody-here", "password": "not this one"})
    assert wrong.status_code == unknown.status_code == 422
    assert "用户名或密码不正确" in wrong.content.decode()
    assert "用户名或密码不正确" in unknown.content.decode()


def test_after_too_many_failures_even_the_right_password_waits(world) -> None:
    _register(Client())
    for _ in range(5):
        Client().post("/sign-in/", {"username": "zhangxiaoming", "password": "not this one"})
    answer = Client().post("/sign-in/", {"username": "zhangxiaoming", "password": GOOD["password"]})
    assert answer.status_code == 422
    assert "分钟后再试" in answer.content.decode()


@pytest.mark.parametrize("address", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"])
def test_sign_in_never_leads_to_another_site(world, address: str) -> None:
    _register(Client())
    answer = Client().post("/sign-in/", {"username": "zhangxiaoming", "password": GOOD["password"], "next": address})
    assert answer.status_code == 302
    assert "elsewhere" not in answer.headers["Location"]
    assert not answer.headers["Location"].startswith("javascript")


def test_sign_in_leads_back_to_the_page_one_came_from(world) -> None:
    _register(Client())
    answer = Client().post(
        "/sign-in/", {"username": "zhangxiaoming", "password": GOOD["password"], "next": f"/c/{world.city.code}/"}
    )
    assert answer.headers["Location"] == f"/c/{world.city.code}/"
