"""revokeAuthorisation."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.arguments import shared_id
from zt_graphql.commands import CommandMutation
from zt_graphql.permissions import SIGNED_IN
from zt_graphql.types.accounts import Authorisation
from zt_platform.accounts.commands import revoke_authorisation


class RevokeAuthorisation(CommandMutation):
    """End an authorisation: by its own account, or by a window clerk at the legal person's request."""

    permission = SIGNED_IN
    authorisation = graphene.Field(Authorisation, required=True)

    class Arguments:
        authorisation_id = graphene.ID(required=True)

    @classmethod
    def mutate(cls, _root: Any, info: Any, authorisation_id: str) -> RevokeAuthorisation:
        """Revoke it."""
        found = revoke_authorisation(actor=info.context.actor, authorisation_id=shared_id(authorisation_id))
        return cls(authorisation=found)
