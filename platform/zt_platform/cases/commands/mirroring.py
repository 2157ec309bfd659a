"""What the other centre of a case tells: receipt, progress, correction, decision, withdrawal, declining.

Called by the message handlers inside the receiver's transaction. Messages of the two centres may cross on the way; what
the table does not allow any more is written into the log as a fact and changes nothing.
"""

from __future__ import annotations

from zt_interop.handlers import Message
from zt_platform.actors import Actor
from zt_platform.cases import limits, rules
from zt_platform.cases.commands import gates
from zt_platform.cases.commands.arrivals import take_materials
from zt_platform.cases.commands.certificates import take_certificate, take_file
from zt_platform.cases.commands.intake import start_acceptance_clock
from zt_platform.cases.commands.ledger import (
    Remark,
    advance,
    conclude,
    local_calendar,
    note_fact,
)
from zt_platform.cases.commands.mirroring_clock import record_no_competence, record_termination
from zt_platform.cases.commands.mirroring_commitments import record_commitment_facts, take_permit
from zt_platform.cases.commands.mirroring_delivery import record_delivery_facts
from zt_platform.cases.commands.remote import case_of, may, origin_of, record, speaker
from zt_platform.cases.commands.timing import apply_limits
from zt_platform.cases.events.payloads import apply_clock, required_instant, take_limits
from zt_platform.cases.foreign_papers import OF_THE_DECISION, make_void
from zt_platform.cases.models import Case, Certificate
from zt_platform.cases.vocabulary import Action, CaseRole, Result, Status, Step
from zt_platform.catalogue.kinds import DelegationKind
from zt_platform.crossing_files import take_over
from zt_platform.papers.commands import revoke_papers
from zt_platform.papers.kinds import PaperKind
from zt_storage.copies import AttachmentManifest
from zt_storage.models import Attachment
from zt_tenants.clock import now
from zt_tenants.context import current_centre
from zt_tenants.errors import InvalidInput

_BY_STEP = {
    Step.REFUSED: Action.RECORD_REFUSAL,
    Step.COMPLETED: Action.RECORD_COMPLETION,
    Step.DELIVERY_CHOSEN: Action.RECORD_DELIVERY_CHOICE,
    Step.POSTED: Action.RECORD_POSTING,
    Step.RETURNED: Action.RECORD_RETURN,
    Step.DELIVERED: Action.RECORD_DELIVERY,
    Step.COMMITMENT_SIGNED: Action.RECORD_COMMITMENT,
    Step.PERMIT_CONVERTED: Action.RECORD_CONVERSION,
    Step.PERMIT_WITHDRAWN: Action.RECORD_PERMIT_WITHDRAWAL,
}
_ELSEWHERE = frozenset({Status.TRANSFERRED, Status.HANDED_DOWN, Status.SUSPENDED})
_ACCEPTANCE_CLOCK = ("accepted_at", "acceptance_due_at", "due_at", "warning_at", "red_at", "statutory_due_at")


def record_receipt(message: Message) -> Case:
    """The other centre has opened its case: the way there is over, and its length is known (``arrived_at``)."""
    case = case_of(message)
    case.arrived_at = required_instant(message.data["received_at"])
    origin = origin_of(message, message.data["received_at"])
    way = f"{current_centre().name} → {origin.centre_name}"
    remark = Remark(note=way, data={"digest": message.data["digest"]})
    return conclude(case, record(case, Action.RECORD_RECEIPT, Step.RECEIVED, message, remark, origin))


def record_progress(message: Message) -> Case:
    """A step at the other centre: a line of the one timeline; refusal, completion and delivery also move the status.

    Raises InvalidInput for a step this version does not know: the message is parked.
    """
    case, data = case_of(message), message.data
    if data["step"] not in Step.values:
        raise InvalidInput(field="step", zh="未知环节“{step}”。", en="Unknown step “{step}”.", step=data["step"])
    step, at = Step(data["step"]), required_instant(data["at"])
    if step == Step.ACCEPTED and case.role == CaseRole.PORTAL:
        apply_clock(case, data.get("clock", {}), _ACCEPTANCE_CLOCK)
        case.debts = list(data.get("debts", case.debts))  # acceptance has set their dates
    if case.status in _ELSEWHERE and case.role in (CaseRole.ACCEPTING, CaseRole.PORTAL):
        take_limits(case, data.get("clock", {}))
    if step == Step.DELIVERED and case.status == Status.DELIVERED and data.get("papers"):
        return conclude(case)  # the receipt of a delivery that was confirmed here; the step itself is known
    action = _BY_STEP.get(step)
    remark, origin = Remark(note=data.get("note", "")), origin_of(message, data["at"])
    if step == Step.TERMINATED:
        return record_termination(case, message, remark, origin)
    if step == Step.TRANSFERRED_BY_COMPETENCE:
        return record_no_competence(case, message, remark, origin)
    if action is None:
        return conclude(case, learnt=note_fact(case, step, speaker(message), remark, origin=origin))
    event = record(case, action, step, message, remark, origin)
    if event is not None and step == Step.COMPLETED:
        case.completed_at = at
    if event is not None:
        record_delivery_facts(case, step, message, at)
        record_commitment_facts(case, step, message, at)
    return conclude(case, event)


def record_correction(message: Message) -> Case:
    """The one correction notice of the deciding centre, or the applicant's answer to it, handed in at the other side."""
    case, data = case_of(message), message.data
    origin = origin_of(message, data["at"])
    if data["stage"] == "REQUESTED":
        defects = rules.cleaned_defects(data.get("defects", []))
        case.correction_count += 1
        case.correction_defects = defects
        remark = Remark(note="；".join(defects), data={"defects": defects})
        return conclude(
            case, record(case, Action.RECORD_CORRECTION, Step.CORRECTION_REQUESTED, message, remark, origin)
        )
    event = record(case, Action.RECORD_RESUBMISSION, Step.RESUBMITTED, message, Remark(), origin)
    if event is not None:
        case.form = dict(data.get("form", case.form))
        take_materials(case, message)
        if case.role == CaseRole.SOLE:
            start_acceptance_clock(case, origin.occurred_at)
    return conclude(case, event)


