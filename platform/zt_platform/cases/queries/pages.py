"""One case, for those who may see it: the whole of it, its timeline over both levels, and what can be done to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Prefetch, QuerySet

from zt_platform.accounts.parties import Party
from zt_platform.actors import Actor, ActorKind
from zt_platform.cases.errors import CaseNotFound
from zt_platform.cases.intake_routes import goes_up
from zt_platform.cases.limits import APPROVED, REQUESTED
from zt_platform.cases.models import Case, CaseEvent, CaseMaterial
from zt_platform.cases.postal import is_by_post
from zt_platform.cases.queries.routes import routing_of
from zt_platform.cases.rules import missing_materials
from zt_platform.cases.states import possible_actions
from zt_platform.cases.tolerance import takes_materials
from zt_platform.cases.vocabulary import (
    PERMIT_ENDED,
    PERMIT_VALID,
    ActingParty,
    Action,
    CaseRole,
    Channel,
    Status,
    Step,
)
from zt_platform.catalogue.errors import UnknownItem
from zt_platform.catalogue.models import Material
from zt_platform.catalogue.queries import item_version
from zt_platform.organisation.roles import Role
from zt_tenants.context import current_centre
from zt_tenants.errors import DomainError

_SENT = frozenset({Step.TRANSFERRED, Step.HANDED_DOWN})
_NOT_FOR_BUTTONS = frozenset({Action.AMEND, Action.TRANSFER, Action.ACCEPT_TO_PASS_ON})


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One line of the one timeline over both levels.

    ``on_the_way`` is how long the case (or its decision) travelled before this line: time that counts against the
    platform and is therefore shown. None where nothing travelled.
    """

    step: Step
    occurred_at: datetime
    recorded_at: datetime
    centre_code: str
    centre_name: str
    department_name: str
    actor_name: str
    actor_role: str
    note: str
    data: dict[str, Any]
    elsewhere: bool
    on_the_way: timedelta | None

    @property
    def label(self) -> str:
        """The step's name in the active language."""
        return str(self.step.label)


def case_for(actor: Actor, case_id: int) -> Case:
    """A case of the current centre with everything its page shows; four statements.

    For staff of the centre with a role, and for the applicant himself. Raises CaseNotFound for everybody else.
    """
    return _readable(actor, _whole().filter(pk=case_id))


def case_by_number(actor: Actor, tracking_number: str) -> Case:
    """Like :func:`case_for`, by tracking number (as stored, without separators)."""
    return _readable(actor, _whole().filter(tracking_number=tracking_number))


def _whole() -> QuerySet[Case]:
    current_centre()
    materials = CaseMaterial.objects.filter(superseded_at__isnull=True).select_related("attachment")
    upward = {"goes_up": ExpressionWrapper(goes_up(), output_field=BooleanField())}
    found = (
        Case.objects.with_item_clock().annotate(**upward).select_related("department", "decision_paper", "certificate")
    )
    return found.prefetch_related(Prefetch("materials", queryset=materials, to_attr="current_materials"))


def discarded_draft(actor: Actor, case_id: int) -> Case:
    """A draft that the actor threw away and may still take back. Raises CaseNotFound."""
    return _readable(actor, _whole().filter(pk=case_id), discarded=True)


def _readable(actor: Actor, found: QuerySet[Case], *, discarded: bool = False) -> Case:
    case = found.first()
    if case is None or not may_read(actor, case) or (case.discarded_at is not None) is not discarded:
        raise CaseNotFound
    return case


def may_read(actor: Actor, case: Case) -> bool:
    """Whether the actor may see the whole case: staff of the current centre (but no online drafts), its applicant, or an
    operator of the deployment at the command line."""
    if actor.kind is ActorKind.APPLICANT:
        return case.applicant_account_id is not None and case.applicant_account_id == actor.account_id
    return (actor.kind is ActorKind.SYSTEM or actor.has(*Role.values)) and not case.is_private_draft


def applicant_of(case: Case) -> Party:
    """The applicant in full; only for a case that was read through :func:`case_for`."""
    return Party.from_payload(case.applicant)


def timeline(case: Case) -> list[TimelineEntry]:
    """The public lines of both centres' logs as one timeline, oldest first; one statement."""
    entries: list[TimelineEntry] = []
    here, sent_at = current_centre().code, None
    for event in CaseEvent.objects.filter(case=case, public=True):
        step = Step(event.step)
        on_the_way = None
        if step == Step.RECEIVED and sent_at is not None:
            on_the_way, sent_at = event.occurred_at - sent_at, None
        elif step in _SENT:
            sent_at = event.occurred_at
        elif step in (Step.APPROVED, Step.REJECTED) and event.centre_code != here:
            on_the_way = event.recorded_at - event.occurred_at
        entries.append(_entry(event, step, here, on_the_way))
    return entries


