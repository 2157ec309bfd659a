"""completeHandoverStep."""

from __future__ import annotations

from datetime import date
from typing import Any

import graphene

from zt_graphql.arguments import row_id
from zt_graphql.commands import CommandMutation
from zt_graphql.permissions import roles
from zt_graphql.types.items import Delegation
from zt_platform.catalogue.commands import complete_handover_step
from zt_platform.organisation.roles import Role


class CompleteHandoverStep(CommandMutation):
    """Record that docking, training or the hand-over of documents is done."""

    permission = roles(Role.CENTRE_ADMIN)
    delegation = graphene.Field(Delegation, required=True)

    class Arguments:
        delegation_id = graphene.ID(required=True)
        step = graphene.String(required=True, description="docking, training or documents.")
        on = graphene.Date(required=True)

    @classmethod
    def mutate(cls, _root: Any, info: Any, delegation_id: str, step: str, on: date) -> CompleteHandoverStep:
        """Run the command."""
        found = complete_handover_step(actor=info.context.actor, delegation_id=row_id(delegation_id), step=step, on=on)
        return cls(delegation=found)
