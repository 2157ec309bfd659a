"""returnSupervisionReply."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.commands import CommandMutation
from zt_graphql.permissions import roles
from zt_graphql.types.orders import SupervisionOrder
from zt_platform.orders import commands
from zt_platform.orders.rules import REPLY_DAYS
from zt_platform.organisation.roles import Role


class ReturnSupervisionReply(CommandMutation):
    """Return the answer to an order with the reason; another one is owed."""

    permission = roles(Role.SUPERVISOR, Role.CENTRE_ADMIN)
    order = graphene.Field(SupervisionOrder, required=True)

    class Arguments:
        order_id = graphene.UUID(required=True)
        reason = graphene.String(required=True)
        answer_days = graphene.Int(required=True, default_value=REPLY_DAYS, description="Working days.")
        expected_version = graphene.Int(description="The version the caller has seen; an older one is refused.")

    @classmethod
    def mutate(cls, _root: Any, info: Any, **given: Any) -> ReturnSupervisionReply:
        """Run the command."""
        return cls(order=commands.return_reply(actor=info.context.actor, **given))
