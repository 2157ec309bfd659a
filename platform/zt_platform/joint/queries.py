"""Reading joint handling at the current centre: the participant's desk, a case's tasks, whom to ask."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q

from zt_platform.actors import Actor
from zt_platform.cases.models import Case
from zt_platform.index.models import ItemIndexEntry
from zt_platform.joint import states, telling
from zt_platform.joint.casebook import can_lead, leads
from zt_platform.joint.commands.opening import COORDINATORS
from zt_platform.joint.errors import TaskNotFound
from zt_platform.joint.exchange import TaskFacts, readable_facts
from zt_platform.joint.models import JointTask, JointTaskQuerySet
from zt_platform.joint.register import Register
from zt_platform.joint.vocabulary import OPEN, Act, Opinion, Side, Status
from zt_platform.lights import Light
from zt_platform.organisation.models import Department
from zt_platform.organisation.roles import Role
from zt_storage.models import Attachment
from zt_tenants.clock import now
from zt_tenants.context import current_centre

READERS = (*telling.SIGNERS, Role.SUPERVISOR)
MOST_CANDIDATES = 200


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """What the desk is narrowed to; unknown words count as none. ``view``: waiting, answered, recalled, overdue."""

    view: str = ""
    light: str = ""
    text: str = ""


_VIEWS = {
    "waiting": Q(status__in=sorted(OPEN)),
    "answered": Q(status__in=[Status.ANSWERED, Status.DEEMED]),
    "recalled": Q(status=Status.RECALLED),
}


def _visible(actor: Actor) -> JointTaskQuerySet:
    """Tasks of the desk that the actor may read: a department's people their own and the centre's. Raises NotPermitted."""
    actor.require(*READERS)
    found = JointTask.objects.desk()
    if actor.has(*telling.WATCHERS) or actor.department_id is None:
        return found
    return found.filter(Q(department_id=actor.department_id) | Q(department_id__isnull=True))


def tasks_for(actor: Actor, wanted: TaskFilter = TaskFilter()) -> JointTaskQuerySet:
    """The tasks that this centre answers, the newest first, without what is sealed. Raises NotPermitted."""
    found = _visible(actor).order_by("-id").defer("facts").select_related("department")
    if wanted.view == "overdue":
        found = found.open().filter(due_at__lt=now())
    elif wanted.view in _VIEWS:
        found = found.filter(_VIEWS[wanted.view])
    if wanted.light in Light.values:
        found = found.in_light(wanted.light, now())
    if text := wanted.text.strip():
        found = found.filter(
            Q(tracking_number=text.replace(" ", "").replace("-", ""))
            | Q(register_number=text.upper())
            | Q(item_name__icontains=text)
            | Q(part__icontains=text)
            | Q(lead_name__icontains=text)
            | Q(lead_department__icontains=text)
        )
    return found


def task_for(actor: Actor, task_id: UUID) -> JointTask:
    """One task, for its participant, for the lead of its case, and for who watches the centre.

    Raises NotPermitted, TaskNotFound.
    """
    actor.require(*READERS)
    found = JointTask.objects.select_related("department", "paper", "paper_copy").filter(task_id=task_id).first()
    if found is None or not _may_read(actor, found):
        raise TaskNotFound
    return found


def _may_read(actor: Actor, task: JointTask) -> bool:
    if actor.has(*telling.WATCHERS):
        return True
    if task.side != Side.LEAD and telling.is_of_unit(actor, task):
        return True
    if task.side == Side.PARTICIPANT:
        return False
    case = Case.objects.filter(tracking_number=task.tracking_number).first()
    return case is not None and leads(actor, case)


def register_of_case(case: Case) -> Register | None:
    """The register entry of a case; None for one that is not handled jointly."""
    return Register.from_stored(case.joint) if case.joint_opened_at is not None else None


def tasks_of_case(case: Case) -> list[JointTask]:
    """The tasks of a case that is led here, in the order of asking; for a page whose reader may see the case."""
    if case.joint_opened_at is None:
        return []
    return list(
        JointTask.objects.of_case(case.tracking_number or "").defer("facts").select_related("department", "paper")
    )


def tasks_of_many(tracking_numbers: Collection[str]) -> dict[str, list[JointTask]]:
    """The tasks of many cases that are led here, by number, in the order of asking; one statement."""
    led = JointTask.objects.filter(tracking_number__in=list(tracking_numbers), side__in=[Side.LEAD, Side.LOCAL])
    found: dict[str, list[JointTask]] = {}
    for task in led.defer("facts").select_related("department").order_by("pk"):
        found.setdefault(task.tracking_number, []).append(task)
    return found


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the asking in a case has come; what was recalled is not counted."""

    asked: int = 0
    answered: int = 0
    deemed: int = 0
    open: int = 0
    objections: int = 0


