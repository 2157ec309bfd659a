"""declineCase."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.arguments import row_id
from zt_graphql.cases import CaseArguments, CaseMutation
from zt_graphql.permissions import roles
from zt_platform.cases.commands import decline_case
from zt_platform.organisation.roles import Role


class DeclineCase(CaseMutation):
    """Return to its sender what this organ is not competent for."""

    permission = roles(Role.WINDOW_CLERK, Role.REVIEWER)

    class Arguments(CaseArguments):
        reason = graphene.String(required=True)

    @classmethod
    def mutate(cls, _root: Any, info: Any, case_id: str, **given: Any) -> DeclineCase:
        """Run the command."""
        return cls(case=decline_case(actor=info.context.actor, case_id=row_id(case_id), **given))
