"""openOpinionUpload."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.commands import CommandMutation
from zt_graphql.joint import LEAD
from zt_graphql.types.uploads import UploadTicket
from zt_platform.joint import commands


class OpenOpinionUpload(CommandMutation):
    """A form for sending one file for the opinion straight to the store; confirm it with confirmUpload."""

    permission = LEAD
    ticket = graphene.Field(UploadTicket, required=True)

    class Arguments:
        task_id = graphene.UUID(required=True)
        file_name = graphene.String(required=True)
        size = graphene.Int(required=True, description="Bytes, binding: the store takes exactly so many.")
        content_type = graphene.String(required=True, description="Media type.")

    @classmethod
    def mutate(cls, _root: Any, info: Any, **given: Any) -> OpenOpinionUpload:
        """Run the command."""
        return cls(ticket=commands.open_opinion_upload(actor=info.context.actor, **given))
