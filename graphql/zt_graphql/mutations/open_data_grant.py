"""openDataGrant."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.commands import CommandMutation
from zt_graphql.permissions import roles
from zt_graphql.types.exchange import DataGrant
from zt_interop.departments.registry import GrantTerms
from zt_platform.exchange.commands import open_data_grant
from zt_platform.organisation.roles import Role


class OpenDataGrant(CommandMutation):
    """The province lets a centre, or one department in it, use a data service."""

    permission = roles(Role.CENTRE_ADMIN)
    grant = graphene.Field(DataGrant, required=True)

    class Arguments:
        service_code = graphene.String(required=True)
        centre_code = graphene.String(required=True)
        department_code = graphene.String(required=True, default_value="", description="Empty: the whole centre.")
        fields = graphene.List(graphene.NonNull(graphene.String), required=True)
        purpose = graphene.String(required=True)
        legal_basis = graphene.String(required=True)
        valid_from = graphene.Date(required=True)
        valid_until = graphene.Date()
        calls_per_minute = graphene.Int(required=True, default_value=60)

    @classmethod
    def mutate(cls, _root: Any, info: Any, service_code: str, centre_code: str, **terms: Any) -> OpenDataGrant:
        """Run the command."""
        found = open_data_grant(
            actor=info.context.actor, service_code=service_code, centre_code=centre_code, terms=GrantTerms(**terms)
        )
        return cls(grant=found)