def progress_of(tasks: Iterable[JointTask]) -> Progress:
    """From the tasks of one case."""
    wanted = [task for task in tasks if task.status != Status.RECALLED]
    still_open = sum(task.is_open for task in wanted)
    return Progress(
        asked=len(wanted),
        answered=len(wanted) - still_open,
        deemed=sum(task.status == Status.DEEMED for task in wanted),
        open=still_open,
        objections=sum(task.opinion == Opinion.OBJECTION for task in wanted),
    )


def progress_of_many(tracking_numbers: Collection[str]) -> dict[str, Progress]:
    """The same for many cases that are led here, by number; one statement."""
    led = JointTask.objects.filter(tracking_number__in=list(tracking_numbers), side__in=[Side.LEAD, Side.LOCAL])
    wanted = led.exclude(status=Status.RECALLED).order_by().values("tracking_number")
    still_open = Q(status__in=sorted(OPEN))
    rows = wanted.annotate(
        asked=Count("id"),
        answered=Count("id", filter=~still_open),
        deemed=Count("id", filter=Q(status=Status.DEEMED)),
        open=Count("id", filter=still_open),
        objections=Count("id", filter=Q(opinion=Opinion.OBJECTION)),
    )
    return {
        row["tracking_number"]: Progress(row["asked"], row["answered"], row["deemed"], row["open"], row["objections"])
        for row in rows
    }


@dataclass(frozen=True, slots=True)
class TaskCounts:
    """How much lies on the desk."""

    waiting: int
    unsigned: int
    overdue: int


def task_counts(actor: Actor) -> TaskCounts:
    """Counts of what the actor may read; one statement. Raises NotPermitted."""
    still_open = Q(status__in=sorted(OPEN))
    return TaskCounts(
        **_visible(actor)
        .order_by()
        .aggregate(
            waiting=Count("id", filter=still_open),
            unsigned=Count("id", filter=Q(status=Status.ASKED)),
            overdue=Count("id", filter=still_open & Q(due_at__lt=now())),
        )
    )


def acts_for(actor: Actor, task: JointTask) -> list[Act]:
    """What the actor may do with a task now; RECALL needs the lead of its case, which is looked up."""
    return acts_for_many(actor, [task])[task]


def acts_for_many(actor: Actor, tasks: Collection[JointTask]) -> dict[JointTask, list[Act]]:
    """The same for many tasks; one statement for the cases that are led here, none without such."""
    led = {task.tracking_number for task in tasks if task.side != Side.PARTICIPANT and task.ended_at is None}
    cases = Case.objects.filter(tracking_number__in=led).for_list() if led else []
    recalls = {case.tracking_number for case in cases if leads(actor, case) and can_lead(case)}
    return {task: _acts(actor, task, recalls=task.tracking_number in recalls) for task in tasks}


def _acts(actor: Actor, task: JointTask, *, recalls: bool) -> list[Act]:
    if task.ended_at is not None:
        return []
    own = telling.is_of_unit(actor, task)
    may = {
        Act.RECALL: recalls,
        Act.SIGN: actor.has(Role.CENTRE_ADMIN) or (actor.has(*telling.SIGNERS) and own),
        Act.ANSWER: actor.has(*telling.OPINION_GIVERS) and own,
    }
    return [act for act in states.acts_at(task.status, task.side) if may.get(act, False)]


