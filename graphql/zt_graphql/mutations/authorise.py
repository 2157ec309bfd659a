"""authorise."""

from __future__ import annotations

from datetime import date
from typing import Any

import graphene

from zt_graphql.commands import CommandMutation
from zt_graphql.permissions import SIGNED_IN
from zt_graphql.types.accounts import Authorisation
from zt_platform.accounts.commands import authorise


class Authorise(CommandMutation):
    """Enter that the signed-in account acts for a legal person; unverified until a clerk has seen the letter."""

    permission = SIGNED_IN
    authorisation = graphene.Field(Authorisation, required=True)

    class Arguments:
        organisation_name = graphene.String(required=True)
        uscc = graphene.String(required=True, description="统一社会信用代码, 18 characters.")
        valid_from = graphene.Date(required=True)
        valid_until = graphene.Date(required=True)

    @classmethod
    def mutate(
        cls, _root: Any, info: Any, organisation_name: str, uscc: str, valid_from: date, valid_until: date
    ) -> Authorise:
        """Record it for the applicant behind the request."""
        authorisation = authorise(
            actor=info.context.applicant,
            organisation_name=organisation_name,
            uscc=uscc,
            valid_from=valid_from,
            valid_until=valid_until,
        )
        return cls(authorisation=authorisation)
