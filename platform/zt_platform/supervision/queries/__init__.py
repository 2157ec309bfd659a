"""Reads for the supervisors' pages and the gateway, limited to a :class:`~zt_platform.supervision.scope.Scope`."""

from zt_platform.supervision.queries.board import Branch, HeatRow, board, heat
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
from zt_platform.supervision.queries.feeds import FeedRow, FeedState, FeedSummary, feeds
from zt_platform.supervision.queries.figures import DayFigures, LightCounts, Overview, overview, reading_moment

__all__ = [
    "COUNT_LIMIT",
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
    "LightCounts",
    "Overview",
    "StepRow",
    "board",
    "case_steps",
    "count_cases",
    "feeds",
    "heat",
    "list_cases",
    "matching_cases",
    "overview",
    "reading_moment",
]
