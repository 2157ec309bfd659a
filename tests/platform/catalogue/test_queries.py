"""Reading the catalogue: only the current centre's, in a constant number of statements."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zt_platform.catalogue import queries
from zt_platform.catalogue.errors import UnknownItem
from zt_platform.catalogue.models import Delegation, Item, ItemVersion
from zt_tenants.clock import today
from zt_tenants.context import enter
from zt_tenants.errors import NoCentre, NotFound


def test_the_neighbour_sees_its_own_rows_under_the_same_keys(city, neighbour) -> None:
    with enter(city):
        mine = {item.pk for item in Item.objects.all()}
        Item.objects.filter(code="XK-WJ-01").update(name="只在合肥的名称")
        Item.objects.filter(code="XK-WJ-02").update(active=False)
        Delegation.objects.filter(item_code="XK-ZJ-01").update(revoked_on=today() - timedelta(days=1))
    with enter(neighbour):
        assert mine == {item.pk for item in Item.objects.all()}
        assert queries.item_by_code("XK-WJ-01").name == "公共场所卫生许可"
        assert queries.item_version("XK-WJ-01").item.name == "公共场所卫生许可"
        assert queries.item_by_code("XK-WJ-02")
        assert "只在合肥的名称" not in {item.name for item in queries.published_items()}
        assert queries.search("只在合肥") == []
        assert queries.delegation_in_force("XK-ZJ-01", today()) is not None
        assert queries.why_not_in_force("XK-ZJ-01", today()) is None
        assert all("340100" not in (d.from_centre_code, d.to_centre_code) for d in queries.delegations())
    with enter(city):
        assert queries.delegation_in_force("XK-ZJ-01", today()) is None


def test_a_delegation_of_the_neighbour_is_not_found(city, world) -> None:
    with enter(city):
        highest = max(delegation.pk for delegation in queries.delegations())
    with enter(world.other_county), pytest.raises(NotFound):
        queries.delegation(highest)


@pytest.mark.parametrize(
    "read",
    [
        queries.published_items,
        queries.delegations,
        lambda: queries.item_by_code("XK-WJ-01"),
        lambda: queries.item_version("XK-WJ-01"),
        lambda: queries.search("许可"),
        lambda: queries.delegation_in_force("XK-ZJ-01", today()),
        lambda: queries.why_not_in_force("XK-ZJ-01", today()),
        lambda: queries.delegation(1),
    ],
)
def test_nothing_is_read_outside_a_centre(city, read) -> None:
    with pytest.raises(NoCentre):
        read()


def test_items_that_are_only_decided_here_are_not_offered(city) -> None:
    with enter(city):
        Item.objects.filter(code="XK-WJ-01").update(accepted_here=False)
        assert "XK-WJ-01" not in {item.code for item in queries.published_items()}
        with pytest.raises(UnknownItem):
            queries.item_by_code("XK-WJ-01")
        assert queries.item_version("XK-WJ-01").version == 1  # a case that arrives still finds its version


def test_unpublished_versions_are_not_read(city) -> None:
    with enter(city):
        item = Item.objects.get(code="XK-WJ-01")
        current = ItemVersion.objects.get(item=item)
        current.pk, current.version, current.published_at = None, 2, None
        current.save()
        assert queries.item_version("XK-WJ-01").version == 1
        for version in (2, 3):
            with pytest.raises(UnknownItem):
                queries.item_version("XK-WJ-01", version=version)


@pytest.mark.parametrize("text", ["卫生许可", "公共场所", "weisheng", "ggcswsxk", "hygiene", "健康医疗"])
def test_search_by_name_pinyin_initials_english_and_life_event(city, text: str) -> None:
    with enter(city):
        assert "XK-WJ-01" in {item.code for item in queries.search(text)}


def test_search_for_nothing_finds_nothing(city) -> None:
    with enter(city):
        assert queries.search("  ") == []
        assert queries.search("%") == []
        assert queries.search("\u0000") == []
        with pytest.raises(UnknownItem):
            queries.item_by_code("XK\u0000")
        assert queries.search("没有这样的事项") == []


def test_lists_cost_the_same_statements_at_1_and_20(city) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            for item in queries.published_items():
                assert item.department.name
                assert item.current_version is not None
            for item in queries.search("许可"):
                assert item.department.name
            for delegation in queries.delegations():
                assert delegation.from_department_name
        return len(captured)

    with enter(city):
        queries.published_items()
        at_many = cost()
        Item.objects.exclude(code="XK-WJ-01").update(active=False)
        Delegation.objects.exclude(pk=Delegation.objects.first().pk).delete()
        assert len(queries.published_items()) == 1
        assert cost() == at_many == 3


def test_the_guide_costs_two_statements_whatever_the_number_of_materials(city) -> None:
    with enter(city):
        queries.published_items()
        for code in ("XK-ZJ-01", "BA-FG-02"):
            with CaptureQueriesContext(connection) as captured:
                version = queries.item_version(code)
                assert [material.name for material in version.materials.all()]
                assert version.item.department.name
            assert len(captured) == 2
