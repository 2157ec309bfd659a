"""openDelegation."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.commands import CommandMutation
from zt_graphql.permissions import roles
from zt_graphql.types.enums import DelegationKindEnum, DelegationPartEnum
from zt_graphql.types.items import Delegation
from zt_platform.catalogue.commands import open_delegation
from zt_platform.catalogue.kinds import DelegationPart
from zt_platform.organisation.roles import Role


class OpenDelegation(CommandMutation):
    """Delegate an item of this centre to a department of a centre below it; in force once the hand-over is complete."""

    permission = roles(Role.CENTRE_ADMIN)
    delegation = graphene.Field(Delegation, required=True)

    class Arguments:
        item_code = graphene.String(required=True)
        kind = DelegationKindEnum(required=True)
        to_centre_code = graphene.String(required=True)
        to_department_code = graphene.String(required=True)
        to_department_name = graphene.String(required=True)
        legal_basis = graphene.String(required=True)
        evaluation_note = graphene.String(required=True, description="Why the lower level can do it.")
        valid_from = graphene.Date(required=True)
        valid_until = graphene.Date()
        part = DelegationPartEnum(required=True, default_value=DelegationPart.WHOLE)
        part_scope = graphene.String(required=True, default_value="", description="Which part.")

    @classmethod
    def mutate(cls, _root: Any, info: Any, kind: Any, part: Any, **given: Any) -> OpenDelegation:
        """Run the command."""
        found = open_delegation(actor=info.context.actor, kind=kind.value, part=part.value, **given)
        return cls(delegation=found)
