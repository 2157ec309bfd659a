"""resubmitApplication."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.arguments import AnswerInput, answers, row_id
from zt_graphql.cases import OwnCaseArguments, OwnCaseMutation
from zt_graphql.permissions import SIGNED_IN
from zt_platform.cases.commands import resubmit_application


class ResubmitApplication(OwnCaseMutation):
    """Hand in what the correction notice asked for; the five days of art. 32 begin anew."""

    permission = SIGNED_IN.at_centre()

    class Arguments(OwnCaseArguments):
        form = graphene.List(graphene.NonNull(AnswerInput), description="Unchanged when left out.")
        note = graphene.String(required=True, default_value="", description="What was corrected.")

    @classmethod
    def mutate(cls, _root: Any, info: Any, case_id: str, as_applicant: bool, **given: Any) -> ResubmitApplication:
        """Run the command."""
        if given.get("form") is not None:
            given["form"] = answers(given["form"])
        case = resubmit_application(
            actor=info.context.acting(as_applicant=as_applicant), case_id=row_id(case_id), **given
        )
        return cls(case=case)
