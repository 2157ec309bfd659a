"""revokeDataGrant."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.arguments import shared_id
from zt_graphql.commands import CommandMutation
from zt_graphql.permissions import roles
from zt_graphql.types.exchange import DataGrant
from zt_platform.exchange.commands import revoke_data_grant
from zt_platform.organisation.roles import Role


class RevokeDataGrant(CommandMutation):
    """The province ends a grant at once."""

    permission = roles(Role.CENTRE_ADMIN)
    grant = graphene.Field(DataGrant, required=True)

    class Arguments:
        grant_id = graphene.ID(required=True)
        reason = graphene.String(required=True)

    @classmethod
    def mutate(cls, _root: Any, info: Any, grant_id: str, reason: str) -> RevokeDataGrant:
        """Run the command."""
        return cls(grant=revoke_data_grant(actor=info.context.actor, grant_id=shared_id(grant_id), reason=reason))
