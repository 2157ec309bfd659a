"""Supervision orders of a centre."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import graphene
from graphene_django import DjangoObjectType

from zt_graphql.fields import BatchedField
from zt_graphql.types.enums import (
    AccountabilityGroundEnum,
    LightEnum,
    OrderActEnum,
    OrderEscalationEnum,
    OrderKindEnum,
    OrderSideEnum,
    OrderStatusEnum,
)
from zt_graphql.types.uploads import Attachment
from zt_platform.orders.models import Finding, HistoryLine
from zt_platform.orders.models import SupervisionOrder as Order
from zt_platform.orders.queries import acts_for, files_of_all, findings_for
from zt_tenants.clock import now

LINES_RECKONED = 5


class SupervisionOrderLine(graphene.ObjectType):
    """One act on an order."""

    act = graphene.Field(OrderActEnum, required=True)
    at = graphene.DateTime(required=True)
    by = graphene.String(required=True, description="Name of the person; empty when it happened by itself.")
    centre_name = graphene.String(required=True)
    text = graphene.String(required=True)
    rectified = graphene.Boolean(description="Of an answer: whether it has been put right.")
    files = graphene.List(graphene.NonNull(Attachment), required=True)


class AccountabilityFinding(graphene.ObjectType):
    """Which member of staff answers for what an order was about (G-11, P-06)."""

    id = graphene.UUID(required=True)
    ground = graphene.Field(AccountabilityGroundEnum, required=True)
    name = graphene.String(required=True)
    facts = graphene.String(required=True)
    decision = graphene.String(required=True)
    by = graphene.String(required=True, description="Who found it.")
    at = graphene.DateTime(required=True)
    withdrawn_reason = graphene.String(required=True, description="Why it was withdrawn; empty while it stands.")


def _finding(found: Finding) -> dict[str, Any]:
    return {
        "id": found.id,
        "ground": found.ground,
        "name": found.name,
        "facts": found.facts,
        "decision": found.decision,
        "by": found.by,
        "at": found.moment,
        "withdrawn_reason": found.withdrawn_reason,
    }


def _line(line: HistoryLine, files: dict[int, Any]) -> dict[str, Any]:
    return {
        "act": line.act,
        "at": line.moment,
        "by": line.by,
        "centre_name": line.centre,
        "text": line.said,
        "rectified": line.rectified,
        "files": [files[pk] for pk in line.files if pk in files],
    }


def _histories(orders: Collection[Order]) -> dict[Order, list[dict[str, Any]]]:
    files = files_of_all(orders)
    return {order: [_line(line, files) for line in order.lines] for order in orders}


class SupervisionOrder(DjangoObjectType):
    """A supervision order as this centre holds it: given, received, inside the centre, or reported from below."""

    side = graphene.Field(OrderSideEnum, required=True)
    kind = graphene.Field(OrderKindEnum, required=True)
    status = graphene.Field(OrderStatusEnum, required=True)
    escalation = graphene.Field(OrderEscalationEnum, required=True)
    light = graphene.Field(LightEnum, required=True, description="Whether the answer is late, as read now.")
    history = BatchedField(
        graphene.NonNull(graphene.List(graphene.NonNull(SupervisionOrderLine))),
        key=lambda order: order,
        batch=_histories,
        size=LINES_RECKONED,
    )
    acts = graphene.List(
        graphene.NonNull(OrderActEnum), required=True, description="What the caller may do with it now."
    )

    findings = graphene.List(
        graphene.NonNull(AccountabilityFinding),
        required=True,
        description="Who answers for it; only for this centre's supervisors and administrators, else empty.",
    )

    class Meta:
        model = Order
        fields = (
            "order_id",
            "number",
            "tracking_number",
            "reason",
            "automatic",
            "issuer_code",
            "issuer_name",
            "addressee_code",
            "addressee_name",
            "department_name",
            "issued_at",
            "issued_by",
            "answer_due_at",
            "answered_at",
            "ended_at",
            "lock_version",
        )

    @staticmethod
    def resolve_light(order: Any, _info: Any) -> Any:
        """Read now."""
        return order.light_at(now())

    @staticmethod
    def resolve_acts(order: Any, info: Any) -> Any:
        """By the table and the caller's role."""
        return acts_for(info.context.actor, order)

    @staticmethod
    def resolve_findings(order: Any, info: Any) -> Any:
        """By the caller's role; held by the order itself."""
        return [_finding(found) for found in findings_for(info.context.actor, order)]
