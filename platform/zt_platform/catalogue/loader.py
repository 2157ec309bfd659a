"""Filling a centre's catalogue from the items that the project ships. Idempotent; a dozen statements a centre."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction

from zt_platform.catalogue import definitions
from zt_platform.catalogue.definitions import DelegationDefinition, ItemDefinition
from zt_platform.catalogue.fees import checked_charges
from zt_platform.catalogue.models import Delegation, Item, ItemVersion, Material
from zt_platform.catalogue.publication import disclosure_of, index_entries
from zt_platform.catalogue.rules import check_publishable
from zt_platform.index.commands import upsert_item_entries
from zt_platform.organisation.models import Department, Window
from zt_platform.organisation.places import english_place, place_of
from zt_tenants.clock import now
from zt_tenants.context import enter, operating
from zt_tenants.divisions import pinyin_of
from zt_tenants.models import Centre, Level


@dataclass(frozen=True, slots=True)
class CatalogueReport:
    """What a centre's catalogue holds after loading."""

    departments: int
    items: int
    delegations: int


def load_catalogue(centre: Centre) -> CatalogueReport:
    """Create the departments, windows, items, first versions, materials and delegations of a centre, and index them.

    The set depends on the centre's level (C-08) and on the delegations it takes part in (C-01). What is there already
    stays as it is: a version that the centre has published is never replaced. Raises InvalidInput when a shipped item
    could not be published (D-01).
    """
    wanted = definitions.items_of(centre.level, centre.code)
    with operating(), enter(centre), transaction.atomic():
        departments = _load_departments(centre, {item.department for item, _ in wanted.values()})
        items = _load_items(wanted, departments)
        _load_first_versions(items, wanted)
        delegations = _load_delegations(definitions.delegations_of(centre.code))
        applicable = Item.objects.applicable().select_related("department", "current_version")
        upsert_item_entries(index_entries((item, item.current_version) for item in applicable if item.current_version))
    return CatalogueReport(departments=len(departments), items=len(items), delegations=delegations)


def _load_departments(centre: Centre, codes: set[str]) -> dict[str, Department]:
    place, place_en = place_of(centre), english_place(centre)
    known = definitions.departments()
    order = {code: position for position, code in enumerate(known)}
    Department.objects.bulk_create(
        [
            Department(
                code=code,
                name=known[code].name_at(centre.level, place),
                name_en=known[code].english_name_at(place_en),
                display_order=order[code],
            )
            for code in sorted(codes, key=order.__getitem__)
        ],
        ignore_conflicts=True,
    )
    departments = {department.code: department for department in Department.objects.filter(code__in=codes)}
    Window.objects.bulk_create(
        [
            Window(
                department=department,
                code=f"{code}-1",
                name=f"{known[code].zh}窗口",
                name_en=f"{known[code].en} window",
                zone=known[code].zone if centre.level != Level.TOWNSHIP else "",
                valid_from=centre.opened_on,
            )
            for code, department in departments.items()
        ],
        ignore_conflicts=True,
    )
    return departments


def _load_items(
    wanted: Mapping[str, tuple[ItemDefinition, bool]], departments: Mapping[str, Department]
) -> dict[str, Item]:
    there = set(Item.objects.filter(code__in=wanted).values_list("code", flat=True))
    new = []
    for code, (definition, accepted_here) in wanted.items():
        if code in there:
            continue
        pinyin, initials = pinyin_of(definition.name)
        new.append(
            Item(
                code=code,
                name=definition.name,
                name_en=definition.name_en,
                department=departments[definition.department],
                item_class=definition.item_class,
                life_events=list(definition.life_events),
                pinyin=pinyin,
                initials=initials,
                accepted_here=accepted_here,
            )
        )
    Item.objects.bulk_create(new)
    return {item.code: item for item in Item.objects.filter(code__in=wanted)}


def _load_first_versions(items: Mapping[str, Item], wanted: Mapping[str, tuple[ItemDefinition, bool]]) -> None:
    """Publish version 1 of every item that has no version yet, all in four statements."""
    moment = now()
    new = {code: item for code, item in items.items() if item.current_version_id is None}
    versions = [_first_version(item, wanted[code][0]) for code, item in new.items()]
    for version in versions:
        version.published_at = moment
    ItemVersion.objects.bulk_create(versions)
    materials: list[Material] = []
    for version in versions:
        definition = wanted[version.item.code][0]
        check_publishable(disclosure_of(version, materials=len(definition.materials)))
        materials.extend(
            Material(version=version, display_order=position, **stored)
            for position, stored in enumerate(definition.materials)
        )
        version.item.current_version = version
    Material.objects.bulk_create(materials)
    Item.objects.bulk_update([version.item for version in versions], ["current_version"])


def _first_version(item: Item, definition: ItemDefinition) -> ItemVersion:
    return ItemVersion(
        item=item,
        version=1,
        kind=definition.kind,
        statutory_days=definition.statutory_days,
        statutory_basis=definition.statutory_basis,
        promised_days=definition.promised_days,
        decided_jointly=definition.decided_jointly,
        legal_basis=definition.legal_basis,
        conditions=definition.conditions,
        procedure=definition.procedure,
        fee=definition.fee,
        fee_basis=definition.fee_basis,
        charges=checked_charges(definition.fee, definition.charges),
        form_schema=list(definition.form),
        source=definition.cite,
    )


def _load_delegations(wanted: Iterable[DelegationDefinition]) -> int:
    rows = [_delegation(definition) for definition in wanted]
    Delegation.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _delegation(definition: DelegationDefinition) -> Delegation:
    department = definitions.departments()[definitions.items()[definition.item_code].department]
    return Delegation(
        item_code=definition.item_code,
        kind=definition.kind,
        part=definition.part,
        part_scope=definition.part_scope,
        from_centre_code=definition.from_centre,
        from_centre_name=definition.from_centre_name,
        from_department_code=department.code,
        from_department_name=department.name_at(Level.CITY, definition.from_centre_name),
        to_centre_code=definition.to_centre,
        to_centre_name=definition.to_centre_name,
        to_department_code=department.code,
        to_department_name=department.name_at(Level.COUNTY, definition.to_centre_name),
        legal_basis=definition.legal_basis,
        evaluation_note=definition.evaluation_note,
        docking_done_on=definition.docking_done_on,
        training_done_on=definition.training_done_on,
        documents_done_on=definition.documents_done_on,
        valid_from=definition.valid_from,
        valid_until=definition.valid_until,
    )
