"""convertPermit."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.arguments import row_id
from zt_graphql.cases import CaseArguments, CaseMutation
from zt_graphql.permissions import roles
from zt_platform.cases.commands import convert_permit
from zt_platform.organisation.roles import Role


class ConvertPermit(CaseMutation):
    """The commitment was kept: the full certificate replaces the temporary permit."""

    permission = roles(Role.APPROVER)

    class Arguments(CaseArguments):
        opinion = graphene.String(required=True, description="What was verified.")
        valid_until = graphene.Date(description="Null: without end.")

    @classmethod
    def mutate(cls, _root: Any, info: Any, case_id: str, **given: Any) -> ConvertPermit:
        """Run the command."""
        return cls(case=convert_permit(actor=info.context.actor, case_id=row_id(case_id), **given))
