"""reviewCase."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.arguments import row_id
from zt_graphql.cases import CaseArguments, CaseMutation
from zt_graphql.permissions import roles
from zt_platform.cases.commands import review_case
from zt_platform.organisation.roles import Role


class ReviewCase(CaseMutation):
    """Review an accepted case; a forwarded one then goes up to the deciding centre (art. 43)."""

    permission = roles(Role.REVIEWER)

    class Arguments(CaseArguments):
        opinion = graphene.String(required=True, default_value="", description="The reviewer's opinion.")

    @classmethod
    def mutate(cls, _root: Any, info: Any, case_id: str, **given: Any) -> ReviewCase:
        """Run the command."""
        return cls(case=review_case(actor=info.context.actor, case_id=row_id(case_id), **given))
