"""Who works on a case: claim it, give it back, hand it to a colleague, leave a note. None of it changes its course.

Claiming tells colleagues who is at it; it gives no right and takes none, because the law binds the organ and not the clerk.
Each act is a line of the case's log that stays inside the house.
"""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from zt_platform.actors import Actor
from zt_platform.audit.models import AuditRecord
from zt_platform.cases.commands.ledger import Remark, locked_case, note_fact, unsaved_fact
from zt_platform.cases.errors import CaseNotFound, HeldByAnother, NothingToHold
from zt_platform.cases.models import Case, CaseEvent
from zt_platform.cases.vocabulary import CLOSED, Status, Step
from zt_platform.organisation.models import StaffMember
from zt_platform.organisation.queries import staff_member_of
from zt_platform.organisation.roles import Role
from zt_tenants.errors import Conflict, InvalidInput

HANDS_OVER = (Role.DEPARTMENT_HEAD, Role.CENTRE_ADMIN)
"""Who may hand over a case that a colleague holds."""
WORKERS = (Role.WINDOW_CLERK, Role.REVIEWER, Role.APPROVER, Role.DEPARTMENT_HEAD, Role.CENTRE_ADMIN)
LONGEST_NOTE = 2000


def claim_case(*, actor: Actor, case_id: int, expected_version: int | None = None) -> Case:
    """Take an open case that nobody holds; claiming one's own again changes nothing.

    Raises CaseNotFound, NotPermitted, Conflict, NothingToHold, HeldByAnother.
    """
    with transaction.atomic():
        case = _open_case(case_id, actor, expected_version)
        if case.holder_account_id == actor.account_id:
            return case
        if case.holder_account_id is not None:
            raise HeldByAnother(name=case.holder_name)
        _hold(case, actor.account_id, actor.name)
        note_fact(case, Step.CLAIMED, actor, Remark(public=False))
    return case


def release_case(*, actor: Actor, case_id: int, expected_version: int | None = None) -> Case:
    """Give a case back to the queue: by its holder, a head of department or an administrator; a free one stays free.

    Raises CaseNotFound, NotPermitted, Conflict, NothingToHold, HeldByAnother.
    """
    with transaction.atomic():
        case = _open_case(case_id, actor, expected_version)
        if case.holder_account_id is None:
            return case
        _require_say(case, actor)
        before = case.holder_name
        _hold(case, None, "")
        note_fact(case, Step.RELEASED, actor, Remark(note=before, public=False))
    return case


def assign_case(
    *, actor: Actor, case_id: int, to_account_id: UUID, note: str = "", expected_version: int | None = None
) -> Case:
    """Hand a case to a colleague: one's own or a free one; a colleague's only as head of department or administrator.

    Raises CaseNotFound, NotPermitted, Conflict, NothingToHold, HeldByAnother, InvalidInput (nobody on post here).
    """
    with transaction.atomic():
        case = _open_case(case_id, actor, expected_version)
        colleague = _colleague(to_account_id)
        if case.holder_account_id == colleague.account_id:
            return case
        if case.holder_account_id is not None:
            _require_say(case, actor)
        _hold(case, colleague.account_id, colleague.full_name)
        said = {"to": colleague.full_name}
        note_fact(case, Step.ASSIGNED, actor, Remark(note=_checked_note(note), data=said, public=False))
    return case


def hand_over_all(*, actor: Actor, from_account_id: UUID, to_account_id: UUID, note: str = "") -> int:
    """Hand everything that one holds to a colleague, before leave or instead of somebody absent (A-02); how many.

    One's own everybody may; another's a head of department or an administrator. Four statements, however many. Raises
    NotPermitted, InvalidInput.
    """
    actor.require(*WORKERS)
    if from_account_id != actor.account_id:
        actor.require(*HANDS_OVER)
    if from_account_id == to_account_id:
        raise InvalidInput(field="to_account_id", zh="请选择另一位同事。", en="Choose another colleague.")
    remark_note = _checked_note(note)
    with transaction.atomic():
        colleague = _colleague(to_account_id)
        found = Case.objects.exclude(status__in=[*CLOSED, Status.DRAFT]).filter(holder_account_id=from_account_id)
        cases = list(found.for_list().select_for_update(of=("self",)).order_by("pk"))
        remark = Remark(note=remark_note, data={"to": colleague.full_name}, public=False)
        CaseEvent.objects.bulk_create(unsaved_fact(case, Step.ASSIGNED, actor, remark) for case in cases)
        Case.objects.filter(pk__in=[case.pk for case in cases]).update(
            holder_account_id=colleague.account_id, holder_name=colleague.full_name
        )
    return len(cases)


def put_back(*, actor: Actor, case_id: int, undone: int, expected_version: int | None = None) -> Case:
    """Undo what a batch of one's own did to who holds a case, unless somebody changed that since.

    ``undone`` is the batch. Raises CaseNotFound, NotPermitted, Conflict, NothingToHold, HeldByAnother.
    """
    with transaction.atomic():
        case = _open_case(case_id, actor, expected_version)
        line = AuditRecord.objects.filter(part_of=undone, case_id=case_id, account_id=actor.account_id).first()
        if line is None or not line.data.get("done"):
            raise CaseNotFound
        before_id, before_name, after_id = line.data["holder"]
        if str(case.holder_account_id or "") != after_id:
            raise Conflict
        if before_id == after_id:
            return case
        _hold(case, UUID(before_id) if before_id else None, before_name)
        step = Step.ASSIGNED if before_id else Step.RELEASED
        note_fact(case, step, actor, Remark(data={"to": before_name, "undone": undone}, public=False))
    return case


def note_case(*, actor: Actor, case_id: int, note: str) -> CaseEvent:
    """Leave a note for colleagues in the log; the applicant and other centres never see it.

    Raises CaseNotFound, NotPermitted, InvalidInput (empty or too long).
    """
    text = _checked_note(note)
    if not text:
        raise InvalidInput(field="note", zh="请写下留言。", en="Write the note.")
    with transaction.atomic():
        case = locked_case(case_id, actor=actor)
        actor.require(*Role.values)
        return note_fact(case, Step.NOTED, actor, Remark(note=text, public=False))


def _open_case(case_id: int, actor: Actor, expected_version: int | None) -> Case:
    actor.require(*WORKERS)
    case = locked_case(case_id, actor=actor, expected_version=expected_version)
    if case.status == Status.DRAFT:
        raise CaseNotFound
    if case.is_closed:
        raise NothingToHold
    return case


def _require_say(case: Case, actor: Actor) -> None:
    if case.holder_account_id != actor.account_id and not actor.has(*HANDS_OVER):
        raise HeldByAnother(name=case.holder_name)


def _hold(case: Case, account_id: UUID | None, name: str) -> None:
    case.holder_account_id, case.holder_name = account_id, name[:120]
    case.save_changes()


def _colleague(account_id: UUID) -> StaffMember:
    member = staff_member_of(account_id)
    if member is None or not set(member.roles) & {role.value for role in WORKERS}:
        raise InvalidInput(
            field="to_account_id",
            zh="请选择本中心在岗的办件人员。",
            en="Choose a colleague who is on post here and handles cases.",
        )
    return member


def _checked_note(note: str) -> str:
    text = note.strip()
    if len(text) > LONGEST_NOTE:
        raise InvalidInput(
            field="note", zh="留言最多{most}个字。", en="A note has at most {most} characters.", most=LONGEST_NOTE
        )
    return text
