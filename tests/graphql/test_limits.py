"""What a query may ask for: depth, aliases, cost, tokens; and counting that cannot be blown up."""

from __future__ import annotations

import pytest

from zt_graphql.documents import DocumentStore, InvalidDocument
from zt_graphql.errors import QueryTooCostly, QueryTooDeep
from zt_graphql.limits import LIMITS, Limits, check_cost
from zt_graphql.schema import policies, schema


def cost_of(query: str, **variables: object) -> int:
    store = DocumentStore(schema.graphql_schema, limits=LIMITS)
    prepared = store.prepare(query)
    return check_cost(
        prepared.operations[prepared.operation_name(None)],
        schema=schema.graphql_schema,
        policies=policies,
        fragments=prepared.fragments,
        variables=variables,
        limits=Limits(cost=10**9),
    )


def nested_parents(levels: int) -> str:
    return "{ here " + "{ parent " * levels + "{ code }" + " }" * levels + " }"


def test_depth(stranger) -> None:
    assert stranger.ask(nested_parents(LIMITS.depth - 2)).status == 200
    refused = stranger.ask(nested_parents(LIMITS.depth - 1))
    assert (refused.status, refused.codes) == (400, ["QUERY_TOO_DEEP"])
    assert refused.error["extensions"]["data"] == {"depth": LIMITS.depth + 1, "limit": LIMITS.depth}


def test_depth_is_counted_through_fragments(stranger) -> None:
    spreads = " ".join(f"fragment f{n} on Centre {{ parent {{ ...f{n + 1} }} }}" for n in range(LIMITS.depth))
    query = f"{{ here {{ ...f0 }} }} {spreads} fragment f{LIMITS.depth} on Centre {{ code }}"
    assert stranger.ask(query).codes == ["QUERY_TOO_DEEP"]


def test_a_fragment_cycle_is_refused_by_validation(stranger) -> None:
    query = "{ here { ...a } } fragment a on Centre { parent { ...b } } fragment b on Centre { parent { ...a } }"
    assert "INVALID_DOCUMENT" in stranger.ask(query).codes


def test_doubling_fragments_do_not_blow_up_the_counting() -> None:
    doubling = " ".join(f"fragment f{n} on Centre {{ ...f{n + 1} ...f{n + 1} }}" for n in range(60))
    query = f"{{ here {{ ...f0 }} }} {doubling} fragment f60 on Centre {{ parent {{ code }} }}"
    with pytest.raises(QueryTooCostly):
        cost_of(query)


def test_aliases(stranger) -> None:
    many = "{" + " ".join(f"a{n}: here {{ code }}" for n in range(LIMITS.aliases + 1)) + "}"
    assert stranger.ask(many).codes == ["TOO_MANY_ALIASES"]


def test_a_mutation_has_few_root_fields(stranger) -> None:
    one = 'signIn(username: "a", password: "b") { me { id } }'
    many = "mutation {" + " ".join(f"a{n}: {one}" for n in range(LIMITS.mutations + 1)) + "}"
    assert stranger.ask(many).codes == ["TOO_MANY_ALIASES"]


def test_tokens(stranger) -> None:
    assert stranger.ask("{" + " me" * LIMITS.tokens + "}").codes == ["SYNTAX_ERROR"]


@pytest.mark.parametrize(
    ("query", "variables", "cost"),
    [
        ("{ here { code name } }", {}, 1),
        ("{ centres(first: 10) { edges { node { code } } } }", {}, 1 + 10),
        ("{ centres { edges { node { code } } } }", {}, 1 + 20),
        ("query($n: Int) { centres(first: $n) { edges { node { code } } } }", {"n": 3}, 1 + 3),
        ("query($n: Int) { centres(first: $n) { edges { node { code } } } }", {}, 1 + 100),
        ("{ centres(first: 5) { edges { node { parent { code } } } } }", {}, 1 + 5 * 2),
        ("{ centres(first: 5) { edges { node { children { code } } } } }", {}, 1 + 5 * 2),
        ("{ centres(first: 5) { edges { node { children { parent { code } } } } } }", {}, 1 + 5 * (2 + 15)),
    ],
)
def test_cost(query, variables, cost) -> None:
    assert cost_of(query, **variables) == cost


def test_costly_queries_are_refused(stranger) -> None:
    query = "{ centres(first: 100) { edges { node { children { children { parent { code } } } } } } }"
    refused = stranger.ask(query)
    assert (refused.status, refused.codes) == (400, ["QUERY_TOO_COSTLY"])
    assert refused.error["extensions"]["data"]["cost"] > LIMITS.cost


def test_documents_are_prepared_once_and_bounded() -> None:
    store = DocumentStore(schema.graphql_schema, limits=LIMITS, size=2)
    first = store.prepare("{ me { id } }")
    assert store.prepare("{ me { id } }") is first
    store.prepare("{ me { username } }")
    store.prepare("{ me { fullName } }")
    assert len(store) == 2
    assert store.prepare("{ me { id } }") is not first


def test_rubbish_is_not_kept() -> None:
    store = DocumentStore(schema.graphql_schema, limits=LIMITS)
    with pytest.raises(InvalidDocument):
        store.prepare("{ rubbish }")
    with pytest.raises(QueryTooDeep):
        store.prepare(nested_parents(50))
    assert len(store) == 0
