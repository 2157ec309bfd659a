"""Rules by which silence counts as a grant, as a centre has switched them (G-05)."""

from __future__ import annotations

from typing import Any

import graphene


class DefaultRule(graphene.ObjectType):
    """One switching-on of a default rule for an item. It reaches limits that end while it is on."""

    item_code = graphene.String(required=True)
    item_name = graphene.String(required=True)
    on = graphene.Boolean(required=True, description="In force, or will be.")
    legal_basis = graphene.String(required=True)
    grace_days = graphene.Int(required=True, description="Working days after the promised limit.")
    valid_from = graphene.Date(required=True)
    valid_until = graphene.Date(description="Null: until it is switched off.")
    switched_on_at = graphene.DateTime(required=True)
    switched_on_by = graphene.String(required=True)
    switched_off_at = graphene.DateTime()
    switched_off_by = graphene.String(required=True)
    switched_off_reason = graphene.String(required=True)

    @staticmethod
    def resolve_legal_basis(row: Any, _info: Any) -> Any:
        """Of the rule."""
        return row.rule.legal_basis

    @staticmethod
    def resolve_grace_days(row: Any, _info: Any) -> Any:
        """Of the rule."""
        return row.rule.grace_days

    @staticmethod
    def resolve_valid_from(row: Any, _info: Any) -> Any:
        """Of the rule."""
        return row.rule.valid_from

    @staticmethod
    def resolve_valid_until(row: Any, _info: Any) -> Any:
        """Of the rule."""
        return row.rule.valid_until

    @staticmethod
    def resolve_switched_on_at(row: Any, _info: Any) -> Any:
        """When."""
        return row.rule.on_at

    @staticmethod
    def resolve_switched_on_by(row: Any, _info: Any) -> Any:
        """Who."""
        return row.rule.on_by

    @staticmethod
    def resolve_switched_off_at(row: Any, _info: Any) -> Any:
        """When."""
        return row.rule.off_at

    @staticmethod
    def resolve_switched_off_by(row: Any, _info: Any) -> Any:
        """Who."""
        return row.rule.off_by

    @staticmethod
    def resolve_switched_off_reason(row: Any, _info: Any) -> Any:
        """Why."""
        return row.rule.off_reason
