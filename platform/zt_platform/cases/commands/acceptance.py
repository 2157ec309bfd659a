"""Before and at acceptance: pre-review, the one correction, acceptance with routing, refusal, handing down (art. 32)."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from zt_platform.actors import Actor
from zt_platform.cases import papers, rules, tolerance
from zt_platform.cases.commands import gates
from zt_platform.cases.commands.checks import require_checks
from zt_platform.cases.commands.ledger import (
    Remark,
    advance,
    conclude,
    local_calendar,
    locked_case,
    note_fact,
    permitted_edge,
    profile_for,
)
from zt_platform.cases.commands.timing import apply_limits, new_basis
from zt_platform.cases.errors import MustBeHandedDown, NotDevolved, SecondCorrection
from zt_platform.cases.models import Case, CaseEvent
from zt_platform.cases.queries.routes import Routing, routing_of
from zt_platform.cases.vocabulary import Action, CaseRole, Step
from zt_platform.catalogue.kinds import DelegationKind
from zt_platform.catalogue.models import Delegation
from zt_platform.papers.kinds import PaperKind
from zt_tenants.centres import centre_by_code
from zt_tenants.clock import now
from zt_tenants.context import current_centre
from zt_tenants.errors import InvalidInput


def pass_pre_review(*, actor: Actor, case_id: int, note: str = "", expected_version: int | None = None) -> Case:
    """Say that an online application is complete and in order (网上预审, L-01); inside the five days of art. 32.

    Raises CaseNotFound, NotPermitted, TransitionNotAllowed, Conflict.
    """
    with transaction.atomic():
        case = locked_case(case_id, actor=actor, expected_version=expected_version)
        return conclude(case, advance(case, Action.PASS_PRE_REVIEW, actor, Remark(note=note.strip())))


def return_for_correction(
    *, actor: Actor, case_id: int, defects: Sequence[str], expected_version: int | None = None
) -> Case:
    """Tell the applicant everything that must be corrected, once (E-11, E-12, art. 32); the clock rests meanwhile.

    Raises CaseNotFound, NotPermitted, TransitionNotAllowed, Conflict, InvalidInput (no defect named),
    SecondCorrection, DeemedAccepted (the five days are over).
    """
    listed = rules.cleaned_defects(defects)
    if not listed:
        raise InvalidInput(
            field="defects", zh="请逐条列明需要补正的全部内容。", en="List everything that has to be corrected."
        )
    with transaction.atomic():
        case = locked_case(case_id, actor=actor, expected_version=expected_version)
        permitted_edge(case, Action.RETURN_FOR_CORRECTION, actor)
        if not rules.may_ask_for_correction(case.correction_count):
            raise SecondCorrection
        gates.require_not_accepted_by_silence(case)
        case.correction_count += 1
        case.correction_defects = listed
        remark = Remark(note="；".join(listed), data={"defects": listed})
        returned = advance(case, Action.RETURN_FOR_CORRECTION, actor, remark)
        papers.issue(PaperKind.CORRECTION, case, papers.correction_content(case, listed), actor)
        return conclude(case, returned)


def refuse_application(*, actor: Actor, case_id: int, reason: str, expected_version: int | None = None) -> Case:
    """Refuse to accept, in writing and with the reason (art. 32): not an item of this organ, or still defective.

    Raises CaseNotFound, NotPermitted, TransitionNotAllowed, Conflict, InvalidInput (no reason), DeemedAccepted.
    """
    if not reason.strip():
        raise InvalidInput(field="reason", zh="请写明不予受理的理由。", en="State why the application is refused.")
    with transaction.atomic():
        case = locked_case(case_id, actor=actor, expected_version=expected_version)
        permitted_edge(case, Action.REFUSE, actor)
        gates.require_not_accepted_by_silence(case)
        refused = advance(case, Action.REFUSE, actor, Remark(note=reason.strip()))
        papers.issue(PaperKind.REFUSAL, case, papers.refusal_content(case, reason.strip()), actor)
        return conclude(case, refused)


def accept_application(
    *, actor: Actor, case_id: int, to_centre_code: str = "", expected_version: int | None = None
) -> Case:
    """Accept the application, start the decision clock, and route the case by the delegation in force (E-05, C-01).

    Own item: it is decided here. ENTRUSTED: it leaves for the entrusted centre at once. FORWARDED: it is reviewed here
    first (art. 43). A delegation that would send it away but is not in force leaves it here, and the log tells the
    applicant why. Accepted later than art. 32 allows, it counts as accepted on receipt. ``to_centre_code`` chooses
    among several receiving centres.

    Raises CaseNotFound, NotPermitted, TransitionNotAllowed, Conflict, MustBeHandedDown (devolved: decided below),
    DestinationNeeded, EntrustedCannotBeEntrustedAgain.
    """
    with transaction.atomic():
        case = locked_case(case_id, actor=actor, expected_version=expected_version)
        permitted_edge(case, Action.ACCEPT, actor)
        routing = routing_of(case.item_code, wanted=to_centre_code, excluding=case.declined_by)
        if routing.route.role == CaseRole.PORTAL and routing.delegation:
            raise MustBeHandedDown(centre=routing.delegation.to_centre_name)
        return conclude(case, *accept(case, actor, routing))


def accept(case: Case, actor: Actor, routing: Routing) -> list[CaseEvent | None]:
    """Accept a locked case, issue the notice (F-01) and send it on its route; the log's lines. Shared with the decision
    on the spot.

    Raises CheckNeeded (the item's version demands a check that was not passed).
    """
    require_checks(case)
    remark = start_decision_clock(case, forwarded=routing.route.kind == DelegationKind.FORWARDED)
    take_delegation(case, routing)
    content = papers.acceptance_content(case, actor.name, deemed=bool(remark.data.get("deemed")))
    papers.issue(PaperKind.ACCEPTANCE, case, content, actor)
    if not routing.leaves:
        events = [advance(case, Action.ACCEPT, actor, remark)]
        if routing.why_not_zh:
            data = {"reason_zh": routing.why_not_zh, "reason_en": routing.why_not_en}
            events.append(note_fact(case, Step.STAYS, actor, Remark(note=routing.why_not_zh, data=data)))
        return events
    events = [advance(case, Action.ACCEPT_TO_PASS_ON, actor, remark)]
    if routing.route.kind == DelegationKind.ENTRUSTED:
        events.append(send_away(case, Action.TRANSFER, actor))
    return events


def start_decision_clock(case: Case, *, forwarded: bool) -> Remark:
    """Acceptance starts the clock of the decision; what the log says about it.

    For a forwarded case the statutory limit of the upper organ starts with the hand-up; until then art. 43 limits the
    review (domain.md).
    """
    limits, moment = local_calendar(case), now()
    received_at = case.received_at or moment
    case.accepted_at = rules.counted_acceptance(
        moment,
        received_at=received_at,
        received=case.received_on or rules.received_on(received_at, limits),
        due_at=case.acceptance_due_at or moment,
        calendar=limits,
    )
    case.clock_basis = new_basis(case, profile_for(case), forwarded=forwarded)
    case.review_due_at = rules.review_due_at(case.accepted_at, limits) if forwarded else None
    tolerance.begin(case, limits)
    apply_limits(case, limits.days)
    if case.accepted_at == moment:
        return Remark()
    return Remark(
        note="逾期未告知补正，依照行政许可法第三十二条自收到申请之日起即为受理。",
        data={"deemed": True, "article": "行政许可法第三十二条"},
    )


def take_delegation(case: Case, routing: Routing) -> None:
    """Write into the case by which delegation, with whom and in whose name it is decided."""
    delegation = routing.delegation
    if delegation is None:
        return
    case.delegation_kind = delegation.kind
    case.delegation = {
        "kind": delegation.kind,
        "legal_basis": delegation.legal_basis,
        "from_department": {"code": delegation.from_department_code, "name": delegation.from_department_name},
        "to_department": {"code": delegation.to_department_code, "name": delegation.to_department_name},
    }
    case.legal_name_of_decider = _decider(delegation)
    if routing.leaves:
        destination = centre_by_code(routing.route.destination)
        case.counterpart_code, case.counterpart_name = destination.code, destination.name


def _decider(delegation: Delegation) -> str:
    """In whose name it is decided: the lower department's own only when the power was devolved (domain.md)."""
    if delegation.kind == DelegationKind.DEVOLVED:
        return delegation.to_department_name
    return delegation.from_department_name


def hand_down_application(
    *, actor: Actor, case_id: int, to_centre_code: str = "", expected_version: int | None = None
) -> Case:
    """Hand an application for a devolved item down to the centre that decides it, before acceptance (C-01).

    This centre stays the applicant's portal. Raises CaseNotFound, NotPermitted, TransitionNotAllowed, Conflict,
    NotDevolved (with the reason), DestinationNeeded.
    """
    with transaction.atomic():
        case = locked_case(case_id, actor=actor, expected_version=expected_version)
        permitted_edge(case, Action.HAND_DOWN, actor)
        routing = routing_of(case.item_code, wanted=to_centre_code, excluding=case.declined_by)
        if routing.route.role != CaseRole.PORTAL:
            raise NotDevolved(
                reason_zh=routing.why_not_zh or "该事项未下放。",
                reason_en=routing.why_not_en or "the item is not devolved.",
            )
        take_delegation(case, routing)
        return conclude(case, send_away(case, Action.HAND_DOWN, actor))


def send_away(case: Case, action: Action, actor: Actor) -> CaseEvent | None:
    """Take the edge that sends the case to its counterpart; the message itself leaves with ``conclude``."""
    return advance(case, action, actor, leave_note(case))


def leave_note(case: Case) -> Remark:
    """Let the way to the counterpart begin now; what the log says about it."""
    case.transferred_at = now()
    case.arrived_at = None
    return Remark(note=f"{current_centre().name} → {case.counterpart_name}", data={"to": case.counterpart_code})
