"""Finding centres and the items they offer. Public."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.connections import Keyset
from zt_graphql.fields import ConnectionField, RootField
from zt_graphql.permissions import PUBLIC
from zt_graphql.types.centres import Centre
from zt_graphql.types.enums import LevelEnum
from zt_graphql.types.items import OfferedItem
from zt_platform.index.queries import matching_items
from zt_tenants.centres import centre_by_code
from zt_tenants.context import current_centre_or_none
from zt_tenants.finding import matching_centres


class CentreQueries(graphene.ObjectType):
    """Root fields over the shared part of the house."""

    here = RootField(
        Centre, permission=PUBLIC, description="The centre of this endpoint; null at the provincial portal."
    )
    centre = RootField(
        Centre,
        permission=PUBLIC,
        description="One open centre by its code.",
        code=graphene.String(required=True),
    )
    centres = ConnectionField(
        Centre,
        keyset=Keyset("centres", "rank", "level_rank", "code"),
        permission=PUBLIC,
        description="Open centres by name, code, pinyin or its initials, best match first; all by code without a text.",
        search=graphene.String(required=True, default_value=""),
        level=LevelEnum(),
    )
    offered_items = ConnectionField(
        OfferedItem,
        keyset=Keyset("offeredItems", "rank", "code_length", "centre_code", "item_code"),
        permission=PUBLIC,
        description="Published items of all centres by name, life event, pinyin or initials, best matches first.",
        search=graphene.String(required=True, default_value=""),
        centre_code=graphene.String(description="Only this centre's; without a text all of them."),
        weight=5,
    )

    @staticmethod
    def resolve_here(_root: Any, _info: Any) -> Any:
        """The current centre."""
        return current_centre_or_none()

    @staticmethod
    def resolve_centre(_root: Any, _info: Any, code: str) -> Any:
        """By code."""
        return centre_by_code(code)

    @staticmethod
    def resolve_centres(_root: Any, _info: Any, search: str, level: Any = None) -> Any:
        """By text and level."""
        found = matching_centres(search)
        return found if level is None else found.filter(level=level.value)

    @staticmethod
    def resolve_offered_items(_root: Any, _info: Any, search: str, centre_code: str | None = None) -> Any:
        """From the index."""
        return matching_items(search, centre_code=centre_code)
