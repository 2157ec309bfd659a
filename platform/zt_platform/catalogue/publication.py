"""Between an item's rows and what is published of it: disclosures to check, entries for the province's index."""

from __future__ import annotations

from collections.abc import Iterable

from zt_platform.catalogue.models import Item, ItemVersion
from zt_platform.catalogue.rules import Disclosure
from zt_platform.index.commands import IndexedItem


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
