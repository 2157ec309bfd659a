"""The portal's pages answer, in both languages, with one frame and a strict policy."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from zt_platform.catalogue.loader import load_catalogue
from zt_platform.index.queries import common_life_events
from zt_platform.web.error_pages import status_of
from zt_storage.errors import StorageUnavailable
from zt_tenants.errors import DomainError


@pytest.fixture
def browser() -> Client:
    return Client()


@pytest.mark.req("L-03")
@pytest.mark.parametrize(
    "address",
    ["/", "/search/?q=许可", "/centres/", "/centres/?q=feixi", "/centres/?in=340100", "/sign-in/", "/register/"],
)
def test_every_page_of_the_portal_answers(world, browser: Client, address: str) -> None:
    answer = browser.get(address)
    assert answer.status_code == 200
    assert answer.content.decode().count("<h1") == 1


@pytest.mark.req("L-10")
def test_chinese_first_and_english_on_request(world, browser: Client) -> None:
    assert "您想办什么事" in browser.get("/").content.decode()
    back = browser.post("/preferences/", {"language": "en", "next": "/centres/"})
    assert back.headers["Location"] == "/centres/"
    page = browser.get("/").content.decode()
    assert 'lang="en"' in page
    assert "What would you like to get done?" in page


def test_the_browsers_own_language_decides_nothing(world, browser: Client) -> None:
    assert 'lang="zh-hans"' in browser.get("/", headers={"Accept-Language": "en-GB"}).content.decode()


def test_large_text_is_one_tap_and_remembered(world, browser: Client) -> None:
    assert 'data-text="large"' not in browser.get("/").content.decode()
    browser.post("/preferences/", {"text": "large", "next": "/"})
    assert 'data-text="large"' in browser.get("/").content.decode()
    assert 'data-text="large"' in browser.get(f"/c/{world.city.code}/").content.decode()


def test_preferences_never_lead_to_another_site(world, browser: Client) -> None:
    answer = browser.post("/preferences/", {"language": "en", "next": "https://elsewhere.example/"})
    assert answer.headers["Location"] == "/"


def test_the_centre_read_last_is_remembered(world, browser: Client) -> None:
    browser.get(f"/c/{world.county.code}/")
    page = browser.get("/").content.decode()
    assert world.county.name in page
    assert "您上次去的中心" in page


def test_a_forged_memory_of_a_centre_is_ignored(world, browser: Client) -> None:
    browser.cookies["zt_centre"] = "999999"
    assert browser.get("/").status_code == 200
    browser.cookies["zt_centre"] = "<script>"
    assert browser.get("/").status_code == 200


@pytest.mark.req("A-01")
def test_the_centre_page_shows_its_place_among_the_levels(world, browser: Client) -> None:
    page = browser.get(f"/c/{world.county.code}/").content.decode()
    assert world.city.short_name in page
    assert world.township.short_name in page
    assert world.other_county.name not in page


def test_an_unknown_centre_is_a_page_with_a_way_on(world, browser: Client) -> None:
    answer = browser.get("/c/990000/")
    assert answer.status_code == 404
    assert "990000" in answer.content.decode()
    assert 'href="/"' in answer.content.decode()


@pytest.mark.parametrize("address", ["/nowhere/", "/c/340100/nowhere/"])
def test_a_wrong_address_is_a_page_with_a_way_on(world, browser: Client, address: str) -> None:
    answer = browser.get(address)
    assert answer.status_code == 404
    assert "没有找到" in answer.content.decode()


def test_the_last_resort_needs_nothing() -> None:
    from django.test import RequestFactory

    from zt_platform.web.error_pages import server_error

    answer = server_error(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert "系统暂时出错" in answer.content.decode()


@pytest.fixture
def cache_away(settings) -> None:
    """Nothing listens where sessions are kept."""
    backend = "django.core.cache.backends.redis.RedisCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": "redis://127.0.0.1:1/1"}}


@pytest.mark.req("Y-01")
def test_a_server_that_is_away_is_a_page_that_says_when_to_try_again(world, cache_away) -> None:
    browser = Client(raise_request_exception=False)
    browser.cookies["sessionid"] = "x" * 32
    answer = browser.get("/my-cases/")
    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"
    assert "不会丢失" in answer.content.decode()
    assert "sessionid" not in answer.cookies, "an outage signed somebody out"


@pytest.mark.req("Y-01")
def test_a_server_that_is_away_is_a_typed_error_of_the_gateway(world, cache_away) -> None:
    browser = Client(raise_request_exception=False)
    browser.cookies["sessionid"] = "x" * 32
    answer = browser.get("/graphql", {"query": "{ me { username } }"})
    assert answer.json()["errors"][0]["extensions"]["code"] == "SERVICE_UNAVAILABLE"


def test_what_may_pass_by_itself_is_503() -> None:
    assert status_of(StorageUnavailable(reason="SlowDown")) == 503
    assert status_of(DomainError()) == 400


def test_search_as_one_types_sends_the_results_alone(world, browser: Client) -> None:
    part = browser.get("/search/?q=许可", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "没有找到" in part
    assert "<html" in browser.get("/search/?q=许可").content.decode()


def test_a_search_for_nothing_offers_what_people_often_need(world, browser: Client) -> None:
    load_catalogue(world.city)
    empty, asked = browser.get("/search/").content.decode(), browser.get("/search/?q=许可").content.decode()
    offered = re.findall(r'<a class="chip" href="/search/\?q=[^"]+">([^<]+)</a>', empty)
    assert offered == common_life_events()
    assert offered
    assert 'class="chip"' not in asked


def test_search_words_are_shown_as_words(world, browser: Client) -> None:
    page = browser.get("/search/", {"q": "<script>alert(1)</script>{x}"}).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
