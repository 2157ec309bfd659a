"""The search for a centre: a form that works without scripts, and options for the combobox."""

from __future__ import annotations

import pytest
from django.test import Client

from zt_tenants.models import Centre

pytestmark = pytest.mark.req("L-03")


def test_without_scripts_it_is_a_form_with_marked_results(world) -> None:
    for address in ("/", "/centres/"):
        page = Client().get(address).content.decode()
        assert '<form class="search centre-search" role="search" action="/centres/" method="get"' in page
    page = Client().get("/centres/?q=肥西").content.decode()
    assert "<mark>肥西</mark>县政务服务中心" in page
    assert f'href="/c/{world.county.code}/"' in page


def test_the_options_alone_for_the_combobox(world) -> None:
    answer = Client().get("/centres/?q=肥西", headers={"X-Options": "1"})
    text = answer.content.decode()
    assert text.count('role="option"') == 1
    assert "<html" not in text
    assert "X-Options" in answer["Vary"]
    assert Client().get("/centres/?q=", headers={"X-Options": "1"}).content.decode().strip() == ""


def test_what_was_typed_is_never_markup(world) -> None:
    Centre.objects.filter(id=world.county.id).update(name="<b>肥西</b>县")
    for headers in ({}, {"X-Options": "1"}):
        page = Client().get("/centres/?q=<b>", headers=headers).content.decode()
        assert "<b>" not in page
