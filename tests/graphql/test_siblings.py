"""The batch loader: one statement a level, whatever the number of rows; nothing that was not selected."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zt_graphql.siblings import Siblings

FAMILY = """
query($first: Int) {
  centres(first: $first) { edges { node { code parent { code parent { code } } children { code parent { code } } } } }
}
"""


@dataclass(frozen=True, slots=True)
class Row:
    id: int
    owner: int | None


def test_a_group_is_loaded_once_with_distinct_keys() -> None:
    calls: list[list[int]] = []

    def owners(keys: list[int]) -> dict[int, str]:
        calls.append(keys)
        return {key: f"owner {key}" for key in keys}

    siblings = Siblings()
    rows = siblings.together([Row(1, 7), Row(2, 8), Row(3, 7), Row(4, None)])
    found = [siblings.load(row, what="owner", key=lambda one: one.owner, batch=owners) for row in rows]
    assert found == ["owner 7", "owner 8", "owner 7", None]
    assert calls == [[7, 8]]


def test_a_single_object_is_its_own_group() -> None:
    siblings = Siblings()
    row = Row(1, 7)
    assert siblings.load(row, what="x", key=lambda one: one.owner, batch=lambda keys: {7: "seven"}) == "seven"


def test_what_is_loaded_forms_the_next_group() -> None:
    siblings = Siblings()
    rows = siblings.together([Row(1, 1), Row(2, 2)])
    calls: list[list[int]] = []

    def children(keys: list[int]) -> dict[int, list[Row]]:
        return {key: [Row(key * 10, key * 100)] for key in keys}

    def grand(keys: list[int]) -> dict[int, str]:
        calls.append(keys)
        return {}

    for row in rows:
        for child in siblings.load(row, what="children", key=lambda one: one.id, batch=children):
            siblings.load(child, what="grand", key=lambda one: one.owner, batch=grand)
    assert calls == [[100, 200]]


@pytest.mark.parametrize("first", [1, 6])
def test_levels_of_centres_cost_the_same_at_any_size(stranger, first) -> None:
    with CaptureQueriesContext(
        connection,
    ) as statements:
        answer = stranger.ask(FAMILY, first=first)
    assert len(answer.data["centres"]["edges"]) == first
    assert len(statements) <= 5
