"""openLargeUpload."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.arguments import row_id
from zt_graphql.cases import OwnCaseKey
from zt_graphql.commands import CommandMutation
from zt_graphql.permissions import SIGNED_IN
from zt_graphql.types.uploads import LargeUpload
from zt_platform.cases.commands import open_large_material_upload


class OpenLargeUpload(CommandMutation):
    """Announce a file that is sent in parts, or find the same one (material, name, size) where it was left."""

    permission = SIGNED_IN.at_centre()
    upload = graphene.Field(LargeUpload, required=True)

    class Arguments(OwnCaseKey):
        material_code = graphene.String(required=True)
        file_name = graphene.String(required=True)
        size = graphene.Int(required=True, description="Bytes.")
        content_type = graphene.String(required=True, description="Media type.")

    @classmethod
    def mutate(cls, _root: Any, info: Any, case_id: str, as_applicant: bool, **given: Any) -> OpenLargeUpload:
        """Run the command."""
        actor = info.context.acting(as_applicant=as_applicant)
        return cls(upload=open_large_material_upload(actor=actor, case_id=row_id(case_id), **given))
