"""giveSupervisionOrder."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.commands import CommandMutation
from zt_graphql.permissions import roles
from zt_graphql.types.enums import OrderKindEnum
from zt_graphql.types.orders import SupervisionOrder
from zt_platform.orders import commands
from zt_platform.orders.commands import Demand
from zt_platform.orders.rules import REPLY_DAYS
from zt_platform.orders.vocabulary import Kind
from zt_platform.organisation.roles import Role


class GiveSupervisionOrder(CommandMutation):
    """Order a centre below, or a department of this centre, to explain itself: a numbered paper and a signed message."""

    permission = roles(Role.SUPERVISOR, Role.CENTRE_ADMIN)
    order = graphene.Field(SupervisionOrder, required=True)

    class Arguments:
        addressee_code = graphene.String(
            required=True, description="Code of the centre; this one's own for a department."
        )
        reason = graphene.String(required=True)
        kind = graphene.Argument(OrderKindEnum, required=True, default_value=Kind.ORDER)
        case_number = graphene.String(required=True, default_value="", description="Empty: about no case.")
        department_code = graphene.String(required=True, default_value="")
        answer_days = graphene.Int(required=True, default_value=REPLY_DAYS, description="Working days.")

    @classmethod
    def mutate(cls, _root: Any, info: Any, kind: Any, **given: Any) -> GiveSupervisionOrder:
        """Run the command."""
        demand = Demand(kind=kind.value, **given)
        return cls(order=commands.give_order(actor=info.context.actor, demand=demand))
