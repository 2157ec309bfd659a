"""Changing the catalogue of the current centre: publishing versions, opening and revoking delegations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from zt_platform.actors import Actor
from zt_platform.audit.commands import record
from zt_platform.audit.models import Deed
from zt_platform.catalogue.errors import (
    DelegationExists,
    DelegationRevoked,
    EntrustedAgain,
    UnknownItem,
)
from zt_platform.catalogue.events import announce_delegation
from zt_platform.catalogue.fees import checked_charges
from zt_platform.catalogue.forms import fields_of
from zt_platform.catalogue.kinds import CaseKind, DelegationKind, DelegationPart, ItemClass
from zt_platform.catalogue.models import Delegation, Item, ItemVersion, Material
from zt_platform.catalogue.publication import disclosure_of, index_entries, material_rows
from zt_platform.catalogue.rules import Disclosure, check_ceiling, check_day_count, check_publishable
from zt_platform.catalogue.ways import Ways, check_ways
from zt_platform.index.commands import remove_item_entries, upsert_item_entries
from zt_platform.organisation.places import place_of
from zt_platform.organisation.roles import require_administrator
from zt_tenants.centres import ancestors, centre_by_code
from zt_tenants.clock import now, today
from zt_tenants.context import current_centre
from zt_tenants.errors import InvalidInput, NotFound

HANDOVER_STEPS = {
    "docking": "docking_done_on",
    "training": "training_done_on",
    "documents": "documents_done_on",
}
"""The three points of the hand-over checklist (C-02) and the field each is kept in."""


def publish_item_version(
    *,
    actor: Actor,
    item_code: str,
    kind: CaseKind | str,
    statutory_days: int,
    statutory_basis: str,
    promised_days: int,
    legal_basis: str,
    conditions: str,
    procedure: str,
    fee: str,
    fee_basis: str = "",
    charges: Sequence[Mapping[str, Any]] = (),
    warning_days: int | None = None,
    decided_jointly: bool = False,
    step_days: Mapping[str, int] | None = None,
    form_schema: Sequence[Mapping[str, Any]] = (),
    materials: Sequence[Mapping[str, Any]] = (),
    ways: Ways | None = None,
) -> ItemVersion:
    """Publish the next version of an item; the one before is retired, running cases keep theirs (B-05).

    ``decided_jointly``: several departments decide together, within 45 working days (art. 42(2)). ``step_days`` are
    allowances of review and decision (E-24), ``ways`` what is allowed besides the ordinary way (nothing unless given),
    ``charges`` the fee charge by charge (:class:`~zt_platform.catalogue.fees.Charge`).
    Checks the six disclosures and the limits (D-01, B-10) and updates the province's index. Raises NotPermitted (not an
    administrator of the current centre), UnknownItem, InvalidInput naming the field.
    """
    require_administrator(actor)
    fields_of(form_schema)
    if kind not in CaseKind.values:
        raise InvalidInput(field="kind", zh="办件类型有误。", en="Unknown kind of case.")
    version = ItemVersion(
        kind=kind,
        statutory_days=statutory_days,
        statutory_basis=statutory_basis.strip(),
        promised_days=promised_days,
        warning_days=warning_days,
        decided_jointly=decided_jointly,
        step_days=dict(step_days or {}),
        ways=(ways or Ways()).to_stored(),
        legal_basis=legal_basis.strip(),
        conditions=conditions.strip(),
        procedure=procedure.strip(),
        fee=fee.strip(),
        fee_basis=fee_basis.strip(),
        charges=checked_charges(fee, charges),
        form_schema=[dict(stored) for stored in form_schema],
    )
    disclosure, rows = _checked(version, materials, ways or Ways())
    with transaction.atomic():
        item = locked_item(item_code)
        if item.item_class == ItemClass.PERMIT:
            check_ceiling(disclosure)
        _replace_current_version(item, version, rows)
        record_change(actor, "公布事项新版本", item_code, version=version.version)
    return version


def _checked(
    version: ItemVersion, materials: Sequence[Mapping[str, Any]], ways: Ways
) -> tuple[Disclosure, list[Material]]:
    """What a version discloses, and its materials as rows. Raises InvalidInput naming the field that cannot be published."""
    if version.warning_days is not None:
        check_day_count("warning_days", version.warning_days)
    disclosure = disclosure_of(version, materials=len(materials))
    check_publishable(disclosure)
    rows = material_rows(materials)
    check_ways(ways, version.form_schema, [row.code for row in rows if row.may_follow])
    return disclosure, rows


def _replace_current_version(item: Item, version: ItemVersion, materials: list[Material]) -> None:
    """Number and publish ``version`` of a locked item, retire the one before, and tell the province's index."""
    latest = item.versions.order_by("-version").first()
    version.item, version.version, version.published_at = item, (latest.version if latest else 0) + 1, now()
    version.save(force_insert=True)
    for material in materials:
        material.version = version
    Material.objects.bulk_create(materials)
    item.versions.filter(retired_at__isnull=True).exclude(pk=version.pk).update(retired_at=version.published_at)
    item.current_version = version
    item.save(update_fields=["current_version"])
    if item.active and item.accepted_here:
        upsert_item_entries(index_entries([(item, version)]))


