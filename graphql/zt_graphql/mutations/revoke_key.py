"""revokeKey."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.commands import CommandMutation
from zt_graphql.permissions import roles
from zt_graphql.types.keys import RegisteredKey
from zt_platform.operations import keys
from zt_platform.organisation.roles import Role


class RevokeKey(CommandMutation):
    """End a key at once, for good: nothing signed with it counts any more. Only at the provincial centre; no root key."""

    permission = roles(Role.CENTRE_ADMIN)
    revoked = graphene.Field(RegisteredKey, required=True)
    keys = graphene.List(graphene.NonNull(RegisteredKey), required=True, description="The new one.")

    class Arguments:
        kid = graphene.String(required=True)
        reason = graphene.String(required=True, description="Stands in the signed revocation.")
        replace = graphene.Boolean(required=True, default_value=True, description="Issue a new key at once.")

    @classmethod
    def mutate(cls, _root: Any, info: Any, kid: str, reason: str, replace: bool) -> RevokeKey:
        """Run the command."""
        ended, new = keys.revoke(actor=info.context.actor, kid=kid[:128], reason=reason, replace=replace)
        return cls(revoked=ended, keys=new)
