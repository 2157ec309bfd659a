"""resumeCase."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.arguments import row_id
from zt_graphql.cases import CaseArguments, CaseMutation
from zt_graphql.permissions import roles
from zt_graphql.types.enums import SpecialProcedureEnum
from zt_platform.cases.commands import resume_case
from zt_platform.organisation.roles import Role


class ResumeCase(CaseMutation):
    """End a special procedure; with the last one the limits move by the time not counted (art. 45)."""

    permission = roles(Role.REVIEWER, Role.APPROVER)

    class Arguments(CaseArguments):
        procedure = graphene.Argument(SpecialProcedureEnum, description="Which one, where several run.")
        note = graphene.String()

    @classmethod
    def mutate(cls, _root: Any, info: Any, case_id: str, **given: Any) -> ResumeCase:
        """Run the command."""
        return cls(case=resume_case(actor=info.context.actor, case_id=row_id(case_id), **given))
