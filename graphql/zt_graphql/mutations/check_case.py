"""checkCase."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.arguments import row_id
from zt_graphql.commands import CommandMutation
from zt_graphql.permissions import roles
from zt_graphql.types.exchange import DataCall
from zt_platform.cases.commands import check_case
from zt_platform.organisation.roles import Role


class CheckCase(CommandMutation):
    """Check a case's applicant against a department's data; QUEUED while the department is away."""

    permission = roles(Role.WINDOW_CLERK, Role.REVIEWER, Role.APPROVER)
    call = graphene.Field(DataCall, required=True)

    class Arguments:
        case_id = graphene.ID(required=True)
        service_code = graphene.String(required=True)
        fresh = graphene.Boolean(
            required=True, default_value=False, description="Ask again although an answer is still valid."
        )

    @classmethod
    def mutate(cls, _root: Any, info: Any, case_id: str, service_code: str, fresh: bool) -> CheckCase:
        """Run the command."""
        call = check_case(actor=info.context.actor, case_id=row_id(case_id), service_code=service_code, fresh=fresh)
        return cls(call=call)
