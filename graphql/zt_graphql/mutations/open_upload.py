"""openUpload."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.arguments import row_id
from zt_graphql.cases import OwnCaseKey
from zt_graphql.commands import CommandMutation
from zt_graphql.permissions import SIGNED_IN
from zt_graphql.types.uploads import UploadTicket
from zt_platform.cases.commands import open_material_upload


class OpenUpload(CommandMutation):
    """A form for sending one file of a material straight to the store, within the material's size and types."""

    permission = SIGNED_IN.at_centre()
    ticket = graphene.Field(UploadTicket, required=True)

    class Arguments(OwnCaseKey):
        material_code = graphene.String(required=True)
        file_name = graphene.String(required=True)
        size = graphene.Int(required=True, description="Bytes, binding: the store takes exactly so many.")
        content_type = graphene.String(required=True, description="Media type.")

    @classmethod
    def mutate(cls, _root: Any, info: Any, case_id: str, as_applicant: bool, **given: Any) -> OpenUpload:
        """Run the command."""
        actor = info.context.acting(as_applicant=as_applicant)
        return cls(ticket=open_material_upload(actor=actor, case_id=row_id(case_id), **given))
