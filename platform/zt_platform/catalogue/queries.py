"""Reading the catalogue of the current centre. The catalogue is public; nothing here needs a right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import CharField, F, Func, Prefetch, Q, QuerySet, Value

from zt_platform.actors import Actor
from zt_platform.catalogue import rules
from zt_platform.catalogue.defaults import DefaultRule
from zt_platform.catalogue.errors import UnknownItem
from zt_platform.catalogue.fees import ChargedItem, FeeNotice, charge_lines
from zt_platform.catalogue.models import Delegation, DelegationQuerySet, Item, ItemVersion, Material
from zt_platform.organisation.roles import Role
from zt_tenants.clock import today
from zt_tenants.context import current_centre
from zt_tenants.errors import NotFound
from zt_tenants.language import bi
from zt_tenants.searching import searchable


def published_items(*, department_code: str | None = None) -> list[Item]:
    """The items people can apply for at the current centre, with department and current version; one statement."""
    found = _applicable()
    if department_code is not None:
        found = found.filter(department__code=department_code)
    return list(found)


def matching_items(text: str = "", *, department_code: str | None = None) -> QuerySet[Item]:
    """Items of the current centre by name, life event, pinyin or initials, all for ""; for lists that page."""
    text = searchable(text)
    folded = text.lower().replace(" ", "")
    found = _applicable()
    if department_code is not None:
        found = found.filter(department__code=searchable(department_code))
    if not folded:
        return found
    events = Func("life_events", Value(" "), function="array_to_string", output_field=CharField())
    return found.alias(events=events).filter(
        Q(name__icontains=text)
        | Q(name_en__icontains=text)
        | Q(events__icontains=text)
        | Q(pinyin__contains=folded)
        | Q(initials__contains=folded)
    )


def search(text: str, *, limit: int = 20) -> list[Item]:
    """The first items that :func:`matching_items` finds; none for an empty text."""
    return list(matching_items(text)[:limit]) if searchable(text) else []


def fee_notice(item_codes: Sequence[str], quantities: Mapping[str, int]) -> FeeNotice:
    """The one notice of all fees of these items of the current centre, in this order (F-07, K-02); one statement.

    ``quantities`` are by the keys of :func:`~zt_platform.catalogue.fees.charge_lines`. What is not offered here is left out.
    """
    found = {item.code: item for item in _applicable().filter(code__in=[searchable(code) for code in item_codes])}
    return FeeNotice([_charged(found[code], quantities) for code in item_codes if code in found])


def _charged(item: Item, quantities: Mapping[str, int]) -> ChargedItem:
    version = item.current_version
    if version is None:
        raise UnknownItem(item_code=item.code)
    return ChargedItem(
        code=item.code,
        name=bi(item.name, item.name_en),
        department=bi(item.department.name, item.department.name_en),
        fee=version.fee,
        basis=version.fee_basis,
        lines=charge_lines(item.code, version.charges, quantities),
    )


def materials_of(version_ids: Iterable[int]) -> dict[int, list[Material]]:
    """The materials of item versions by version id, in display order; one statement."""
    found: dict[int, list[Material]] = {version_id: [] for version_id in version_ids}
    for material in Material.objects.filter(version_id__in=list(found)).order_by("version", "display_order", "code"):
        found[material.version_id].append(material)
    return found


def delegations_of(item_codes: Iterable[str]) -> dict[str, list[Delegation]]:
    """The delegations that the current centre takes part in, by item code; one statement."""
    found: dict[str, list[Delegation]] = {item_code: [] for item_code in item_codes}
    for delegation in Delegation.objects.filter(item_code__in=list(found)):
        found[delegation.item_code].append(delegation)
    return found


def item_by_code(item_code: str) -> Item:
    """An item of the current centre that people can apply for, with department and current version.

    Raises UnknownItem.
    """
    item = _applicable().filter(code=searchable(item_code)).first()
    if item is None:
        raise UnknownItem(item_code=item_code)
    return item


def item_version(item_code: str, version: int | None = None) -> ItemVersion:
    """A published version of an item of the current centre with item, department and materials; two statements.

    The current version unless a number is given; also of items that are only decided here (a case arrives with its
    version). Raises UnknownItem.
    """
    current_centre()
    found = ItemVersion.objects.filter(item__code=searchable(item_code), published_at__isnull=False)
    if version is None:
        found = found.filter(item__current_version=F("pk"))
    else:
        found = found.filter(version=version)
    materials = Prefetch("materials", Material.objects.order_by("display_order", "code"))
    wanted = found.select_related("item__department").prefetch_related(materials).first()
    if wanted is None:
        raise UnknownItem(item_code=item_code)
    return wanted


def material_of(item_code: str, version: int, material_code: str) -> Material | None:
    """One material of a published version of an item of the current centre; one statement."""
    current_centre()
    found = Material.objects.filter(version__item__code=searchable(item_code), version__version=version)
    return found.filter(version__published_at__isnull=False, code=searchable(material_code)).first()


@dataclass(frozen=True, slots=True)
class Requirements:
    """What an application must hold: the form's fields, and code and name of each required material, in order."""

    form_schema: list[dict[str, Any]]
    required_materials: list[tuple[str, str]]
    may_follow: frozenset[str]


