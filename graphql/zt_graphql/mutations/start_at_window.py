"""startAtWindow."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.arguments import AnswerInput, answers, shared_id
from zt_graphql.cases import CaseMutation
from zt_graphql.permissions import roles
from zt_platform.accounts.queries import party_at_counter
from zt_platform.cases.commands import start_application
from zt_platform.organisation.roles import Role


class StartAtWindow(CaseMutation):
    """Begin a draft at the window for a person with an account, or for the legal person that one may act for."""

    permission = roles(Role.WINDOW_CLERK)

    class Arguments:
        item_code = graphene.String(required=True)
        account_id = graphene.ID(required=True, description="As accountByResidentId or accountsByPhone found it.")
        authorisation_id = graphene.ID(description="Act for this legal person; for the person when left out.")
        form = graphene.List(graphene.NonNull(AnswerInput))
        client_key = graphene.String(
            required=True, default_value="", description="The same key gives the same draft (a repeated click)."
        )

    @classmethod
    def mutate(
        cls,
        _root: Any,
        info: Any,
        item_code: str,
        account_id: str,
        client_key: str,
        form: Any = None,
        authorisation_id: str | None = None,
    ) -> StartAtWindow:
        """Begin as the clerk; the case is tied to the person's account."""
        clerk, person = info.context.actor, shared_id(account_id)
        case = start_application(
            actor=clerk,
            item_code=item_code,
            applicant=party_at_counter(
                clerk, person, authorisation_id=shared_id(authorisation_id) if authorisation_id else None
            ),
            form=answers(form or ()),
            client_key=client_key,
            applicant_account_id=person,
        )
        return cls(case=case)
