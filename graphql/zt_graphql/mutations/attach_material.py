"""attachMaterial."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.arguments import row_id
from zt_graphql.cases import OwnCaseKey, OwnCaseMutation
from zt_graphql.permissions import SIGNED_IN
from zt_platform.cases.commands import attach_material


class AttachMaterial(OwnCaseMutation):
    """Check an uploaded file (size, real type, digest) and make it part of the case. Repeating it changes nothing."""

    permission = SIGNED_IN.at_centre()

    class Arguments(OwnCaseKey):
        material_code = graphene.String(required=True)
        attachment_id = graphene.ID(required=True, description="As openUpload gave it.")

    @classmethod
    def mutate(
        cls, _root: Any, info: Any, case_id: str, as_applicant: bool, attachment_id: str, **given: Any
    ) -> AttachMaterial:
        """Run the command."""
        attached = attach_material(
            actor=info.context.acting(as_applicant=as_applicant),
            case_id=row_id(case_id),
            attachment_id=row_id(attachment_id),
            **given,
        )
        return cls(case=attached.case)
