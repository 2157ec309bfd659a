"""approveSpecially."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.arguments import row_id
from zt_graphql.cases import CaseArguments, CaseMutation
from zt_graphql.permissions import roles
from zt_platform.cases.commands import approve_specially
from zt_platform.organisation.roles import Role


class ApproveSpecially(CaseMutation):
    """Approve, as head of the organ, that a case is handled at once (E-17)."""

    permission = roles(Role.DEPARTMENT_HEAD)

    class Arguments(CaseArguments):
        reason = graphene.String(required=True, description="Printed on its papers and told to the supervision.")

    @classmethod
    def mutate(cls, _root: Any, info: Any, case_id: str, **given: Any) -> ApproveSpecially:
        """Run the command."""
        return cls(case=approve_specially(actor=info.context.actor, case_id=row_id(case_id), **given))
