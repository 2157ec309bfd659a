"""recordFinding."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import graphene

from zt_graphql.commands import CommandMutation
from zt_graphql.permissions import roles
from zt_graphql.types.enums import AccountabilityGroundEnum
from zt_graphql.types.orders import SupervisionOrder
from zt_platform.orders import commands
from zt_platform.orders.commands import Answerable
from zt_platform.orders.telling import FINDERS


class RecordFinding(CommandMutation):
    """Find which member of staff answers for what an order was about, on one of the nine grounds (G-11, P-06).

    Files of evidence are added on the page of the centre.
    """

    permission = roles(*FINDERS)
    order = graphene.Field(SupervisionOrder, required=True)

    class Arguments:
        order_id = graphene.UUID(required=True)
        account_id = graphene.UUID(required=True, description="The account of the member of staff.")
        ground = graphene.Argument(AccountabilityGroundEnum, required=True)
        facts = graphene.String(required=True, description="Facts and evidence; no personal data of the applicant.")
        decision = graphene.String(required=True)
        expected_version = graphene.Int(description="The version the caller has seen; an older one is refused.")

    @classmethod
    def mutate(
        cls, _root: Any, info: Any, order_id: UUID, expected_version: int | None = None, **given: Any
    ) -> RecordFinding:
        """Run the command."""
        answerable = Answerable(
            account_id=given["account_id"],
            ground=given["ground"].value,
            facts=given["facts"],
            decision=given["decision"],
        )
        return cls(
            order=commands.record_finding(
                actor=info.context.actor, order_id=order_id, answerable=answerable, expected_version=expected_version
            )
        )
