"""What a step of a case sends, inside the command's transaction.

To the counterpart (the other centre of the case) the message that domain.md's table names; to the province and the own
city a supervision event. A step that came by message is not sent back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from zt_interop.envelope import CASE_CHANNEL, SUPERVISION_CHANNEL, instant_text
from zt_interop.send import Outgoing, send_messages
from zt_platform.actors import ActorKind
from zt_platform.cases.events import payloads
from zt_platform.cases.models import Case, CaseEvent
from zt_platform.cases.postal import is_by_post
from zt_platform.cases.rules import decided_on_time
from zt_platform.cases.vocabulary import Action, CaseRole, Channel, Step
from zt_platform.catalogue.kinds import CaseKind
from zt_platform.crossing_files import offer_named_files
from zt_storage.copies import manifest
from zt_tenants.centres import ancestors
from zt_tenants.context import current_centre
from zt_tenants.models import Centre, Level

KEPT_BY_THE_ACCEPTING = frozenset({Action.REVIEW.value, Action.CHOOSE_DELIVERY.value})
"""The review before handing up travels inside case.transferred.v1 (art. 43); who only decides need not know the address."""
REPORTED_BELOW = frozenset({Action.CHOOSE_DELIVERY.value, Action.CONFIRM_RECEIPT.value})
"""What an applicant does at the portal with a result that the centre below delivers: that one reports it."""
WITH_PAPERS = frozenset(
    {
        "case.corrected.v1",
        "case.decided.v1",
        "case.extended.v1",
        "case.paused.v1",
        "case.progressed.v1",
        "case.resumed.v1",
    }
)
"""Messages that tell of a step's papers (docs/protocol.md, edition 1.5)."""
NOT_SUPERVISED = frozenset({Step.DRAFTED})
"""A draft is the applicant's own business."""


def is_shared(case: Case) -> bool:
    """Whether another centre holds this case too: it was sent there, or came from there."""
    return bool(case.counterpart_code) and (case.transferred_at is not None or case.channel == Channel.MESSAGE)


def tell(case: Case, lines: Sequence[CaseEvent]) -> None:
    """Send what new lines of the log owe to the other centre and to the supervision, all together."""
    send(owed(case, lines))


def send(messages: Sequence[Outgoing]) -> None:
    """Queue messages, and let centres elsewhere fetch the files these name, in the caller's transaction."""
    offer_named_files(messages)
    send_messages(messages)


def owed(case: Case, lines: Sequence[CaseEvent]) -> list[Outgoing]:
    """What new lines of the log owe to others, in their order; not sent yet."""
    supervisors = supervisors_of(current_centre()) if any(_is_supervised(case, line) for line in lines) else []
    messages: list[Outgoing] = []
    for line in lines:
        messages += _for_counterpart(case, line)
        messages += _for_supervision(case, line, supervisors)
    return messages


def tell_supervision(lines: Sequence[tuple[Case, CaseEvent]]) -> None:
    """Tell the supervision of lines that concern nobody else, of many cases, by one statement."""
    supervisors = supervisors_of(current_centre())
    send_messages([message for case, line in lines for message in _for_supervision(case, line, supervisors)])


def _for_counterpart(case: Case, event: CaseEvent) -> list[Outgoing]:
    """What the other centre must know of a step that was taken here."""
    if not event.action or not is_shared(case) or not _is_told(case, event):
        return []
    compose = _COMPOSERS.get(Action(event.action))
    if compose is None or (case.role == CaseRole.ACCEPTING and event.action in KEPT_BY_THE_ACCEPTING):
        return []
    message_type, make = compose
    data = {"tracking_number": case.tracking_number, **make(case, event)}
    told = payloads.papers_payload(case) if message_type in WITH_PAPERS else []
    if told:
        data["papers"] = told
    return [Outgoing(case.counterpart_code, message_type, str(case.tracking_number), data, CASE_CHANNEL)]


def _is_told(case: Case, event: CaseEvent) -> bool:
    """A step that came by message is not sent back, but for the receipt of its opening and a paper that it made due here."""
    if event.actor_kind != ActorKind.CENTRE or event.action.startswith("RECEIVE_"):
        return True
    return event.action == Action.RECORD_DELIVERY and bool(vars(case).get("papers_to_tell"))


def _for_supervision(case: Case, event: CaseEvent, supervisors: Sequence[str]) -> list[Outgoing]:
    """A step with its clock state, for the province and, from counties and townships, for the own city (R-02, R-03)."""
    if not _is_supervised(case, event):
        return []
    data = _supervision_payload(case, event, current_centre())
    return [
        Outgoing(destination, "supervision.event.v1", str(case.tracking_number), data, SUPERVISION_CHANNEL)
        for destination in supervisors
    ]


def _is_supervised(case: Case, event: CaseEvent) -> bool:
    return event.step not in NOT_SUPERVISED and bool(case.tracking_number) and not _is_reported_elsewhere(case, event)


