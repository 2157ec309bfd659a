"""postStaffMember."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.arguments import shared_id
from zt_graphql.commands import CommandMutation
from zt_graphql.permissions import roles
from zt_graphql.types.enums import RoleEnum
from zt_graphql.types.staff import StaffMember
from zt_platform.organisation.commands import post_staff_member
from zt_platform.organisation.roles import Role


class PostStaffMember(CommandMutation):
    """Give an account a post in this centre."""

    permission = roles(Role.CENTRE_ADMIN)
    staff_member = graphene.Field(StaffMember, required=True)

    class Arguments:
        account_id = graphene.ID(required=True)
        full_name = graphene.String(required=True, description="As on the door sign.")
        roles = graphene.List(graphene.NonNull(RoleEnum), required=True)
        department_code = graphene.String()
        window_code = graphene.String()

    @classmethod
    def mutate(cls, _root: Any, info: Any, account_id: str, roles: Any, **given: Any) -> PostStaffMember:
        """Run the command."""
        member = post_staff_member(
            actor=info.context.actor,
            account_id=shared_id(account_id),
            roles=[role.value for role in roles],
            **given,
        )
        return cls(staff_member=member)
