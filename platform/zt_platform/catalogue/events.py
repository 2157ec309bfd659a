"""The messages of the catalogue: an upper centre tells a lower one of a delegation (``catalogue.published.v1``).

The message carries the whole item beside the delegation, because a receiver may never have had the item; one that has
it keeps its own version. Opening, a finished hand-over step and a revocation each send the delegation anew, and the
receiver keeps the latest.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from zt_interop.handlers import Message, register
from zt_interop.send import send_message
from zt_platform.catalogue.forms import fields_of
from zt_platform.catalogue.kinds import CaseKind, DelegationKind, DelegationPart, ItemClass
from zt_platform.catalogue.models import Delegation, Item, ItemVersion, Material
from zt_platform.catalogue.publication import MATERIAL_FIELDS, disclosure_of, index_entries, material_rows
from zt_platform.catalogue.rules import check_publishable
from zt_platform.index.commands import upsert_item_entries
from zt_platform.organisation.models import Department
from zt_tenants.centres import ancestors
from zt_tenants.clock import now
from zt_tenants.context import current_centre
from zt_tenants.divisions import pinyin_of
from zt_tenants.errors import InvalidInput, NotPermitted

PUBLISHED = "catalogue.published.v1"
_DATES = ("docking_done_on", "training_done_on", "documents_done_on", "valid_from", "valid_until", "revoked_on")
_TEXTS = ("part_scope", "legal_basis", "evaluation_note", "revocation_reason")
_VERSION_TEXTS = ("statutory_basis", "legal_basis", "conditions", "procedure", "fee", "fee_basis", "source")


def announce_delegation(delegation: Delegation, item: Item, version: ItemVersion) -> None:
    """Tell the receiving centre how a delegation of the current centre stands, inside the caller's transaction.

    Raises UnknownCentre when the receiver is closed.
    """
    send_message(
        destination=delegation.to_centre_code,
        type=PUBLISHED,
        subject=f"delegation:{delegation.item_code}",
        data={
            "published_at": now().isoformat(),
            "item": _item_payload(item, version),
            "delegation": _delegation_payload(delegation),
        },
    )


def register_handlers() -> None:
    """Register what is done with messages about the catalogue (called once, when the app is ready)."""
    register(PUBLISHED, apply=apply_published)


def apply_published(message: Message) -> None:
    """Keep a delegation that an upper centre has sent to the current one.

    Raises NotPermitted (the sender is not above this centre, or speaks of other centres than itself and this one) and
    InvalidInput (the item could not be published): the message is parked with that reason.
    """
    centre, told = current_centre(), message.data.get("delegation")
    if message.source not in {above.code for above in ancestors(centre)}:
        raise NotPermitted
    if told is None:
        return  # an item version alone only informs: each centre publishes its own
    if (told["from_centre"], told["to_centre"]) != (message.source, centre.code):
        raise NotPermitted
    delegation = _delegation(told)
    if message.data.get("item"):
        _keep_item(message.data["item"], told, delegation.kind)
    Delegation.objects.bulk_create(
        [delegation],
        update_conflicts=True,
        unique_fields=["item_code", "from_centre_code", "to_centre_code", "valid_from"],
        update_fields=[
            *_DATES[:3],
            "valid_until",
            "revoked_on",
            *_TEXTS,
            "part",
            "to_department_code",
            "to_department_name",
        ],
    )


def _delegation_payload(delegation: Delegation) -> dict[str, Any]:
    dates = {name: value.isoformat() if (value := getattr(delegation, name)) else None for name in _DATES}
    return {
        "item_code": delegation.item_code,
        "kind": delegation.kind,
        "part": delegation.part,
        "from_centre": delegation.from_centre_code,
        "from_centre_name": delegation.from_centre_name,
        "to_centre": delegation.to_centre_code,
        "to_centre_name": delegation.to_centre_name,
        "from_department": {"code": delegation.from_department_code, "name": delegation.from_department_name},
        "to_department": {"code": delegation.to_department_code, "name": delegation.to_department_name},
        **{name: getattr(delegation, name) for name in _TEXTS},
        **dates,
    }


def _without_floats(stored: Mapping[str, Any]) -> dict[str, Any]:
    """A field of a form as a message may carry it: a signed message has no fractions, their text means the same here."""
    return {name: str(value) if isinstance(value, float) else value for name, value in stored.items()}


def _item_payload(item: Item, version: ItemVersion) -> dict[str, Any]:
    return {
        "code": item.code,
        "name": item.name,
        "name_en": item.name_en,
        "item_class": item.item_class,
        "life_events": list(item.life_events),
        "version": version.version,
        "kind": version.kind,
        "statutory_days": version.statutory_days,
        "promised_days": version.promised_days,
        **{name: getattr(version, name) for name in _VERSION_TEXTS},
        "form_schema": [_without_floats(stored) for stored in version.form_schema],
        "materials": [
            {name: getattr(material, name) for name in MATERIAL_FIELDS} for material in version.materials.all()
        ],
    }


def _delegation(told: Mapping[str, Any]) -> Delegation:
    if told["kind"] not in DelegationKind.values or told.get("part", "WHOLE") not in DelegationPart.values:
        raise InvalidInput(field="delegation", zh="授权方式有误。", en="Unknown kind of delegation.")
    sender, receiver = told.get("from_department", {}), told.get("to_department", {})
    try:
        dates = {name: date.fromisoformat(told[name]) if told.get(name) else None for name in _DATES}
    except ValueError as wrong:
        raise InvalidInput(field="delegation", zh="授权日期有误。", en="A date of the delegation is wrong.") from wrong
    return Delegation(
        item_code=told["item_code"],
        kind=told["kind"],
        part=told.get("part", "WHOLE"),
        from_centre_code=told["from_centre"],
        from_centre_name=told.get("from_centre_name", ""),
        to_centre_code=told["to_centre"],
        to_centre_name=told.get("to_centre_name", ""),
        from_department_code=sender.get("code", ""),
        from_department_name=sender.get("name", ""),
        to_department_code=receiver.get("code", ""),
        to_department_name=receiver.get("name", ""),
        **{name: told.get(name, "") for name in _TEXTS},
        **dates,
    )


def _keep_item(told: Mapping[str, Any], delegation: Mapping[str, Any], kind: str) -> None:
    """Create the item of a delegation where the receiver never had it; an existing one stays as it is."""
    if Item.objects.filter(code=told["code"]).exists():
        return
    if told.get("item_class") not in ItemClass.values or told["kind"] not in CaseKind.values:
        raise InvalidInput(field="item", zh="事项信息不完整。", en="The item's data are incomplete.")
    fields_of(told.get("form_schema", []))
    version = ItemVersion(
        version=1,
        kind=told["kind"],
        statutory_days=told["statutory_days"],
        promised_days=told["promised_days"],
        form_schema=told.get("form_schema", []),
        published_at=now(),
        **{name: told.get(name, "") for name in _VERSION_TEXTS},
    )
    materials = material_rows(told.get("materials", []))
    check_publishable(disclosure_of(version, materials=len(materials)))
    item = _new_item(told, _department(delegation), accepted_here=kind != DelegationKind.ENTRUSTED)
    version.item = item
    version.save(force_insert=True)
    for material in materials:
        material.version = version
    Material.objects.bulk_create(materials)
    item.current_version = version
    item.save(update_fields=["current_version"])
    if item.accepted_here:
        upsert_item_entries(index_entries([(item, version)]))


def _new_item(told: Mapping[str, Any], department: Department, *, accepted_here: bool) -> Item:
    pinyin, initials = pinyin_of(told["name"])
    return Item.objects.create(
        code=told["code"],
        name=told["name"],
        name_en=told.get("name_en", told["name"]),
        department=department,
        item_class=told["item_class"],
        life_events=told.get("life_events", []),
        pinyin=pinyin,
        initials=initials,
        accepted_here=accepted_here,
    )


def _department(delegation: Mapping[str, Any]) -> Department:
    receiver = delegation.get("to_department", {})
    department, _ = Department.objects.get_or_create(
        code=receiver.get("code") or "-",
        defaults={"name": receiver.get("name", ""), "name_en": receiver.get("name", ""), "display_order": 99},
    )
    return department
