"""deliverCase."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.arguments import row_id
from zt_graphql.cases import CaseArguments, CaseMutation
from zt_graphql.permissions import roles
from zt_platform.cases.commands import deliver_case
from zt_platform.organisation.roles import Role


class DeliverCase(CaseMutation):
    """Hand the result over to the applicant (art. 44)."""

    permission = roles(Role.WINDOW_CLERK)

    class Arguments(CaseArguments):
        method = graphene.String(required=True, default_value="", description="How, in words.")
        code = graphene.String(
            required=True,
            default_value="",
            description="The pick-up code that the person gave; empty when an identity document was checked.",
        )

    @classmethod
    def mutate(cls, _root: Any, info: Any, case_id: str, **given: Any) -> DeliverCase:
        """Run the command."""
        return cls(case=deliver_case(actor=info.context.actor, case_id=row_id(case_id), **given))
