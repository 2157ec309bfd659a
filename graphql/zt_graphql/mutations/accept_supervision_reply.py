"""acceptSupervisionReply."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.commands import CommandMutation
from zt_graphql.permissions import roles
from zt_graphql.types.orders import SupervisionOrder
from zt_platform.orders import commands
from zt_platform.organisation.roles import Role


class AcceptSupervisionReply(CommandMutation):
    """Accept the answer to an order, which is settled with that."""

    permission = roles(Role.SUPERVISOR, Role.CENTRE_ADMIN)
    order = graphene.Field(SupervisionOrder, required=True)

    class Arguments:
        order_id = graphene.UUID(required=True)
        remark = graphene.String(required=True, default_value="")
        expected_version = graphene.Int(description="The version the caller has seen; an older one is refused.")

    @classmethod
    def mutate(cls, _root: Any, info: Any, **given: Any) -> AcceptSupervisionReply:
        """Run the command."""
        return cls(order=commands.accept_reply(actor=info.context.actor, **given))
