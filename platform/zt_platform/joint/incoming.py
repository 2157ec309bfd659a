"""Which message about a joint task leads to what. The files that it names are copied first, outside the transaction.

When messages cross, the earlier act counts, and both ends compute it by the same rule (rules.standing, docs/decisions/0011):
what comes too late is a line of the history.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from zt_interop.handlers import Message, register
from zt_platform.actors import Actor
from zt_platform.cases.models import Case
from zt_platform.cases.vocabulary import Step
from zt_platform.catalogue.kinds import DefaultKind
from zt_platform.crossing_files import take_over
from zt_platform.joint import rules, telling
from zt_platform.joint.alarms import act_if_over, wait_for_answers
from zt_platform.joint.casebook import line, locked_cases, write_lines
from zt_platform.joint.commands.answering import take_opinion, tell_of_opinion
from zt_platform.joint.commands.meetings import with_meeting
from zt_platform.joint.errors import TaskOfAnother
from zt_platform.joint.exchange import received_facts
from zt_platform.joint.models import HistoryLine, JointTask
from zt_platform.joint.outgoing import MEETING, OPINION, RECALLED, SIGNED, TASK
from zt_platform.joint.register import Meeting
from zt_platform.joint.rules import Deemed, Standing
from zt_platform.joint.vocabulary import Act, Opinion, Side, Status
from zt_platform.organisation.models import Department
from zt_platform.organisation.queries import office_hours
from zt_platform.papers.commands import revoke_papers
from zt_platform.papers.kinds import PaperKind
from zt_platform.workcalendar.queries import calendar
from zt_storage.copies import AttachmentManifest
from zt_storage.models import Attachment
from zt_tenants.centres import centre_by_code
from zt_tenants.clock import instant, now
from zt_tenants.context import current_centre


def register_handlers() -> None:
    """Register the handlers of every message type about joint tasks."""
    register(TASK, prepare=copy_files, apply=receive_task)
    register(SIGNED, apply=receive_signature)
    register(OPINION, prepare=copy_files, apply=receive_opinion)
    register(RECALLED, apply=receive_recall)
    register(MEETING, apply=receive_meeting)


def copy_files(message: Message) -> None:
    """Copy form, materials or an opinion's files into the current centre, digests checked; repeatable."""
    data = message.data
    _copies(message, [*data.get("materials", []), *(data.get("files") or []), data.get("paper")])


def receive_task(message: Message) -> None:
    """A lead asks this centre, or a department of it. A task that is there already changes nothing.

    Raises TaskOfAnother: it is another centre's; SubjectDiffers.
    """
    message.check_subject()
    data, here = message.data, current_centre()
    if JointTask.objects.filter(task_id=data["task_id"]).exists():
        _task(message, Side.PARTICIPANT)
        return
    lead, asked_at = centre_by_code(message.source), instant(data.get("asked_at")) or now()
    due_at, hours = datetime.fromisoformat(data["due_at"]), office_hours()
    named: dict[str, str] = data.get("department") or {}
    department = _department(named)
    task = JointTask(
        task_id=UUID(data["task_id"]),
        side=Side.PARTICIPANT,
        tracking_number=data["tracking_number"],
        register_number=str(data.get("register_number") or "")[:40],
        item_code=data["item"]["code"],
        item_name=data["item"]["name"],
        part=data["part"],
        lead_code=lead.code,
        lead_name=lead.name,
        lead_department=str(data.get("lead_department") or "")[:100],
        participant_code=here.code,
        participant_name=here.name,
        department=department,
        department_code=named.get("code", ""),
        department_name=department.name if department else named.get("name", ""),
        asked_at=asked_at,
        asked_by=str(data.get("asked_by") or "")[:120],
        due_at=due_at,
        warning_at=rules.warning_at(asked_at, due_at, hours),
        red_at=rules.red_at(due_at, calendar(), hours),
        defaults=data.get("defaults") or {},
        facts=received_facts(data, _copies(message, data["materials"])),
        paper_copy=next(iter(_copies(message, [data.get("paper")])), None),
        paper_number=str(data.get("paper_number") or "")[:80],
    )
    task.note(HistoryLine(Act.ASK, asked_at.isoformat(), task.asked_by, lead.name, task.part))
    task.save(force_insert=True)
    wait_for_answers([task])
    telling.tell_participants([task], telling.asked)


def receive_signature(message: Message) -> None:
    """The participant has signed for it; one that is older than an inaction that was deemed takes its ground away.

    Raises TaskOfAnother.
    """
    case, task = _led_task(message)
    at, by = datetime.fromisoformat(message.data["signed_at"]), str(message.data.get("signed_by") or "")[:120]
    if task.said_before(Act.SIGN, at, ""):
        return
    task.note(HistoryLine(Act.SIGN, at.isoformat(), by, task.participant_name))
    if task.signed_at is None:
        task.signed_at, task.signed_by = at, by
    if task.status == Status.ASKED and task.ended_at is None:
        task.status = Status.SIGNED
    _settle(task, case)
    task.save()
    if case is not None:
        write_lines([line(case, Step.JOINT_SIGNED, _speaker(task), task.unit, task=str(task.task_id))])


