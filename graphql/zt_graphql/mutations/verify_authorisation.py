"""verifyAuthorisation."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.arguments import shared_id
from zt_graphql.commands import CommandMutation
from zt_graphql.permissions import roles
from zt_graphql.types.accounts import Authorisation
from zt_platform.accounts.commands import verify_authorisation
from zt_platform.organisation.roles import Role


class VerifyAuthorisation(CommandMutation):
    """A window clerk has seen the legal person's letter of authorisation."""

    permission = roles(Role.WINDOW_CLERK)
    authorisation = graphene.Field(Authorisation, required=True)

    class Arguments:
        authorisation_id = graphene.ID(required=True)

    @classmethod
    def mutate(cls, _root: Any, info: Any, authorisation_id: str) -> VerifyAuthorisation:
        """Prove the authorisation."""
        found = verify_authorisation(actor=info.context.actor, authorisation_id=shared_id(authorisation_id))
        return cls(authorisation=found)
