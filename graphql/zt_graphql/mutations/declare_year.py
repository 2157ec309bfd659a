"""declareYear."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import graphene

from zt_graphql.commands import CommandMutation
from zt_graphql.permissions import roles
from zt_graphql.types.calendar import CalendarYear, year_as_known
from zt_platform.organisation.roles import Role
from zt_platform.workcalendar.commands import declare_year


class DeclareYear(CommandMutation):
    """Enter the State Council notice of a year: it is provisional no longer, and running limits are counted anew."""

    permission = roles(Role.CENTRE_ADMIN)
    year = graphene.Field(CalendarYear, required=True, description="The year as it is known now.")

    class Arguments:
        year = graphene.Int(required=True)
        document_number = graphene.String(required=True)
        holidays = graphene.List(graphene.NonNull(graphene.Date), required=True, description="Days off.")
        make_up_days = graphene.List(
            graphene.NonNull(graphene.Date),
            required=True,
            default_value=[],
            description="Weekend days that are worked.",
        )

    @classmethod
    def mutate(
        cls, _root: Any, info: Any, year: int, holidays: Sequence[Any], make_up_days: Sequence[Any], **given: Any
    ) -> DeclareYear:
        """Run the command."""
        days = {**dict.fromkeys(holidays, False), **dict.fromkeys(make_up_days, True)}
        declare_year(actor=info.context.actor, year=year, days=days, **given)
        return cls(year=year_as_known(year))
