"""replyToSupervisionOrder."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.arguments import row_id
from zt_graphql.commands import CommandMutation
from zt_graphql.permissions import roles
from zt_graphql.types.orders import SupervisionOrder
from zt_platform.orders import commands
from zt_platform.organisation.roles import Role


class ReplyToSupervisionOrder(CommandMutation):
    """Answer an order, with files uploaded before."""

    permission = roles(Role.SUPERVISOR, Role.CENTRE_ADMIN, Role.DEPARTMENT_HEAD)
    order = graphene.Field(SupervisionOrder, required=True)

    class Arguments:
        order_id = graphene.UUID(required=True)
        explanation = graphene.String(required=True)
        rectified = graphene.Boolean(required=True, default_value=False)
        attachment_ids = graphene.List(graphene.NonNull(graphene.ID), required=True, default_value=())
        expected_version = graphene.Int(description="The version the caller has seen; an older one is refused.")

    @classmethod
    def mutate(cls, _root: Any, info: Any, attachment_ids: Any, **given: Any) -> ReplyToSupervisionOrder:
        """Run the command."""
        files = [row_id(found) for found in attachment_ids]
        return cls(order=commands.reply_to_order(actor=info.context.actor, attachment_ids=files, **given))
