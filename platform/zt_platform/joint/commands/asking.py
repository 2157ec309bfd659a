"""Asking participants for their opinion, many by one command, and recalling what is no longer wanted (H-01, H-07, H-08)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from zt_platform.actors import Actor
from zt_platform.cases.commands.ledger import local_calendar
from zt_platform.cases.models import Case
from zt_platform.cases.vocabulary import Step
from zt_platform.catalogue.defaults import rule_for
from zt_platform.catalogue.kinds import JOINT_DEFAULTS
from zt_platform.joint import outgoing, rules, telling
from zt_platform.joint.alarms import wait_for_answers
from zt_platform.joint.casebook import led_case, line, progress_note, register_of, write_lines
from zt_platform.joint.errors import AskedTwice, NotAParticipant
from zt_platform.joint.exchange import NOTHING_MORE, Shared, shared_facts
from zt_platform.joint.locking import locked_task, note
from zt_platform.joint.models import JointTask, units
from zt_platform.joint.papers import contact_content
from zt_platform.joint.register import Register
from zt_platform.joint.states import permitted_edge
from zt_platform.joint.vocabulary import Act, Side, Status
from zt_platform.organisation.models import Department
from zt_platform.papers.commands import issue_paper, stored
from zt_platform.papers.kinds import PaperKind
from zt_platform.texts import checked_text
from zt_tenants.centres import centre_by_code
from zt_tenants.clock import now
from zt_tenants.context import current_centre
from zt_tenants.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Ask:
    """Whom to ask, what, and until when: ``days`` are working days from the next one on.

    In the own centre ``department_code`` names a department. Another centre may be asked as a whole, or a department of
    it by code or by name.
    """

    centre_code: str
    part: str
    department_code: str = ""
    department_name: str = ""
    days: int = rules.ANSWER_DAYS


def ask_participants(
    *,
    actor: Actor,
    case_id: int,
    asks: Sequence[Ask],
    shared: Shared = NOTHING_MORE,
    expected_version: int | None = None,
) -> list[JointTask]:
    """Ask departments and centres of any level for their opinions, all by one numbered contact form (F-10, H-07, H-08).

    Each gets a row, a timer and, elsewhere, a signed message; the number of statements does not grow with theirs. What
    silence will count as is told now, by the default rules that are on (G-06). Raises CaseNotFound, NotPermitted,
    CaseChanged, CaseNotHere, JointNotOpen, AskedTwice, NotAParticipant, UnknownCentre, InvalidInput, StorageUnavailable.
    """
    if not 1 <= len(asks) <= rules.MOST_PARTICIPANTS:
        raise InvalidInput(
            field="asks",
            zh="请选择1至{most}个参与单位。",
            en="Choose 1 to {most} participants.",
            most=rules.MOST_PARTICIPANTS,
        )
    with transaction.atomic():
        case = led_case(case_id, actor, expected_version)
        register = register_of(case)
        before = list(JointTask.objects.of_case(case.tracking_number or "").defer("facts"))
        tasks = _new_tasks(case, register, actor, asks)
        _require_new(tasks, before)
        given, told = shared_facts(case, shared), _rules_on(case, now())
        for task in tasks:
            task.facts, task.defaults = given, told
        content = contact_content(case, register, tasks, told, actor.name)
        number = case.tracking_number or ""
        form = issue_paper(
            kind=PaperKind.JOINT_CONTACT, department=case.department, subject=number, content=content, actor=actor
        )
        for task in tasks:
            task.paper, task.paper_number = form, form.number
            note(task, Act.ASK, actor, task.part)
        JointTask.objects.bulk_create(tasks)
        wait_for_answers(tasks)
        away = [task for task in tasks if task.side == Side.LEAD]
        if away:
            contact = case.department.telephone if case.department else ""
            file = stored(form, told_to=away[0].participant_code)  # the first of them stands for all: the file is kept
            outgoing.send_tasks(away, case, file, contact)
        telling.tell_participants([task for task in tasks if task.side == Side.LOCAL], telling.asked)
        case.lock_version += 1
        case.save_changes()
        said, counts = progress_note([*before, *tasks])
        text = f"{said}。本次征求{len(tasks)}个单位"
        write_lines([line(case, Step.OPINIONS_ASKED, actor, text, public=True, form=form.number, **counts)])
    return tasks


def _new_tasks(case: Case, register: Register, actor: Actor, asks: Sequence[Ask]) -> list[JointTask]:
    codes = sorted({ask.department_code for ask in asks if ask.department_code})
    own = {found.code: found for found in Department.objects.filter(code__in=codes, active=True)} if codes else {}
    return [_new_task(case, register, actor, ask, own) for ask in asks]


def _new_task(case: Case, register: Register, actor: Actor, ask: Ask, own: dict[str, Department]) -> JointTask:
    here, there, moment = current_centre(), centre_by_code(ask.centre_code), now()
    local = there.id == here.id
    department = own.get(ask.department_code) if local else None
    if local and department is None:
        raise InvalidInput(
            field="department_code",
            zh="征求本中心意见的，请选择部门。",
            en="Inside the centre, choose the department.",
        )
    if department is not None and department.pk == case.department_id:
        raise NotAParticipant(unit=department.name)
    counted = local_calendar(case)
    due_at = rules.task_due_at(moment, ask.days, case.due_at, counted.days, counted.hours)
    return JointTask(
        side=Side.LOCAL if local else Side.LEAD,
        tracking_number=case.tracking_number or "",
        register_number=register.number,
        item_code=case.item_code,
        item_name=case.item_name,
        part=checked_text(ask.part, "part", longest=rules.LONGEST_PART),
        lead_code=here.code,
        lead_name=here.name,
        lead_department=register.lead_department,
        participant_code=there.code,
        participant_name=there.name,
        department=department,
        department_code=ask.department_code.strip()[:40],
        department_name=department.name if department else ask.department_name.strip()[:100],
        asked_at=moment,
        asked_by=actor.name[:120],
        due_at=due_at,
        warning_at=rules.warning_at(moment, due_at, counted.hours),
        red_at=rules.red_at(due_at, counted.days, counted.hours),
    )


def _unit_key(task: JointTask) -> tuple[str, str]:
    return task.participant_code, task.department_code or task.department_name


def _require_new(tasks: Sequence[JointTask], before: Sequence[JointTask]) -> None:
    taken = {_unit_key(task) for task in before if task.status != Status.RECALLED}
    twice = []
    for task in tasks:
        if _unit_key(task) in taken:
            twice.append(task)
        taken.add(_unit_key(task))
    if twice:
        raise AskedTwice(field="asks", units=units(twice))


def _rules_on(case: Case, moment: datetime) -> dict[str, str]:
    """The default rules of joint handling that are on for the item now: kind and legal basis."""
    item = getattr(case, "item_clock", None) or {}
    stored = item.get("default_rules") or []
    found = {kind: rule_for(stored, moment, kind) for kind in JOINT_DEFAULTS}
    return {kind.value: rule.legal_basis for kind, rule in found.items() if rule is not None}


def recall_task(*, actor: Actor, task_id: UUID, reason: str, expected_version: int | None = None) -> JointTask:
    """Recall what has not been answered, with the reason; the participant is told (H-07). Never an opinion that was given.

    Raises TaskNotFound, NotPermitted, Conflict, TaskStandsElsewhere, CaseNotHere, InvalidInput.
    """
    said = checked_text(reason, "reason")
    with transaction.atomic():
        case, task = locked_task(task_id, actor, expected_version, lead=True)
        edge = permitted_edge(task.status, Act.RECALL, task.side)
        task.status, task.recalled_at = edge.target, now()
        note(task, Act.RECALL, actor, said)
        task.save()
        if task.side == Side.LEAD:
            outgoing.send_recall(task, said, actor.name[:120])
        else:
            telling.tell_participants([task], telling.recalled)
        if case is not None:
            write_lines([line(case, Step.OPINION_RECALLED, actor, f"{task.unit}：{said}", task=str(task.task_id))])
    return task
