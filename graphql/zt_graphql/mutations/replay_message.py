"""replayMessage."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.arguments import row_id
from zt_graphql.commands import CommandMutation
from zt_graphql.permissions import roles
from zt_platform.operations.commands import replay
from zt_platform.organisation.roles import Role


class ReplayMessage(CommandMutation):
    """Try a parked message and all that wait behind it again, in order; stops at the first that is parked again."""

    permission = roles(Role.CENTRE_ADMIN)
    applied = graphene.Int(required=True, description="How many took effect.")

    class Arguments:
        message_id = graphene.ID(required=True)

    @classmethod
    def mutate(cls, _root: Any, info: Any, message_id: str) -> ReplayMessage:
        """Replay in this centre."""
        return cls(applied=replay(actor=info.context.actor, inbox_id=row_id(message_id)))
