"""changeRoles."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.arguments import row_id
from zt_graphql.commands import CommandMutation
from zt_graphql.permissions import roles
from zt_graphql.types.enums import RoleEnum
from zt_graphql.types.staff import StaffMember
from zt_platform.organisation.commands import change_roles
from zt_platform.organisation.roles import Role


class ChangeRoles(CommandMutation):
    """Replace the roles of a staff member of this centre."""

    permission = roles(Role.CENTRE_ADMIN)
    staff_member = graphene.Field(StaffMember, required=True)

    class Arguments:
        staff_id = graphene.ID(required=True)
        roles = graphene.List(graphene.NonNull(RoleEnum), required=True)

    @classmethod
    def mutate(cls, _root: Any, info: Any, staff_id: str, roles: Any) -> ChangeRoles:
        """Run the command."""
        wanted = [role.value for role in roles]
        member = change_roles(actor=info.context.actor, staff_id=row_id(staff_id), roles=wanted)
        return cls(staff_member=member)
