"""Meetings of participants: convened by the lead, attendance kept, minutes closed (H-04, H-09, 并联办理会议考勤制 H-06)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from zt_platform.actors import Actor
from zt_platform.cases.models import Case
from zt_platform.cases.vocabulary import Step
from zt_platform.catalogue.kinds import DefaultKind
from zt_platform.joint import outgoing, telling
from zt_platform.joint.casebook import Line, keep_register, led_case, line, register_of, write_lines
from zt_platform.joint.deeming import deem_all, found_deemed, rule_book
from zt_platform.joint.errors import MeetingNotFound, MeetingOver
from zt_platform.joint.models import HistoryLine, JointTask
from zt_platform.joint.register import Meeting, Register
from zt_platform.joint.rules import Deemed
from zt_platform.joint.vocabulary import Act, Attendance, MeetingKind, MeetingState, Side, Status
from zt_platform.texts import checked_text
from zt_tenants.clock import now
from zt_tenants.context import current_centre
from zt_tenants.errors import InvalidInput

_SAVED = ["status", "opinion", "opinion_at", "opinion_by", "deemed", "meetings", "history", "lock_version"]


@dataclass(frozen=True, slots=True)
class Call:
    """What participants are called together for: which kind, about what, where, when, whom (ids of their tasks)."""

    kind: str
    subject: str
    place: str
    at: datetime
    task_ids: Sequence[UUID]


def convene_meeting(*, actor: Actor, case_id: int, call: Call, expected_version: int | None = None) -> Case:
    """Call participants together (H-05: who leads convenes): coordination, joint survey, drawing review, acceptance check.

    A survey's time counts (it is not in art. 45). Raises CaseNotFound, NotPermitted, CaseChanged, CaseNotHere,
    JointNotOpen, InvalidInput (kind, subject, place, time in the past, nobody invited).
    """
    if call.kind not in MeetingKind.values:
        raise InvalidInput(field="kind", zh="请选择会议的种类。", en="Choose the kind of meeting.")
    subject, place = checked_text(call.subject, "subject", longest=200), checked_text(call.place, "place", longest=200)
    if call.at <= now():
        raise InvalidInput(field="at", zh="会议时间应在现在之后。", en="The meeting has to lie ahead.")
    with transaction.atomic():
        case = led_case(case_id, actor, expected_version)
        register = register_of(case)
        tasks = _invited(case, call.task_ids)
        made = Meeting(
            id=uuid4().hex,
            kind=call.kind,
            subject=subject,
            place=place,
            at=call.at,
            convened_at=now(),
            convened_by=actor.name[:120],
            invited={str(task.task_id): task.unit for task in tasks},
        )
        _keep(case, register.with_meeting(made), tasks, made, actor, f"{made.kind_label}：{subject}（{place}）")
        note = f"{made.kind_label}，{len(tasks)}个单位参加"
        write_lines([line(case, Step.MEETING_CONVENED, actor, note, public=True, meeting=made.id, kind=call.kind)])
    return case


def close_meeting(
    *,
    actor: Actor,
    case_id: int,
    meeting_id: str,
    attendance: Mapping[str, str],
    minutes: str,
    expected_version: int | None = None,
) -> Case:
    """Close a meeting: who came, who was excused, who stayed away, and the minutes (H-06, H-09).

    Who stayed away without excuse and has not answered counts as consenting from this moment, where the absence rule was
    told when it was asked and is on (缺席默认制, G-06). Raises CaseNotFound, NotPermitted, CaseChanged, CaseNotHere,
    JointNotOpen, MeetingNotFound, MeetingOver, InvalidInput (attendance of somebody is missing, minutes, too early).
    """
    text = checked_text(minutes, "minutes")
    with transaction.atomic():
        case = led_case(case_id, actor, expected_version)
        register = register_of(case)
        found = _open_meeting(register, meeting_id)
        if now() < found.at:
            raise InvalidInput(field="minutes", zh="会议还没有开始，不能结束。", en="The meeting has not begun yet.")
        closed = replace(
            found, attendance=_checked(found, attendance), minutes=text, closed_at=now(), closed_by=actor.name[:120]
        )
        tasks = _invited(case, [UUID(task_id) for task_id in found.invited], answered_too=True)
        changed = register.with_meeting(closed)
        _keep(case, changed, tasks, closed, actor, f"{closed.kind_label}：{text}")
        came = sum(seen == Attendance.PRESENT for seen in closed.attendance.values())
        note = f"{closed.kind_label}，到会{came}个，应到{len(closed.invited)}个"
        lines = [line(case, Step.MEETING_CLOSED, actor, note, meeting=closed.id, kind=closed.kind)]
        write_lines([*lines, *_deem_absent(case, tasks, closed)])
    return case


def cancel_meeting(
    *, actor: Actor, case_id: int, meeting_id: str, reason: str, expected_version: int | None = None
) -> Case:
    """Cancel a meeting that was convened, with the reason; who was called is told.

    Raises CaseNotFound, NotPermitted, CaseChanged, CaseNotHere, JointNotOpen, MeetingNotFound, MeetingOver, InvalidInput.
    """
    text = checked_text(reason, "reason")
    with transaction.atomic():
        case = led_case(case_id, actor, expected_version)
        register = register_of(case)
        cancelled = replace(_open_meeting(register, meeting_id), cancelled_at=now(), minutes=text)
        tasks = _invited(case, [UUID(task_id) for task_id in cancelled.invited], answered_too=True)
        _keep(
            case, register.with_meeting(cancelled), tasks, cancelled, actor, f"{MeetingState.CANCELLED.label}：{text}"
        )
        note = f"{cancelled.kind_label}取消：{text}"
        write_lines([line(case, Step.MEETING_CLOSED, actor, note, meeting=cancelled.id, kind=cancelled.kind)])
    return case


def _invited(case: Case, task_ids: Sequence[UUID], *, answered_too: bool = False) -> list[JointTask]:
    wanted = list(dict.fromkeys(task_ids))
    led = JointTask.objects.of_case(case.tracking_number or "").select_for_update(of=("self",))
    found = [task for task in led.filter(task_id__in=wanted) if answered_too or task.status != Status.RECALLED]
    if not wanted or len(found) != len(wanted):
        raise InvalidInput(
            field="task_ids",
            zh="请从本件的参与单位中选择参会单位。",
            en="Choose who is called from the case's participants.",
        )
    return found


def _open_meeting(register: Register, meeting_id: str) -> Meeting:
    found = register.meeting(meeting_id)
    if found is None:
        raise MeetingNotFound
    if found.state is not MeetingState.CONVENED:
        raise MeetingOver(state=str(found.state.label))
    return found


def _checked(meeting: Meeting, attendance: Mapping[str, str]) -> dict[str, str]:
    missing = [unit for task, unit in meeting.invited.items() if attendance.get(task) not in Attendance.values]
    if missing:
        raise InvalidInput(
            field="attendance",
            zh="请逐个登记考勤，还差：{units}。",
            en="Keep the attendance of everybody; still missing: {units}.",
            units="、".join(missing),
        )
    return {task: str(attendance[task]) for task in meeting.invited}


def _keep(
    case: Case, register: Register, tasks: Sequence[JointTask], meeting: Meeting, actor: Actor, said: str
) -> None:
    """Write a meeting to the register and to the tasks of who is called, and tell them."""
    keep_register(case, register)
    case.save_changes()
    said_by = HistoryLine(Act.MEET, now().isoformat(), actor.name[:120], current_centre().name, said)
    for task in tasks:
        task.meetings = with_meeting(task, meeting.for_task(str(task.task_id)))
        task.note(said_by)
    JointTask.objects.bulk_update(tasks, ["meetings", "history", "lock_version"])
    outgoing.send_meeting([task for task in tasks if task.side == Side.LEAD], meeting)
    telling.tell_participants([task for task in tasks if task.side == Side.LOCAL], telling.meeting)


def with_meeting(task: JointTask, meeting: Meeting) -> list[dict[str, object]]:
    """The task's meetings with this one put in its place, or added."""
    others = [stored for stored in task.meetings if stored["id"] != meeting.id]
    return [*others, meeting.to_stored()]


def _deem_absent(case: Case, tasks: Sequence[JointTask], meeting: Meeting) -> list[Line]:
    if meeting.closed_at is None:
        return []
    absent = [
        task
        for task in tasks
        if task.is_open and meeting.attendance.get(str(task.task_id)) == Attendance.ABSENT and not task.ended_at
    ]
    deemed, book = Deemed(DefaultKind.ABSENCE, "", meeting.closed_at), rule_book([task.item_code for task in absent])
    found = [(task, one) for task in absent if (one := found_deemed(task, deemed, book)) is not None]
    if not found:
        return []
    at_hand = {task.pk: task for task in tasks}
    led = JointTask.objects.of_case(case.tracking_number or "").defer("facts")
    lines = deem_all(found, {case.tracking_number or "": case}, [at_hand.get(task.pk, task) for task in led])
    JointTask.objects.bulk_update([task for task, _ in found], _SAVED)
    return lines
