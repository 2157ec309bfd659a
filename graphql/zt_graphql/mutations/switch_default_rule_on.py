"""switchDefaultRuleOn."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.commands import CommandMutation
from zt_graphql.permissions import roles
from zt_graphql.types.defaults import DefaultRule
from zt_platform.catalogue.commands import switch_default_rule_on
from zt_platform.catalogue.queries import default_rules
from zt_platform.organisation.roles import Role


class SwitchDefaultRuleOn(CommandMutation):
    """Let undecided cases of an item count as granted after their promised limit (G-05): off by default."""

    permission = roles(Role.CENTRE_ADMIN)
    rules = graphene.List(graphene.NonNull(DefaultRule), required=True, description="Of the centre, as they are now.")

    class Arguments:
        item_code = graphene.String(required=True)
        legal_basis = graphene.String(required=True, description="Printed on every paper of a deemed act.")
        valid_from = graphene.Date(required=True)
        valid_until = graphene.Date(description="Null: until it is switched off.")
        grace_days = graphene.Int(required=True, default_value=3, description="Working days after the promised limit.")

    @classmethod
    def mutate(cls, _root: Any, info: Any, **given: Any) -> SwitchDefaultRuleOn:
        """Run the command."""
        switch_default_rule_on(actor=info.context.actor, **given)
        return cls(rules=default_rules(info.context.actor))
