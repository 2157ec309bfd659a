"""withdrawFinding."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.commands import CommandMutation
from zt_graphql.permissions import roles
from zt_graphql.types.orders import SupervisionOrder
from zt_platform.orders import commands
from zt_platform.orders.telling import FINDERS


class WithdrawFinding(CommandMutation):
    """Withdraw a finding that was wrong; it stays on record as withdrawn (G-11)."""

    permission = roles(*FINDERS)
    order = graphene.Field(SupervisionOrder, required=True)

    class Arguments:
        order_id = graphene.UUID(required=True)
        finding_id = graphene.UUID(required=True)
        reason = graphene.String(required=True)
        expected_version = graphene.Int(description="The version the caller has seen; an older one is refused.")

    @classmethod
    def mutate(cls, _root: Any, info: Any, **given: Any) -> WithdrawFinding:
        """Run the command."""
        return cls(order=commands.withdraw_finding(actor=info.context.actor, **given))
