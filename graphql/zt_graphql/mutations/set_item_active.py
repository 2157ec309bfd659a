"""setItemActive."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.commands import CommandMutation
from zt_graphql.permissions import roles
from zt_graphql.types.items import Item
from zt_platform.catalogue.commands import set_item_active
from zt_platform.organisation.roles import Role


class SetItemActive(CommandMutation):
    """Suspend an item or take it up again; a suspended one takes no applications and leaves the index."""

    permission = roles(Role.CENTRE_ADMIN)
    item = graphene.Field(Item, required=True)

    class Arguments:
        item_code = graphene.String(required=True)
        active = graphene.Boolean(required=True)

    @classmethod
    def mutate(cls, _root: Any, info: Any, item_code: str, active: bool) -> SetItemActive:
        """Run the command."""
        return cls(item=set_item_active(actor=info.context.actor, item_code=item_code, active=active))