def requirements(item_code: str, version: int) -> Requirements:
    """What a published version of an item of the current centre asks for; one statement. Raises UnknownItem."""
    current_centre()
    rows = list(
        ItemVersion.objects.filter(item__code=searchable(item_code), version=version, published_at__isnull=False)
        .order_by("materials__display_order", "materials__code")
        .values_list(
            "form_schema", "materials__code", "materials__name", "materials__required", "materials__may_follow"
        )
    )
    if not rows:
        raise UnknownItem(item_code=item_code)
    return Requirements(
        form_schema=rows[0][0],
        required_materials=[(code, name) for _, code, name, required, _ in rows if required],
        may_follow=frozenset(code for _, code, _, _, may_follow in rows if may_follow),
    )


@dataclass(frozen=True, slots=True)
class DefaultRuleRow:
    """One switching-on of a default rule, with its item; ``on``: it is in force, or will be."""

    item_code: str
    item_name: str
    rule: DefaultRule
    on: bool


def default_rules(actor: Actor) -> list[DefaultRuleRow]:
    """Every default rule ever switched on in the current centre, those in force first; one statement.

    Raises NotPermitted: for administrators and supervisors of this centre.
    """
    actor.require(Role.CENTRE_ADMIN, Role.SUPERVISOR)
    day = today()
    rows = [
        DefaultRuleRow(code, name, rule, rule.is_on(day))
        for code, name, stored in Item.objects.exclude(default_rules=[]).values_list("code", "name", "default_rules")
        for rule in map(DefaultRule.from_stored, stored)
    ]
    return sorted(rows, key=lambda row: (not row.on, row.item_code, row.rule.on_at))


def items_for_rules(actor: Actor) -> list[tuple[str, str]]:
    """Codes and names of the current centre's items, for its administrators. Raises NotPermitted."""
    actor.require(Role.CENTRE_ADMIN)
    return list(Item.objects.filter(active=True).values_list("code", "name"))


def delegation_in_force(item_code: str, on: date, *, to_centre_code: str | None = None) -> Delegation | None:
    """The delegation of an item that binds the current centre on a day (C-01); None when there is none.

    ``to_centre_code`` chooses among several receiving centres; without it the first by code. The caller asks
    ``delegation.sends_case_to(centre)`` where a case applied for here goes.
    """
    return _delegations(item_code, to_centre_code).in_force(on).first()


def why_not_in_force(item_code: str, on: date, *, to_centre_code: str | None = None) -> str | None:
    """Why the item's delegations do not count on a day, in the active language; None when one does, or none exists."""
    latest: Delegation | None = None
    for delegation in _delegations(item_code, to_centre_code).order_by("-valid_from", "-id"):
        if rules.why_not_in_force(delegation, on) is None:
            return None
        latest = latest or delegation
    return rules.why_not_in_force(latest, on) if latest else None


def delegations() -> list[Delegation]:
    """All delegations in which the current centre takes part, on either side."""
    current_centre()
    return list(Delegation.objects.all())


def delegation(delegation_id: int) -> Delegation:
    """A delegation of the current centre. Raises NotFound."""
    current_centre()
    found = Delegation.objects.filter(id=delegation_id).first()
    if found is None:
        raise NotFound
    return found


def _delegations(item_code: str, to_centre_code: str | None) -> DelegationQuerySet:
    current_centre()
    found = Delegation.objects.filter(item_code=searchable(item_code))
    return found.filter(to_centre_code=to_centre_code) if to_centre_code else found


def _applicable() -> QuerySet[Item]:
    current_centre()
    return Item.objects.applicable().select_related("department", "current_version")
