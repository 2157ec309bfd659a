"""Cases that arrive from another centre by a signed message: opened here, or parked with the reason (C-01, C-06)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from zt_interop.handlers import Message
from zt_platform.accounts.rules import phone_tail
from zt_platform.actors import Actor
from zt_platform.cases import numbers
from zt_platform.cases.commands.delivery import take_choice
from zt_platform.cases.commands.intake import start_acceptance_clock
from zt_platform.cases.commands.ledger import Remark, advance, conclude
from zt_platform.cases.commands.mirroring_commitments import signed_terms
from zt_platform.cases.errors import CaseHeldAlready, InvalidTrackingNumber, NoDelegation
from zt_platform.cases.events.payloads import (
    ArrivedMaterial,
    apply_clock,
    arrived_delivery,
    arrived_materials,
    arrived_party,
    required_instant,
    take_facts,
)
from zt_platform.cases.models import PHONE_TAIL_INDEX, Case, CaseEvent, CaseMaterial
from zt_platform.cases.vocabulary import Action, CaseRole, Channel, Step
from zt_platform.catalogue.errors import UnknownItem
from zt_platform.catalogue.kinds import DelegationKind
from zt_platform.catalogue.models import Delegation, ItemVersion
from zt_platform.catalogue.queries import item_version
from zt_platform.catalogue.rules import ORDINARY_CEILING_DAYS
from zt_platform.crossing_files import take_over
from zt_platform.organisation.models import Department
from zt_tenants.centres import ancestors, centre_by_code
from zt_tenants.clock import now
from zt_tenants.context import current_centre
from zt_tenants.errors import InvalidInput
from zt_tenants.vault import blind_index

_RECEIPT_BY = "系统自动签收"
_TRANSFERRED_CLOCK = (
    "submitted_at",
    "received_on",
    "acceptance_due_at",
    "accepted_at",
    "due_at",
    "warning_at",
    "red_at",
    "statutory_due_at",
)


def receive_application(message: Message) -> Case:
    """Open the case of an application that an upper portal handed down before acceptance (DEVOLVED).

    It is this centre's own: accepted and decided here by its own catalogue. The five days of art. 32 have run since the
    applicant handed it in above: time on the way counts against the platform.
    Raises CaseHeldAlready, NoDelegation, UnknownItem, InvalidTrackingNumber, InvalidInput: the message is parked.
    """
    _check_arrival(message, (DelegationKind.DEVOLVED,))
    version = item_version(message.data["item"]["code"])
    case = _new_case(message, CaseRole.SOLE)
    case.item_version_number, case.kind = version.version, version.kind
    case.statutory_days, case.promised_days = version.statutory_days, version.promised_days
    case.legal_basis = version.legal_basis
    case.department = version.item.department
    case.legal_name_of_decider = version.item.department.name
    apply_clock(case, message.data["clock"], ("submitted_at", "received_on", "acceptance_due_at"))
    if case.submitted_at is None or case.received_on is None or case.acceptance_due_at is None:
        case.submitted_at = case.submitted_at or message.time
        start_acceptance_clock(case, case.submitted_at)
    case.received_at = case.submitted_at
    take_choice(case, *arrived_delivery(message.data.get("delivery", {})))
    return _open(case, Action.RECEIVE_APPLICATION, message)


def receive_case(message: Message) -> Case:
    """Open the case that an accepting centre transferred for the decision (ENTRUSTED, FORWARDED).

    All clocks are those of the acceptance: a transfer resets nothing, and time on the way counts. Raises as
    :func:`receive_application`.
    """
    _check_arrival(message, (DelegationKind.ENTRUSTED, DelegationKind.FORWARDED))
    case = _new_case(message, CaseRole.DECIDING)
    case.department = _department(message, case.delegation_kind)
    case.legal_name_of_decider = case.delegation.get("from_department", {}).get("name", "") or (
        case.department.name if case.department else ""
    )
    apply_clock(case, message.data["clock"], _TRANSFERRED_CLOCK)
    take_facts(case, message.data["clock"])
    if case.accepted_at is None or case.due_at is None:
        raise InvalidInput(
            field="clock", zh="来件缺少受理时间或承诺时限。", en="The case came without its acceptance or its limit."
        )
    return _open(case, Action.RECEIVE_CASE, message)


def copy_materials(message: Message) -> None:
    """Copy the files of a message into the current centre, digests checked; outside any transaction, repeatable.

    Files that the case holds already are not copied again.
    """
    held = _held_digests(message.data["tracking_number"])
    for material in arrived_materials(message.data):
        if material.line.sha256 not in held:
            take_over(message.source, material.line)


def _held_digests(tracking_number: str) -> set[str]:
    found = CaseMaterial.objects.filter(case__tracking_number=tracking_number, superseded_at__isnull=True)
    return set(found.values_list("attachment__sha256", flat=True))


def take_materials(case: Case, message: Message) -> None:
    """Make the files of a message the materials of the case; those it no longer lists are marked as replaced."""
    arrived = arrived_materials(message.data)
    held = list(CaseMaterial.objects.filter(case=case, superseded_at__isnull=True).select_related("attachment"))
    listed = {(material.code, material.line.sha256) for material in arrived}
    kept = {(material.material_code, material.attachment.sha256) for material in held}
    gone = [m.pk for m in held if (m.material_code, m.attachment.sha256) not in listed]
    if gone:
        CaseMaterial.objects.filter(pk__in=gone).update(superseded_at=now())
    new = [material for material in arrived if (material.code, material.line.sha256) not in kept]
    files = [_file(case, material, message.source) for material in new]
    CaseMaterial.objects.bulk_create(files, ignore_conflicts=True)  # a file that is listed twice is one of the case


def add_materials(case: Case, message: Message) -> None:
    """Make the files of a message materials of the case beside those it has; a file it has already is one file."""
    arrived, held = arrived_materials(message.data), _held_digests(message.data["tracking_number"])
    files = [_file(case, material, message.source) for material in arrived if material.line.sha256 not in held]
    CaseMaterial.objects.bulk_create(files, ignore_conflicts=True)


def _file(case: Case, material: ArrivedMaterial, source: str) -> CaseMaterial:
    return CaseMaterial(
        case=case,
        attachment=take_over(source, material.line),
        material_code=material.code,
        name=material.name[:200],
        added_at=now(),
    )


def _check_arrival(message: Message, kinds: Sequence[DelegationKind]) -> None:
    message.check_subject()
    data = message.data
    number, item_code = data["tracking_number"], data["item"]["code"]
    if numbers.parse(number).origin_code != data["origin_code"]:
        raise InvalidTrackingNumber(field="tracking_number")
    if Case.objects.filter(tracking_number=number).exists():
        raise CaseHeldAlready(tracking_number=number)
    if data["delegation"]["kind"] not in kinds or not _is_delegated(message, data["delegation"]["kind"]):
        raise NoDelegation(source=message.source, item=item_code)


def _is_delegated(message: Message, kind: str) -> bool:
    """What an upper centre gives, its signed word proves; what is handed up must be delegated by our own record."""
    here = current_centre()
    if kind != DelegationKind.FORWARDED:
        return message.source in {above.code for above in ancestors(here)}
    return Delegation.objects.filter(
        item_code=message.data["item"]["code"],
        kind=kind,
        from_centre_code=here.code,
        to_centre_code=message.source,
    ).exists()


def _new_case(message: Message, role: CaseRole) -> Case:
    data, item, sender = message.data, message.data["item"], centre_by_code(message.source)
    party = arrived_party(data["applicant"])
    own = _own_version(item["code"])
    return Case(
        debts=list(message.data.get("debts", [])),
        commitment=signed_terms(message.data),
        tracking_number=data["tracking_number"],
        origin_code=data["origin_code"],
        item_code=item["code"],
        item_name=item["name"],
        item_version_number=item["version"],
        kind=item["kind"],
        statutory_days=item.get("statutory_days", own.statutory_days if own else ORDINARY_CEILING_DAYS),
        promised_days=item.get("promised_days", own.promised_days if own else ORDINARY_CEILING_DAYS),
        legal_basis=item.get("legal_basis") or (own.legal_basis if own else ""),
        channel=Channel.MESSAGE,
        role=role,
        counterpart_code=sender.code,
        counterpart_name=sender.name,
        delegation_kind=data["delegation"]["kind"],
        delegation=data["delegation"],
        applicant=party.to_payload(),
        applicant_name_masked=party.masked_name,
        phone_tail_index=blind_index(phone_tail(party.phone), purpose=PHONE_TAIL_INDEX),
        form=dict(data["form"]),
        drafted_at=now(),
        transferred_at=message.time,
        arrived_at=now(),
    )


def _department(message: Message, kind: str) -> Department | None:
    """The department of this centre that decides: named by the delegation, else the item's own."""
    side = "from_department" if kind == DelegationKind.FORWARDED else "to_department"
    code = message.data["delegation"].get(side, {}).get("code", "")
    found = Department.objects.filter(code=code).first() if code else None
    if found is not None:
        return found
    version = _own_version(message.data["item"]["code"])
    return version.item.department if version else None


def _own_version(item_code: str) -> ItemVersion | None:
    try:
        return item_version(item_code)
    except UnknownItem:
        return None


def _open(case: Case, action: Action, message: Message) -> Case:
    told = message.data.get("timeline", [])
    received = advance(
        case,
        action,
        Actor.remote(message.source, _RECEIPT_BY),
        Remark(note=f"{case.counterpart_name} → {current_centre().name}", data={"digest": message.digest}),
        carried=[carried_line(case, line, message) for line in told if line["step"] in Step.values],
    )
    take_materials(case, message)
    return conclude(case, received)


def carried_line(case: Case, line: Mapping[str, Any], message: Message) -> CaseEvent:
    """A line of the timeline as the other centre told it."""
    return CaseEvent(
        case=case,
        step=line["step"],
        centre_code=line.get("centre_code") or message.source,
        centre_name=line.get("centre_name") or case.counterpart_name,
        occurred_at=required_instant(line["at"]),
        recorded_at=now(),
        actor_kind="CENTRE",
        actor_role=line["actor_role"],
        actor_name=line.get("actor_name", ""),
        department_name=line.get("department", ""),
        note=line.get("note", ""),
        message_id=UUID(str(message.id)),
    )
