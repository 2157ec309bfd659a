"""renewKeys."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.commands import CommandMutation
from zt_graphql.permissions import roles
from zt_graphql.types.keys import RegisteredKey
from zt_platform.operations import keys
from zt_platform.organisation.roles import Role


class RenewKeys(CommandMutation):
    """Give a centre new keys; the older ones go on verifying for 30 days. Only at the provincial centre."""

    permission = roles(Role.CENTRE_ADMIN)
    keys = graphene.List(graphene.NonNull(RegisteredKey), required=True, description="The new ones.")

    class Arguments:
        centre_code = graphene.String(required=True)
        reason = graphene.String(required=True)

    @classmethod
    def mutate(cls, _root: Any, info: Any, centre_code: str, reason: str) -> RenewKeys:
        """Run the command."""
        return cls(keys=keys.renew(actor=info.context.actor, centre_code=centre_code[:12], reason=reason))
