"""withdrawCase."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.arguments import row_id
from zt_graphql.cases import OwnCaseArguments, OwnCaseMutation
from zt_graphql.permissions import SIGNED_IN
from zt_platform.cases.commands import withdraw_case


class WithdrawCase(OwnCaseMutation):
    """Take the application back before it is decided: the applicant, or a clerk at the applicant's request."""

    permission = SIGNED_IN.at_centre()

    class Arguments(OwnCaseArguments):
        reason = graphene.String(required=True, default_value="", description="For the log.")

    @classmethod
    def mutate(cls, _root: Any, info: Any, case_id: str, as_applicant: bool, **given: Any) -> WithdrawCase:
        """Run the command."""
        return cls(
            case=withdraw_case(actor=info.context.acting(as_applicant=as_applicant), case_id=row_id(case_id), **given)
        )
