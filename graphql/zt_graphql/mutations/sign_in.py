"""signIn."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.commands import CommandMutation
from zt_graphql.permissions import PUBLIC
from zt_graphql.types.accounts import Me
from zt_platform.accounts.commands import sign_in
from zt_platform.accounts.sessions import open_session


class SignIn(CommandMutation):
    """Open a session. After five failures an account is locked for a while, after twenty an address."""

    permission = PUBLIC
    me = graphene.Field(Me, required=True)

    class Arguments:
        username = graphene.String(required=True)
        password = graphene.String(required=True)

    @classmethod
    def mutate(cls, _root: Any, info: Any, username: str, password: str) -> SignIn:
        """Check the password, then open the session."""
        account = sign_in(username=username, password=password, address=info.context.address)
        open_session(info.context.request, account)
        info.context.forget_actor()
        return cls(me=account)