def set_item_active(*, actor: Actor, item_code: str, active: bool) -> Item:
    """Suspend an item or take it up again (B-16): a suspended one takes no applications and leaves the index.

    Raises NotPermitted, UnknownItem.
    """
    require_administrator(actor)
    with transaction.atomic():
        item = locked_item(item_code)
        item.active = active
        item.save(update_fields=["active"])
        if active and item.accepted_here and item.current_version:
            upsert_item_entries(index_entries([(item, item.current_version)]))
        elif not active:
            remove_item_entries([item_code])
        record_change(actor, "恢复事项" if active else "暂停事项", item_code)
    return item


def record_change(actor: Actor, what: str, item_code: str, **data: Any) -> None:
    """Who changed what of an item or its delegation, in the centre's audit record; the rows only know what holds now."""
    record(Deed.CATALOGUE, actor=actor, purpose=f"{what} {item_code}", data={"item": item_code, **data})


def locked_item(item_code: str) -> Item:
    """The item with its department and current version, locked until the transaction ends. Raises UnknownItem."""
    found = Item.objects.select_for_update(of=("self",)).select_related("department", "current_version")
    item = found.filter(code=item_code).first()
    if item is None:
        raise UnknownItem(item_code=item_code)
    return item


def open_delegation(
    *,
    actor: Actor,
    item_code: str,
    kind: DelegationKind | str,
    to_centre_code: str,
    to_department_code: str,
    to_department_name: str,
    legal_basis: str,
    evaluation_note: str,
    valid_from: date,
    valid_until: date | None = None,
    part: DelegationPart | str = DelegationPart.WHOLE,
    part_scope: str = "",
) -> Delegation:
    """Delegate an item of the current centre to a department of a centre below it (C-01).

    It takes effect inside its dates once the three hand-over steps are done (C-02); the receiver is told by message.
    Raises NotPermitted (not an
    administrator here), UnknownItem, UnknownCentre, InvalidInput naming the field (no legal basis: C-04; no
    evaluation: C-03; the receiver is not below this centre), EntrustedAgain (行政许可法 art. 24), DelegationExists.
    """
    require_administrator(actor)
    centre, receiver = current_centre(), centre_by_code(to_centre_code)
    _check_delegation(
        kind=kind,
        part=part,
        part_scope=part_scope,
        legal_basis=legal_basis,
        evaluation_note=evaluation_note,
        valid_from=valid_from,
        valid_until=valid_until,
    )
    if centre.id not in {above.id for above in ancestors(receiver)}:
        raise InvalidInput(
            field="to_centre_code", zh="只能授权给下级中心。", en="An item is delegated to a centre below this one."
        )
    delegation = Delegation(
        item_code=item_code,
        kind=kind,
        part=part,
        part_scope=part_scope.strip(),
        from_centre_code=centre.code,
        from_centre_name=place_of(centre),
        to_centre_code=receiver.code,
        to_centre_name=place_of(receiver),
        to_department_code=to_department_code,
        to_department_name=to_department_name.strip(),
        legal_basis=legal_basis.strip(),
        evaluation_note=evaluation_note.strip(),
        valid_from=valid_from,
        valid_until=valid_until,
    )
    with transaction.atomic():
        _insert_and_announce(delegation)
        record_change(actor, "下放委托", item_code, delegation=delegation.pk, to=receiver.code)
    return delegation


