"""addMaterials."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import graphene

from zt_graphql.arguments import row_id
from zt_graphql.cases import OwnCaseArguments, OwnCaseMutation
from zt_graphql.permissions import SIGNED_IN
from zt_platform.cases.commands import add_materials


class AddMaterials(OwnCaseMutation):
    """Add uploaded files to an accepted case, by its applicant or a clerk at the counter; no limit stops for them."""

    permission = SIGNED_IN.at_centre()

    class Arguments(OwnCaseArguments):
        material_code = graphene.String(required=True, description="Empty for what the item does not list.")
        attachment_ids = graphene.List(
            graphene.NonNull(graphene.ID), required=True, description="As openUpload gave them."
        )
        note = graphene.String(description="Names what the item does not list.")

    @classmethod
    def mutate(
        cls, _root: Any, info: Any, case_id: str, as_applicant: bool, attachment_ids: Sequence[str], **given: Any
    ) -> AddMaterials:
        """Run the command."""
        case = add_materials(
            actor=info.context.acting(as_applicant=as_applicant),
            case_id=row_id(case_id),
            attachment_ids=[row_id(one) for one in attachment_ids],
            **given,
        )
        return cls(case=case)
