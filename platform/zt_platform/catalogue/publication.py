"""Between an item's rows and what is published of it: disclosures to check, entries for the province's index."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from zt_platform.catalogue.models import Item, ItemVersion, Material
from zt_platform.catalogue.rules import Disclosure
from zt_platform.index.commands import IndexedItem
from zt_tenants.errors import InvalidInput

LARGEST_MATERIAL = 200 * 1024 * 1024
MATERIAL_FIELDS = ("code", "name", "name_en", "required", "may_follow", "max_size", "accepted_types", "note")


def disclosure_of(version: ItemVersion, *, materials: int) -> Disclosure:
    """What a version discloses (D-01), with the number of its materials."""
    return Disclosure(
        kind=version.kind,
        statutory_days=version.statutory_days,
        statutory_basis=version.statutory_basis,
        promised_days=version.promised_days,
        legal_basis=version.legal_basis,
        conditions=version.conditions,
        procedure=version.procedure,
        fee=version.fee,
        fee_basis=version.fee_basis,
        materials=materials,
        decided_jointly=version.decided_jointly,
        step_days=version.step_days,
    )


def index_entries(published: Iterable[tuple[Item, ItemVersion]]) -> list[IndexedItem]:
    """Index entries of items with their current versions; the items' departments are loaded already."""
    return [
        IndexedItem(
            item_code=item.code,
            name=item.name,
            name_en=item.name_en,
            department_name=item.department.name,
            pinyin=item.pinyin,
            initials=item.initials,
            life_events=item.life_events,
            kind=version.kind,
            promised_days=version.promised_days,
            statutory_days=version.statutory_days,
        )
        for item, version in published
    ]


def material_rows(materials: Sequence[Mapping[str, Any]]) -> list[Material]:
    """Unsaved materials from their definitions. Raises InvalidInput(field="materials") for the first unsound one."""
    rows: list[Material] = []
    for position, stored in enumerate(materials):
        if not _sound(stored) or stored["code"] in {row.code for row in rows}:
            raise InvalidInput(
                field="materials",
                zh="第{n}项材料的定义不完整或编码重复。",
                en="Material {n} is incomplete or its code is repeated.",
                n=position + 1,
            )
        rows.append(Material(display_order=position, **stored))
    return rows


def _sound(stored: Mapping[str, Any]) -> bool:
    texts = [stored.get(name) for name in ("code", "name", "name_en")]
    size, types = stored.get("max_size"), stored.get("accepted_types")
    return (
        set(stored) <= set(MATERIAL_FIELDS)
        and all(isinstance(text, str) and text.strip() for text in texts)
        and isinstance(size, int)
        and 0 < size <= LARGEST_MATERIAL
        and isinstance(types, list | tuple)
        and bool(types)
        and all(isinstance(name, str) for name in types)
        and isinstance(stored.get("required", True), bool)
        and isinstance(stored.get("may_follow", False), bool)
        and isinstance(stored.get("note", ""), str)
    )
