"""What the other centre of a case tells about its clock and its materials: special procedures, the extension, files.

Called by the message handlers inside the receiver's transaction, like :mod:`zt_platform.cases.commands.mirroring`. The
facts are taken over with the limits, so that both ledgers compute the same from then on. Told of a case that has been
withdrawn here meanwhile, they are lines of the log and move nothing (docs/decisions/0011).
"""

from __future__ import annotations

from zt_interop.handlers import Message
from zt_platform.cases import rules, tolerance
from zt_platform.cases.commands.arrivals import add_materials
from zt_platform.cases.commands.ledger import Origin, Remark, advance, conclude, note_fact
from zt_platform.cases.commands.remote import case_of, may, origin_of, record, speaker
from zt_platform.cases.commands.stops import procedure_name
from zt_platform.cases.events.payloads import LIMIT_INSTANTS, apply_clock, required_instant, take_facts
from zt_platform.cases.limits import APPROVED, Pause
from zt_platform.cases.models import Case
from zt_platform.cases.vocabulary import Action, Status, Step


def record_pause(message: Message) -> Case:
    """A special procedure has begun at the other centre: no time is counted here either (art. 45)."""
    case, data = case_of(message), message.data
    origin, paused_at = origin_of(message, data["paused_at"]), required_instant(data["paused_at"])
    procedure, expected = data["procedure"], data.get("expected_days", 0)
    remark = Remark(
        note=f"{procedure_name(procedure)}，预计需要{expected}个工作日。{data['legal_basis']}",
        data={"procedure": procedure, "expected_days": expected, "reason": data["legal_basis"]},
    )
    if not may(case, Action.RECORD_PAUSE):
        note_fact(case, Step.PAUSED, speaker(message), remark, origin=origin)
        return conclude(case)
    if case.status != Status.SUSPENDED:
        case.suspended_from, case.paused_at = case.status, paused_at
    take_facts(case, data.get("clock", {}))
    pause = Pause(procedure, paused_at, expected, data["legal_basis"])
    if not any(Pause.from_stored(known).since == paused_at for known in case.pauses):
        case.pauses = [*case.pauses, pause.to_stored()]
    return conclude(case, advance(case, Action.RECORD_PAUSE, speaker(message), remark, origin=origin))


def record_resumption(message: Message) -> Case:
    """A special procedure has ended at the other centre; with the last one the limits move as they did there."""
    case, data = case_of(message), message.data
    origin = origin_of(message, data["resumed_at"])
    procedure = data.get("procedure", "")
    remark = Remark(note=data.get("note", ""), data={"procedure": procedure})
    if data.get("still_suspended"):
        if case.status == Status.SUSPENDED:
            take_facts(case, data["clock"])
        note_fact(case, Step.PROCEDURE_ENDED, speaker(message), remark, origin=origin)
        return conclude(case)
    event = record(case, Action.RECORD_RESUMPTION, Step.RESUMED, message, remark, origin)
    if event is not None:
        take_facts(case, data["clock"])
        apply_clock(case, data["clock"], LIMIT_INSTANTS)
        case.paused_at, case.suspended_from = None, ""
    return conclude(case, event)


def record_extension(message: Message) -> Case:
    """The head of the deciding organ has extended the limit (art. 42); the applicant reads why on either side."""
    case, data = case_of(message), message.data
    origin = origin_of(message, data["extended_at"])
    note = f"延长{data['days']}个工作日：{data['reason']}"
    remark = Remark(note=note, data={key: data[key] for key in ("days", "reason", "approved_by")})
    event = record(case, Action.RECORD_EXTENSION, Step.EXTENDED, message, remark, origin)
    if event is not None:
        case.extension = {
            "state": APPROVED,
            "days": data["days"],
            "reason": data["reason"],
            "answered_at": data["extended_at"],
            "answered_by": data["approved_by"],
            "statutory": data["days"],
            "promised": data["days"],
        }
        take_facts(case, data["clock"])
        apply_clock(case, data["clock"], LIMIT_INSTANTS)
    return conclude(case, event)


def record_materials(message: Message) -> Case:
    """Files that came after acceptance at the other centre are the case's here too; none is replaced."""
    case, data = case_of(message), message.data
    remark = Remark(note=data.get("note", ""))
    origin = origin_of(message, data["added_at"])
    event = record(case, Action.RECORD_MATERIALS, Step.MATERIALS_ADDED, message, remark, origin)
    if event is not None:
        add_materials(case, message)
        codes = {str(material.get("code", "")) for material in data.get("materials", [])}
        tolerance.settle(case, codes, origin.occurred_at)
    return conclude(case, event)


def record_termination(case: Case, message: Message, remark: Remark, origin: Origin) -> Case:
    """The other centre has ended the case without a decision. Crossing a withdrawal, the earlier of the two counts."""
    ended_at = required_instant(message.data["at"])
    if case.withdrawn_at and not rules.decision_after_withdrawal_stands(ended_at, case.withdrawn_at):
        note_fact(case, Step.TERMINATED, speaker(message), remark, origin=origin)
        return conclude(case)
    event = record(case, Action.RECORD_TERMINATION, Step.TERMINATED, message, remark, origin)
    if event is not None:
        case.withdrawn_at, case.ended_at = None, ended_at
    return conclude(case, event)


def record_no_competence(case: Case, message: Message, remark: Remark, origin: Origin) -> Case:
    """The centre below has told the applicant to apply to another organ (art. 32(1)(2))."""
    action, step = Action.RECORD_TRANSFER_BY_COMPETENCE, Step.TRANSFERRED_BY_COMPETENCE
    event = record(case, action, step, message, remark, origin)
    if event is not None:
        case.ended_at = required_instant(message.data["at"])
    return conclude(case, event)
