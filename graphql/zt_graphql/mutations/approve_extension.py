"""approveExtension."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.arguments import row_id
from zt_graphql.cases import CaseArguments, CaseMutation
from zt_graphql.permissions import roles
from zt_platform.cases.commands import approve_extension
from zt_platform.organisation.roles import Role


class ApproveExtension(CaseMutation):
    """Approve, as head of the organ, the one extension of a decision (art. 42)."""

    permission = roles(Role.DEPARTMENT_HEAD)

    class Arguments(CaseArguments):
        government_approval = graphene.String(description="Its number; for a joint decision (art. 42(2)).")

    @classmethod
    def mutate(cls, _root: Any, info: Any, case_id: str, **given: Any) -> ApproveExtension:
        """Run the command."""
        return cls(case=approve_extension(actor=info.context.actor, case_id=row_id(case_id), **given))
