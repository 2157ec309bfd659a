"""The work calendar that every limit is counted by."""

from __future__ import annotations

import graphene

from zt_graphql.fields import RootField
from zt_graphql.permissions import PUBLIC
from zt_graphql.types.calendar import CalendarYear, resolve_year


class CalendarQueries(graphene.ObjectType):
    """Root fields over the work calendar."""

    calendar_year = RootField(
        CalendarYear,
        permission=PUBLIC,
        description="One year of the work calendar: whether its notice is known, and what the province has set.",
        resolver=resolve_year,
        year=graphene.Int(required=True),
    )
