"""revokeDelegation."""

from __future__ import annotations

from datetime import date
from typing import Any

import graphene

from zt_graphql.arguments import row_id
from zt_graphql.commands import CommandMutation
from zt_graphql.permissions import roles
from zt_graphql.types.items import Delegation
from zt_platform.catalogue.commands import revoke_delegation
from zt_platform.organisation.roles import Role


class RevokeDelegation(CommandMutation):
    """End a delegation from a day on; running cases finish where they are."""

    permission = roles(Role.CENTRE_ADMIN)
    delegation = graphene.Field(Delegation, required=True)

    class Arguments:
        delegation_id = graphene.ID(required=True)
        on = graphene.Date(required=True)
        reason = graphene.String(required=True)

    @classmethod
    def mutate(cls, _root: Any, info: Any, delegation_id: str, on: date, reason: str) -> RevokeDelegation:
        """Run the command."""
        found = revoke_delegation(actor=info.context.actor, delegation_id=row_id(delegation_id), on=on, reason=reason)
        return cls(delegation=found)
