"""Keyset paging: complete, stable, refused where the cursor is foreign."""

from __future__ import annotations

import base64
from datetime import date

import pytest

from zt_graphql.connections import Keyset, SortKey
from zt_graphql.errors import InvalidCursor
from zt_tenants.context import enter
from zt_tenants.errors import InvalidInput
from zt_tenants.models import Centre

CENTRES = """
query($first: Int, $after: String, $search: String, $level: Level) {
  centres(first: $first, after: $after, search: $search, level: $level) {
    totalCount
    edges { cursor node { code } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
"""


def test_pages_join_to_the_whole_list(stranger, world) -> None:
    seen: list[str] = []
    after = None
    for _ in range(10):
        page = stranger.ask(CENTRES, first=2, after=after, search="").data["centres"]
        assert page["totalCount"] == len(world.all)
        assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
        seen += [edge["node"]["code"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == sorted(centre.code for centre in world.all)


def test_filters(stranger, world) -> None:
    page = stranger.ask(CENTRES, first=10, search="池州").data["centres"]
    assert [edge["node"]["code"] for edge in page["edges"]] == [world.other_city.code]
    page = stranger.ask(CENTRES, first=10, search="", level="COUNTY").data["centres"]
    assert {edge["node"]["code"] for edge in page["edges"]} == {world.county.code, world.other_county.code}


@pytest.mark.parametrize("first", [0, -1, 101])
def test_page_size_is_bounded(stranger, first) -> None:
    refused = stranger.ask(CENTRES, first=first, search="").error["extensions"]
    assert (refused["code"], refused["field"]) == ("INVALID_INPUT", "first")


@pytest.mark.parametrize(
    "keys", [("code",), ("-code",), ("level", "-code"), ("-level", "code"), ("level", "opened_on", "code")]
)
@pytest.mark.parametrize("in_memory", [False, True])
def test_any_order_pages_completely(world, keys, in_memory) -> None:
    keyset = Keyset("test", *keys)
    source = Centre.objects.open()
    rows = list(source) if in_memory else source
    found: list[str] = []
    after = None
    while True:
        page = keyset.page(rows, first=2, after=after)
        found += [row.code for row in page.nodes]
        if not page.has_next:
            break
        after = page.cursors[-1]
    assert found == [row.code for row in source.order_by(*keys)]
    assert page.total() == len(found)


def test_a_page_costs_one_statement(world, django_assert_num_queries) -> None:
    keyset = Keyset("test", SortKey("level", descending=True), "code")
    after = keyset.page(Centre.objects.open(), first=2, after=None).cursors[-1]
    with django_assert_num_queries(1):
        page = keyset.page(Centre.objects.open(), first=2, after=after)
    assert len(page.nodes) == 2


def test_foreign_cursors_are_refused(world) -> None:
    mine, other = Keyset("mine", "code"), Keyset("other", "code")
    with enter(world.city):
        cursor = mine.cursor(world.county)
        assert mine.page(Centre.objects.open(), first=2, after=cursor).has_previous
        with pytest.raises(InvalidCursor):
            other.page(Centre.objects.open(), first=2, after=cursor)
    with enter(world.other_city), pytest.raises(InvalidCursor):
        mine.page(Centre.objects.open(), first=2, after=cursor)
    raw = bytearray(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    raw[-3] ^= 1
    for forged in (base64.urlsafe_b64encode(bytes(raw)).decode(), "", "x", "é", cursor[:-4]):
        if not forged:
            continue
        with enter(world.city), pytest.raises(InvalidInput):
            mine.page(Centre.objects.open(), first=2, after=forged)


def test_the_best_match_of_a_search_comes_first_over_pages(world, stranger) -> None:
    Centre.objects.filter(id=world.province.id).update(pinyin="chizhou-in-the-province")
    first = stranger.ask(CENTRES, first=1, search="池州").data["centres"]
    assert [edge["node"]["code"] for edge in first["edges"]] == [world.other_city.code]
    Centre.objects.filter(id=world.other_city.id).update(pinyin="chizhou", short_name="chizhou")
    seen, after = [], None
    for _ in range(2):
        page = stranger.ask(CENTRES, first=1, after=after, search="chizhou").data["centres"]
        seen.append(page["edges"][0]["node"]["code"])
        after = page["pageInfo"]["endCursor"]
    assert seen == [world.other_city.code, world.province.code]


def test_who_takes_over_from_an_abolished_centre(world, stranger) -> None:
    Centre.objects.filter(id=world.county.id).update(
        abolished_on=date(2026, 11, 1), successor_ids=[world.other_county.id, world.city.id]
    )
    asked = '{ centre(code: "%s") { abolishedOn successors { code } } }'
    ended = stranger.ask(asked % world.county.code).data["centre"]
    assert ended == {"abolishedOn": "2026-11-01", "successors": [{"code": "341702"}, {"code": "340100"}]}
    there = stranger.ask(asked % world.city.code).data["centre"]
    assert there == {"abolishedOn": None, "successors": []}
