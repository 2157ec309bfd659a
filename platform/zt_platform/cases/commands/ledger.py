"""What every command does: lock the row, check actor and version, take an edge of the table, write the log, tell others.

Shared by the commands, also those of joint handling; not for pages or gateway. A command mutates the locked case between
:func:`advance` and :func:`conclude`; the latter saves it and sends what the step owes to the other centre, the supervision
and the index.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from zt_platform.actors import Actor, ActorKind
from zt_platform.cases import states
from zt_platform.cases.alarms import TIMER, next_ring
from zt_platform.cases.commands import gates
from zt_platform.cases.commands.counting import count_done, refusals_counted
from zt_platform.cases.commands.timing import apply_limits, follow_steps
from zt_platform.cases.duties import duty_of
from zt_platform.cases.errors import CaseNotFound, ForeignMessage, UnknownCase
from zt_platform.cases.events import outgoing
from zt_platform.cases.limits import basis_hours
from zt_platform.cases.meanwhile import require_version
from zt_platform.cases.models import Case, CaseEvent
from zt_platform.cases.querysets import CaseQuerySet
from zt_platform.cases.rules import Calendar
from zt_platform.cases.states import Transition
from zt_platform.cases.telling import owed_notice, tell_applicants
from zt_platform.cases.vocabulary import Action, Channel, Status, Step
from zt_platform.index.commands import IndexedCase, draft_number, replace_draft_entry, upsert_case_entries
from zt_platform.organisation.models import CentreProfile
from zt_platform.organisation.queries import centre_profile
from zt_platform.organisation.roles import Role
from zt_platform.workcalendar.queries import calendar
from zt_platform.workcalendar.rules import OfficeHours
from zt_tenants.clock import now
from zt_tenants.context import current_centre
from zt_tenants.errors import NotPermitted
from zt_tenants.faults import crash_point
from zt_tenants.telemetry.tracing import span
from zt_tenants.timers import NewTimer, schedule_many

_OF_THE_DECIDING_DEPARTMENT = frozenset({Role.REVIEWER.value, Role.APPROVER.value, Role.DEPARTMENT_HEAD.value})


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a step happened when it was not here: what another centre's message told."""

    centre_code: str
    centre_name: str
    occurred_at: datetime
    actor_role: str
    actor_name: str
    department_name: str = ""
    message_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Remark:
    """What a line of the log says besides the step; one that is not ``public`` stays inside the house."""

    note: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    public: bool = True


def local_calendar(case: Case) -> Calendar:
    """The working days and office hours by which a case is counted: those of its acceptance, else the centre's own."""
    if case.clock_basis:
        return Calendar(days=calendar(), hours=basis_hours(case.clock_basis))
    profile = profile_for(case)
    return Calendar(days=calendar(), hours=OfficeHours(opens=profile.opens_at, closes=profile.closes_at))


def profile_for(case: Case) -> CentreProfile:
    """The current centre's hours and thresholds: those that came with the locked case, else read now."""
    if not hasattr(case, "opens_at"):
        return centre_profile()
    if case.opens_at is None:
        return CentreProfile()  # the centre has said nothing
    return CentreProfile(
        opens_at=case.opens_at,
        closes_at=case.closes_at,
        red_threshold_days=case.red_threshold_days,
        quiet_from=case.quiet_from,
        quiet_until=case.quiet_until,
    )


def locked_case(case_id: int, *, actor: Actor, expected_version: int | None = None, discarded: bool = False) -> Case:
    """The case for a command of a person, its row locked until the end of the transaction; only the one that takes a
    ``discarded`` draft back gets such a one.

    Raises CaseNotFound (none, or not this applicant's), NotPermitted (no staff of the current centre),
    CaseChanged (the page the person acted on is older than the case).
    """
    case = _for(actor, _locked(Case.objects.filter(pk=case_id)), discarded=discarded)
    require_version(case, expected_version, actor)
    return case


def readable_case(case_id: int, *, actor: Actor) -> Case:
    """The same case as it stands, not locked and without its limits: to ask beforehand what the transaction asks again.

    Raises CaseNotFound, NotPermitted.
    """
    return _for(actor, Case.objects.filter(pk=case_id).first())


def _for(actor: Actor, case: Case | None, *, discarded: bool = False) -> Case:
    """A case that this person may act on. Raises CaseNotFound, NotPermitted."""
    if case is None or (case.discarded_at is not None) is not discarded:
        raise CaseNotFound
    if actor.kind is ActorKind.APPLICANT and case.applicant_account_id != actor.require_applicant():
        raise CaseNotFound
    if actor.kind is ActorKind.STAFF:
        actor.require(*Role.values)
        if case.is_private_draft:
            raise CaseNotFound
    return case


