"""Loading a centre's catalogue from the items the project ships."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zt_platform.catalogue import definitions, queries
from zt_platform.catalogue.loader import load_catalogue
from zt_platform.catalogue.models import Delegation, Item, ItemVersion, Material
from zt_platform.index.models import ItemIndexEntry
from zt_platform.organisation.models import Department, Window
from zt_tenants.clock import today
from zt_tenants.context import enter

DAY = date(2026, 3, 9)


def test_a_city_gets_items_departments_windows_and_index_entries(world) -> None:
    report = load_catalogue(world.city)
    with enter(world.city):
        assert report.items == Item.objects.count() >= 30
        assert Item.objects.filter(current_version__isnull=True).count() == 0
        assert ItemVersion.objects.count() == report.items
        assert Material.objects.count() > report.items
        assert Department.objects.get(code="GA").name == "合肥市公安局"
        assert Window.objects.count() == report.departments
        applicable = Item.objects.applicable().count()
    assert ItemIndexEntry.objects.filter(centre_code="340100").count() == applicable


def test_loading_twice_changes_nothing(world) -> None:
    def rows() -> list[object]:
        models = (Department, Window, Item, ItemVersion, Material, Delegation)
        return [list(model.objects.order_by("pk").values()) for model in models]

    load_catalogue(world.county)
    with enter(world.county):
        before = rows()
    entries = list(ItemIndexEntry.objects.order_by("id").values())
    load_catalogue(world.county)
    with enter(world.county):
        assert rows() == before
    assert list(ItemIndexEntry.objects.order_by("id").values()) == entries


@pytest.mark.req("B-06")
def test_an_item_has_one_code_name_and_class_in_the_whole_province(world) -> None:
    found = {}
    for centre in (world.city, world.county, world.township, world.other_city):
        load_catalogue(centre)
        with enter(centre):
            found[centre.code] = {item.code: (item.name, item.name_en, item.item_class) for item in Item.objects.all()}
    city = found.pop(world.city.code)
    assert all(city[code] == item for items in found.values() for code, item in items.items() if code in city)
    assert all(len(items.keys() & city.keys()) > 5 for items in found.values())


@pytest.mark.req("C-08")
def test_a_township_gets_a_reduced_set(world) -> None:
    county, township = load_catalogue(world.county), load_catalogue(world.township)
    assert 0 < township.items < county.items / 3
    with enter(world.township):
        assert "GG-RS-01" in {item.code for item in queries.published_items()}
        assert Department.objects.get(code="GA").name == "桃花镇派出所"


@pytest.mark.req("C-01")
def test_delegations_lie_at_both_centres(world) -> None:
    load_catalogue(world.city)
    load_catalogue(world.county)
    expected = {("XK-ZJ-01", "ENTRUSTED"), ("XK-YJ-01", "DEVOLVED"), ("XK-HB-01", "FORWARDED")}
    for centre in (world.city, world.county):
        with enter(centre):
            between = Delegation.objects.filter(from_centre_code="340100", to_centre_code="340123")
            assert set(between.values_list("item_code", "kind")) == expected


def test_where_a_case_goes_under_each_kind(world) -> None:
    load_catalogue(world.city)
    load_catalogue(world.county)
    roads = {}
    for centre in (world.city, world.county):
        with enter(centre):
            for code in ("XK-ZJ-01", "XK-YJ-01", "XK-HB-01"):
                delegation = queries.delegation_in_force(code, DAY)
                assert delegation is not None
                roads[centre.code, delegation.kind] = delegation.sends_case_to(centre.code)
    assert roads == {
        ("340100", "ENTRUSTED"): "340123",
        ("340100", "DEVOLVED"): "340123",
        ("340100", "FORWARDED"): None,
        ("340123", "ENTRUSTED"): None,
        ("340123", "DEVOLVED"): None,
        ("340123", "FORWARDED"): "340100",
    }


@pytest.mark.req("C-11")
def test_a_forwarded_item_is_accepted_below(world) -> None:
    load_catalogue(world.county)
    with enter(world.county):
        assert queries.item_by_code("XK-HB-01").accepted_here


def test_loading_takes_few_statements_whatever_the_number_of_items(world) -> None:
    def statements(centre) -> int:
        with CaptureQueriesContext(connection) as captured:
            load_catalogue(centre)
        return len(captured)

    township, city = statements(world.township), statements(world.city)
    assert max(township, city) <= 16  # 6 items and 45 items


def test_shipped_items_are_publishable_and_cite_a_source() -> None:
    items = definitions.items().values()
    assert len(items) >= 30
    for item in items:
        assert item.cite, item.code
        assert item.department in definitions.departments()
        assert item.promised_days <= item.statutory_days
        assert item.statutory_days <= 20 or "行政许可法" not in item.statutory_basis


@pytest.mark.req("C-02", "C-03", "C-04")
def test_shipped_delegations_are_complete() -> None:
    shipped = definitions.delegations()
    kinds = [delegation.kind for delegation in shipped]
    assert kinds.count("ENTRUSTED") >= 4
    assert kinds.count("DEVOLVED") >= 6
    assert kinds.count("FORWARDED") >= 4
    for delegation in shipped:
        assert delegation.item_code in definitions.items()
        assert delegation.legal_basis
        assert delegation.evaluation_note
        assert None not in (delegation.docking_done_on, delegation.training_done_on, delegation.documents_done_on)
        assert delegation.valid_from <= today()


def test_the_road_of_a_case_is_never_ambiguous() -> None:
    down = [(d.item_code, d.from_centre) for d in definitions.delegations() if d.kind != "FORWARDED"]
    up = [(d.item_code, d.to_centre) for d in definitions.delegations() if d.kind == "FORWARDED"]
    assert len(set(down)) == len(down)
    assert len(set(up)) == len(up)
