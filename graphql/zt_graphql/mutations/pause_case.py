"""pauseCase."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.arguments import row_id
from zt_graphql.cases import CaseArguments, CaseMutation
from zt_graphql.permissions import roles
from zt_graphql.types.enums import SpecialProcedureEnum
from zt_platform.cases.commands import pause_case
from zt_platform.organisation.roles import Role


class PauseCase(CaseMutation):
    """Begin a special procedure: no time is counted while it runs, and the applicant is told (art. 45)."""

    permission = roles(Role.REVIEWER, Role.APPROVER)

    class Arguments(CaseArguments):
        procedure = graphene.Argument(SpecialProcedureEnum, required=True)
        expected_days = graphene.Int(required=True, description="Working days it will need.")
        reason = graphene.String(required=True, description="The rule that asks for it; the applicant reads it.")

    @classmethod
    def mutate(cls, _root: Any, info: Any, case_id: str, **given: Any) -> PauseCase:
        """Run the command."""
        return cls(case=pause_case(actor=info.context.actor, case_id=row_id(case_id), **given))