def locked_counterpart_case(tracking_number: str, *, sender: str) -> Case:
    """The case a message speaks of, locked. Raises UnknownCase; ForeignMessage when the sender has no part in it."""
    case = _locked(Case.objects.filter(tracking_number=tracking_number))
    if case is None:
        raise UnknownCase(tracking_number=tracking_number)
    if case.counterpart_code != sender:
        raise ForeignMessage(source=sender, tracking_number=tracking_number)
    return case


def _locked(found: CaseQuerySet) -> Case | None:
    case = found.with_limits().select_related("department").select_for_update(of=("self",)).first()
    if case is not None:
        case.remember()
    return case


def permitted_edge(case: Case, action: Action, actor: Actor) -> Transition:
    """The edge for an action, if the table has one and the actor may take it.

    Raises TransitionNotAllowed, NotPermitted (without the role, or reviewing for another department).
    """
    with refusals_counted(action):
        edge = states.next_transition(case.status or None, action, case.role, suspended_from=case.suspended_from)
        acting_role(edge, case, actor)
    return edge


def acting_role(edge: Transition, case: Case, actor: Actor) -> str:
    """In which capacity the actor takes the edge: a staff role, or APPLICANT, SYSTEM, CENTRE. Raises NotPermitted."""
    if actor.kind is not ActorKind.STAFF:
        if actor.kind.value not in edge.who:
            raise NotPermitted
        return actor.kind.value
    held = [role for role in Role.values if role in edge.who and actor.has(role)]
    if not held:
        raise NotPermitted
    if not edge.who & _OF_THE_DECIDING_DEPARTMENT or Role.WINDOW_CLERK in held:
        return held[0]
    if actor.department_id is not None and case.department_id not in (None, actor.department_id):
        raise NotPermitted(
            zh="本件由其他部门审核审批，您不能代为办理。",
            en="Another department decides this case; you cannot act for it.",
        )
    return held[0]


def advance(
    case: Case,
    action: Action,
    actor: Actor,
    remark: Remark | None = None,
    *,
    origin: Origin | None = None,
    carried: Sequence[CaseEvent] = (),
) -> CaseEvent | None:
    """Take an edge: new status and role on the object, a line in the log. None for an edge without a line.

    The case must be in the database already unless ``action`` brings it into being: then it is inserted here, and the
    lines it ``carried`` from another centre come before its own first one.
    """
    is_new = case.pk is None
    before = "" if is_new else case.status
    edge, role = _move(case, action, actor)
    if is_new:
        case.save(force_insert=True)
        case.remember()
        CaseEvent.objects.bulk_create(carried)
    if edge.step is None:
        return None
    return _written(_line(case, edge.step, actor, role, remark or Remark(), origin, action=action, before=before))


def _move(case: Case, action: Action, actor: Actor) -> tuple[Transition, str]:
    """New status and role on the object; the edge that was taken, and in which capacity."""
    with refusals_counted(action):
        edge = states.next_transition(
            None if case.pk is None else case.status, action, case.role, suspended_from=case.suspended_from
        )
        role = acting_role(edge, case, actor)
    count_done(action)
    case.status = edge.target
    case.role = edge.becomes or case.role
    case.lock_version += 1
    if actor.kind is ActorKind.STAFF:
        case.handler_account_id = actor.account_id
        if case.first_asked_account_id is None:
            case.first_asked_account_id, case.first_asked_name = actor.account_id, actor.name[:120]
    return edge, role


def unsaved_step(
    case: Case, action: Action, actor: Actor, remark: Remark | None = None, *, origin: Origin | None = None
) -> CaseEvent:
    """Take an edge that has a line, for many cases at once: the caller inserts the lines and saves the cases together."""
    before = case.status
    edge, role = _move(case, action, actor)
    if edge.step is None:
        raise ValueError(f"{action} leaves no line")
    return _line(case, edge.step, actor, role, remark or Remark(), origin, action=action, before=before)


def note_fact(case: Case, step: Step, actor: Actor, remark: Remark, *, origin: Origin | None = None) -> CaseEvent:
    """A line in the log that changes no status: why a case stays, what crossed on the way, a remote step."""
    return _written(_line(case, step, actor, actor.kind.value, remark, origin, action=None, before=case.status))


def unsaved_fact(case: Case, step: Step, actor: Actor, remark: Remark) -> CaseEvent:
    """The same line, for many cases at once: the caller inserts them together."""
    return _line(case, step, actor, actor.kind.value, remark, None, action=None, before=case.status)


def _written(line: CaseEvent) -> CaseEvent:
    line.save(force_insert=True)
    return line


