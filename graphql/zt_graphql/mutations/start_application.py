"""startApplication."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.arguments import AnswerInput, answers, shared_id
from zt_graphql.cases import CaseMutation
from zt_graphql.permissions import SIGNED_IN
from zt_platform.accounts.queries import party_for
from zt_platform.cases.commands import start_application


class StartApplication(CaseMutation):
    """Begin a draft for an item of this centre, for oneself or for a legal person one may act for."""

    permission = SIGNED_IN.at_centre()

    class Arguments:
        item_code = graphene.String(required=True)
        form = graphene.List(graphene.NonNull(AnswerInput))
        authorisation_id = graphene.ID(description="Act for this legal person; for oneself when left out.")
        client_key = graphene.String(
            required=True, default_value="", description="The same key gives the same draft (a repeated click)."
        )

    @classmethod
    def mutate(
        cls,
        _root: Any,
        info: Any,
        item_code: str,
        client_key: str,
        form: Any = None,
        authorisation_id: str | None = None,
    ) -> StartApplication:
        """Begin as the applicant, whatever post the account holds."""
        applicant = info.context.applicant
        party = party_for(applicant, authorisation_id=shared_id(authorisation_id) if authorisation_id else None)
        case = start_application(
            actor=applicant, item_code=item_code, applicant=party, form=answers(form or ()), client_key=client_key
        )
        return cls(case=case)
