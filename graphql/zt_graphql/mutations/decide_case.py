"""decideCase."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.arguments import row_id
from zt_graphql.cases import CaseArguments, CaseMutation
from zt_graphql.permissions import roles
from zt_graphql.types.enums import ResultEnum
from zt_platform.cases.commands import decide_case
from zt_platform.organisation.roles import Role


class DecideCase(CaseMutation):
    """Decide a reviewed case: the written decision is made, and the certificate when it is granted."""

    permission = roles(Role.APPROVER)

    class Arguments(CaseArguments):
        result = ResultEnum(required=True)
        opinion = graphene.String(required=True, default_value="", description="A denial needs its reasons (art. 38).")
        certificate_name = graphene.String(required=True, default_value="", description="The item's name by default.")
        valid_until = graphene.Date(description="Of the certificate; open by default.")

    @classmethod
    def mutate(cls, _root: Any, info: Any, case_id: str, result: Any, **given: Any) -> DecideCase:
        """Run the command."""
        case = decide_case(actor=info.context.actor, case_id=row_id(case_id), result=result.value, **given)
        return cls(case=case)