def _line(
    case: Case,
    step: Step,
    actor: Actor,
    role: str,
    remark: Remark,
    origin: Origin | None,
    *,
    action: Action | None,
    before: str,
) -> CaseEvent:
    centre, moment = current_centre(), now()
    own_department = case.department.name if case.department else ""
    return CaseEvent(
        case=case,
        step=step,
        action=action.value if action else "",
        from_status=before,
        to_status=case.status,
        centre_code=origin.centre_code if origin else centre.code,
        centre_name=origin.centre_name if origin else centre.name,
        occurred_at=origin.occurred_at if origin else moment,
        recorded_at=moment,
        actor_kind=actor.kind.value,
        actor_role=origin.actor_role if origin else role,
        actor_name=origin.actor_name if origin else _shown_name(case, actor),
        actor_account_id=actor.account_id,
        department_name=origin.department_name if origin else own_department,
        note=remark.note,
        data=remark.data,
        public=remark.public,
        message_id=origin.message_id if origin else None,
        case_version=case.lock_version,
    )


def _shown_name(case: Case, actor: Actor) -> str:
    """Staff act under their name (F-01); an applicant is masked like everywhere outside the case page."""
    return case.applicant_name_masked if actor.kind is ActorKind.APPLICANT else actor.name


def conclude(case: Case, *events: CaseEvent | None, learnt: CaseEvent | None = None) -> Case:
    """Save the case, and send in the same transaction what its new steps owe.

    To the other centre of the case its step, to the province and the own city a supervision event each, to the
    applicant's index how the case stands, and to the applicant a notice. ``learnt`` is a step of the other centre that
    moved nothing here: only the applicant is told of it.
    """
    lines: Sequence[CaseEvent] = [event for event in events if event is not None]
    with span(f"case {lines[0].step if lines else 'UPDATED'}", {"zhengtong.centre": current_centre().code}):
        return _conclude(case, lines, learnt)


def _conclude(case: Case, lines: Sequence[CaseEvent], learnt: CaseEvent | None) -> Case:
    timer = settle(case)
    gates.end_if_over(case)
    case.save_changes()
    if timer is not None:
        schedule_many([timer])
    outgoing.tell(case, lines)
    if case.tracking_number:
        owed = owed_notice(case, [*lines, learnt] if learnt else lines)
        tell_applicants([owed], lambda: profile_for(case))
    entry = index_entry(case, lines[-1].recorded_at) if lines else None
    if entry is not None and not (lines[-1].action == Action.SUBMIT and replace_draft_entry(case.pk, entry)):
        upsert_case_entries([entry])
    crash_point("before_step_commit")
    return case


def index_entry(case: Case, at: datetime) -> IndexedCase | None:
    """How the case stands since then, for its applicant's index; None for one without an account, or a window's draft."""
    if case.applicant_account_id is None or (not case.tracking_number and case.channel != Channel.ONLINE):
        return None
    duty, duty_by = duty_of(case)
    return IndexedCase(
        account_id=case.applicant_account_id,
        tracking_number=case.tracking_number or draft_number(case.pk),
        draft_id=None if case.tracking_number else case.pk,
        duty=duty,
        duty_by=duty_by,
        item_code=case.item_code,
        item_name=case.item_name,
        status=case.status,
        updated_at=at,
    )


def settle(case: Case) -> NewTimer | None:
    """What follows from a step for the clock: its allowance, the limit that runs now; the timer to be set, if any."""
    if not case.tracking_number:
        return None
    counted = local_calendar(case)
    if follow_steps(case, now(), counted) and _is_running(case):
        apply_limits(case, calendar())
    case.running_due_at = running_limit(case)
    return earlier_timer(case, counted)


def earlier_timer(case: Case, counted: Calendar) -> NewTimer | None:
    """The case's timer, when its next alarm comes before it rings (noted in the case); None when it may stay.

    A case has one timer. One that rings too early finds nothing to do and is set again, which costs less than moving it
    with every step.
    """
    rings_at = next_ring(case, counted)
    if rings_at is None or not case.tracking_number or (case.timer_at is not None and case.timer_at <= rings_at):
        return None
    case.timer_at = rings_at
    return NewTimer(kind=TIMER, subject=case.tracking_number, due_at=rings_at)


def _is_running(case: Case) -> bool:
    return bool(case.clock_basis) and case.accepted_at is not None and not case.is_closed and not case.is_decided


def running_limit(case: Case) -> datetime | None:
    """The limit that runs now: acceptance (art. 32), the decision, then delivery (art. 44)."""
    match case.status:
        case Status.SUBMITTED | Status.PRE_REVIEWED:
            return case.acceptance_due_at
        case Status.ACCEPTED | Status.REVIEWED | Status.TRANSFERRED | Status.HANDED_DOWN:
            return case.due_at
        case Status.APPROVED | Status.REJECTED | Status.COMPLETED | Status.POSTED:
            return case.delivery_due_at
        case _:
            return None
