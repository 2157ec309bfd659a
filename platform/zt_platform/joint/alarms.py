"""The moments of a task by itself: near its limit, and at it (H-06, H-08, G-06).

The lead's timer judges by the default rules; the participant's reminds, and holds to account who let the limit pass. A
department of the lead's own centre has one row and one timer for both. Set-based, in the timers' transaction, once: a task
that was answered, recalled or ended meanwhile is left alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from zt_platform.actors import Actor
from zt_platform.cases.vocabulary import Step
from zt_platform.joint import rules, telling
from zt_platform.joint.casebook import Line, can_lead, line, locked_cases, write_lines
from zt_platform.joint.deeming import deem_all, found_deemed, rule_book
from zt_platform.joint.models import HistoryLine, JointTask
from zt_platform.joint.papers import neglect_content, neglect_reason
from zt_platform.joint.rules import Deemed
from zt_platform.joint.vocabulary import Act, Neglect, Side
from zt_platform.orders.automatic import AtLimit, keep_orders, order_of
from zt_platform.orders.rules import REPLY_DAYS
from zt_platform.organisation.queries import office_hours
from zt_platform.papers.commands import NewPaper, issue_papers
from zt_platform.papers.kinds import PaperKind
from zt_platform.workcalendar.queries import calendar
from zt_tenants.clock import now
from zt_tenants.context import current_centre
from zt_tenants.timers import DueTimer, NewTimer, schedule_many

TIMER = "joint.task"
AFTER = timedelta(seconds=1)
"""A limit includes its last instant."""
_SAVED = ["status", "opinion", "opinion_at", "opinion_by", "deemed", "neglect", "history", "lock_version"]


def timer_of(task: JointTask) -> NewTimer | None:
    """The next moment of a task at this centre; None when none is to come. The lead has nothing to do before the limit."""
    if not task.is_open or task.neglect:
        return None
    reminds = task.side != Side.LEAD and now() <= task.warning_at
    return NewTimer(TIMER, str(task.task_id), (task.warning_at if reminds else task.due_at) + AFTER)


def wait_for_answers(tasks: Sequence[JointTask]) -> None:
    """Set the timers of tasks, by one statement; in the caller's transaction."""
    timers = [timer for timer in map(timer_of, tasks) if timer is not None]
    if timers:
        schedule_many(timers)


def act_at_moments(timers: Sequence[DueTimer]) -> None:
    """Remind, hold to account, and let silence count where a rule says so; the same statements for 2 and for 12 tasks."""
    _act([UUID(timer.subject) for timer in timers])


def act_if_over(task_id: UUID, said_at: datetime) -> None:
    """Let the silence up to a task's limit count before what was said after it is heard, when its timer is late.

    At the lead, in the caller's transaction: what counts must not hang on how busy the timers' workers are.
    """
    led = (
        JointTask.objects.open().filter(task_id=task_id, neglect="", due_at__lt=said_at).exclude(side=Side.PARTICIPANT)
    )
    if led.exists():
        _act([task_id])


def _act(ids: Sequence[UUID]) -> None:
    led = JointTask.objects.filter(task_id__in=ids).exclude(side=Side.PARTICIPANT)
    cases = locked_cases(led.values_list("tracking_number", flat=True))
    found = JointTask.objects.select_for_update(of=("self",)).select_related("department")
    tasks = list(found.filter(task_id__in=ids).order_by("pk"))
    moment = now()
    near = [task for task in tasks if task.is_open and task.warning_at < moment <= task.due_at]
    telling.tell_participants([task for task in near if task.side != Side.LEAD], telling.near)
    neglected = [task for task in tasks if _is_neglected(task)]
    for task in neglected:
        _hold_to_account(task)
    _order([task for task in neglected if task.side != Side.LEAD])
    judged = [task for task in neglected if task.is_open and task.side != Side.PARTICIPANT]
    judged = [task for task in judged if (case := cases.get(task.tracking_number)) is not None and can_lead(case)]
    lines: list[Line] = [
        line(
            cases[task.tracking_number],
            Step.OPINION_OVERDUE,
            Actor.system(),
            f"{task.unit}：{Neglect(task.neglect).label}",
        )
        for task in judged
    ]
    book = rule_book([task.item_code for task in judged])
    deemed = [(task, one) for task in judged if (one := found_deemed(task, _at_limit(task), book)) is not None]
    others = _all_tasks(deemed, judged)
    lines += deem_all(deemed, cases, others)
    JointTask.objects.bulk_update(neglected, _SAVED)
    write_lines(lines)
    telling.tell_leaders([task for task in judged if task.is_open], telling.late)
    wait_for_answers(tasks)


def _is_neglected(task: JointTask) -> bool:
    """Whether the limit has passed without an opinion of the participant's own, and nobody has been held to account yet.

    What was deemed at the limit was neglected all the same, whichever of the two timers comes first.
    """
    if task.neglect or now() <= task.due_at:
        return False
    ended = [task.recalled_at, task.ended_at, task.opinion_at if not task.deemed else None]
    deemed_before = task.deemed_consent is not None and task.deemed_consent.at < task.due_at
    return not deemed_before and not any(moment is not None and moment <= task.due_at for moment in ended)


def _hold_to_account(task: JointTask) -> None:
    task.neglect = rules.neglect_at_limit(task.signed_at, task.due_at)
    task.note(HistoryLine(Act.NEGLECT, now().isoformat(), "", current_centre().name, str(task.neglect)))


def _at_limit(task: JointTask) -> Deemed:
    return Deemed(rules.ground_at_limit(Neglect(task.neglect)), "", task.due_at)


def _all_tasks(deemed: Sequence[tuple[JointTask, Deemed]], judged: Sequence[JointTask]) -> list[JointTask]:
    """All tasks of the cases in which something is deemed: those at hand as they are now, the others as they were saved."""
    if not deemed:
        return []
    numbers = {task.tracking_number for task, _ in deemed}
    at_hand = {task.pk: task for task in judged}
    led = JointTask.objects.filter(tracking_number__in=sorted(numbers)).exclude(side=Side.PARTICIPANT).defer("facts")
    return [at_hand.get(task.pk, task) for task in led]


def _order(tasks: Sequence[JointTask]) -> None:
    """A supervision order to the own unit for each task it let pass (失职问责制, H-06, F-04)."""
    if not tasks:
        return
    days, hours, system = calendar(), office_hours(), Actor.system()
    answer_due_at = days.deadline(now(), REPLY_DAYS, hours)
    papers = issue_papers(
        [
            NewPaper(
                PaperKind.SUPERVISION_ORDER,
                None,
                task.tracking_number,
                neglect_content(task, Neglect(task.neglect), answer_due_at),
            )
            for task in tasks
        ],
        actor=system,
    )
    orders = []
    for task, paper in zip(tasks, papers, strict=True):
        reason = neglect_reason(task, Neglect(task.neglect))
        found = AtLimit(paper, task.department, task.tracking_number, reason, answer_due_at, red=False)
        orders.append(order_of(found, days, hours))
    schedule_many(keep_orders(orders))
