"""terminateCase."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.arguments import row_id
from zt_graphql.cases import CaseArguments, CaseMutation
from zt_graphql.permissions import roles
from zt_platform.cases.commands import terminate_case
from zt_platform.organisation.roles import Role


class TerminateCase(CaseMutation):
    """End a case whose decision has lost its object."""

    permission = roles(Role.WINDOW_CLERK, Role.APPROVER)

    class Arguments(CaseArguments):
        reason = graphene.String(required=True, description="The applicant reads it.")

    @classmethod
    def mutate(cls, _root: Any, info: Any, case_id: str, **given: Any) -> TerminateCase:
        """Run the command."""
        return cls(case=terminate_case(actor=info.context.actor, case_id=row_id(case_id), **given))
