"""confirmReceipt."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.arguments import row_id
from zt_graphql.cases import OwnCaseArguments, OwnCaseMutation
from zt_graphql.permissions import SIGNED_IN
from zt_platform.cases.commands import confirm_receipt


class ConfirmReceipt(OwnCaseMutation):
    """The parcel has arrived: said by the applicant, or by a clerk who has the carrier's proof (art. 44)."""

    permission = SIGNED_IN.at_centre()

    class Arguments(OwnCaseArguments):
        received_on = graphene.Date(description="Today when left out.")
        proof = graphene.String(
            required=True, default_value="", description="The carrier's record; a clerk has to give it."
        )

    @classmethod
    def mutate(cls, _root: Any, info: Any, case_id: str, as_applicant: bool, **given: Any) -> ConfirmReceipt:
        """Run the command."""
        case = confirm_receipt(actor=info.context.acting(as_applicant=as_applicant), case_id=row_id(case_id), **given)
        return cls(case=case)
