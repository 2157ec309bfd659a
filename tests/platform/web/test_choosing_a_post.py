"""People with posts in several centres choose where to work; the choice is remembered and grants nothing."""

from __future__ import annotations

import pytest
from django.test import Client

from zt_platform.accounts.commands import register_account
from zt_platform.accounts.models import Account
from zt_platform.index.commands import upsert_seats
from zt_platform.organisation.models import StaffMember
from zt_tenants.clock import today
from zt_tenants.context import enter
from zt_tenants.models import Centre
from zt_tenants.urls import centre_url

pytestmark = pytest.mark.req("A-01")
PASSWORD = "correct horse battery"


def _member(name: str, *centres: Centre, roles: tuple[str, ...] = ("WINDOW_CLERK",)) -> Account:
    account = register_account(username=name, password=PASSWORD, full_name="张小明", phone="13800001234")
    for centre in centres:
        with enter(centre):
            StaffMember.objects.create(account_id=account.id, full_name="张小明", roles=list(roles), posted_on=today())
            upsert_seats([account.id])
    return account


def _sign_in(browser: Client, name: str) -> str:
    return str(browser.post("/sign-in/", {"username": name, "password": PASSWORD}).headers["Location"])


def test_with_one_post_nothing_is_asked(world) -> None:
    _member("single", world.county)
    browser = Client()
    assert _sign_in(browser, "single") == centre_url(world.county, "workbench:queue")
    assert "换岗位" not in browser.get(centre_url(world.county, "workbench:queue")).content.decode()


def test_with_several_posts_one_chooses_and_the_next_sign_in_leads_there(world) -> None:
    _member("double", world.county, world.other_county)
    browser = Client()
    assert _sign_in(browser, "double") == "/posts/"
    page = browser.get("/posts/").content.decode()
    assert world.county.name in page
    assert world.other_county.name in page
    assert world.city.name not in page
    chosen = browser.post("/posts/", {"centre": world.other_county.code})
    there = centre_url(world.other_county, "workbench:queue")
    assert chosen.headers["Location"] == there
    assert "换岗位" in browser.get(there).content.decode()
    browser.post("/sign-out/")
    assert _sign_in(browser, "double") == there
    browser.post("/posts/", {"centre": world.county.code})
    assert centre_url(world.county, "workbench:queue") in browser.get("/").content.decode()


def test_a_centre_where_one_has_no_post_cannot_be_chosen(world) -> None:
    _member("double", world.county, world.other_county)
    browser = Client()
    _sign_in(browser, "double")
    before = dict(browser.session)
    for code in (world.city.code, "", "999999"):
        assert browser.post("/posts/", {"centre": code}).status_code == 403
    assert dict(browser.session) == before
    assert "zt_seat" not in browser.cookies


def test_a_remembered_post_that_ended_is_not_offered_and_a_cookie_opens_nothing(world) -> None:
    _member("single", world.county)
    browser = Client()
    browser.cookies["zt_seat"] = world.other_county.code
    assert _sign_in(browser, "single") == centre_url(world.county, "workbench:queue")
    assert browser.get(centre_url(world.other_county, "workbench:queue")).status_code == 403


def test_without_an_account_the_way_leads_to_sign_in(world) -> None:
    assert Client().get("/posts/").status_code == 302
    assert Client().post("/posts/", {"centre": world.county.code}).status_code == 302
