"""Cases: the clerks' queues, one case, the applicant's own lists, tracking without signing in."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.arguments import row_id
from zt_graphql.connections import Keyset, SortKey
from zt_graphql.fields import ConnectionField, RootField
from zt_graphql.permissions import PUBLIC, SIGNED_IN, STAFF, roles
from zt_graphql.types.cases import Case, CaseSummary, MyCase, StatusCount
from zt_graphql.types.enums import (
    CaseChannelEnum,
    CaseKindEnum,
    CaseRoleEnum,
    CaseRouteEnum,
    CaseStatusEnum,
    LightEnum,
)
from zt_graphql.types.timeline import TrackedCase
from zt_platform.cases.queries import (
    QueueFilter,
    case_by_number,
    case_for,
    my_cases_here,
    my_discarded_drafts,
    my_drafts,
    queue_counts,
    queue_for,
    track,
    window_discarded_drafts,
    window_drafts,
)
from zt_platform.index.queries import all_cases_of
from zt_platform.organisation.roles import Role

HERE = SIGNED_IN.at_centre()
STATUSES_RECKONED = 15


class QueueFilterInput(graphene.InputObjectType):
    """What a queue is narrowed to; what is left out does not narrow."""

    statuses = graphene.List(graphene.NonNull(CaseStatusEnum))
    case_role = CaseRoleEnum()
    kind = CaseKindEnum()
    light = LightEnum()
    item_code = graphene.String()
    department_id = graphene.ID()
    channel = CaseChannelEnum()
    text = graphene.String(description="Start of the number, part of the item's name, or the masked applicant.")
    todo = graphene.Boolean(description="Only what my roles have a duty on.")
    mine = graphene.Boolean(description="Only what I acted on last.")
    route = CaseRouteEnum(description="Only what is handled this way.")
    is_open = graphene.Boolean(description="Without closed cases; true by default.")


def _filter(given: Any) -> QueueFilter:
    wanted: dict[str, Any] = {name: value for name, value in (given or {}).items() if value is not None}
    for name in ("case_role", "kind", "light", "channel", "route"):
        if name in wanted:
            wanted[name] = wanted[name].value
    if "statuses" in wanted:
        wanted["statuses"] = [status.value for status in wanted["statuses"]]
    if "department_id" in wanted:
        wanted["department_id"] = row_id(wanted["department_id"])
    return QueueFilter(**wanted)


def _as_applicant() -> graphene.Boolean:
    return graphene.Boolean(
        required=True, default_value=False, description="Read as a private person, where the account also holds a post."
    )


class CaseQueries(graphene.ObjectType):
    """Root fields over a centre's cases."""

    queue = ConnectionField(
        CaseSummary,
        keyset=Keyset("queue", SortKey("running_due_at", nullable=True), "id"),
        permission=STAFF,
        description="Cases of this centre, the most pressing first.",
        weight=2,
        wanted=graphene.Argument(QueueFilterInput, name="filter"),
    )
    queue_counts = RootField(
        graphene.List(graphene.NonNull(StatusCount)),
        permission=STAFF,
        description="How many open cases this centre has by status.",
        weight=2,
        size=STATUSES_RECKONED,
    )
    window_drafts = ConnectionField(
        CaseSummary,
        keyset=Keyset("windowDrafts", "-id"),
        permission=roles(Role.WINDOW_CLERK),
        description="Drafts begun at the windows of this centre, the newest first.",
    )
    window_discarded_drafts = ConnectionField(
        CaseSummary,
        keyset=Keyset("windowDiscardedDrafts", "-discarded_at", "-id"),
        permission=roles(Role.WINDOW_CLERK),
        description="Drafts of the windows of this centre that were thrown away; restoreDraft takes one back in time.",
    )
    case = RootField(
        Case,
        permission=HERE,
        description="One case of this centre, for its staff and its applicant.",
        weight=4,
        id=graphene.ID(required=True),
        as_applicant=_as_applicant(),
    )
    case_by_number = RootField(
        Case,
        permission=HERE,
        description="The same by tracking number.",
        weight=4,
        tracking_number=graphene.String(required=True),
        as_applicant=_as_applicant(),
    )
    my_drafts = ConnectionField(
        CaseSummary,
        keyset=Keyset("myDrafts", "-id"),
        permission=HERE,
        description="The signed-in person's drafts at this centre, the newest first.",
    )
    my_discarded_drafts = ConnectionField(
        CaseSummary,
        keyset=Keyset("myDiscardedDrafts", "-discarded_at", "-id"),
        permission=HERE,
        description="What the signed-in person threw away at this centre; restoreDraft takes one back in time.",
    )
    my_cases_here = ConnectionField(
        CaseSummary,
        keyset=Keyset("myCasesHere", "-id"),
        permission=HERE,
        description="The signed-in person's submitted cases at this centre, the newest first.",
    )
    my_cases = ConnectionField(
        MyCase,
        keyset=Keyset("myCases", "-updated_at", "-id"),
        permission=SIGNED_IN,
        description="The signed-in person's cases at all centres, the latest change first.",
    )
    track_case = RootField(
        TrackedCase,
        permission=PUBLIC,
        description="One case by number and the last four digits of the telephone; tries are limited.",
        weight=10,
        tracking_number=graphene.String(required=True),
        phone_tail=graphene.String(required=True, description="Four digits."),
    )

    @staticmethod
    def resolve_queue(_root: Any, info: Any, wanted: Any = None) -> Any:
        """For this centre's staff."""
        return queue_for(info.context.actor, _filter(wanted))

    @staticmethod
    def resolve_queue_counts(_root: Any, info: Any) -> Any:
        """For this centre's staff."""
        return sorted(queue_counts(info.context.actor).by_status.items())

    @staticmethod
    def resolve_window_drafts(_root: Any, info: Any) -> Any:
        """For window clerks."""
        return window_drafts(info.context.actor)

    @staticmethod
    def resolve_window_discarded_drafts(_root: Any, info: Any) -> Any:
        """For window clerks."""
        return window_discarded_drafts(info.context.actor)

    @staticmethod
    def resolve_case(_root: Any, info: Any, id: str, as_applicant: bool) -> Any:
        """By key."""
        return case_for(info.context.acting(as_applicant=as_applicant), row_id(id))

    @staticmethod
    def resolve_case_by_number(_root: Any, info: Any, tracking_number: str, as_applicant: bool) -> Any:
        """By number."""
        return case_by_number(info.context.acting(as_applicant=as_applicant), tracking_number)

    @staticmethod
    def resolve_my_drafts(_root: Any, info: Any) -> Any:
        """Of the person."""
        return my_drafts(info.context.applicant)

    @staticmethod
    def resolve_my_discarded_drafts(_root: Any, info: Any) -> Any:
        """Of the person."""
        return my_discarded_drafts(info.context.applicant)

    @staticmethod
    def resolve_my_cases_here(_root: Any, info: Any) -> Any:
        """Of the person."""
        return my_cases_here(info.context.applicant)

    @staticmethod
    def resolve_my_cases(_root: Any, info: Any) -> Any:
        """From the index; no centre is entered."""
        return all_cases_of(info.context.applicant.require_applicant())

    @staticmethod
    def resolve_track_case(_root: Any, info: Any, tracking_number: str, phone_tail: str) -> Any:
        """Counted per number and per address."""
        return track(tracking_number=tracking_number, phone_tail=phone_tail, address=info.context.address)
