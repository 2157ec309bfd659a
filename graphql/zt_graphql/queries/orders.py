"""The supervision orders of a centre (F-04, G-04, R-12)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import graphene

from zt_graphql.connections import Keyset
from zt_graphql.fields import ConnectionField, RootField
from zt_graphql.permissions import roles
from zt_graphql.types.enums import OrderSideEnum, OrderStatusEnum
from zt_graphql.types.orders import SupervisionOrder
from zt_platform.orders.queries import READERS, OrderFilter, order_for, orders_for


class OrderQueries(graphene.ObjectType):
    """Root fields over supervision orders."""

    supervision_orders = ConnectionField(
        SupervisionOrder,
        keyset=Keyset("supervisionOrders", "-id"),
        permission=roles(*READERS),
        description="The supervision orders of this centre, newest first; a head of department sees the department's.",
        side=graphene.Argument(OrderSideEnum),
        status=graphene.Argument(OrderStatusEnum),
        text=graphene.String(description="Number of the paper or the case, or name of the unit."),
        overdue=graphene.Boolean(required=True, default_value=False, description="Only those not answered in time."),
    )
    supervision_order = RootField(
        SupervisionOrder,
        permission=roles(*READERS),
        description="One supervision order of this centre.",
        order_id=graphene.UUID(required=True),
    )

    @staticmethod
    def resolve_supervision_orders(
        _root: Any, info: Any, side: Any = None, status: Any = None, text: str = "", overdue: bool = False
    ) -> Any:
        """Rows."""
        wanted = OrderFilter(
            side=side.value if side else "", status=status.value if status else "", text=text[:60], overdue=overdue
        )
        return orders_for(info.context.actor, wanted)

    @staticmethod
    def resolve_supervision_order(_root: Any, info: Any, order_id: UUID) -> Any:
        """One."""
        return order_for(info.context.actor, order_id)
