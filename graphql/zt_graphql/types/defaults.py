"""Rules by which silence counts as a grant or a consent, as a centre has switched them (G-05, G-06)."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any

import graphene

from zt_graphql.types.enums import DefaultKindEnum


def _of_rule(name: str) -> Callable[[Any, Any], Any]:
    """A resolver: the attribute of the row's rule."""
    value = attrgetter(f"rule.{name}")
    return lambda row, _info: value(row)


class DefaultRule(graphene.ObjectType):
    """One switching-on of a default rule for an item. It reaches limits that end while it is on."""

    item_code = graphene.String(required=True)
    item_name = graphene.String(required=True)
    kind = graphene.Field(DefaultKindEnum, resolver=_of_rule("kind"), required=True)
    on = graphene.Boolean(required=True, description="In force, or will be.")
    legal_basis = graphene.String(resolver=_of_rule("legal_basis"), required=True)
    grace_days = graphene.Int(
        resolver=_of_rule("grace_days"),
        required=True,
        description="Working days after the promised limit; 0 in joint handling.",
    )
    valid_from = graphene.Date(resolver=_of_rule("valid_from"), required=True)
    valid_until = graphene.Date(resolver=_of_rule("valid_until"), description="Null: until it is switched off.")
    switched_on_at = graphene.DateTime(resolver=_of_rule("on_at"), required=True)
    switched_on_by = graphene.String(resolver=_of_rule("on_by"), required=True)
    switched_off_at = graphene.DateTime(resolver=_of_rule("off_at"))
    switched_off_by = graphene.String(resolver=_of_rule("off_by"), required=True)
    switched_off_reason = graphene.String(resolver=_of_rule("off_reason"), required=True)