def receive_opinion(message: Message) -> None:
    """At the lead: a participant's opinion. At the participant: its silence counts as consent.

    Raises TaskOfAnother.
    """
    if message.data["opinion"] == Opinion.DEEMED_CONSENT:
        _receive_deemed(message)
    else:
        _receive_own_opinion(message)


def _receive_own_opinion(message: Message) -> None:
    data, at = message.data, datetime.fromisoformat(message.data["given_at"])
    act_if_over(UUID(data["task_id"]), at)
    case, task = _led_task(message)
    text, by = str(data.get("text") or ""), str(data.get("given_by") or "")[:120]
    if task.said_before(Act.ANSWER, at, text):
        return
    files = [file.pk for file in _copies(message, data.get("files") or [])]
    counts = opinion_counts(task, at)
    task.note(
        HistoryLine(
            Act.ANSWER if counts else Act.NOTE,
            at.isoformat(),
            by,
            task.participant_name,
            text,
            opinion=data["opinion"],
            files=files,
        )
    )
    if counts:
        _void_deemed_paper(task)
        if task.signed_at is None:
            task.signed_at, task.signed_by = at, by
        take_opinion(task, Opinion(data["opinion"]), at, by, text, files)
        task.recalled_at = None
        task.department_name = task.department_name or _own_name(task, str(data.get("legal_name") or ""))
    task.save()
    if counts and case is not None:
        tell_of_opinion(case, task, _speaker(task))


def _own_name(task: JointTask, legal_name: str) -> str:
    """Which department of a centre that was asked as a whole has answered."""
    return "" if legal_name == task.participant_name else legal_name[:100]


def opinion_counts(task: JointTask, at: datetime) -> bool:
    """Whether an opinion given then counts here: before it was recalled, deemed, or the case ended; the newest one."""
    if any(moment is not None and moment <= at for moment in (task.recalled_at, task.ended_at)):
        return False
    if task.status == Status.ANSWERED:
        return task.opinion_at is None or task.opinion_at <= at
    deemed = task.deemed_consent
    return deemed is None or rules.standing(deemed, signed_at=None, opinion_at=at) is Standing.OPINION


def _receive_deemed(message: Message) -> None:
    task = _task(message, Side.PARTICIPANT)
    said = message.data.get("deemed") or {}
    at = datetime.fromisoformat(message.data["given_at"])
    deemed = Deemed(
        ground=DefaultKind(said.get("ground", DefaultKind.OVERTIME.value)),
        basis=str(said.get("basis") or ""),
        at=at,
        paper=str(said.get("paper") or ""),
        overtime_basis=str(said.get("overtime_basis") or ""),
    )
    if task.said_before(Act.DEEM, at, deemed.basis):
        return
    given = [told.moment for told in task.lines if told.act == Act.ANSWER]
    own = min(given) if given and task.status == Status.ANSWERED else None
    stands = rules.standing(deemed, signed_at=task.signed_at, opinion_at=own)
    over = task.recalled_at is not None and task.recalled_at <= at
    counts = stands in (Standing.DEEMED, Standing.OVERTIME) and not over
    if counts:
        deemed = deemed.by_overtime() if stands is Standing.OVERTIME else deemed
        take_deemed(task, deemed)
    act = Act.DEEM if counts else Act.NOTE
    task.note(HistoryLine(act, at.isoformat(), "", task.lead_name, deemed.basis))
    task.save()
    if counts:
        telling.tell_participants([task], telling.deemed)


def take_deemed(task: JointTask, deemed: Deemed) -> None:
    """Put deemed consent on the row (not saved); an opinion that came after it stays in the history."""
    task.status, task.deemed = Status.DEEMED, deemed.to_stored()
    task.opinion, task.opinion_at, task.opinion_by = Opinion.DEEMED_CONSENT, deemed.at, ""
    task.opinion_text, task.opinion_files = "", []


def receive_recall(message: Message) -> None:
    """No opinion is wanted any more, or the case has ended. An opinion that was given before stays. Raises TaskOfAnother."""
    task = _task(message, Side.PARTICIPANT)
    data, at = message.data, datetime.fromisoformat(message.data["recalled_at"])
    ended = str(data.get("case_status") or "")
    act, text = (Act.END, ended) if ended else (Act.RECALL, str(data.get("reason") or ""))
    if task.said_before(act, at, text):
        return
    was_open = task.is_open
    if was_open:
        task.status, task.recalled_at = Status.RECALLED, at
    elif task.status == Status.ANSWERED:
        _as_it_stood(task, at)
    if ended:
        task.ended_at, task.ended_as = at, ended[:60]
    task.note(HistoryLine(act, at.isoformat(), str(data.get("recalled_by") or "")[:120], task.lead_name, text))
    task.save()
    if was_open:
        telling.tell_participants([task], telling.recalled)


