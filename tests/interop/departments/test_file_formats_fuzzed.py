"""The parsers of delivered files and of signed answers, fuzzed: a record, a typed refusal, nothing else."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zt_interop.departments import exchange
from zt_interop.departments.file_drop.formats import records_of
from zt_interop.departments.file_drop.manifest import read_manifest
from zt_interop.departments.file_drop.problems import Unreadable
from zt_interop.errors import MessageRefused
from zt_tenants.clock import now

pytestmark = pytest.mark.req("Y-01", "Y-11")
FORMATS = st.sampled_from(["csv", "json", "xml"])
ENCODINGS = st.sampled_from(["utf-8", "gb18030", "UTF-8", "utf-16", "idna", "rot13", ""])
NOISE = st.one_of(
    st.binary(max_size=300),
    st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.text(alphabet="<>/&;!?[]\"'=a,\n\0", max_size=200).map(str.encode),
    st.recursive(st.none() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner), max_leaves=20).map(
        lambda value: json.dumps(value).encode("utf-8", "surrogatepass")
    ),
)


@given(data=NOISE, format=FORMATS, encoding=ENCODINGS)
@settings(max_examples=400)
def test_any_bytes_are_records_or_a_problem(data, format, encoding) -> None:
    found, problem = [], None
    try:
        found = list(records_of(data, name="x", format=format, encoding=encoding))
    except Unreadable as unreadable:
        problem = unreadable.problem
    assert problem is None or (problem.zh and problem.file == "x")
    for line, record in found:
        assert line >= 1
        assert all(isinstance(name, str) for name in record)


ROWS = st.lists(
    st.fixed_dictionaries({"a": st.text(min_size=1, max_size=20), "b": st.text(min_size=1, max_size=20)}), max_size=8
)


@given(rows=ROWS)
@settings(max_examples=200)
def test_what_is_written_properly_is_read_as_it_was(rows) -> None:
    try:
        data = json.dumps(rows, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return
    if "\\u0000" in json.dumps(rows):
        return
    assert [record for _, record in records_of(data, name="x", format="json", encoding="utf-8")] == rows


@given(wire=st.one_of(st.binary(max_size=400), st.text(alphabet="eyJ0.A_-", max_size=300).map(str.encode)))
@settings(max_examples=300)
def test_any_bytes_are_a_refused_answer_or_manifest(wire) -> None:
    key = exchange.Key("k", "EdDSA", b"\0" * 32)
    with pytest.raises(MessageRefused):
        exchange.opened(wire, typ=exchange.RESPONSE_TYPE, key=key, destination="340100", now=now())
    with pytest.raises(MessageRefused):
        read_manifest(wire, key=key, service="x", now=now())
