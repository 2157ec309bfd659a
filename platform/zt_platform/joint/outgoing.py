"""What crosses because of a joint task, inside the transaction of the act (docs/protocol.md)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from zt_interop.envelope import CASE_CHANNEL, instant_text
from zt_interop.send import Outgoing, send_messages
from zt_platform.case_vocabulary import Status as CaseStatus
from zt_platform.cases.models import Case
from zt_platform.catalogue.kinds import DefaultKind
from zt_platform.crossing_files import offer_named_files
from zt_platform.joint.exchange import wire_facts
from zt_platform.joint.models import JointTask
from zt_platform.joint.register import Meeting
from zt_platform.joint.vocabulary import Opinion
from zt_storage.copies import manifest
from zt_storage.models import Attachment

TASK, SIGNED, OPINION = "joint.task.v1", "joint.signed.v1", "joint.opinion.v1"
RECALLED, MEETING = "joint.recalled.v1", "joint.meeting.v1"


def send_tasks(tasks: Sequence[JointTask], case: Case, paper: Attachment, contact: str) -> None:
    """Out: the contact form with what each participant needs of the case; one statement for all of them."""
    if not tasks:
        return
    facts = wire_facts(case, tasks[0])
    form = manifest([paper])[0].to_payload()
    _send([_message(task.participant_code, TASK, task, _task_data(task, facts, form, contact)) for task in tasks])


def _task_data(task: JointTask, facts: dict[str, Any], form: dict[str, Any], contact: str) -> dict[str, Any]:
    silence = task.defaults.get(DefaultKind.OVERTIME) or task.defaults.get(DefaultKind.INACTION)
    return {
        **facts,
        "part": task.part,
        "due_at": instant_text(task.due_at),
        "deemed_consent": silence,
        "defaults": task.defaults,
        "register_number": task.register_number,
        "lead_department": task.lead_department,
        "department": _department(task),
        "asked_at": instant_text(task.asked_at),
        "asked_by": task.asked_by,
        "contact": contact,
        "paper": form,
        "paper_number": task.paper_number,
    }


def _department(task: JointTask) -> dict[str, str] | None:
    name = task.department_name or task.department_code
    return {"code": task.department_code, "name": name} if name else None


def send_signed(task: JointTask) -> None:
    """Back: somebody has signed for it."""
    if task.signed_at is not None:
        data = {"signed_at": instant_text(task.signed_at), "signed_by": task.signed_by}
        _send([_message(task.lead_code, SIGNED, task, data)])


def send_opinion(task: JointTask, files: Sequence[Attachment]) -> None:
    """Back: the opinion, with its files."""
    if task.opinion_at is None:
        return
    data = {
        "opinion": task.opinion,
        "given_at": instant_text(task.opinion_at),
        "given_by": task.opinion_by,
        "text": task.opinion_text,
        "legal_name": task.department_name or task.participant_name,
        "files": [line.to_payload() for line in manifest(files)],
    }
    _send([_message(task.lead_code, OPINION, task, data)])


def send_deemed(tasks: Sequence[JointTask]) -> None:
    """Out: silence counts as consent; by which rule, on which paper."""
    found = []
    for task in tasks:
        if task.deemed_consent is not None:
            data = {
                "opinion": Opinion.DEEMED_CONSENT.value,
                "given_at": instant_text(task.deemed_consent.at),
                "deemed": {
                    "ground": task.deemed_consent.ground.value,
                    "basis": task.deemed_consent.basis,
                    "paper": task.deemed_consent.paper,
                    "overtime_basis": task.deemed_consent.overtime_basis,
                },
            }
            found.append(_message(task.participant_code, OPINION, task, data))
    _send(found)


def send_recall(task: JointTask, reason: str, by: str) -> None:
    """Out: no opinion is wanted any more."""
    if task.recalled_at is not None:
        data = {"recalled_at": instant_text(task.recalled_at), "reason": reason, "recalled_by": by}
        _send([_message(task.participant_code, RECALLED, task, data)])


def send_ends(tasks: Sequence[JointTask], status: CaseStatus) -> None:
    """Out: how the case ended, to everybody who took part; what was owed is owed no more."""
    found = []
    for task in tasks:
        if task.ended_at is not None:
            data = {"recalled_at": instant_text(task.ended_at), "case_status": status.value}
            found.append(_message(task.participant_code, RECALLED, task, data))
    _send(found)


def send_meeting(tasks: Sequence[JointTask], meeting: Meeting) -> None:
    """Out: a meeting as it stands now, to each participant what concerns it: who else came stays with the lead."""
    _send(
        [
            _message(task.participant_code, MEETING, task, {"meeting": _meeting_data(meeting, str(task.task_id))})
            for task in tasks
        ]
    )


def _meeting_data(meeting: Meeting, task_id: str) -> dict[str, Any]:
    data = {
        "id": meeting.id,
        "kind": meeting.kind,
        "state": meeting.state.value,
        "subject": meeting.subject,
        "place": meeting.place,
        "at": instant_text(meeting.at),
        "convened_at": instant_text(meeting.convened_at),
        "convened_by": meeting.convened_by,
        "attendance": meeting.attendance.get(task_id),
        "minutes": meeting.minutes,
        "closed_by": meeting.closed_by,
    }
    for name in ("closed_at", "cancelled_at"):
        moment = getattr(meeting, name)
        data[name] = instant_text(moment) if moment else None
    return data


def _message(destination: str, type_: str, task: JointTask, data: dict[str, Any]) -> Outgoing:
    named = {"tracking_number": task.tracking_number, "task_id": str(task.task_id), **data}
    return Outgoing(destination, type_, task.tracking_number, named, CASE_CHANNEL)


def _send(messages: Sequence[Outgoing]) -> None:
    if messages:
        offer_named_files(messages)
        send_messages(messages)