def internal_lines(actor: Actor, case: Case) -> list[CaseEvent]:
    """What the house keeps to itself in a case's log, newest first: who holds it, notes, what was asked inside.

    One statement. Raises NotPermitted unless the actor is staff here.
    """
    actor.require(*Role.values)
    return list(CaseEvent.objects.filter(case=case, public=False).order_by("-id")[:100])


def _entry(event: CaseEvent, step: Step, here: str, on_the_way: timedelta | None) -> TimelineEntry:
    return TimelineEntry(
        step=step,
        occurred_at=event.occurred_at,
        recorded_at=event.recorded_at,
        centre_code=event.centre_code,
        centre_name=event.centre_name,
        department_name=event.department_name,
        actor_name=event.actor_name,
        actor_role=event.actor_role,
        note=event.note,
        data=event.data,
        elsewhere=event.centre_code != here,
        on_the_way=on_the_way,
    )


def required_materials(case: Case) -> list[Material]:
    """The materials that the item's version of this case asks for, in their order.

    None where the version is not in this centre's catalogue: the case came from a centre that has it.
    """
    try:
        return list(item_version(case.item_code, case.item_version_number).materials.all())
    except UnknownItem:
        return []


def still_missing(case: Case) -> list[str]:
    """Names of required materials of which nothing is attached yet."""
    attached = CaseMaterial.objects.filter(case=case, superseded_at__isnull=True).values_list(
        "material_code", flat=True
    )
    return missing_materials(((m.code, m.name) for m in required_materials(case) if m.required), attached)


def actions_for(actor: Actor, case: Case) -> list[Action]:
    """What the actor can do to the case now; for buttons. The commands check again.

    A devolved item offers HAND_DOWN instead of ACCEPT, any other item the reverse.
    """
    if not may_read(actor, case):
        return []
    who = [ActingParty.APPLICANT.value] if actor.kind is ActorKind.APPLICANT else sorted(actor.roles)
    found = [
        action
        for action in possible_actions(case.status, case.role, who, suspended_from=case.suspended_from)
        if action not in _NOT_FOR_BUTTONS and _fits_the_facts(action, case)
    ]
    if case.channel != Channel.MESSAGE:
        found = [action for action in found if action is not Action.DECLINE]
    if case.status in (Status.SUBMITTED, Status.PRE_REVIEWED) and case.role == CaseRole.SOLE:
        useless = Action.ACCEPT if _is_handed_down(case) else Action.HAND_DOWN
        found = [action for action in found if action is not useless]
    return found


def _fits_the_facts(action: Action, case: Case) -> bool:
    """What the table cannot say: how many procedures run, whether an extension was asked for, whether it was accepted."""
    running = sum(pause["until"] is None for pause in case.pauses)
    match action:
        case Action.RESUME:
            return running == 1
        case Action.END_PROCEDURE:
            return running > 1
        case Action.REQUEST_EXTENSION:
            return bool(case.extension.get("state") not in (REQUESTED, APPROVED))
        case Action.EXTEND | Action.REFUSE_EXTENSION:
            return bool(case.extension.get("state") == REQUESTED)
        case Action.SECOND_CORRECTION_NOTICE:
            return case.correction_count > 0
        case Action.POST_RESULT:
            return is_by_post(case)
        case Action.ADD_MATERIALS:
            return takes_materials(case)
        case Action.SIGN_COMMITMENT | Action.GRANT_ON_COMMITMENT:
            wanted = action is Action.GRANT_ON_COMMITMENT
            return _granted_on_commitment(case) and ("terms" in case.commitment) == wanted
        case Action.CONVERT_PERMIT | Action.WITHDRAW_PERMIT:
            return bool(case.temporary_permit.get("state") in (PERMIT_VALID, PERMIT_ENDED))
        case Action.APPROVE_SPECIALLY:
            return not case.special_approval
        case _:
            return True


def _granted_on_commitment(case: Case) -> bool:
    ways = (getattr(case, "item_clock", None) or {}).get("ways") or {}
    signed = case.commitment.get("terms") or {}
    return bool(ways.get("temporary_days") or signed.get("days"))


def _is_handed_down(case: Case) -> bool:
    try:
        return routing_of(case.item_code, excluding=case.declined_by).route.role == CaseRole.PORTAL
    except DomainError:
        return False
