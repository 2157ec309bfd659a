"""Columns of many rows in one parameter arrive as they were given."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zt_tenants.arrays import bytes_array, plain_array, text_array
from zt_tenants.uuid7 import uuid7s

pytestmark = pytest.mark.django_db
_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)


def _back(kind: str, array: str) -> list[object]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM unnest(%s::{kind}[])", [array])
        return [value for (value,) in cursor.fetchall()]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.none() | _TEXT | st.sampled_from(["NULL", "{", '"', "\\", "a,b", " ", ""]), max_size=8))
def test_any_text_comes_back(world, texts: list[str | None]) -> None:
    assert _back("text", text_array(texts)) == texts


def test_bytes_instants_ids_and_nothing_come_back(world) -> None:
    moment, ids = datetime(2026, 3, 2, 1, 30, 5, 7, tzinfo=UTC), uuid7s(3)
    assert [
        bytes(value) if value is not None else None for value in _back("bytea", bytes_array([b"\0\xff\\", None, b""]))
    ] == [
        b"\0\xff\\",
        None,
        b"",
    ]
    assert _back("timestamptz", plain_array([moment.isoformat(), None])) == [moment, None]
    assert _back("uuid", plain_array(ids)) == ids
    assert _back("boolean", plain_array([True, None, False])) == [True, None, False]


def test_many_ids_are_in_order_and_each_its_own() -> None:
    ids = [*uuid7s(5000), *uuid7s(5000)]
    assert len(set(ids)) == 10_000
    assert ids == sorted(ids)
    assert {(id_.version, id_.variant) for id_ in ids} == {(7, "specified in RFC 4122")}
