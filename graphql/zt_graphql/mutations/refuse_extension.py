"""refuseExtension."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.arguments import row_id
from zt_graphql.cases import CaseArguments, CaseMutation
from zt_graphql.permissions import roles
from zt_platform.cases.commands import refuse_extension
from zt_platform.organisation.roles import Role


class RefuseExtension(CaseMutation):
    """Refuse, as head of the organ, the extension that was asked for."""

    permission = roles(Role.DEPARTMENT_HEAD)

    class Arguments(CaseArguments):
        reason = graphene.String(required=True)

    @classmethod
    def mutate(cls, _root: Any, info: Any, case_id: str, **given: Any) -> RefuseExtension:
        """Run the command."""
        return cls(case=refuse_extension(actor=info.context.actor, case_id=row_id(case_id), **given))
