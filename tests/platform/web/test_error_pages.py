"""What people see when something cannot be done: each page says what happened and leads on."""

from __future__ import annotations

import pytest
from django.test import Client, RequestFactory

from zt_platform.accounts.errors import TooManyTries
from zt_platform.web.error_pages import DomainErrorPages, server_error

PERSON = {"accept": "text/html,application/xhtml+xml"}


def test_an_address_that_only_takes_forms_is_a_page_with_a_way_on(world) -> None:
    answer = Client().get("/sign-out/", headers=PERSON)
    page = answer.content.decode()
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "请从页面上的按钮进入" in page
    assert 'href="/"' in page


def test_a_program_gets_the_plain_refusal_of_a_method(world) -> None:
    answer = Client().get("/sign-out/", headers={"accept": "application/json"})
    assert (answer.status_code, answer.content) == (405, b"")


def test_more_than_a_form_may_hold_is_413_and_leads_back_to_the_form(world, settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    sent_from = {"referer": "http://testserver/register/?next=/centres/"}
    answer = Client().post("/register/", {"full_name": "字" * 200}, headers=sent_from)
    page = answer.content.decode()
    assert answer.status_code == 413
    assert "附件" in page
    assert 'href="/register/?next=/centres/"' in page


def test_a_limit_on_tries_says_when_it_ends() -> None:
    request = RequestFactory().get("/", headers={"accept": "application/json"})
    pages = DomainErrorPages(lambda _: None)  # type: ignore[arg-type, return-value]
    answer = pages.process_exception(request, TooManyTries(minutes=7))
    assert answer is not None
    assert (answer.status_code, answer["Retry-After"]) == (429, "420")


@pytest.mark.parametrize(
    ("referer", "expected"),
    [
        ("http://testserver/account/?from=mail", "/sign-in/?next=%2Faccount%2F%3Ffrom%3Dmail"),
        ("https://elsewhere.example/account/", "/sign-in/"),
        ("", "/sign-in/"),
    ],
)
def test_whose_session_ended_over_a_form_comes_back_to_the_page_and_knows_that_nothing_was_saved(
    world, referer: str, expected: str
) -> None:
    browser = Client()
    answer = browser.post("/account/resident-id/", {"resident_id": ""}, headers={"referer": referer})
    assert answer["Location"] == expected
    assert "没有保存" in browser.get(expected).content.decode()


def test_whose_session_ended_over_a_page_is_told_nothing_of_a_form(world) -> None:
    browser = Client()
    answer = browser.get("/account/")
    assert answer["Location"] == "/sign-in/?next=%2Faccount%2F"
    assert "没有保存" not in browser.get(answer["Location"]).content.decode()


@pytest.mark.parametrize("address", ["/account/resident-id/", "/account/authorisations/"])
def test_a_reload_after_a_refused_form_leads_to_its_page(world, address: str) -> None:
    assert Client().get(address)["Location"] == "/account/"


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("calendar/day/", "calendar/"),
        ("calendar/year/", "calendar/"),
        ("defaults/on/", "defaults/"),
    ],
)
def test_so_it_does_in_a_centre(world, path: str, page: str) -> None:
    root = f"/c/{world.province.code}/"
    assert Client().get(root + path)["Location"] == root + page


def test_a_wrong_address_offers_the_search(world) -> None:
    page = Client().get("/nowhere/").content.decode()
    assert 'role="search"' in page
    assert f'value="{world.city.code}"' in Client().get(f"/c/{world.city.code}/nowhere/").content.decode()


def test_a_fault_of_ours_and_a_server_that_is_away_do_not_read_the_same() -> None:
    from django.db import OperationalError

    fault = server_error(RequestFactory().get("/"))
    try:
        raise OperationalError
    except OperationalError:
        away = server_error(RequestFactory().get("/my-cases/?page=2"))
        away_from_form = server_error(RequestFactory().post("/my-cases/"))
    assert (fault.status_code, away.status_code) == (500, 503)
    assert "系统正在恢复" in away.content.decode()
    assert "系统正在恢复" not in fault.content.decode()
    assert 'href="/my-cases/?page=2"' in away.content.decode()
    assert "再试一次" not in away_from_form.content.decode(), "a form is not sent again by a link"
