"""The compiled schemas and jsonschema agree on every value, valid or not."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zt_interop.schemas import _is_valid, _problems, message_types
from zt_interop.schemas.compiled import Uncompiled, compiled

pytestmark = pytest.mark.req("Y-01", "Y-06")
GOLDEN = Path(__file__).with_name("golden")
PATHS = [f"{name}.json" for name in sorted(message_types())] + ["envelope/event.json", "envelope/batch-manifest.json"]
STRAY = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 2**60),
    st.floats(allow_nan=False),
    st.text(max_size=5),
    st.sampled_from(
        ["340100", "340100\n", "accepted", "case", "receipt", "*", "2026-03-02T01:30:00.000000Z", "0" * 64]
    ),
    st.just({}),
    st.just([]),
    st.lists(st.text(max_size=2), max_size=3),
)


def _examples(path: str) -> list[Any]:
    events = [json.loads(file.read_text(encoding="utf-8")) for file in sorted(GOLDEN.glob("*.json"))]
    if path == "envelope/event.json":
        return [golden["event"] for golden in events if "event" in golden]
    if path == "envelope/batch-manifest.json":
        return [golden["manifest"] for golden in events if "manifest" in golden]
    found = [golden["event"] for golden in events if "event" in golden]
    found += [event for golden in events for event in golden.get("events", [])]
    return [event["data"] for event in found if f"{event['type']}.json" == path]


def _places(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [way, *(place for key, item in inner for place in _places(item, (*way, key)))]


def _bent(value: Any, way: tuple[Any, ...], stray: Any, *, remove: bool) -> Any:
    if not way:
        return stray
    bent = deepcopy(value)
    holder = bent
    for key in way[:-1]:
        holder = holder[key]
    if remove:
        del holder[way[-1]]
    else:
        holder[way[-1]] = stray
    return bent


@pytest.mark.parametrize("path", PATHS)
def test_every_schema_of_the_protocol_is_compiled(path: str) -> None:
    examples = _examples(path)
    assert examples
    assert all(_is_valid(path)(example) for example in examples)
    assert not _is_valid(path)(None)


@settings(max_examples=400)
@given(data=st.data())
def test_they_agree_with_jsonschema_on_bent_messages(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(PATHS))
    value = data.draw(st.sampled_from(_examples(path)))
    for _ in range(data.draw(st.integers(1, 2))):
        way = data.draw(st.sampled_from(_places(value)))
        value = _bent(value, way, data.draw(STRAY), remove=bool(way) and data.draw(st.booleans()))

    assert _is_valid(path)(value) is not any(_problems(path)(value))


@pytest.mark.parametrize("schema", [{"format": "date"}, {"type": "decimal"}, {"$ref": "#/x"}, {"enum": [1]}])
def test_what_is_not_understood_is_left_to_jsonschema(schema: dict[str, Any]) -> None:
    with pytest.raises(Uncompiled):
        compiled(schema, {})
