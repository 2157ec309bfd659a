"""transferByCompetence."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.arguments import row_id
from zt_graphql.cases import CaseArguments, CaseMutation
from zt_graphql.permissions import roles
from zt_platform.cases.commands import transfer_by_competence
from zt_platform.organisation.roles import Role


class TransferByCompetence(CaseMutation):
    """Refuse what is not this organ's to decide, and tell the applicant where to apply (art. 32)."""

    permission = roles(Role.WINDOW_CLERK)

    class Arguments(CaseArguments):
        competent_organ = graphene.String(required=True)
        reason = graphene.String()

    @classmethod
    def mutate(cls, _root: Any, info: Any, case_id: str, **given: Any) -> TransferByCompetence:
        """Run the command."""
        return cls(case=transfer_by_competence(actor=info.context.actor, case_id=row_id(case_id), **given))