def complete_handover_step(*, actor: Actor, delegation_id: int, step: str, on: date) -> Delegation:
    """Record that docking, training or the hand-over of documents is done (C-02).

    Raises NotPermitted, NotFound (no delegation of this centre to others), DelegationRevoked, InvalidInput.
    """
    require_administrator(actor)
    if step not in HANDOVER_STEPS:
        raise InvalidInput(field="step", zh="交接步骤有误。", en="Unknown hand-over step.")
    if on > today():
        raise InvalidInput(field="on", zh="完成日期不能晚于今天。", en="The step cannot be done in the future.")
    with transaction.atomic():
        delegation = _own_delegation(delegation_id)
        setattr(delegation, HANDOVER_STEPS[step], on)
        delegation.save(update_fields=[HANDOVER_STEPS[step]])
        _announce_again(delegation)
        record_change(actor, "登记交接", delegation.item_code, delegation=delegation.pk, step=step)
    return delegation


def revoke_delegation(*, actor: Actor, delegation_id: int, on: date, reason: str) -> Delegation:
    """End a delegation from a day on; running cases finish where they are (domain.md).

    Raises NotPermitted, NotFound (no delegation of this centre to others), DelegationRevoked, InvalidInput.
    """
    require_administrator(actor)
    if not reason.strip():
        raise InvalidInput(field="reason", zh="请填写撤销理由。", en="State why the delegation is revoked.")
    if on < today():
        raise InvalidInput(field="on", zh="撤销日期不能早于今天。", en="A delegation is not revoked for the past.")
    with transaction.atomic():
        delegation = _own_delegation(delegation_id)
        delegation.revoked_on, delegation.revocation_reason = on, reason.strip()
        delegation.save(update_fields=["revoked_on", "revocation_reason"])
        _announce_again(delegation)
        record_change(actor, "收回下放委托", delegation.item_code, delegation=delegation.pk, reason=reason.strip())
    return delegation


def _own_delegation(delegation_id: int) -> Delegation:
    delegation = (
        Delegation.objects.select_for_update().filter(id=delegation_id, from_centre_code=current_centre().code).first()
    )
    if delegation is None:
        raise NotFound
    if delegation.revoked_on is not None:
        raise DelegationRevoked
    return delegation


def _insert_and_announce(delegation: Delegation) -> None:
    item = (
        Item.objects.select_for_update(of=("self",))
        .select_related("department", "current_version")
        .filter(code=delegation.item_code)
        .first()
    )
    if item is None or item.current_version is None:
        raise UnknownItem(item_code=delegation.item_code)
    _refuse_conflicting(delegation)
    delegation.from_department_code, delegation.from_department_name = item.department.code, item.department.name
    try:
        with transaction.atomic():
            delegation.save(force_insert=True)
    except IntegrityError as exists:
        raise DelegationExists from exists
    announce_delegation(delegation, item, item.current_version)


def _announce_again(delegation: Delegation) -> None:
    item = Item.objects.select_related("current_version").filter(code=delegation.item_code).first()
    if item is not None and item.current_version is not None:
        announce_delegation(delegation, item, item.current_version)


def _check_delegation(
    *,
    kind: str,
    part: str,
    part_scope: str,
    legal_basis: str,
    evaluation_note: str,
    valid_from: date,
    valid_until: date | None,
) -> None:
    if kind not in DelegationKind.values:
        raise InvalidInput(field="kind", zh="授权方式有误。", en="Unknown kind of delegation.")
    if part not in DelegationPart.values or (part == DelegationPart.PART and not part_scope.strip()):
        raise InvalidInput(field="part_scope", zh="部分授权须写明范围。", en="Say which part is delegated.")
    if not legal_basis.strip():
        raise InvalidInput(field="legal_basis", zh="授权须有法律依据。", en="A delegation needs a legal basis.")
    if not evaluation_note.strip():
        raise InvalidInput(
            field="evaluation_note", zh="授权前须评估承接能力。", en="Evaluate the receiver before delegating."
        )
    if valid_until is not None and valid_until < valid_from:
        raise InvalidInput(field="valid_until", zh="终止日期早于起始日期。", en="The end lies before the start.")


def _refuse_conflicting(new: Delegation) -> None:
    unfinished = Delegation.objects.filter(item_code=new.item_code).ended_after(new.valid_from)
    entrusted_here = unfinished.filter(kind=DelegationKind.ENTRUSTED, to_centre_code=new.from_centre_code)
    if new.kind == DelegationKind.ENTRUSTED and entrusted_here.exists():
        raise EntrustedAgain
    if unfinished.filter(from_centre_code=new.from_centre_code, to_centre_code=new.to_centre_code).exists():
        raise DelegationExists
