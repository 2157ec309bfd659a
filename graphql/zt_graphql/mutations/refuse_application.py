"""refuseApplication."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.arguments import row_id
from zt_graphql.cases import CaseArguments, CaseMutation
from zt_graphql.permissions import roles
from zt_platform.cases.commands import refuse_application
from zt_platform.organisation.roles import Role


class RefuseApplication(CaseMutation):
    """Refuse to accept, in writing and with the reason (art. 32)."""

    permission = roles(Role.WINDOW_CLERK)

    class Arguments(CaseArguments):
        reason = graphene.String(required=True)

    @classmethod
    def mutate(cls, _root: Any, info: Any, case_id: str, **given: Any) -> RefuseApplication:
        """Run the command."""
        return cls(case=refuse_application(actor=info.context.actor, case_id=row_id(case_id), **given))
