"""Look-ahead: which fields below a resolver the client selected, so that a query fetches no more than is asked for."""

from __future__ import annotations

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLResolveInfo,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
)
from graphql.execution.values import get_directive_values
from graphql.type import GraphQLIncludeDirective, GraphQLSkipDirective


def selected(info: GraphQLResolveInfo, *path: str) -> frozenset[str]:
    """Names (as in the schema) selected below this field, after descending along ``path``.

    ``selected(info, "edges", "node")`` in a connection's resolver tells the fields asked of each node. Fragments are
    followed; ``@skip`` and ``@include`` are honoured.
    """
    sets = [node.selection_set for node in info.field_nodes if node.selection_set]
    for step in path:
        sets = [
            child.selection_set
            for below in sets
            for child in _fields(info, below)
            if child.name.value == step and child.selection_set
        ]
    return frozenset(child.name.value for below in sets for child in _fields(info, below))


def _fields(info: GraphQLResolveInfo, below: SelectionSetNode) -> list[FieldNode]:
    found: list[FieldNode] = []
    for node in below.selections:
        if not _included(info, node):
            continue
        if isinstance(node, FieldNode):
            found.append(node)
        elif isinstance(node, FragmentSpreadNode):
            found.extend(_fields(info, info.fragments[node.name.value].selection_set))
        elif isinstance(node, InlineFragmentNode):
            found.extend(_fields(info, node.selection_set))
    return found


def _included(info: GraphQLResolveInfo, node: SelectionNode) -> bool:
    if not node.directives:
        return True
    skip = get_directive_values(GraphQLSkipDirective, node, info.variable_values)
    if skip and skip["if"]:
        return False
    include = get_directive_values(GraphQLIncludeDirective, node, info.variable_values)
    return not include or bool(include["if"])
