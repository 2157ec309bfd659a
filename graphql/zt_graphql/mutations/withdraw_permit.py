"""withdrawPermit."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.arguments import row_id
from zt_graphql.cases import CaseArguments, CaseMutation
from zt_graphql.permissions import roles
from zt_platform.cases.commands import withdraw_permit
from zt_platform.organisation.roles import Role


class WithdrawPermit(CaseMutation):
    """Withdraw a temporary permit, in writing and with remedies."""

    permission = roles(Role.APPROVER)

    class Arguments(CaseArguments):
        reason = graphene.String(required=True, description="The applicant reads it.")
        breach = graphene.Boolean(required=True, default_value=False, description="The commitment was broken.")

    @classmethod
    def mutate(cls, _root: Any, info: Any, case_id: str, **given: Any) -> WithdrawPermit:
        """Run the command."""
        return cls(case=withdraw_permit(actor=info.context.actor, case_id=row_id(case_id), **given))
