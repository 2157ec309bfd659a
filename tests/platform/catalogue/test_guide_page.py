"""The guide of an item: the answers people ask for, in their order, at every side of a delegation."""

from __future__ import annotations

import pytest
from django.test import Client

from zt_platform.catalogue.loader import load_catalogue
from zt_platform.catalogue.models import Item
from zt_tenants.context import enter

ENTRUSTED, DEVOLVED, FORWARDED, OWN = "XK-ZJ-01", "XK-YJ-01", "XK-HB-01", "QR-SC-02"


@pytest.fixture
def catalogued(world):
    for centre in (world.city, world.county):
        load_catalogue(centre)
    return world


def _guide(centre, code: str) -> str:
    answer = Client().get(f"/c/{centre.code}/items/{code}/")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.req("D-01", "B-07")
def test_the_answers_come_in_the_order_in_which_people_need_them(catalogued) -> None:
    page = _guide(catalogued.city, ENTRUSTED)
    places = [
        page.index(heading) for heading in ("要带什么", "要多久", "要多少钱", "在哪儿办", "谁来决定", "依据和条件")
    ]
    assert places == sorted(places)


@pytest.mark.req("K-13", "B-21")
def test_the_fee_stands_there_with_its_basis(catalogued) -> None:
    page = _guide(catalogued.city, "XK-GA-08")
    assert "每证10元" in page
    assert "关于规范机动车牌证工本费收费标准管理有关问题的通知" in page


@pytest.mark.req("C-01", "A-31")
@pytest.mark.parametrize(("code", "said"), [(ENTRUSTED, "受委托审查"), (DEVOLVED, "已经下放"), (OWN, "审查并决定")])
def test_the_city_says_who_decides(catalogued, code: str, said: str) -> None:
    page = _guide(catalogued.city, code)
    assert said in page
    assert ("不用再跑一趟" in page) == (code != OWN)


@pytest.mark.req("C-11")
def test_the_county_says_that_a_forwarded_item_is_decided_above(catalogued) -> None:
    page = _guide(catalogued.county, FORWARDED)
    assert "由本中心受理和初审" in page
    assert "合肥市" in page


def test_an_item_that_only_the_upper_centre_accepts_leads_there(catalogued) -> None:
    with enter(catalogued.county):
        Item.objects.filter(code=ENTRUSTED).update(accepted_here=False)
    page = _guide(catalogued.county, ENTRUSTED)
    assert "不在本中心受理" in page
    assert f"/c/{catalogued.city.code}/items/{ENTRUSTED}/" in page
    assert "在线申请</a>" not in page


def test_the_neighbour_shows_only_its_own_catalogue(catalogued) -> None:
    assert Client().get(f"/c/{catalogued.other_county.code}/items/{ENTRUSTED}/").status_code == 404


def test_the_guide_has_a_code_to_take_it_along(catalogued) -> None:
    assert "<svg" in _guide(catalogued.city, OWN).split('class="qr"')[1]


def test_the_portal_finds_items_by_name_pinyin_and_life_event(catalogued) -> None:
    browser = Client()
    for text in ("建筑工程施工", "jianzhugongcheng", "jzgcsg"):
        assert "XK-ZJ-01" in browser.get("/search/", {"q": text}).content.decode(), text
    page = browser.get("/search/", {"item": ENTRUSTED}).content.decode()
    assert f"/c/{catalogued.city.code}/items/{ENTRUSTED}/" in page


def test_the_centre_page_lists_what_can_be_done_there(catalogued) -> None:
    page = Client().get(f"/c/{catalogued.city.code}/").content.decode()
    assert f"/c/{catalogued.city.code}/items/{OWN}/" in page
    assert page.count("<h3") >= 5
