"""What a query may ask for: tokens, depth, aliases, cost. Checked before anything is executed.

Depth and aliases are counted on the document alone (before validation, which is costly for hostile documents). Cost is
counted with the schema: each field's declared weight, times the page size of the connections and lists above it.
Fragments are counted once and remembered, so that nested spreads cannot blow up the counting itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLList,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    VariableNode,
    get_named_type,
)
from graphql.type import GraphQLNonNull, is_leaf_type

from zt_graphql.errors import QueryTooCostly, QueryTooDeep, TooManyAliases
from zt_graphql.policies import FieldPolicy, Policies

INTROSPECTION_ROOTS = frozenset({"__schema", "__type"})
PAGE_ARGUMENT = "first"


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of this deployment."""

    body_bytes: int = 512 * 1024
    query_characters: int = 20_000
    tokens: int = 4_000
    errors: int = 20
    depth: int = 12
    aliases: int = 20
    mutations: int = 5
    cost: int = 3_000


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Shape:
    """What an operation looks like without knowing the schema."""

    depth: int
    aliases: int
    root_fields: int
    is_mutation: bool
    introspects: bool


@dataclass(frozen=True, slots=True)
class _Extent:
    depth: int = 0
    aliases: int = 0
    fields: int = 0
    introspects: bool = False


class _ShapeCounter:
    """Walks a selection; a fragment is walked once. A cycle counts as empty here; validation refuses it later."""

    def __init__(self, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self._fragments = fragments
        self._known: dict[str, _Extent] = {}

    def extent(self, selections: SelectionSetNode | None) -> _Extent:
        depth = aliases = fields = 0
        introspects = False
        for node in selections.selections if selections else ():
            if isinstance(node, FieldNode):
                part = self._of_field(node)
            elif isinstance(node, FragmentSpreadNode):
                part = self._of_fragment(node.name.value)
            else:
                part = self.extent(node.selection_set) if isinstance(node, InlineFragmentNode) else _Extent()
            depth = max(depth, part.depth)
            aliases += part.aliases
            fields += part.fields
            introspects = introspects or part.introspects
        return _Extent(depth, aliases, fields, introspects)

    def _of_field(self, node: FieldNode) -> _Extent:
        if node.name.value in INTROSPECTION_ROOTS:
            return _Extent(1, 1 if node.alias else 0, 1, introspects=True)
        inner = self.extent(node.selection_set)
        return _Extent(inner.depth + 1, inner.aliases + (1 if node.alias else 0), 1, inner.introspects)

    def _of_fragment(self, name: str) -> _Extent:
        if name not in self._known:
            self._known[name] = _Extent()
            fragment = self._fragments.get(name)
            if fragment is not None:
                self._known[name] = self.extent(fragment.selection_set)
        return self._known[name]


def shape_of(operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]) -> Shape:
    """Depth, aliases and root fields of an operation, fragments included. Introspection fields count as one level."""
    extent = _ShapeCounter(fragments).extent(operation.selection_set)
    return Shape(
        depth=extent.depth,
        aliases=extent.aliases,
        root_fields=extent.fields,
        is_mutation=operation.operation is OperationType.MUTATION,
        introspects=extent.introspects,
    )


def check_shape(shape: Shape, limits: Limits) -> None:
    """Refuse an operation by its shape.

    Raises:
        QueryTooDeep: deeper than ``limits.depth``.
        TooManyAliases: more aliases, or more root fields in a mutation, than allowed.
    """
    if shape.depth > limits.depth:
        raise QueryTooDeep(depth=shape.depth, limit=limits.depth)
    if shape.aliases > limits.aliases:
        raise TooManyAliases(count=shape.aliases, limit=limits.aliases)
    if shape.is_mutation and shape.root_fields > limits.mutations:
        raise TooManyAliases(count=shape.root_fields, limit=limits.mutations)


class _CostCounter:
    def __init__(
        self,
        schema: GraphQLSchema,
        policies: Policies,
        fragments: Mapping[str, FragmentDefinitionNode],
        variables: Mapping[str, Any],
    ) -> None:
        self._schema = schema
        self._policies = policies
        self._fragments = fragments
        self._variables = variables
        self._known: dict[str, int] = {}

    def cost(self, selections: SelectionSetNode | None, parent: Any) -> int:
        return sum(self._of(node, parent) for node in (selections.selections if selections else ()))

    def _of(self, node: Any, parent: Any) -> int:
        if isinstance(node, FieldNode):
            return self._of_field(node, parent)
        if isinstance(node, FragmentSpreadNode):
            return self._of_fragment(node.name.value)
        condition = node.type_condition
        return self.cost(node.selection_set, self._schema.get_type(condition.name.value) if condition else parent)

    def _of_fragment(self, name: str) -> int:
        if name not in self._known:
            fragment = self._fragments[name]
            on = self._schema.get_type(fragment.type_condition.name.value)
            self._known[name] = self.cost(fragment.selection_set, on)
        return self._known[name]

    def _of_field(self, node: FieldNode, parent: Any) -> int:
        name = node.name.value
        if name.startswith("__") or not isinstance(parent, GraphQLObjectType):
            return 0
        field = parent.fields[name]
        policy = self._policies.of(parent.name, name)
        inner = get_named_type(field.type)
        below = 0 if is_leaf_type(inner) else self.cost(node.selection_set, inner)
        return self._weight(policy, inner) + self._times(node, policy, field.type) * below

    @staticmethod
    def _weight(policy: FieldPolicy, inner: Any) -> int:
        if policy.weight is not None:
            return policy.weight
        return 0 if is_leaf_type(inner) else 1

    def _times(self, node: FieldNode, policy: FieldPolicy, kind: Any) -> int:
        if policy.page_limit:
            return min(self._asked(node, policy), policy.page_limit)
        if policy.size is not None:
            return policy.size
        bare = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
        return self._policies.default_list_size if isinstance(bare, GraphQLList) else 1

    def _asked(self, node: FieldNode, policy: FieldPolicy) -> int:
        for argument in node.arguments:
            if argument.name.value != PAGE_ARGUMENT:
                continue
            if isinstance(argument.value, IntValueNode):
                return max(1, int(argument.value.value))
            if isinstance(argument.value, VariableNode):
                given = self._variables.get(argument.value.name.value)
                return max(1, given) if isinstance(given, int) else policy.page_limit
        return policy.default_page


def check_cost(
    operation: OperationDefinitionNode,
    *,
    schema: GraphQLSchema,
    policies: Policies,
    fragments: Mapping[str, FragmentDefinitionNode],
    variables: Mapping[str, Any],
    limits: Limits,
) -> int:
    """The cost of a *valid* operation with these variables.

    Raises:
        QueryTooCostly: more than ``limits.cost``.
    """
    root = schema.mutation_type if operation.operation is OperationType.MUTATION else schema.query_type
    cost = _CostCounter(schema, policies, fragments, variables).cost(operation.selection_set, root)
    if cost > limits.cost:
        raise QueryTooCostly(cost=cost, limit=limits.cost)
    return cost
