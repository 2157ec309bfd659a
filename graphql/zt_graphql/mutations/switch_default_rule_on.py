"""switchDefaultRuleOn."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.commands import CommandMutation
from zt_graphql.permissions import roles
from zt_graphql.types.defaults import DefaultRule
from zt_graphql.types.enums import DefaultKindEnum
from zt_platform.catalogue.default_commands import switch_default_rule_on
from zt_platform.catalogue.kinds import DefaultKind
from zt_platform.catalogue.queries import default_rules
from zt_platform.organisation.roles import Role


class SwitchDefaultRuleOn(CommandMutation):
    """Let silence count for an item: an undecided case as granted (G-05), a silent participant as consenting (G-06)."""

    permission = roles(Role.CENTRE_ADMIN)
    rules = graphene.List(graphene.NonNull(DefaultRule), required=True, description="Of the centre, as they are now.")

    class Arguments:
        item_code = graphene.String(required=True)
        kind = graphene.Argument(DefaultKindEnum, required=True, default_value=DefaultKind.OVERDUE)
        legal_basis = graphene.String(required=True, description="Printed on every paper of a deemed act.")
        valid_from = graphene.Date(required=True)
        valid_until = graphene.Date(description="Null: until it is switched off.")
        grace_days = graphene.Int(
            required=True, default_value=3, description="Working days after the promised limit; for OVERDUE only."
        )

    @classmethod
    def mutate(cls, _root: Any, info: Any, kind: Any, **given: Any) -> SwitchDefaultRuleOn:
        """Run the command."""
        switch_default_rule_on(actor=info.context.actor, kind=kind.value, **given)
        return cls(rules=default_rules(info.context.actor))
