"""signOut."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.commands import CommandMutation
from zt_graphql.permissions import SIGNED_IN
from zt_platform.accounts.sessions import close_session


class SignOut(CommandMutation):
    """End the session."""

    permission = SIGNED_IN
    signed_out = graphene.Boolean(required=True)

    @classmethod
    def mutate(cls, _root: Any, info: Any) -> SignOut:
        """Forget the session."""
        close_session(info.context.request)
        info.context.forget_actor()
        return cls(signed_out=True)