def _is_reported_elsewhere(case: Case, event: CaseEvent) -> bool:
    """A step that came by message and moved nothing here, or of a case that was handed down: its own centre reports it."""
    told_us = event.actor_kind == ActorKind.CENTRE
    if case.role == CaseRole.PORTAL and event.action in REPORTED_BELOW:
        return True
    return told_us and (event.from_status == event.to_status or case.role == CaseRole.PORTAL)


def supervisors_of(centre: Centre) -> list[str]:
    """Codes of the centres that watch this one: its city and the province; the province watches itself."""
    watching = [above.code for above in ancestors(centre) if above.level in (Level.CITY, Level.PROVINCE)]
    return watching or [centre.code]


def _supervision_payload(case: Case, event: CaseEvent, centre: Centre) -> dict[str, Any]:
    return {
        "tracking_number": case.tracking_number,
        "step": event.step,
        "status": event.to_status,
        "role": case.role,
        "kind": case.kind,
        "item_code": case.item_code,
        "item_name": case.item_name,
        "department": case.department.name if case.department else "",
        "centre_code": centre.code,
        "level": centre.level,
        "occurred_at": instant_text(event.recorded_at),
        "clock": payloads.clock_payload(case),
        "result": case.result,
        "instant": case.kind == CaseKind.INSTANT,
        "on_time": decided_on_time(case.decided_at, case.due_at),
        "actor_role": event.actor_role,
    }


def _actor(event: CaseEvent) -> dict[str, str]:
    return {"actor_role": event.actor_role, "actor_name": event.actor_name}


def _application(case: Case, event: CaseEvent) -> dict[str, Any]:
    data = {
        "origin_code": case.origin_code,
        "item": payloads.item_payload(case),
        "delegation": case.delegation,
        "applicant": payloads.party_payload(case),
        "form": case.form,
        "materials": payloads.material_payloads(case),
        "clock": payloads.clock_with_facts(case),
        "timeline": payloads.timeline_payload(case),
    }
    if case.debts:
        data["debts"] = case.debts
    if event.action == Action.HAND_DOWN and is_by_post(case):
        data["delivery"] = payloads.delivery_payload(case)
    if "terms" in case.commitment:
        data["commitment"] = case.commitment["terms"]
    if event.action == Action.TRANSFER:
        data["opinion"] = case.review_opinion or None
    return data


def _received(case: Case, event: CaseEvent) -> dict[str, Any]:
    department = {"department": {"code": case.department.code, "name": case.department.name}} if case.department else {}
    return {"received_at": instant_text(event.recorded_at), "digest": event.data["digest"], **department}


def _progressed(case: Case, event: CaseEvent) -> dict[str, Any]:
    return {
        **_more(case, event),
        "step": event.step,
        "status": case.status,
        "at": instant_text(event.occurred_at),
        "note": event.note[:4000],
        "department": event.department_name,
        "clock": payloads.clock_with_facts(case),
        **_actor(event),
    }


def _more(case: Case, event: CaseEvent) -> dict[str, Any]:
    """What only some steps tell: the dates of debts, the choice of delivery, the parcel."""
    match event.action:
        case Action.ACCEPT if case.debts:
            return {"debts": case.debts}
        case Action.CHOOSE_DELIVERY:
            return {"delivery": payloads.delivery_payload(case)}
        case Action.POST_RESULT:
            return {"post": {"carrier": event.data["carrier"], "number": event.data["post_number"]}}
        case Action.SIGN_COMMITMENT:
            return {"commitment": case.commitment["terms"]}
        case Action.CONVERT_PERMIT:
            certificate = payloads.certificate_payload(case.certificate)
            return {"permit": payloads.permit_state(case), "certificate": certificate}
        case Action.WITHDRAW_PERMIT:
            return {"permit": payloads.permit_state(case)}
        case Action.CONFIRM_RECEIPT:
            return {"received_on": event.data["received_on"]}
        case _:
            return {}


def _paused(case: Case, event: CaseEvent) -> dict[str, Any]:
    return {
        "procedure": event.data["procedure"],
        "paused_at": instant_text(event.occurred_at),
        "legal_basis": event.data["reason"][:2000],
        "expected_days": event.data["expected_days"],
        "clock": payloads.clock_with_facts(case),
        **_actor(event),
    }


def _resumed(case: Case, event: CaseEvent) -> dict[str, Any]:
    return {
        "resumed_at": instant_text(event.occurred_at),
        "procedure": event.data["procedure"],
        "still_suspended": case.paused_at is not None,
        "note": event.note[:4000],
        "clock": payloads.clock_with_facts(case),
        **_actor(event),
    }


def _extended(case: Case, event: CaseEvent) -> dict[str, Any]:
    return {
        "extended_at": instant_text(event.occurred_at),
        "days": event.data["days"],
        "approved_by": event.data["approved_by"],
        "reason": event.data["reason"][:4000],
        "clock": payloads.clock_with_facts(case),
        **_actor(event),
    }


