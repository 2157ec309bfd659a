"""What the fields of the schema declare about themselves: permission, weight, page size.

graphene keeps no road from a built GraphQL field back to its declaration, so the table is built once from the types.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import graphene
from graphene.utils.str_converters import to_camel_case
from graphql import GraphQLObjectType

from zt_graphql.permissions import Permission

DEFAULT_LIST_SIZE = 10


@dataclass(frozen=True, slots=True)
class FieldPolicy:
    """One field's declarations. ``weight`` None means 1 for objects and 0 for scalars; ``size`` is the length a plain
    list is reckoned with; ``page_limit`` is 0 where the field is no connection."""

    permission: Permission | None = None
    weight: int | None = None
    size: int | None = None
    page_limit: int = 0
    default_page: int = 0


_UNDECLARED = FieldPolicy()


@dataclass(slots=True)
class Policies:
    """The declarations of every field by type and field name."""

    by_field: dict[tuple[str, str], FieldPolicy] = field(default_factory=dict)
    default_list_size: int = DEFAULT_LIST_SIZE

    def of(self, type_name: str, field_name: str) -> FieldPolicy:
        """What a field declares; defaults where it declares nothing."""
        return self.by_field.get((type_name, field_name), _UNDECLARED)

    def roots(self, schema: graphene.Schema) -> Iterator[tuple[str, str, FieldPolicy]]:
        """Every root field: type name, field name, policy."""
        for root in (schema.graphql_schema.query_type, schema.graphql_schema.mutation_type):
            for name in root.fields if root else ():
                yield root.name, name, self.of(root.name, name)


def policies_of(schema: graphene.Schema) -> Policies:
    """Read the declarations of all types of a built schema."""
    policies = Policies()
    for kind in schema.graphql_schema.type_map.values():
        declared: Any = getattr(kind, "graphene_type", None)
        if not isinstance(kind, GraphQLObjectType) or declared is None:
            continue
        for python_name, mounted in declared._meta.fields.items():
            policy = getattr(mounted, "policy", None)
            if policy is not None:
                policies.by_field[(kind.name, mounted.name or to_camel_case(python_name))] = policy
    return policies
