"""announceParts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import graphene

from zt_graphql.arguments import row_id
from zt_graphql.commands import CommandMutation
from zt_graphql.permissions import SIGNED_IN
from zt_graphql.types.uploads import PartTicket
from zt_platform.cases.commands import announce_material_parts


class PartInput(graphene.InputObjectType):
    """One part of a large file."""

    number = graphene.Int(required=True, description="From 1.")
    sha256 = graphene.String(required=True, name="sha256", description="Of the part, hexadecimal.")


class AnnounceParts(CommandMutation):
    """Say the digests of up to 16 parts of a large upload, and get the addresses to which they are sent. Repeatable."""

    permission = SIGNED_IN.at_centre()
    tickets = graphene.List(graphene.NonNull(PartTicket), required=True)

    class Arguments:
        attachment_id = graphene.ID(required=True, description="As openLargeUpload gave it.")
        parts = graphene.List(graphene.NonNull(PartInput), required=True)

    @classmethod
    def mutate(cls, _root: Any, info: Any, attachment_id: str, parts: Sequence[Any]) -> AnnounceParts:
        """Only the account that opened the upload may go on with it."""
        digests = {part.number: part.sha256 for part in parts}
        tickets = announce_material_parts(
            actor=info.context.actor, attachment_id=row_id(attachment_id), digests=digests
        )
        return cls(tickets=tickets)
