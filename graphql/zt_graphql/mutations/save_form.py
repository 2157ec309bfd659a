"""saveForm."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.arguments import AnswerInput, answers, row_id
from zt_graphql.cases import OwnCaseArguments, OwnCaseMutation
from zt_graphql.permissions import SIGNED_IN
from zt_platform.cases.commands import save_draft


class SaveForm(OwnCaseMutation):
    """Keep what was filled in so far; the form is checked when it is submitted."""

    permission = SIGNED_IN.at_centre()

    class Arguments(OwnCaseArguments):
        form = graphene.List(graphene.NonNull(AnswerInput), required=True)

    @classmethod
    def mutate(cls, _root: Any, info: Any, case_id: str, as_applicant: bool, form: Any, **given: Any) -> SaveForm:
        """Run the command."""
        case = save_draft(
            actor=info.context.acting(as_applicant=as_applicant), case_id=row_id(case_id), form=answers(form), **given
        )
        return cls(case=case)
