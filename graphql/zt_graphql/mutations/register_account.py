"""registerAccount."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.commands import CommandMutation
from zt_graphql.permissions import PUBLIC
from zt_graphql.types.accounts import Account
from zt_platform.accounts.commands import register_account


class RegisterAccount(CommandMutation):
    """Open an account for a person. The identity stays unverified until a clerk or a data service proves it."""

    permission = PUBLIC
    account = graphene.Field(Account, required=True)

    class Arguments:
        username = graphene.String(required=True)
        password = graphene.String(required=True)
        full_name = graphene.String(required=True)
        phone = graphene.String(required=True, description="11-digit mobile number.")
        resident_id = graphene.String(description="18 characters; needed before applying.")

    @classmethod
    def mutate(cls, _root: Any, info: Any, **given: Any) -> RegisterAccount:
        """Register; nobody is signed in by it."""
        return cls(account=register_account(address=info.context.address, **given))
