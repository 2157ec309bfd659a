"""returnForCorrection."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.arguments import row_id
from zt_graphql.cases import CaseArguments, CaseMutation
from zt_graphql.permissions import roles
from zt_platform.cases.commands import return_for_correction
from zt_platform.organisation.roles import Role


class ReturnForCorrection(CaseMutation):
    """Tell the applicant everything that must be corrected, once (art. 32); the clock rests meanwhile."""

    permission = roles(Role.WINDOW_CLERK)

    class Arguments(CaseArguments):
        defects = graphene.List(graphene.NonNull(graphene.String), required=True, description="Every defect.")

    @classmethod
    def mutate(cls, _root: Any, info: Any, case_id: str, **given: Any) -> ReturnForCorrection:
        """Run the command."""
        return cls(case=return_for_correction(actor=info.context.actor, case_id=row_id(case_id), **given))
