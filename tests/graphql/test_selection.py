"""Look-ahead: what the client selected, through fragments and directives; and what it saves."""

from __future__ import annotations

import pytest
from graphql import (
    GraphQLField,
    GraphQLInt,
    GraphQLObjectType,
    GraphQLSchema,
    graphql_sync,
)

from zt_graphql.selection import selected

seen: list[frozenset[str]] = []
LEAF = GraphQLObjectType("Leaf", {name: GraphQLField(GraphQLInt) for name in ("a", "b", "c")})
NODE = GraphQLObjectType("Node", {"leaf": GraphQLField(LEAF), "n": GraphQLField(GraphQLInt)})
SCHEMA = GraphQLSchema(
    GraphQLObjectType(
        "Query",
        {"node": GraphQLField(NODE, resolve=lambda _root, info: seen.extend([selected(info), selected(info, "leaf")]))},
    )
)


@pytest.mark.parametrize(
    ("query", "top", "below"),
    [
        ("{ node { n leaf { a } } }", {"n", "leaf"}, {"a"}),
        ("{ node { ...f } } fragment f on Node { leaf { a ... on Leaf { b } } }", {"leaf"}, {"a", "b"}),
        ("{ node { n leaf { a @skip(if: true) b @include(if: false) c @include(if: true) } } }", {"n", "leaf"}, {"c"}),
        ("{ node { n ...f @skip(if: true) } } fragment f on Node { leaf { a } }", {"n"}, set()),
        ("{ node { leaf { a } leaf { b } } }", {"leaf"}, {"a", "b"}),
    ],
)
def test_selected(query, top, below) -> None:
    seen.clear()
    assert graphql_sync(SCHEMA, query).errors is None
    assert seen == [top, below]


def test_who_only_counts_reads_no_rows(stranger, world, django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        assert stranger.ask("{ centres { totalCount } }").data["centres"]["totalCount"] == len(world.all)
