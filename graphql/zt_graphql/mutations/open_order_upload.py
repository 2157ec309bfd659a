"""openOrderUpload."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.commands import CommandMutation
from zt_graphql.permissions import roles
from zt_graphql.types.uploads import UploadTicket
from zt_platform.orders import commands
from zt_platform.organisation.roles import Role


class OpenOrderUpload(CommandMutation):
    """A form for sending one file for the answer to an order straight to the store; confirm it with confirmUpload."""

    permission = roles(Role.SUPERVISOR, Role.CENTRE_ADMIN, Role.DEPARTMENT_HEAD)
    ticket = graphene.Field(UploadTicket, required=True)

    class Arguments:
        order_id = graphene.UUID(required=True)
        file_name = graphene.String(required=True)
        size = graphene.Int(required=True, description="Bytes, binding: the store takes exactly so many.")
        content_type = graphene.String(required=True, description="Media type.")

    @classmethod
    def mutate(cls, _root: Any, info: Any, **given: Any) -> OpenOrderUpload:
        """Run the command."""
        return cls(ticket=commands.open_reply_upload(actor=info.context.actor, **given))
