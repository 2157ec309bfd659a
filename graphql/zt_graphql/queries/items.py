"""The public catalogue of a centre: items with guide, materials and delegations; departments and windows."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.connections import Keyset
from zt_graphql.fields import ConnectionField, RootField
from zt_graphql.permissions import PUBLIC
from zt_graphql.types.items import Delegation, Department, Item, ItemVersion, Window
from zt_platform.catalogue.queries import delegations, item_by_code, item_version, matching_items
from zt_platform.organisation.queries import departments, windows

AT_CENTRE = PUBLIC.at_centre()
DEPARTMENTS_RECKONED = 30


class ItemQueries(graphene.ObjectType):
    """Root fields over a centre's catalogue."""

    items = ConnectionField(
        Item,
        keyset=Keyset("items", "code"),
        permission=AT_CENTRE,
        description="Items that can be applied for here, by name, life event, pinyin or initials; all without a text.",
        search=graphene.String(required=True, default_value=""),
        department_code=graphene.String(),
    )
    item = RootField(
        Item,
        permission=AT_CENTRE,
        description="One item that can be applied for here: the guide.",
        code=graphene.String(required=True),
    )
    item_version = RootField(
        ItemVersion,
        permission=AT_CENTRE,
        description="A published version of an item, the current one unless a number is given.",
        item_code=graphene.String(required=True),
        version=graphene.Int(),
    )
    delegations = ConnectionField(
        Delegation,
        keyset=Keyset("delegations", "item_code", "to_centre_code", "id"),
        permission=AT_CENTRE,
        description="Delegations in which this centre takes part, on either side.",
    )
    departments = RootField(
        graphene.List(graphene.NonNull(Department)),
        permission=AT_CENTRE,
        description="The departments resident here, in display order.",
        size=DEPARTMENTS_RECKONED,
    )
    windows = RootField(
        graphene.List(graphene.NonNull(Window)),
        permission=AT_CENTRE,
        description="The windows that serve today.",
        size=DEPARTMENTS_RECKONED,
    )

    @staticmethod
    def resolve_items(_root: Any, _info: Any, search: str, department_code: str | None = None) -> Any:
        """By text and department."""
        return matching_items(search, department_code=department_code)

    @staticmethod
    def resolve_item(_root: Any, _info: Any, code: str) -> Any:
        """By code."""
        return item_by_code(code)

    @staticmethod
    def resolve_item_version(_root: Any, _info: Any, item_code: str, version: int | None = None) -> Any:
        """By code and number."""
        return item_version(item_code, version)

    @staticmethod
    def resolve_delegations(_root: Any, _info: Any) -> Any:
        """All of this centre."""
        return delegations()

    @staticmethod
    def resolve_departments(_root: Any, _info: Any) -> Any:
        """All active ones."""
        return departments()

    @staticmethod
    def resolve_windows(_root: Any, _info: Any) -> Any:
        """Those open today."""
        return windows()