def case_acts_for(actor: Actor, case: Case) -> set[str]:
    """Which doors of joint handling stand open on a case's page: open, ask, convene, coordinate."""
    if not can_lead(case):
        return set()
    if case.joint_opened_at is None:
        return {"open"} if leads(actor, case) and case.clock_basis.get("jointly") else set()
    found = {"ask", "convene"} if leads(actor, case) else set()
    return found | ({"coordinate"} if actor.has(*COORDINATORS) else set())


def files_of(task: JointTask) -> dict[int, Attachment]:
    """The files of all opinions in a task's history, by key; one statement, none without files."""
    return files_of_all([task])


def files_of_all(tasks: Collection[JointTask]) -> dict[int, Attachment]:
    """The same of many tasks; one statement, none without files."""
    wanted = {file for task in tasks for said in task.lines for file in said.files}
    wanted |= {file for task in tasks for file in task.opinion_files}
    return Attachment.objects.in_bulk(wanted) if wanted else {}


@dataclass(frozen=True, slots=True)
class SharedMaterial:
    """A document that came with a task."""

    code: str
    name: str
    file: Attachment


def materials_of(task: JointTask) -> list[SharedMaterial]:
    """The documents that a participant was given; for a page whose reader may see the task."""
    given = task.facts["materials"]
    files = Attachment.objects.in_bulk([line["attachment"] for line in given]) if given else {}
    return [SharedMaterial(line["code"], line["name"], files[line["attachment"]]) for line in given]


def facts_of(task: JointTask) -> TaskFacts:
    """What a participant was told of the case; the reading of it is the caller's to note."""
    return readable_facts(task)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Whom one could ask. ``usual``: asked before for this item."""

    centre_code: str
    centre_name: str
    department_code: str
    department_name: str
    usual: bool = False


def candidates(actor: Actor, case: Case, text: str = "") -> list[Candidate]:
    """Departments of the own centre and of others that can be asked about a case; who was asked before comes first.

    Without a text only own departments and the usual ones; with one also departments of other centres that publish items
    and whose name or centre contains it. Raises NotPermitted.
    """
    actor.require(*READERS)
    here = current_centre()
    own = [
        Candidate(here.code, here.name, one.code, one.name)
        for one in Department.objects.filter(active=True)
        if one.pk != case.department_id
    ]
    found = [*_usual(case), *own, *(_elsewhere(text.strip(), here.code) if text.strip() else [])]
    kept = {(one.centre_code, one.department_name): one for one in reversed(found)}
    wanted = [one for one in dict.fromkeys(found) if kept[one.centre_code, one.department_name] is one]
    if plain_text := text.strip():
        wanted = [one for one in wanted if plain_text in f"{one.centre_name}{one.department_name}"]
    return wanted[:MOST_CANDIDATES]


def _usual(case: Case) -> list[Candidate]:
    asked = JointTask.objects.filter(item_code=case.item_code, side__in=[Side.LEAD, Side.LOCAL]).order_by()
    rows = asked.values_list("participant_code", "participant_name", "department_code", "department_name")
    counted = rows.annotate(times=Count("id")).order_by("-times", "participant_code", "department_name")
    return [Candidate(code, name, unit, title, usual=True) for code, name, unit, title, _ in counted[:30]]


def _elsewhere(text: str, here: str) -> list[Candidate]:
    entries = ItemIndexEntry.objects.exclude(centre_code=here).order_by("centre_code", "department_name")
    matching = entries.filter(Q(centre_name__icontains=text) | Q(department_name__icontains=text))
    rows = matching.values_list("centre_code", "centre_name", "department_name").distinct()
    return [Candidate(code, name, "", department) for code, name, department in rows[:MOST_CANDIDATES]]
