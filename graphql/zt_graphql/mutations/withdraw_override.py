"""withdrawOverride."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.commands import CommandMutation
from zt_graphql.permissions import roles
from zt_graphql.types.calendar import CalendarYear, year_as_known
from zt_platform.organisation.roles import Role
from zt_platform.workcalendar.commands import withdraw_override


class WithdrawOverride(CommandMutation):
    """Let the published calendar count again for a day; running limits are counted anew."""

    permission = roles(Role.CENTRE_ADMIN)
    year = graphene.Field(CalendarYear, required=True, description="The day's year as it is known now.")

    class Arguments:
        day = graphene.Date(required=True)

    @classmethod
    def mutate(cls, _root: Any, info: Any, day: Any) -> WithdrawOverride:
        """Run the command."""
        withdraw_override(actor=info.context.actor, day=day)
        return cls(year=year_as_known(day.year))
