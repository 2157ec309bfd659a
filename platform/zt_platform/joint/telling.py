"""Which colleagues find what in their inbox about joint tasks: who has to answer, and who leads the case."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from uuid import UUID

from zt_platform.actors import Actor
from zt_platform.cases.numbers import grouped
from zt_platform.joint.casebook import LEADERS
from zt_platform.joint.models import JointTask
from zt_platform.notices.commands import NewNotice, put_up
from zt_platform.notices.kinds import JOINT_SUBJECT, Event
from zt_platform.notices.quiet_hours import QuietHours
from zt_platform.organisation.models import StaffMember
from zt_platform.organisation.queries import holders_of
from zt_platform.organisation.roles import Role
from zt_tenants.clock import CHINA

SIGNERS = (Role.WINDOW_CLERK, Role.REVIEWER, Role.APPROVER, Role.DEPARTMENT_HEAD, Role.CENTRE_ADMIN)
"""Who signs for a contact form at the participant: whoever is there (并联办理单签收制)."""
OPINION_GIVERS = (Role.REVIEWER, Role.APPROVER, Role.DEPARTMENT_HEAD)
WATCHERS = (Role.SUPERVISOR, Role.CENTRE_ADMIN)
Told = tuple[Event, str]
Tell = Callable[[JointTask], Told]


def is_of_unit(person: Actor | StaffMember, task: JointTask) -> bool:
    """Whether the task is the person's own department's: it names none, the person has none, or they are the same."""
    return None in (task.department_id, person.department_id) or task.department_id == person.department_id


def asked(task: JointTask) -> Told:
    """A contact form has come."""
    return Event.JOINT_ASKED, "asked"


def near(task: JointTask) -> Told:
    """Its limit is near."""
    return Event.JOINT_NEAR, "near"


def late(task: JointTask) -> Told:
    """Its limit has passed."""
    return Event.JOINT_LATE, "late"


def answered(task: JointTask) -> Told:
    """An opinion has come."""
    return Event.JOINT_ANSWERED, f"answered:{len(task.history)}"


def deemed(task: JointTask) -> Told:
    """Silence counts as consent."""
    return Event.JOINT_DEEMED, f"deemed:{len(task.history)}"


def recalled(task: JointTask) -> Told:
    """No opinion is wanted any more."""
    return Event.JOINT_RECALLED, "recalled"


def meeting(task: JointTask) -> Told:
    """A meeting is convened, closed or cancelled."""
    return Event.JOINT_MEETING, f"meeting:{len(task.history)}"


def tell_participants(tasks: Sequence[JointTask], tell: Tell) -> None:
    """Tell those of the current centre who answer the tasks; two statements, none without tasks."""
    _tell(tasks, tell, SIGNERS, is_of_unit)


def tell_leaders(tasks: Sequence[JointTask], tell: Tell) -> None:
    """Tell the department that leads; two statements, none without tasks."""
    _tell(tasks, tell, LEADERS, lambda post, task: _department(post) in ("", task.lead_department))


def _department(post: StaffMember) -> str:
    return post.department.name if post.department is not None else ""


def _tell(
    tasks: Sequence[JointTask], tell: Tell, roles: Collection[Role], concerns: Callable[[StaffMember, JointTask], bool]
) -> None:
    if not tasks:
        return
    posts = holders_of(roles)
    found = [
        _notice(task, tell(task), account)
        for task in tasks
        for account in dict.fromkeys(post.account_id for post in posts if concerns(post, task))
    ]
    put_up(found, quiet=QuietHours())


def _notice(task: JointTask, told: Told, account_id: UUID) -> NewNotice:
    event, key = told
    return NewNotice(
        key=f"joint:{task.task_id}:{key}:{account_id.hex[:12]}"[:100],
        event=event,
        subject=f"{JOINT_SUBJECT}{task.task_id.hex}",
        facts={
            "number": grouped(task.tracking_number),
            "item": task.item_name,
            "lead": f"{task.lead_name}{task.lead_department}",
            "unit": task.unit,
            "due": f"{task.due_at.astimezone(CHINA):%Y-%m-%d %H:%M}",
        },
        account_id=account_id,
    )
