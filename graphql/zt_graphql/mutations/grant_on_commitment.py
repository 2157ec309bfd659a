"""grantOnCommitment."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.arguments import row_id
from zt_graphql.cases import CaseArguments, CaseMutation
from zt_graphql.permissions import roles
from zt_platform.cases.commands import grant_on_commitment
from zt_platform.organisation.roles import Role


class GrantOnCommitment(CaseMutation):
    """Grant on the signed commitment, with a temporary permit that has an end (I-05)."""

    permission = roles(Role.APPROVER)

    class Arguments(CaseArguments):
        valid_until = graphene.Date(required=True, description="The last day of the temporary permit.")
        opinion = graphene.String(required=True, default_value="")
        certificate_name = graphene.String(required=True, default_value="")

    @classmethod
    def mutate(cls, _root: Any, info: Any, case_id: str, **given: Any) -> GrantOnCommitment:
        """Run the command."""
        return cls(case=grant_on_commitment(actor=info.context.actor, case_id=row_id(case_id), **given))
