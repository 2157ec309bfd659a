"""Reads for the supervisors' pages and the gateway, limited to a :class:`~zt_platform.supervision.scope.Scope`."""

from zt_platform.supervision.queries.balance import BalanceRow, ScopeBalance, scope_balance
from zt_platform.supervision.queries.board import Branch, HeatRow, board, heat, screen
from zt_platform.supervision.queries.cases import (
    COUNT_LIMIT,
    CaseFilters,
    CasePage,
    CaseRow,
    CaseTrail,
    StepRow,
    case_steps,
    count_cases,
    list_cases,
    matching_cases,
)
from zt_platform.supervision.queries.feeds import (
    AllFeeds,
    FeedRow,
    FeedState,
    FeedSummary,
    all_feeds,
    feed_totals,
    feeds,
)
from zt_platform.supervision.queries.figures import DayFigures, Overview, overview
from zt_platform.supervision.queries.flags import flagged_steps
from zt_platform.supervision.queries.keys import KeyList, KeyRow, KeyState, keys
from zt_platform.supervision.queries.lights import LightCounts, reading_moment
from zt_platform.supervision.queries.overdue import OverdueCase, OverdueReport, UnitOverdue, overdue_by_unit
from zt_platform.supervision.queries.trend import LightsOverTime, lights_over_time

__all__ = [
    "COUNT_LIMIT",
    "AllFeeds",
    "BalanceRow",
    "Branch",
    "CaseFilters",
    "CasePage",
    "CaseRow",
    "CaseTrail",
    "DayFigures",
    "FeedRow",
    "FeedState",
    "FeedSummary",
    "HeatRow",
    "KeyList",
    "KeyRow",
    "KeyState",
    "LightCounts",
    "LightsOverTime",
    "OverdueCase",
    "OverdueReport",
    "Overview",
    "ScopeBalance",
    "StepRow",
    "UnitOverdue",
    "all_feeds",
    "board",
    "case_steps",
    "count_cases",
    "feed_totals",
    "feeds",
    "flagged_steps",
    "heat",
    "keys",
    "lights_over_time",
    "list_cases",
    "matching_cases",
    "overdue_by_unit",
    "overview",
    "reading_moment",
    "scope_balance",
    "screen",
]
