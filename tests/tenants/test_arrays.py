"""Arrays written as text are read by PostgreSQL as the values they were made of."""

from __future__ import annotations

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from zt_tenants.arrays import bytes_array, plain_array, text_array

pytestmark = [pytest.mark.django_db, pytest.mark.req("Y-01")]
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8) | st.sampled_from(
    ['"', "\\", '","', "{}", "NULL", "null", "", " ", ",", '\\"', "合肥"]
)


def _read(array: str, kind: str) -> list[object]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT value FROM unnest(%s::{kind}[]) WITH ORDINALITY AS found (value, place) ORDER BY place", [array]
        )
        return [value for (value,) in cursor.fetchall()]


@settings(max_examples=150, deadline=None)
@given(values=st.lists(TEXT | st.none(), max_size=5))
def test_texts(values: list[str | None]) -> None:
    assert _read(text_array(iter(values)), "text") == values


@settings(max_examples=50, deadline=None)
@given(values=st.lists(st.binary(max_size=8) | st.none(), max_size=4))
def test_bytes(values: list[bytes | None]) -> None:
    assert [value if value is None else bytes(value) for value in _read(bytes_array(values), "bytea")] == values


@settings(max_examples=50, deadline=None)
@given(values=st.lists(st.integers(-(2**63), 2**63 - 1) | st.none(), max_size=4))
def test_numbers(values: list[int | None]) -> None:
    assert _read(plain_array(values), "bigint") == values
