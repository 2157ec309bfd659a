"""A task for a command of a person: found, locked after its case, with the right of who acts on it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from zt_platform.actors import Actor, ActorKind
from zt_platform.audit.commands import record
from zt_platform.audit.models import Deed
from zt_platform.cases.models import Case
from zt_platform.cases.vocabulary import Status as CaseStatus
from zt_platform.joint import telling
from zt_platform.joint.casebook import can_lead, leads, locked_cases
from zt_platform.joint.errors import CaseNotHere, TaskNotFound
from zt_platform.joint.models import HistoryLine, JointTask
from zt_platform.joint.vocabulary import Act, Side
from zt_platform.organisation.roles import Role
from zt_tenants.errors import NotPermitted


def locked_task(
    task_id: UUID, actor: Actor, expected_version: int | None, *, lead: bool = False
) -> tuple[Case | None, JointTask]:
    """The task and, where it is led here, its case, both locked: the case first, everywhere.

    ``lead``: the act is the lead's. Raises TaskNotFound, NotPermitted, Conflict (the page is older), CaseNotHere (the case
    has been decided meanwhile, or left).
    """
    actor.require(*Role.values)
    numbers = JointTask.objects.filter(task_id=task_id).exclude(side=Side.PARTICIPANT).values_list("tracking_number")
    case = next(iter(locked_cases(number for (number,) in numbers).values()), None)
    task = JointTask.objects.select_for_update(of=("self",)).filter(task_id=task_id).first()
    if task is None:
        raise TaskNotFound
    if lead and (case is None or not leads(actor, case)):
        raise NotPermitted
    task.require_version(expected_version)
    if case is not None and not can_lead(case):
        raise CaseNotHere(status=str(CaseStatus(case.status).label))
    return case, task


def require_unit(task: JointTask, actor: Actor, roles: Sequence[Role]) -> None:
    """Refuse unless the actor acts for the participant: a role, and its department when both name one.

    Raises NotPermitted.
    """
    actor.require(*roles)
    if not telling.is_of_unit(actor, task) and not (Role.CENTRE_ADMIN in roles and actor.has(Role.CENTRE_ADMIN)):
        raise NotPermitted(
            zh="联系单是发给“{unit}”的，请由该部门的人员办理。",
            en="The contact form is addressed to “{unit}”; its own people handle it.",
            unit=task.unit,
        )


def note(
    task: JointTask, act: Act, actor: Actor, text: str = "", *, opinion: str = "", files: Sequence[int] = ()
) -> HistoryLine:
    """A line in the task's history and, for an act of a person that the case's log does not hold, in the audit record."""
    said = HistoryLine.said_now(act, actor, text, opinion=opinion, files=list(files))
    task.note(said)
    if actor.kind is ActorKind.STAFF and task.side == Side.PARTICIPANT:
        record(
            Deed.JOINT,
            actor=actor,
            purpose=str(act.label),
            tracking_number=task.tracking_number,
            data={"task": str(task.task_id), "act": act.value, "opinion": opinion},
        )
    return said
