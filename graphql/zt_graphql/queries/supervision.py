"""Supervision: figures, league, feeds and cases of the supervisor's scope. Served at every endpoint."""

from __future__ import annotations

from datetime import date
from typing import Any

import graphene

from zt_graphql.connections import Keyset
from zt_graphql.fields import ConnectionField, RootField
from zt_graphql.permissions import SUPERVISOR
from zt_graphql.types.enums import CaseKindEnum, CaseRoleEnum
from zt_graphql.types.supervision import (
    Feed,
    FeedSummary,
    FlaggedStep,
    LeagueRow,
    ScopeBalance,
    SupervisedCase,
    SupervisedTrail,
    SupervisionOverview,
)
from zt_platform.supervision.queries import (
    CaseFilters,
    board,
    case_steps,
    feed_totals,
    feeds,
    flagged_steps,
    matching_cases,
    overview,
    scope_balance,
)
from zt_tenants.clock import today

LEAGUE_RECKONED = 20
_BELOW = "This centre of the scope and all below it; the whole scope by default."


class SupervisionQueries(graphene.ObjectType):
    """Root fields over the supervision store."""

    supervision_overview = RootField(
        SupervisionOverview,
        permission=SUPERVISOR,
        description="A day's figures with yesterday and last year, and the lights.",
        weight=20,
        on=graphene.Date(description="Today by default."),
        centre_code=graphene.String(description=_BELOW),
    )
    supervision_league = RootField(
        graphene.List(graphene.NonNull(LeagueRow)),
        permission=SUPERVISOR,
        description="The branches of a centre over 14 days, best on-time rate first.",
        weight=20,
        size=LEAGUE_RECKONED,
        on=graphene.Date(description="The last of the days; today by default."),
        centre_code=graphene.String(description=_BELOW),
    )
    supervision_feed_summary = RootField(
        FeedSummary,
        permission=SUPERVISOR,
        description="How complete and how late the feeds of the scope are, in totals.",
        weight=5,
        centre_code=graphene.String(description=_BELOW),
    )
    supervision_feeds = ConnectionField(
        Feed,
        keyset=Keyset("supervisionFeeds", "state", "-missing", "centre__code"),
        permission=SUPERVISOR,
        description="The feed of every centre of the scope, the worst first.",
        weight=5,
        centre_code=graphene.String(description=_BELOW),
    )
    supervision_cases = ConnectionField(
        SupervisedCase,
        keyset=Keyset("supervisionCases", "-last_occurred_at", "-id"),
        permission=SUPERVISOR,
        description="Cases of the scope, the newest step first; each tracking number once.",
        weight=5,
        centre_code=graphene.String(description=_BELOW),
        own_hall=graphene.Boolean(required=True, default_value=False, description="Without what lies below."),
        measure=graphene.String(
            required=True, default_value="", description="The cases behind a figure: submitted, late, overrun …"
        ),
        first_day=graphene.Date(),
        last_day=graphene.Date(),
        light=graphene.String(
            required=True, default_value="", description="GREEN, WARNING, YELLOW, RED, OVERDUE or RUNNING."
        ),
        kind=CaseKindEnum(),
        role=CaseRoleEnum(),
        status=graphene.String(required=True, default_value=""),
        text=graphene.String(
            required=True, default_value="", description="Start of a tracking number, or part of an item's name."
        ),
    )
    supervision_flags = ConnectionField(
        FlaggedStep,
        keyset=Keyset("supervisionFlags", "-occurred_at", "-id"),
        permission=SUPERVISOR,
        description="Broken rules, orders and cards, everything out of the ordinary; the newest first.",
        weight=5,
        centre_code=graphene.String(description=_BELOW),
        flag=graphene.String(required=True, default_value="", description="Only this one."),
    )
    supervision_balance = RootField(
        ScopeBalance,
        permission=SUPERVISOR,
        description="Whether the ledgers balance, branch by branch, and every difference.",
        weight=20,
        centre_code=graphene.String(description=_BELOW),
    )
    supervision_case = RootField(
        SupervisedTrail,
        permission=SUPERVISOR,
        description="One case over all levels, once one of its ledgers lies in the scope.",
        weight=5,
        tracking_number=graphene.String(required=True),
    )

    @staticmethod
    def resolve_supervision_overview(
        _root: Any, info: Any, on: date | None = None, centre_code: str | None = None
    ) -> Any:
        """Figures and lights."""
        return overview(info.context.require_scope(), on=on or today(), code=centre_code or "")

    @staticmethod
    def resolve_supervision_league(
        _root: Any, info: Any, on: date | None = None, centre_code: str | None = None
    ) -> Any:
        """The branches."""
        return board(info.context.require_scope(), on=on or today(), code=centre_code or "")

    @staticmethod
    def resolve_supervision_feed_summary(_root: Any, info: Any, centre_code: str | None = None) -> Any:
        """Totals."""
        return feed_totals(info.context.require_scope(), code=centre_code or "")

    @staticmethod
    def resolve_supervision_feeds(_root: Any, info: Any, centre_code: str | None = None) -> Any:
        """Rows."""
        return feeds(info.context.require_scope(), code=centre_code or "").rows

    @staticmethod
    def resolve_supervision_cases(
        _root: Any, info: Any, centre_code: str | None = None, kind: Any = None, role: Any = None, **filters: Any
    ) -> Any:
        """Records."""
        wanted = CaseFilters(
            centre=centre_code or "", kind=kind.value if kind else "", role=role.value if role else "", **filters
        )
        return matching_cases(info.context.require_scope(), wanted)

    @staticmethod
    def resolve_supervision_flags(_root: Any, info: Any, centre_code: str | None = None, flag: str = "") -> Any:
        """Steps."""
        return flagged_steps(info.context.require_scope(), centre=centre_code or "", flag=flag)

    @staticmethod
    def resolve_supervision_balance(_root: Any, info: Any, centre_code: str | None = None) -> Any:
        """Equations and differences."""
        return scope_balance(info.context.require_scope(), code=centre_code or "")

    @staticmethod
    def resolve_supervision_case(_root: Any, info: Any, tracking_number: str) -> Any:
        """Ledgers and steps."""
        return case_steps(info.context.require_scope(), tracking_number)
