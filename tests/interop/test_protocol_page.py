"""docs/protocol.md says what the schemas and the code say."""

from __future__ import annotations

import json
import re
from importlib import resources
from pathlib import Path

import pytest

from zt_interop import errors, signed
from zt_interop.schemas import message_types

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "protocol.md").read_text(encoding="utf-8")
pytestmark = pytest.mark.req("Y-06")


def _rows(section: str) -> dict[str, list[str]]:
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in section.splitlines() if line.startswith("| `")]
    return {row[0].strip().strip("`"): [cell.strip() for cell in row[1:]] for row in rows}


def _section(heading: str) -> str:
    return PAGE.split(f"\n{heading}\n", 1)[1].split("\n## ", 1)[0]


def test_every_type_is_described() -> None:
    assert set(re.findall(r"^### `(.+)`$", PAGE, re.MULTILINE)) == message_types()


@pytest.mark.parametrize("type_", sorted(message_types()))
def test_every_member_is_described(type_: str) -> None:
    schema = json.loads(resources.files("zt_interop.schemas").joinpath(f"{type_}.json").read_text(encoding="utf-8"))
    described = _rows(_section(f"### `{type_}`").split("\n### ", 1)[0])

    assert described.keys() == schema["properties"].keys()
    assert {name for name, row in described.items() if row[0] == "required"} == set(schema["required"])


def test_every_refusal_is_described_with_what_the_sender_does() -> None:
    described = _rows(_section("## Checks and refusals"))
    known = {error.code: error for error in errors.MessageRefused.__subclasses__()}

    assert described.keys() == known.keys()
    for code, error in known.items():
        assert (described[code][1] == "retry") is error.retry
        assert (described[code][1] == "in place") is error.recorded


def test_every_header_member_is_described() -> None:
    described = {name.strip("`") for row in _rows(_section("## Signature")) for name in row.split("`, `")}

    assert described == signed.Header("k", signed.EVENT_TYPE, 1, 2, "340100").to_json().keys()


def test_every_shared_part_is_described_with_its_members() -> None:
    parts = json.loads(resources.files("zt_interop.schemas").joinpath("definitions.json").read_text(encoding="utf-8"))
    described = _rows(_section("## Shared parts"))

    assert described.keys() == parts["$defs"].keys()
    for name, part in parts["$defs"].items():
        for member in part.get("properties", {}):
            assert f"`{member}`" in described[name][0]
