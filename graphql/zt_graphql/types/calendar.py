"""The work calendar: which years are known, and which days differ from the published one."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.fields import WeighedField
from zt_platform.workcalendar.queries import YearStatus, year_status

OVERRIDES_RECKONED = 40


class CalendarDay(graphene.ObjectType):
    """A day that the province has set itself."""

    day = graphene.Date(required=True)
    working = graphene.Boolean(required=True)
    reason = graphene.String(required=True)


class CalendarYear(graphene.ObjectType):
    """One year of the work calendar."""

    year = graphene.Int(required=True)
    provisional = graphene.Boolean(
        required=True, description="No notice is known: limits that fall into it are marked and counted anew later."
    )
    document_number = graphene.String(required=True, description="Of the notice, where the province entered it.")
    working_days = graphene.Int(required=True)
    overrides = WeighedField(graphene.NonNull(graphene.List(graphene.NonNull(CalendarDay))), size=OVERRIDES_RECKONED)


def year_as_known(year: int) -> YearStatus:
    """For the answers of the mutations."""
    return year_status(year, fresh=True)


def resolve_year(_root: Any, _info: Any, year: int) -> YearStatus:
    """For the query."""
    return year_status(year)
