"""switchDefaultRuleOff."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.commands import CommandMutation
from zt_graphql.permissions import roles
from zt_graphql.types.defaults import DefaultRule
from zt_graphql.types.enums import DefaultKindEnum
from zt_platform.catalogue.default_commands import switch_default_rule_off
from zt_platform.catalogue.kinds import DefaultKind
from zt_platform.catalogue.queries import default_rules
from zt_platform.organisation.roles import Role


class SwitchDefaultRuleOff(CommandMutation):
    """Let people decide again: end a default rule of an item."""

    permission = roles(Role.CENTRE_ADMIN)
    rules = graphene.List(graphene.NonNull(DefaultRule), required=True, description="Of the centre, as they are now.")

    class Arguments:
        item_code = graphene.String(required=True)
        kind = graphene.Argument(DefaultKindEnum, required=True, default_value=DefaultKind.OVERDUE)
        reason = graphene.String(required=True)

    @classmethod
    def mutate(cls, _root: Any, info: Any, kind: Any, **given: Any) -> SwitchDefaultRuleOff:
        """Run the command."""
        switch_default_rule_off(actor=info.context.actor, kind=kind.value, **given)
        return cls(rules=default_rules(info.context.actor))
