"""Publishing a version of an item."""

from __future__ import annotations

from typing import Any

import pytest

from zt_platform.actors import Actor
from zt_platform.audit.models import AuditRecord, Deed
from zt_platform.catalogue import queries
from zt_platform.catalogue.commands import publish_item_version, set_item_active
from zt_platform.catalogue.errors import UnknownItem
from zt_platform.catalogue.models import Item, ItemVersion, Material
from zt_platform.index.models import ItemIndexEntry
from zt_platform.organisation.roles import Role
from zt_tenants.context import enter
from zt_tenants.errors import InvalidInput, NotPermitted

MATERIAL = {
    "code": "form",
    "name": "申请表",
    "name_en": "Form",
    "required": True,
    "max_size": 1024,
    "accepted_types": ["application/pdf"],
}
VERSION: dict[str, Any] = {
    "item_code": "XK-WJ-01",
    "kind": "PROMISED",
    "statutory_days": 20,
    "statutory_basis": "《行政许可法》第四十二条",
    "promised_days": 3,
    "legal_basis": "《公共场所卫生管理条例》第四条",
    "conditions": "条件",
    "procedure": "程序",
    "fee": "不收费",
    "materials": [MATERIAL],
}


def rows() -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in (Item, ItemVersion, Material)] + [
        list(ItemIndexEntry.objects.order_by("id").values())
    ]


@pytest.mark.req("B-05", "B-12", "B-23")
def test_the_next_version_becomes_current_and_the_old_one_stays_readable(city, staff_of) -> None:
    with enter(city):
        before = queries.item_version("XK-WJ-01")
        published = publish_item_version(actor=staff_of(city), **VERSION)
        assert published.version == before.version + 1
        assert queries.item_version("XK-WJ-01").promised_days == 3
        assert [material.code for material in queries.item_version("XK-WJ-01").materials.all()] == ["form"]
        old = queries.item_version("XK-WJ-01", version=before.version)
        assert old.retired_at is not None
        assert len(old.materials.all()) > 1
    assert ItemIndexEntry.objects.get(centre_code=city.code, item_code="XK-WJ-01").promised_days == 3


@pytest.mark.req("D-01")
@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("legal_basis", {"legal_basis": ""}),
        ("materials", {"materials": []}),
        ("materials", {"materials": [MATERIAL, MATERIAL]}),
        ("materials", {"materials": [{**MATERIAL, "max_size": 0}]}),
        ("materials", {"materials": [{**MATERIAL, "surprise": 1}]}),
        ("promised_days", {"promised_days": 21}),
        ("form_schema", {"form_schema": [{"name": "a"}]}),
        ("kind", {"kind": "EVENTUALLY"}),
    ],
)
def test_bad_input_names_its_field_and_changes_nothing(city, staff_of, field, change) -> None:
    with enter(city):
        before = rows()
        with pytest.raises(InvalidInput) as refused:
            publish_item_version(actor=staff_of(city), **{**VERSION, **change})
        assert refused.value.field == field
        assert rows() == before


def test_only_an_administrator_of_this_centre_publishes(city, neighbour, staff_of) -> None:
    actors = [staff_of(neighbour), staff_of(city, Role.APPROVER), Actor.remote(neighbour.code, "邻市")]
    with enter(city):
        before = rows()
        for actor in actors:
            with pytest.raises(NotPermitted):
                publish_item_version(actor=actor, **VERSION)
            with pytest.raises(NotPermitted):
                set_item_active(actor=actor, item_code="XK-WJ-01", active=False)
        assert rows() == before


@pytest.mark.req("Y-07")
def test_the_neighbour_keeps_its_version_and_index_entry(city, neighbour, staff_of) -> None:
    with enter(neighbour):
        before = rows()[:3]
    with enter(city):
        publish_item_version(actor=staff_of(city), **VERSION)
        set_item_active(actor=staff_of(city), item_code="XK-WJ-01", active=False)
    with enter(neighbour):
        assert rows()[:3] == before
    assert ItemIndexEntry.objects.get(centre_code=neighbour.code, item_code="XK-WJ-01").promised_days == 5


@pytest.mark.req("B-16")
def test_a_suspended_item_takes_no_applications_and_comes_back(city, staff_of) -> None:
    with enter(city):
        set_item_active(actor=staff_of(city), item_code="XK-WJ-01", active=False)
        with pytest.raises(UnknownItem):
            queries.item_by_code("XK-WJ-01")
        assert not ItemIndexEntry.objects.filter(centre_code=city.code, item_code="XK-WJ-01").exists()
        set_item_active(actor=staff_of(city), item_code="XK-WJ-01", active=True)
        assert queries.item_by_code("XK-WJ-01")
        assert ItemIndexEntry.objects.filter(centre_code=city.code, item_code="XK-WJ-01").exists()


@pytest.mark.req("B-16")
def test_who_published_and_suspended_an_item_stays_in_the_audit_record(city, staff_of) -> None:
    admin = staff_of(city)
    with enter(city):
        published = publish_item_version(actor=admin, **VERSION)
        set_item_active(actor=admin, item_code="XK-WJ-01", active=False)
        with pytest.raises(NotPermitted):
            set_item_active(actor=staff_of(city, Role.REVIEWER), item_code="XK-WJ-01", active=True)
        found = list(AuditRecord.objects.filter(deed=Deed.CATALOGUE).order_by("pk"))
    assert [(line.purpose, line.account_id) for line in found] == [
        ("公布事项新版本 XK-WJ-01", admin.account_id),
        ("暂停事项 XK-WJ-01", admin.account_id),
    ]
    assert found[0].data == {"item": "XK-WJ-01", "version": published.version}


def test_an_unknown_item(city, staff_of) -> None:
    with enter(city), pytest.raises(UnknownItem):
        publish_item_version(actor=staff_of(city), **{**VERSION, "item_code": "XK-NO-99"})