def _as_it_stood(task: JointTask, at: datetime) -> None:
    """Take the opinion that stood when the lead ended the task; one that was given later stays in the history only."""
    if task.opinion_at is None or task.opinion_at < at:
        return
    given = [said for said in task.lines if said.act == Act.ANSWER and said.moment < at]
    if given:
        last = given[-1]
        take_opinion(task, Opinion(last.opinion), last.moment, last.by, last.text, last.files)
        return
    task.status, task.recalled_at = Status.RECALLED, at
    task.opinion, task.opinion_at, task.opinion_by = Opinion.NONE, None, ""
    task.opinion_text, task.opinion_files = "", []


def receive_meeting(message: Message) -> None:
    """A meeting was convened, closed or cancelled. Raises TaskOfAnother."""
    task, said = _task(message, Side.PARTICIPANT), message.data["meeting"]
    own = str(task.task_id)
    meeting = Meeting(
        id=said["id"],
        kind=said["kind"],
        subject=said["subject"],
        place=said["place"],
        at=datetime.fromisoformat(said["at"]),
        convened_at=datetime.fromisoformat(said["convened_at"]),
        convened_by=str(said.get("convened_by") or "")[:120],
        invited={own: task.unit},
        attendance={own: said["attendance"]} if said.get("attendance") else {},
        minutes=str(said.get("minutes") or ""),
        closed_at=instant(said.get("closed_at")),
        closed_by=str(said.get("closed_by") or "")[:120],
        cancelled_at=instant(said.get("cancelled_at")),
    )
    at = meeting.cancelled_at or meeting.closed_at or meeting.convened_at
    text = f"{meeting.kind_label}：{meeting.minutes or meeting.subject}"
    if task.said_before(Act.MEET, at, text):
        return
    task.meetings = with_meeting(task, meeting)
    task.note(HistoryLine(Act.MEET, at.isoformat(), meeting.convened_by, task.lead_name, text))
    task.save()
    telling.tell_participants([task], telling.meeting)


def _settle(task: JointTask, case: Case | None) -> None:
    """A signature came: what was deemed on the ground that nobody had signed is looked at again."""
    deemed = task.deemed_consent
    if task.status != Status.DEEMED or deemed is None or task.ended_at is not None:
        return
    stands = rules.standing(deemed, signed_at=task.signed_at, opinion_at=None)
    if stands is Standing.DEEMED:
        return
    task.neglect = rules.neglect_at_limit(task.signed_at, task.due_at)
    if stands is Standing.OVERTIME:
        task.deemed = deemed.by_overtime().to_stored()
        return
    _void_deemed_paper(task)
    task.status, task.deemed = Status.SIGNED, {}
    task.opinion, task.opinion_at, task.opinion_by = Opinion.NONE, None, ""
    if case is not None:
        telling.tell_leaders([task], telling.late)


def _void_deemed_paper(task: JointTask) -> None:
    deemed = task.deemed_consent
    if deemed is not None and deemed.paper:
        revoke_papers(
            subject=task.tracking_number,
            kinds=(PaperKind.JOINT_DEEMED,),
            reason="参与单位在此之前已经签收或者答复",
            actor=Actor.system(),
            number=deemed.paper,
        )


def _led_task(message: Message) -> tuple[Case | None, JointTask]:
    """The task of a case that is led here, locked after it. Raises TaskOfAnother: the sender is not its participant."""
    case = next(iter(locked_cases([message.data["tracking_number"]]).values()), None)
    return case, _task(message, Side.LEAD)


def _task(message: Message, side: Side) -> JointTask:
    """The task a message speaks of, locked. Raises TaskOfAnother: none, or the sender is not the other side of it;
    SubjectDiffers."""
    message.check_subject()
    found = JointTask.objects.select_for_update(of=("self",)).filter(task_id=message.data["task_id"], side=side).first()
    other = "" if found is None else (found.participant_code if side is Side.LEAD else found.lead_code)
    if found is None or other != message.source or found.tracking_number != message.data["tracking_number"]:
        raise TaskOfAnother(source=message.source, task=message.data["task_id"])
    return found


def _department(named: dict[str, str]) -> Department | None:
    """The own department that is meant: by code, else by the end of its name; none when that is not certain."""
    if not named:
        return None
    own = Department.objects.filter(active=True)
    if named.get("code") and (found := own.filter(code=named["code"]).first()) is not None:
        return found
    meant = list(own.filter(name__endswith=named["name"])[:2]) if named.get("name") else []
    return meant[0] if len(meant) == 1 else None


def _copies(message: Message, named: list[Any]) -> list[Attachment]:
    return [take_over(message.source, AttachmentManifest.from_payload(given)) for given in named if given]


def _speaker(task: JointTask) -> Actor:
    """Who is named in the case's log: the unit; as the system's line, so that the supervision hears of it from here."""
    return Actor.system(task.unit)
