"""verifyIdentity."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.arguments import shared_id
from zt_graphql.commands import CommandMutation
from zt_graphql.permissions import roles
from zt_graphql.types.accounts import Account
from zt_platform.accounts.commands import verify_identity
from zt_platform.organisation.roles import Role


class VerifyIdentity(CommandMutation):
    """A window clerk has seen the resident identity card: its number and name prove the account."""

    permission = roles(Role.WINDOW_CLERK)
    account = graphene.Field(Account, required=True)

    class Arguments:
        account_id = graphene.ID(required=True)
        resident_id = graphene.String(required=True, description="As on the card.")
        full_name = graphene.String(required=True, description="As on the card.")

    @classmethod
    def mutate(cls, _root: Any, info: Any, account_id: str, resident_id: str, full_name: str) -> VerifyIdentity:
        """Prove the identity."""
        account = verify_identity(
            actor=info.context.actor,
            account_id=shared_id(account_id),
            resident_id=resident_id,
            full_name=full_name,
        )
        return cls(account=account)
