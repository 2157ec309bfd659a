"""Values that a well-meaning program never sends, and messages with one of them in some place."""

from __future__ import annotations

import base64
import copy
import json
from typing import Any

from hypothesis import strategies as st

HOMOGLYPHS = (
    "３４０１２３",
    "34O123",
    "340l23",
    "34０123",
    "340123\u200b",
    "\u202e321043",
    "З40123",
    "340123\n",
    " 340123",
)
"""Centre codes that look right: full-width digits, letters, Cyrillic, invisible and turning characters."""

TEXTS = (
    *HOMOGLYPHS,
    "",
    "\x00",
    "\ud800",
    "A" * 70_000,
    "'; DROP TABLE cases_case; --",
    "../../etc/passwd",
    "<script>alert(1)</script>",
    "{{7*7}}",
    "%s%n",
    "2026-02-30T00:00:00.000000Z",
    "9999-12-31T23:59:59.999999Z",
    "0000-00-00T00:00:00.000000Z",
    "urn:zhengtong:centre:",
    "00000000-0000-0000-0000-000000000000",
    "𝟛𝟜𝟘",
)
NUMBERS = (0, -1, 1, 2**31, 2**53, 2**63, 2**64, -(2**63), 10**400, 0.5, 1e308, float("nan"), float("inf"))


def nested(depth: int) -> Any:
    """A list in a list, and so on."""
    value: Any = []
    for _ in range(depth):
        value = [value]
    return value


VALUES: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from(TEXTS),
    st.sampled_from(NUMBERS),
    st.sampled_from([None, True, False, [], {}, [None], {"": {}}, nested(31), nested(40)]),
    st.text(max_size=40),
    st.integers(),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=5,
    ),
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value."""
    found = [path]
    if isinstance(value, dict):
        for name in value:
            found += places(value[name], (*path, name))
    elif isinstance(value, list):
        for index in range(len(value)):
            found += places(value[index], (*path, index))
    return found


@st.composite
def damaged(draw: st.DrawFn, whole: Any) -> Any:
    """The value with one place replaced, removed, or given a stranger beside it."""
    value = copy.deepcopy(whole)
    path = draw(st.sampled_from(places(value)[1:]))
    inner = value
    for step in path[:-1]:
        inner = inner[step]
    act = draw(st.sampled_from(("replace", "replace", "replace", "remove", "add")))
    if act == "remove":
        del inner[path[-1]]
    elif act == "add" and isinstance(inner, dict):
        inner[draw(st.text(max_size=12))] = draw(VALUES)
    else:
        inner[path[-1]] = draw(VALUES)
    return value


def loose_bytes(value: Any) -> bytes:
    """JSON as a careless program writes it: NaN, fractions, lone surrogates and all."""
    return json.dumps(value, ensure_ascii=True, allow_nan=True).encode()


def base64url(content: bytes) -> bytes:
    """Without padding."""
    return base64.urlsafe_b64encode(content).rstrip(b"=")