def copy_decision_paper(message: Message) -> None:
    """Copy the decision and the certificate into the current centre, digests checked; outside any transaction,
    repeatable.
    """
    _paper_of(message)
    take_file(message.source, message.data.get("certificate"))
    take_file(message.source, message.data.get("permit"))


def copy_certificate(message: Message) -> None:
    """Copy the certificate that replaces a temporary permit; other steps bring no file. Outside any transaction."""
    take_file(message.source, message.data.get("certificate"))


def record_decision(message: Message) -> Case:
    """The decision has come back: result, in whose name, the paper and the certificate (art. 38, 44).

    A decision that was made after the applicant had withdrawn is void and only noted; one made before stands.
    """
    case, data = case_of(message), message.data
    decided_at, granted = required_instant(data["decided_at"]), data["result"] == Result.GRANTED
    origin = origin_of(message, data["decided_at"])
    remark = Remark(
        note=data.get("opinion", ""),
        data={"decision_number": data.get("decision_number", ""), "legal_name": data["legal_name"]},
    )
    if case.withdrawn_at and not rules.decision_after_withdrawal_stands(decided_at, case.withdrawn_at):
        note_fact(case, Step.DECISION_VOID, speaker(message), remark, origin=origin)
        make_void(case, OF_THE_DECISION)
        return conclude(case)
    event = advance(
        case, Action.RECORD_GRANT if granted else Action.RECORD_DENIAL, speaker(message), remark, origin=origin
    )
    case.withdrawn_at = None
    case.paused_at, case.suspended_from = None, ""
    case.pauses = limits.ended_pauses(case.pauses, decided_at)
    case.decided_at = decided_at
    case.result = data["result"]
    case.decision_opinion = data.get("opinion", "")
    case.decision_number = data.get("decision_number", "")
    case.legal_name_of_decider = data["legal_name"]
    case.decision_paper = _paper_of(message)
    if case.role == CaseRole.ACCEPTING and case.delegation_kind == DelegationKind.FORWARDED:
        case.seal_name, case.seal_keeper = data.get("seal") or "", data.get("seal_keeper", "")
    case.delivery_due_at = rules.delivery_due_at(decided_at, local_calendar(case)) if granted else None
    if granted and data.get("certificate"):
        take_certificate(case, message.source, data["certificate"])
    take_permit(case, message)
    return conclude(case, event)


def _paper_of(message: Message) -> Attachment | None:
    paper = message.data.get("paper")
    if not paper:
        return None
    return take_over(message.source, AttachmentManifest.from_payload(paper))


def record_withdrawal(message: Message) -> Case:
    """The applicant withdrew at the other centre. A decision made before stands, also one that silence has made and its
    timer has yet to say; one made after is void with its certificate. A termination and a withdrawal that crossed are
    judged in the same way.
    """
    case, data = case_of(message), message.data
    withdrawn_at = required_instant(data["withdrawn_at"])
    remark, origin = Remark(note=data.get("reason", "")), origin_of(message, data["withdrawn_at"])
    terminated_at = case.ended_at if case.status == Status.TERMINATED else None
    ended_at = case.decided_at or terminated_at or gates.granted_by_silence_at(case, local_calendar(case))
    stands = ended_at is not None and rules.decision_after_withdrawal_stands(ended_at, withdrawn_at)
    if stands or not may(case, Action.RECORD_WITHDRAWAL):
        if case.status != Status.WITHDRAWN:
            note_fact(case, Step.WITHDRAWAL_TOO_LATE, speaker(message), remark, origin=origin)
        return conclude(case)
    event = advance(case, Action.RECORD_WITHDRAWAL, speaker(message), remark, origin=origin)
    case.withdrawn_at, case.ended_at = withdrawn_at, None
    Certificate.objects.filter(case=case, voided_at__isnull=True).update(voided_at=now())
    revoke_papers(
        subject=case.tracking_number or "",
        kinds=(PaperKind.GRANT, PaperKind.DENIAL, PaperKind.CERTIFICATE),
        reason="申请人在决定作出以前已经撤回申请",
        actor=Actor.system(""),
    )
    return conclude(case, event)


def record_decline(message: Message) -> Case:
    """The other organ is not competent: the case is this centre's own again, with all its clocks as they were.

    But for one: what is decided here after all has no review to hand up (art. 43), so the twenty days of its decision
    count from the acceptance (art. 42).
    """
    case, data = case_of(message), message.data
    remark, origin = Remark(note=data["reason"]), origin_of(message, data["declined_at"])
    event = record(case, Action.RECORD_DECLINE, Step.DECLINED, message, remark, origin)
    if event is not None:
        case.declined_by = [*case.declined_by, message.source]
        case.counterpart_code = case.counterpart_name = case.delegation_kind = ""
        case.delegation = {}
        case.transferred_at = case.arrived_at = case.reviewed_at = None
        case.legal_name_of_decider = case.department.name if case.department else ""
        _decide_here(case)
    return conclude(case, event)


def _decide_here(case: Case) -> None:
    """Count an accepted case that came back as one that is decided where it was accepted."""
    if case.accepted_at is None or not case.clock_basis:
        return
    case.review_due_at = None
    case.clock_basis = {**case.clock_basis, "statutory_from": case.accepted_at.isoformat()}
    apply_limits(case, local_calendar(case).days)
