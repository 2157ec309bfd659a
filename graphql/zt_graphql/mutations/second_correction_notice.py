"""secondCorrectionNotice."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.arguments import row_id
from zt_graphql.cases import CaseArguments, CaseMutation
from zt_graphql.permissions import roles
from zt_platform.cases.commands import second_correction_notice
from zt_platform.organisation.roles import Role


class SecondCorrectionNotice(CaseMutation):
    """Send a second correction notice as a supervisor: a violation of the one notice, and flagged (art. 32)."""

    permission = roles(Role.SUPERVISOR)

    class Arguments(CaseArguments):
        defects = graphene.List(graphene.NonNull(graphene.String), required=True, description="Every defect.")
        reason = graphene.String(required=True, description="For the log and the supervision, not for the applicant.")

    @classmethod
    def mutate(cls, _root: Any, info: Any, case_id: str, **given: Any) -> SecondCorrectionNotice:
        """Run the command."""
        return cls(case=second_correction_notice(actor=info.context.actor, case_id=row_id(case_id), **given))
