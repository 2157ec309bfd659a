"""sealAndComplete."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.arguments import row_id
from zt_graphql.cases import CaseArguments, CaseMutation
from zt_graphql.permissions import roles
from zt_platform.cases.commands import seal_and_complete
from zt_platform.organisation.roles import Role


class SealAndComplete(CaseMutation):
    """Seal the decision and complete the case; the accepting side does so when the decision has come back."""

    permission = roles(Role.WINDOW_CLERK, Role.APPROVER)

    class Arguments(CaseArguments):
        seal_name = graphene.String(
            required=True, default_value="", description="The department's permit seal by default."
        )
        seal_keeper = graphene.String(required=True, default_value="", description="The actor by default.")

    @classmethod
    def mutate(cls, _root: Any, info: Any, case_id: str, **given: Any) -> SealAndComplete:
        """Run the command."""
        return cls(case=seal_and_complete(actor=info.context.actor, case_id=row_id(case_id), **given))