def _materials_added(case: Case, event: CaseEvent) -> dict[str, Any]:
    added = set(event.data["files"])
    return {
        "added_at": instant_text(event.occurred_at),
        "materials": [line for line in payloads.material_payloads(case) if line["sha256"] in added],
        "note": event.note[:4000],
        **_actor(event),
    }


def _correction_requested(case: Case, event: CaseEvent) -> dict[str, Any]:
    return {
        "stage": "REQUESTED",
        "at": instant_text(event.occurred_at),
        "defects": [defect[:1000] for defect in case.correction_defects],
        **_actor(event),
    }


def _correction_supplied(case: Case, event: CaseEvent) -> dict[str, Any]:
    return {
        "stage": "SUPPLIED",
        "at": instant_text(event.occurred_at),
        "form": case.form,
        "materials": payloads.material_payloads(case),
        **_actor(event),
    }


def _decided(case: Case, event: CaseEvent) -> dict[str, Any]:
    certificate = getattr(case, "certificate", None)
    paper = manifest([case.decision_paper]) if case.decision_paper else []
    return {
        "result": case.result,
        "decided_at": instant_text(case.decided_at or event.occurred_at),  # the line is written after the papers
        "legal_name": case.legal_name_of_decider,
        "seal": case.seal_name or None,
        "seal_keeper": case.seal_keeper,
        "opinion": case.decision_opinion[:4000],
        "decision_number": case.decision_number,
        "paper": paper[0].to_payload() if paper else None,
        "certificate": payloads.certificate_payload(certificate) if certificate else None,
        **({"permit": payloads.permit_payload(case)} if event.action == Action.GRANT_ON_COMMITMENT else {}),
        "department": event.department_name,
        **_actor(event),
    }


def _withdrawn(case: Case, event: CaseEvent) -> dict[str, Any]:
    return {"withdrawn_at": instant_text(event.occurred_at), "reason": event.note[:4000], **_actor(event)}


def _declined(case: Case, event: CaseEvent) -> dict[str, Any]:
    return {"declined_at": instant_text(event.occurred_at), "reason": event.note[:4000], **_actor(event)}


_COMPOSERS: dict[Action, tuple[str, Callable[[Case, CaseEvent], dict[str, Any]]]] = {
    Action.HAND_DOWN: ("application.handed_down.v1", _application),
    Action.TRANSFER: ("case.transferred.v1", _application),
    Action.RECEIVE_APPLICATION: ("case.received.v1", _received),
    Action.RECEIVE_CASE: ("case.received.v1", _received),
    Action.PASS_PRE_REVIEW: ("case.progressed.v1", _progressed),
    Action.ACCEPT: ("case.progressed.v1", _progressed),
    Action.REFUSE: ("case.progressed.v1", _progressed),
    Action.REVIEW: ("case.progressed.v1", _progressed),
    Action.COMPLETE: ("case.progressed.v1", _progressed),
    Action.DELIVER: ("case.progressed.v1", _progressed),
    Action.RECORD_DELIVERY: ("case.progressed.v1", _progressed),
    Action.CHOOSE_DELIVERY: ("case.progressed.v1", _progressed),
    Action.POST_RESULT: ("case.progressed.v1", _progressed),
    Action.CONFIRM_RECEIPT: ("case.progressed.v1", _progressed),
    Action.TAKE_BACK: ("case.progressed.v1", _progressed),
    Action.RETURN_FOR_CORRECTION: ("case.corrected.v1", _correction_requested),
    Action.RESUBMIT: ("case.corrected.v1", _correction_supplied),
    Action.GRANT: ("case.decided.v1", _decided),
    Action.DENY: ("case.decided.v1", _decided),
    Action.GRANT_ON_COMMITMENT: ("case.decided.v1", _decided),
    Action.SIGN_COMMITMENT: ("case.progressed.v1", _progressed),
    Action.CONVERT_PERMIT: ("case.progressed.v1", _progressed),
    Action.WITHDRAW_PERMIT: ("case.progressed.v1", _progressed),
    Action.DEEM_GRANTED: ("case.decided.v1", _decided),
    Action.WITHDRAW: ("case.withdrawn.v1", _withdrawn),
    Action.DECLINE: ("case.declined.v1", _declined),
    Action.PAUSE: ("case.paused.v1", _paused),
    Action.END_PROCEDURE: ("case.resumed.v1", _resumed),
    Action.RESUME: ("case.resumed.v1", _resumed),
    Action.EXTEND: ("case.extended.v1", _extended),
    Action.TERMINATE: ("case.progressed.v1", _progressed),
    Action.TRANSFER_BY_COMPETENCE: ("case.progressed.v1", _progressed),
    Action.SECOND_CORRECTION_NOTICE: ("case.corrected.v1", _correction_requested),
    Action.ADD_MATERIALS: ("case.materials_added.v1", _materials_added),
}

MESSAGE_OF: dict[Action, str] = {action: message_type for action, (message_type, _) in _COMPOSERS.items()}
"""Which message an act of this centre sends to the other centre of a case."""
