"""closeMessage."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.commands import CommandMutation
from zt_graphql.permissions import roles
from zt_graphql.types.messages import RefusedMessage
from zt_interop.queue.models import MessageState
from zt_platform.operations import commands
from zt_platform.organisation.roles import Role


class CloseMessage(CommandMutation):
    """Propose to close a refused message of this centre, or confirm what another person has proposed."""

    permission = roles(Role.CENTRE_ADMIN)
    message = graphene.Field(RefusedMessage, required=True)
    closed = graphene.Boolean(required=True, description="False after the first of the two persons.")

    class Arguments:
        event_id = graphene.UUID(required=True)
        reason = graphene.String(required=True)

    @classmethod
    def mutate(cls, _root: Any, info: Any, event_id: Any, reason: str) -> CloseMessage:
        """Run the command."""
        message = commands.close(actor=info.context.actor, event_id=event_id, reason=reason)
        return cls(message=message, closed=message.state == MessageState.CLOSED)
