"""requestExtension."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.arguments import row_id
from zt_graphql.cases import CaseArguments, CaseMutation
from zt_graphql.permissions import roles
from zt_platform.cases.commands import request_extension
from zt_platform.organisation.roles import Role


class RequestExtension(CaseMutation):
    """Ask the head of the organ for more time, before the limit ends (art. 42)."""

    permission = roles(Role.REVIEWER, Role.APPROVER)

    class Arguments(CaseArguments):
        days = graphene.Int(required=True, description="Working days: at most 10, or 15 where several decide.")
        reason = graphene.String(required=True, description="The applicant is told, once it is approved.")

    @classmethod
    def mutate(cls, _root: Any, info: Any, case_id: str, **given: Any) -> RequestExtension:
        """Run the command."""
        return cls(case=request_extension(actor=info.context.actor, case_id=row_id(case_id), **given))
