"""endPosting."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.arguments import row_id
from zt_graphql.commands import CommandMutation
from zt_graphql.permissions import roles
from zt_graphql.types.staff import StaffMember
from zt_platform.organisation.commands import end_posting
from zt_platform.organisation.roles import Role


class EndPosting(CommandMutation):
    """End a post today; its rights are gone at once."""

    permission = roles(Role.CENTRE_ADMIN)
    staff_member = graphene.Field(StaffMember, required=True)

    class Arguments:
        staff_id = graphene.ID(required=True)

    @classmethod
    def mutate(cls, _root: Any, info: Any, staff_id: str) -> EndPosting:
        """Run the command."""
        return cls(staff_member=end_posting(actor=info.context.actor, staff_id=row_id(staff_id)))
