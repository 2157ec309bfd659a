"""confirmUpload."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.arguments import row_id
from zt_graphql.commands import CommandMutation
from zt_graphql.permissions import SIGNED_IN
from zt_graphql.types.uploads import Attachment
from zt_storage.large_uploads import settle_upload


class ConfirmUpload(CommandMutation):
    """Check a file that was sent: size, real type, digest. attachMaterial does the same and puts it into the case.
    Of a large file the parts are put together first; above 64 MiB a worker checks it, and until it has done so the
    answer is UPLOAD_BEING_CHECKED: ask again.
    """

    permission = SIGNED_IN.at_centre()
    attachment = graphene.Field(Attachment, required=True)

    class Arguments:
        attachment_id = graphene.ID(required=True)

    @classmethod
    def mutate(cls, _root: Any, info: Any, attachment_id: str) -> ConfirmUpload:
        """Only the account that opened the upload may confirm it."""
        owner = info.context.actor.account_id
        return cls(attachment=settle_upload(attachment_id=row_id(attachment_id), owner_account_id=owner))
