"""The clerks' queues and the applicant's own lists. Masked: what is sealed is not even read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, F, Q

from zt_platform.actors import Actor, ActorKind
from zt_platform.cases.duties import DISCARDED_KEPT_FOR
from zt_platform.cases.intake_routes import on_route
from zt_platform.cases.limits import REQUESTED
from zt_platform.cases.models import Case
from zt_platform.cases.querysets import CaseQuerySet
from zt_platform.cases.states import TRANSITIONS
from zt_platform.cases.vocabulary import Action, Channel, Light
from zt_platform.index.models import ApplicantCaseEntry
from zt_platform.index.queries import cases_of
from zt_platform.organisation.roles import Role
from zt_tenants.clock import now
from zt_tenants.context import current_centre

_DUTIES = frozenset(
    {
        Action.RETURN_FOR_CORRECTION,
        Action.PASS_PRE_REVIEW,
        Action.ACCEPT,
        Action.REVIEW,
        Action.GRANT,
        Action.DENY,
        Action.COMPLETE,
        Action.DELIVER,
        Action.RESUME,
        Action.EXTEND,
    }
)
"""Actions that are somebody's duty; withdrawing and declining are not."""

_DEPARTMENT_ROLES = (Role.REVIEWER, Role.APPROVER, Role.DEPARTMENT_HEAD)


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """What a queue is narrowed to; kept in the URL of the page. Empty fields do not filter.

    ``todo`` keeps what the actor's roles have a duty on; ``mine`` what the actor acted on last; ``text`` matches the
    number's beginning, the item's or the masked applicant's name; ``is_open`` leaves closed cases out. ``scope`` is whose:
    ``held`` by the actor, ``free`` (nobody's), of his ``department``; the whole centre otherwise. ``newest`` puts the
    newest first instead of the most pressing. ``route`` is one of the six handlings (E-14).
    """

    statuses: Sequence[str] = ()
    case_role: str = ""
    kind: str = ""
    light: str = ""
    item_code: str = ""
    department_id: int | None = None
    channel: str = ""
    text: str = ""
    todo: bool = False
    mine: bool = False
    is_open: bool = True
    scope: str = ""
    newest: bool = False
    route: str = ""


SCOPES = ("held", "free", "department")
EVERYTHING = QueueFilter(is_open=False)


def queue_for(actor: Actor, wanted: QueueFilter | None = None) -> CaseQuerySet:
    """Cases of the current centre for its staff, the most pressing first; lists cost one statement (see ``for_list``).

    Raises NotPermitted unless the actor is staff here.
    """
    actor.require(*Role.values)
    wanted = wanted or QueueFilter()
    found = Case.objects.open() if wanted.is_open else Case.objects.submitted()
    found = _narrowed(found, wanted)
    if wanted.mine:
        found = found.filter(handler_account_id=actor.account_id)
    if wanted.todo:
        found = found.filter(_duties_of(actor))
    found = _of_scope(found, actor, wanted.scope).for_list()
    return found.order_by("-id") if wanted.newest else found.order_by(F("running_due_at").asc(nulls_last=True), "id")


def _of_scope(found: CaseQuerySet, actor: Actor, scope: str) -> CaseQuerySet:
    match scope:
        case "held":
            return found.filter(holder_account_id=actor.account_id)
        case "free":
            return found.filter(holder_account_id__isnull=True)
        case "department" if actor.department_id is not None:
            return found.filter(department_id=actor.department_id)
        case _:
            return found


def _narrowed(found: CaseQuerySet, wanted: QueueFilter) -> CaseQuerySet:
    exact = {
        "role": wanted.case_role,
        "kind": wanted.kind,
        "item_code": wanted.item_code,
        "department_id": wanted.department_id,
        "channel": wanted.channel,
    }
    found = found.filter(**{name: value for name, value in exact.items() if value})
    if wanted.statuses:
        found = found.filter(status__in=wanted.statuses)
    if wanted.route:
        found = found.filter(on_route(wanted.route))
    if wanted.light in Light.values:
        found = found.in_light(wanted.light, now())
    text = wanted.text.strip()[:60]
    if text:
        digits = text.replace("-", "").replace(" ", "")
        matching = Q(item_name__contains=text) | Q(applicant_name_masked=text)
        found = found.filter(matching | Q(tracking_number__startswith=digits) if digits else matching)
    return found


