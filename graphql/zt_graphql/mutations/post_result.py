"""postResult."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.arguments import row_id
from zt_graphql.cases import CaseArguments, CaseMutation
from zt_graphql.permissions import roles
from zt_platform.cases.commands import post_result
from zt_platform.organisation.roles import Role


class PostResult(CaseMutation):
    """Hand the result to a carrier (art. 44); the applicant is told its name and number."""

    permission = roles(Role.WINDOW_CLERK)

    class Arguments(CaseArguments):
        carrier = graphene.String(required=True)
        post_number = graphene.String(required=True, description="8 to 30 letters and digits.")

    @classmethod
    def mutate(cls, _root: Any, info: Any, case_id: str, **given: Any) -> PostResult:
        """Run the command."""
        case = post_result(actor=info.context.actor, case_id=row_id(case_id), **given)
        return cls(case=case)
