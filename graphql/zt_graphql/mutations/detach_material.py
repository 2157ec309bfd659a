"""detachMaterial."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.arguments import row_id
from zt_graphql.cases import OwnCaseArguments, OwnCaseMutation
from zt_graphql.permissions import SIGNED_IN
from zt_platform.cases.commands import detach_material


class DetachMaterial(OwnCaseMutation):
    """Take a file out of the case: from a draft it is removed, later it is marked as replaced."""

    permission = SIGNED_IN.at_centre()

    class Arguments(OwnCaseArguments):
        case_material_id = graphene.ID(required=True)

    @classmethod
    def mutate(
        cls, _root: Any, info: Any, case_id: str, as_applicant: bool, case_material_id: str, **given: Any
    ) -> DetachMaterial:
        """Run the command."""
        case = detach_material(
            actor=info.context.acting(as_applicant=as_applicant),
            case_id=row_id(case_id),
            case_material_id=row_id(case_material_id),
            **given,
        )
        return cls(case=case)
