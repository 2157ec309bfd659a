"""The default rules of a centre (G-05)."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.fields import RootField
from zt_graphql.permissions import roles
from zt_graphql.types.defaults import DefaultRule
from zt_platform.catalogue.queries import default_rules
from zt_platform.organisation.roles import Role


class DefaultRuleQueries(graphene.ObjectType):
    """Root fields over default rules."""

    default_rules = RootField(
        graphene.List(graphene.NonNull(DefaultRule)),
        permission=roles(Role.CENTRE_ADMIN, Role.SUPERVISOR),
        size=10,
        description="Every default rule ever switched on at this centre, those in force first.",
    )

    @staticmethod
    def resolve_default_rules(_root: Any, info: Any) -> Any:
        """With their items."""
        return default_rules(info.context.actor)
