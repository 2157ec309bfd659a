"""The case behind a joint task: locked by its lead, its register entry, and the lines that it leaves in the case's log."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from zt_platform.actors import Actor
from zt_platform.cases.commands.ledger import Remark, locked_case, unsaved_fact
from zt_platform.cases.events.outgoing import tell_supervision
from zt_platform.cases.models import Case, CaseEvent
from zt_platform.cases.vocabulary import CaseRole, Status, Step
from zt_platform.joint.errors import CaseNotHere, JointNotOpen
from zt_platform.joint.models import JointTask
from zt_platform.joint.register import Register
from zt_platform.joint.vocabulary import OPEN, Opinion
from zt_platform.joint.vocabulary import Status as TaskStatus
from zt_platform.organisation.roles import Role
from zt_tenants.errors import NotPermitted

LEADERS = (Role.REVIEWER, Role.APPROVER, Role.DEPARTMENT_HEAD)
"""Who leads joint handling, of the case's department (H-05)."""
LEADING_ROLES = frozenset({CaseRole.SOLE.value, CaseRole.DECIDING.value})
UNDER_WAY = frozenset({Status.ACCEPTED.value, Status.REVIEWED.value, Status.SUSPENDED.value})
"""Between acceptance and decision; a special procedure stops the case's clock, not the participants' work."""
Line = tuple[Case, CaseEvent]


def leads(actor: Actor, case: Case) -> bool:
    """Whether the actor leads joint handling of this case: by role, and of its department when both name one."""
    own = actor.department_id is None or case.department_id in (None, actor.department_id)
    return actor.has(*LEADERS) and own


def can_lead(case: Case) -> bool:
    """Whether the case is here to be decided, accepted and not decided yet."""
    return case.role in LEADING_ROLES and case.status in UNDER_WAY


def led_case(case_id: int, actor: Actor, expected_version: int | None, *, registered: bool = True) -> Case:
    """The case, locked, for a command of its lead.

    Raises CaseNotFound, NotPermitted, CaseChanged, CaseNotHere, JointNotOpen (unless ``registered`` is False).
    """
    case = locked_case(case_id, actor=actor, expected_version=expected_version)
    if not leads(actor, case):
        raise NotPermitted(
            zh="并联办理由本件的审批部门牵头，请联系该部门的审核、审批人员或负责人。",
            en="The case's own department leads joint handling: its reviewers, approvers or its head.",
        )
    if not can_lead(case):
        raise CaseNotHere(status=str(Status(case.status).label))
    if registered and case.joint_opened_at is None:
        raise JointNotOpen
    return case


def locked_cases(numbers: Iterable[str]) -> dict[str, Case]:
    """The cases led here, by number, locked in one order; locked before their tasks, everywhere."""
    found = Case.objects.filter(tracking_number__in=sorted(set(numbers)), joint_opened_at__isnull=False)
    cases = found.with_limits().select_related("department").select_for_update(of=("self",)).order_by("pk")
    kept = {}
    for case in cases:
        case.remember()
        kept[case.tracking_number or ""] = case
    return kept


def register_of(case: Case) -> Register:
    """The register entry of a case. Raises JointNotOpen."""
    if case.joint_opened_at is None:
        raise JointNotOpen
    return Register.from_stored(case.joint)


def keep_register(case: Case, register: Register) -> None:
    """Put the changed entry on the locked case (not saved): its version counts on, so that an older page is refused."""
    case.joint = register.to_stored()
    case.lock_version += 1


def end_register(case: Case, register: Register) -> None:
    """Note on the entry when the case was decided or ended (not saved)."""
    case.joint = replace(register, ended_at=case.decided_at or case.withdrawn_at or case.ended_at).to_stored()


def line(case: Case, step: Step, actor: Actor, note: str, *, public: bool = False, **data: object) -> Line:
    """A line for the case's log, to be written by :func:`write_lines`."""
    return case, unsaved_fact(case, step, actor, Remark(note=note, data=dict(data), public=public))


def write_lines(lines: Sequence[Line]) -> None:
    """Write lines of many cases and tell the supervision of them; two statements, none without lines."""
    if lines:
        CaseEvent.objects.bulk_create([event for _, event in lines])
        tell_supervision(lines)


def progress_note(tasks: Iterable[JointTask]) -> tuple[str, dict[str, int]]:
    """How far the asking has come, without anybody's opinion: what applicants may read; as words and as numbers."""
    wanted = [task for task in tasks if task.status != TaskStatus.RECALLED]
    answered = sum(task.status not in OPEN for task in wanted)
    said = f"已征求{len(wanted)}个单位意见，{answered}个已答复"
    deemed = sum(task.opinion == Opinion.DEEMED_CONSENT for task in wanted)
    return said + (f"（其中{deemed}个视为同意）" if deemed else ""), {"asked": len(wanted), "answered": answered}
