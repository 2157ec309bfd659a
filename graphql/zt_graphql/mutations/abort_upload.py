"""abortUpload."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.arguments import row_id
from zt_graphql.commands import CommandMutation
from zt_graphql.permissions import SIGNED_IN
from zt_platform.cases.commands import abort_material_upload


class AbortUpload(CommandMutation):
    """Give a large upload up: what was sent of it is removed. One that nobody finishes is given up after a day."""

    permission = SIGNED_IN.at_centre()
    aborted = graphene.Boolean(required=True)

    class Arguments:
        attachment_id = graphene.ID(required=True, description="As openLargeUpload gave it.")

    @classmethod
    def mutate(cls, _root: Any, info: Any, attachment_id: str) -> AbortUpload:
        """Only the account that opened the upload may give it up."""
        abort_material_upload(actor=info.context.actor, attachment_id=row_id(attachment_id))
        return cls(aborted=True)
