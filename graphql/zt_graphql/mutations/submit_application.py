"""submitApplication."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.arguments import row_id
from zt_graphql.cases import OwnCaseArguments, OwnCaseMutation
from zt_graphql.permissions import SIGNED_IN
from zt_platform.cases.commands import submit_application


class SubmitApplication(OwnCaseMutation):
    """Hand the application in: form and materials are checked, the number is given, the five days of art. 32 begin."""

    permission = SIGNED_IN.at_centre()

    class Arguments(OwnCaseArguments):
        submission_key = graphene.String(
            required=True, default_value="", description="The same key never submits twice."
        )
        commits_to_supply = graphene.Boolean(
            required=True,
            default_value=False,
            description="The applicant commits to supply later what may follow (容缺受理).",
        )

    @classmethod
    def mutate(cls, _root: Any, info: Any, case_id: str, as_applicant: bool, **given: Any) -> SubmitApplication:
        """Run the command."""
        return cls(
            case=submit_application(
                actor=info.context.acting(as_applicant=as_applicant), case_id=row_id(case_id), **given
            )
        )
