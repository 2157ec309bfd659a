"""One byte form for every value (RFC 8785), and strict reading of what others wrote."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zt_interop.canonical import MAX_DEPTH, MAX_INTEGER, canonical_bytes, parse_canonical, parse_strict
from zt_interop.errors import Malformed, TooDeep

_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | _TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(_VALUES)
def test_what_is_written_is_read_back_and_is_canonical(value) -> None:
    assert parse_canonical(canonical_bytes(value)) == (value, True)


def test_members_are_sorted_by_utf16_code_units() -> None:
    # RFC 8785, section 3.2.3: a surrogate pair (😀, U+1F600) sorts before U+FB33, though its
    # code point is larger.
    value = {"\ufb33": 1, "\U0001f600": 2, "€": 3, "1": 4, "\r": 5, "ö": 6, "\u0080": 7}

    assert list(parse_strict(canonical_bytes(value))) == ["\r", "1", "\u0080", "ö", "€", "\U0001f600", "\ufb33"]


def test_strings_are_escaped_as_little_as_possible() -> None:
    assert canonical_bytes('合肥"\\\n\t\b\f\r\x0f/') == '"合肥\\"\\\\\\n\\t\\b\\f\\r\\u000f/"'.encode()


@pytest.mark.parametrize(
    "hostile",
    [
        b'{"a":1,"a":2}',
        b'{"a":{"b":1,"b":1}}',
        b"1.5",
        b"1e3",
        b"NaN",
        b"-Infinity",
        b"9007199254740992",
        b"1" * 5000,
        b'"\\ud800"',
        b'"\\u0000"',
        b'{"\\u0000":1}',
        b"\xff",
        b"\xef\xbb\xbf{}",
        b"{} {}",
        b"{'a':1}",
        b"",
    ],
)
def test_what_two_readers_could_understand_differently_is_refused(hostile: bytes) -> None:
    with pytest.raises(Malformed):
        parse_strict(hostile)


@pytest.mark.parametrize("levels", [MAX_DEPTH + 1, 900, 100_000, 500_000])
def test_deep_nesting_is_refused_and_never_exhausts_the_stack(levels: int) -> None:
    with pytest.raises(TooDeep):
        parse_strict(b"[" * levels + b"]" * levels)


def test_nesting_up_to_the_limit_is_read() -> None:
    assert parse_strict(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)


@pytest.mark.parametrize("value", [1.0, float("nan"), 2**53, {1: 2}, b"x", {"a": {3, 4}}, "\ud800", "a\0b"])
def test_what_the_protocol_has_no_form_for_cannot_be_written(value: object) -> None:
    with pytest.raises(Malformed):
        canonical_bytes(value)


@pytest.mark.parametrize("text", [b'{"b":1,"a":2}', b'{ "a":1}', b'{"a":"\\u0061"}', b"[1, 2]"])
def test_other_spellings_of_the_same_value_are_noticed(text: bytes) -> None:
    assert parse_canonical(text)[1] is False