def _duties_of(actor: Actor) -> Q:
    """Which (status, role) pairs the actor's roles have a duty on; deciders only for their own department."""
    duties = Q(pk__in=[])
    for edge in TRANSITIONS:
        held = edge.who & actor.roles
        if edge.action not in _DUTIES or not held:
            continue
        here = Q(status=edge.source, role__in=[role.value for role in edge.roles])
        if edge.action is Action.EXTEND:
            here &= Q(extension__state=REQUESTED)
        if actor.department_id is not None and Role.WINDOW_CLERK not in held and held & set(_DEPARTMENT_ROLES):
            here &= Q(department_id=actor.department_id) | Q(department_id__isnull=True)
        duties |= here
    return duties


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """How many open cases there are by status, how many of them are the actor's duty, and how many he holds."""

    by_status: dict[str, int]
    duties: int
    held: int


def queue_counts(actor: Actor, scope: str = "") -> QueueCounts:
    """The open cases of a scope in one statement, whatever the number of tabs. Raises NotPermitted unless staff here."""
    actor.require(*Role.values)
    found = _of_scope(Case.objects.open(), actor, scope).order_by().values("status")
    rows = found.annotate(
        cases=Count("id"),
        duties=Count("id", filter=_duties_of(actor)),
        held=Count("id", filter=Q(holder_account_id=actor.account_id)),
    )
    counted = list(rows)
    return QueueCounts(
        by_status={row["status"]: row["cases"] for row in counted},
        duties=sum(row["duties"] for row in counted),
        held=sum(row["held"] for row in counted),
    )


def window_drafts(actor: Actor) -> CaseQuerySet:
    """Drafts begun at the windows of the current centre. Raises NotPermitted unless a window clerk."""
    actor.require(Role.WINDOW_CLERK)
    return Case.objects.drafts().filter(channel=Channel.WINDOW).for_list().order_by("-id")


def window_discarded_drafts(actor: Actor) -> CaseQuerySet:
    """Drafts of the windows of the current centre that were thrown away and can still be taken back.

    Raises NotPermitted unless a window clerk.
    """
    actor.require(Role.WINDOW_CLERK)
    found = Case.objects.discarded(now() - DISCARDED_KEPT_FOR).filter(channel=Channel.WINDOW)
    return found.for_list().order_by("-discarded_at", "-id")


def my_discarded_drafts(actor: Actor) -> CaseQuerySet:
    """The applicant's own drafts at the current centre that he threw away and can still take back; none for others."""
    current_centre()
    if actor.kind is not ActorKind.APPLICANT or actor.account_id is None:
        return Case.objects.none()
    found = Case.objects.discarded(now() - DISCARDED_KEPT_FOR).filter(applicant_account_id=actor.account_id)
    return found.for_list().order_by("-discarded_at", "-id")


def my_drafts(actor: Actor) -> CaseQuerySet:
    """The applicant's own drafts at the current centre, the newest first; none for others."""
    current_centre()
    if actor.kind is not ActorKind.APPLICANT or actor.account_id is None:
        return Case.objects.none()
    found = Case.objects.drafts().filter(applicant_account_id=actor.account_id)
    return found.for_list().order_by("-id")


def my_cases_here(actor: Actor) -> CaseQuerySet:
    """The applicant's own cases at the current centre, the newest first; none for others."""
    current_centre()
    if actor.kind is not ActorKind.APPLICANT or actor.account_id is None:
        return Case.objects.none()
    return Case.objects.submitted().filter(applicant_account_id=actor.account_id).for_list().order_by("-id")


def my_cases(actor: Actor, *, after: tuple[datetime, UUID] | None = None, limit: int = 20) -> list[ApplicantCaseEntry]:
    """An applicant's cases at all centres, from the index: no centre is entered. ``after`` continues a list.

    Raises NotPermitted unless the actor is an applicant.
    """
    return cases_of(actor.require_applicant(), after=after, limit=limit)
