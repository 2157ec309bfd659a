"""The staff of a centre, for its administrators."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.connections import Keyset
from zt_graphql.fields import ConnectionField
from zt_graphql.permissions import roles
from zt_graphql.types.staff import StaffMember
from zt_platform.organisation.queries import staff
from zt_platform.organisation.roles import Role


class StaffQueries(graphene.ObjectType):
    """Root fields over posts."""

    staff = ConnectionField(
        StaffMember,
        keyset=Keyset("staff", "id"),
        permission=roles(Role.CENTRE_ADMIN),
        description="The staff of this centre with department and window.",
    )

    @staticmethod
    def resolve_staff(_root: Any, info: Any) -> Any:
        """All posts, ended ones included."""
        return staff(info.context.actor)
