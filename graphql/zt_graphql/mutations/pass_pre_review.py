"""passPreReview."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.arguments import row_id
from zt_graphql.cases import CaseArguments, CaseMutation
from zt_graphql.permissions import roles
from zt_platform.cases.commands import pass_pre_review
from zt_platform.organisation.roles import Role


class PassPreReview(CaseMutation):
    """Say that an online application is complete and in order, within the five days of art. 32."""

    permission = roles(Role.WINDOW_CLERK)

    class Arguments(CaseArguments):
        note = graphene.String(required=True, default_value="", description="For the applicant.")

    @classmethod
    def mutate(cls, _root: Any, info: Any, case_id: str, **given: Any) -> PassPreReview:
        """Run the command."""
        return cls(case=pass_pre_review(actor=info.context.actor, case_id=row_id(case_id), **given))
