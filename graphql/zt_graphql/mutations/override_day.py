"""overrideDay."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.commands import CommandMutation
from zt_graphql.permissions import roles
from zt_graphql.types.calendar import CalendarYear, year_as_known
from zt_platform.organisation.roles import Role
from zt_platform.workcalendar.commands import override_day


class OverrideDay(CommandMutation):
    """Say for one day whether it is worked, in the whole province; running limits are counted anew."""

    permission = roles(Role.CENTRE_ADMIN)
    year = graphene.Field(CalendarYear, required=True, description="The day's year as it is known now.")

    class Arguments:
        day = graphene.Date(required=True)
        working = graphene.Boolean(required=True)
        reason = graphene.String(required=True, description="The ground.")

    @classmethod
    def mutate(cls, _root: Any, info: Any, day: Any, **given: Any) -> OverrideDay:
        """Run the command."""
        override_day(actor=info.context.actor, day=day, **given)
        return cls(year=year_as_known(day.year))
