"""The province's index of items: fed by the centres, searched by the portal."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zt_platform.catalogue.loader import load_catalogue
from zt_platform.index.commands import IndexedItem, remove_item_entries, upsert_item_entries
from zt_platform.index.models import ItemIndexEntry
from zt_platform.index.queries import centres_offering, search_item_names, search_items
from zt_tenants.context import enter
from zt_tenants.errors import NoCentre


def indexed(number: int = 1, **changes) -> IndexedItem:
    given = {
        "item_code": f"XK-TT-{number:02d}",
        "name": f"测试事项{number}",
        "name_en": f"Test item {number}",
        "department_name": "测试局",
        "pinyin": "ceshishixiang",
        "initials": "cssx",
        "life_events": ["开办企业"],
        "kind": "PROMISED",
        "promised_days": 5,
        "statutory_days": 20,
        **changes,
    }
    return IndexedItem(**given)


def test_a_later_entry_replaces_the_earlier_one(world) -> None:
    with enter(world.city):
        upsert_item_entries([indexed()])
        upsert_item_entries([indexed(name="新名称", promised_days=3)])
    entry = ItemIndexEntry.objects.get()
    assert (entry.name, entry.promised_days, entry.centre_code) == ("新名称", 3, "340100")


def test_a_centre_feeds_and_removes_its_own_entries_only(world) -> None:
    for centre in (world.city, world.other_city):
        with enter(centre):
            upsert_item_entries([indexed()])
    with enter(world.city):
        upsert_item_entries([indexed(name="只改合肥")])
        assert remove_item_entries(["XK-TT-01", "XK-TT-02"]) == 1
    remaining = ItemIndexEntry.objects.get()
    assert (remaining.centre_code, remaining.name) == ("341700", "测试事项1")


def test_nothing_is_fed_outside_a_centre(world) -> None:
    with pytest.raises(NoCentre):
        upsert_item_entries([indexed()])
    with pytest.raises(NoCentre):
        remove_item_entries(["XK-TT-01"])
    assert not ItemIndexEntry.objects.exists()


def test_feeding_costs_one_statement_for_1_and_20(world) -> None:
    with enter(world.city):
        upsert_item_entries([indexed()])
        for many in (1, 20):
            with CaptureQueriesContext(connection) as captured:
                assert upsert_item_entries([indexed(n) for n in range(many)]) == many
            assert len(captured) == 1


@pytest.mark.parametrize(
    "text", ["工商户", "个体", "gtgsh", "getigongshanghu", "individual", "开办企业", "QR-SC-02", "qr-sc-02"]
)
def test_search_finds_by_name_pinyin_initials_english_life_event_and_code(world, text: str) -> None:
    load_catalogue(world.county)
    assert "QR-SC-02" in {entry.item_code for entry in search_items(text)}


def test_search_in_one_centre_and_in_all(world) -> None:
    for centre in (world.city, world.county, world.township):
        load_catalogue(centre)
    everywhere = search_items("就业失业登记")
    assert {entry.centre_code for entry in everywhere} == {"340100", "340123", "340123101"}
    assert [entry.centre_code for entry in search_items("就业失业登记", centre_code="340123")] == ["340123"]
    assert search_items("就业失业登记", centre_code="341700") == []
    hit = next(hit for hit in search_item_names("就业失业登记") if hit.item_code == "GG-RS-01")
    assert hit.centres == 3
    assert [entry.centre_code for entry in centres_offering("GG-RS-01")] == ["340100", "340123", "340123101"]


def test_a_name_that_begins_with_the_text_comes_first(world) -> None:
    with enter(world.city):
        upsert_item_entries(
            [indexed(1, name="变更登记"), indexed(2, name="登记备案"), indexed(3, name="甲", pinyin="登记")]
        )
    assert [entry.item_code for entry in search_items("登记")] == ["XK-TT-02", "XK-TT-01", "XK-TT-03"]


@pytest.mark.parametrize("text", ["", "   ", "%", "_", "'; DROP TABLE x", "\u0000", "x" * 500])
def test_odd_texts_find_nothing_and_do_no_harm(world, text: str) -> None:
    load_catalogue(world.township)
    assert search_items(text) == []
    assert search_item_names(text) == []


def test_an_empty_text_lists_one_centre(world) -> None:
    load_catalogue(world.township)
    assert len(search_items("", centre_code=world.township.code)) == 6


def test_search_costs_one_statement_for_1_and_20(world) -> None:
    with enter(world.city):
        upsert_item_entries([indexed(n) for n in range(20)])
    search_items("甲")
    for limit in (1, 20):
        with CaptureQueriesContext(connection) as captured:
            assert len(search_items("测试", limit=limit)) == limit
        assert len(captured) == 1
