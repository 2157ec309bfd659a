"""The form of an item and the answers to it."""

from __future__ import annotations

from typing import Any

import pytest

from zt_interop.departments.demo.records import COMPANY_CHECK, IDENTITY_CHECK
from zt_interop.departments.demo.registration import descriptions
from zt_platform.catalogue import definitions
from zt_platform.catalogue.forms import FieldType, InvalidForm, fields_of, validated
from zt_tenants.errors import InvalidInput

FORM: list[dict[str, Any]] = [
    {"name": "shop", "zh": "字号", "en": "Shop", "type": "text", "max_length": 10},
    {"name": "kind", "zh": "类别", "en": "Kind", "type": "select", "options": [{"value": "a", "zh": "甲", "en": "A"}]},
    {"name": "opens", "zh": "开业", "en": "Opens", "type": "date"},
    {"name": "area", "zh": "面积", "en": "Area", "type": "number", "min": 5, "max": 100},
    {"name": "phone", "zh": "电话", "en": "Phone", "type": "phone"},
    {"name": "plate", "zh": "号牌", "en": "Plate", "type": "text", "required": False, "pattern": "皖[A-Z0-9]{6}"},
    {"name": "note", "zh": "备注", "en": "Note", "type": "textarea", "required": False},
]
GOOD = {"shop": " 松 ", "kind": "a", "opens": "2026-03-09", "area": "42.50", "phone": "0551-62341234"}


def test_good_answers_are_normalised_and_empty_ones_left_out() -> None:
    assert validated(FORM, {**GOOD, "note": "  "}) == {**GOOD, "shop": "松"}


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("shop", ""),
        ("shop", "名" * 11),
        ("kind", "b"),
        ("opens", "2026-02-30"),
        ("opens", "9.3.2026"),
        ("area", "4.9"),
        ("area", "100.1"),
        ("area", "NaN"),
        ("area", "1e400"),
        ("area", "many"),
        ("phone", "12345"),
        ("plate", "京A12345"),
        ("note", "x" * 2001),
        ("surprise", "1"),
    ],
)
def test_a_bad_answer_names_its_field(name: str, answer: str) -> None:
    with pytest.raises(InvalidForm) as refused:
        validated(FORM, {**GOOD, name: answer})
    assert [error.field for error in refused.value.errors] == [name]
    assert refused.value.field == name
    assert refused.value.zh_text
    assert refused.value.en_text


def test_all_defects_are_told_at_once() -> None:
    with pytest.raises(InvalidForm) as refused:
        validated(FORM, {})
    assert [error.field for error in refused.value.errors] == ["shop", "kind", "opens", "area", "phone"]


@pytest.mark.parametrize(
    "broken",
    [
        [{"name": "a", "zh": "甲", "en": "A", "type": "file"}],
        [{"name": "a", "zh": "甲", "type": "text"}],
        [{"name": "a", "zh": "甲", "en": "A", "type": "select"}],
        [{"name": "a", "zh": "甲", "en": "A", "type": "text", "pattern": "["}],
        [{"name": "a", "zh": "甲", "en": "A", "type": "text"}] * 2,
    ],
)
def test_a_broken_form_is_refused(broken: list[dict[str, Any]]) -> None:
    with pytest.raises(InvalidInput) as refused:
        fields_of(broken)
    assert refused.value.field == "form_schema"


def test_every_shipped_form_is_a_form_with_labels_in_both_languages() -> None:
    for item in definitions.items().values():
        fields = fields_of(item.form)
        assert fields, item.code
        assert all(field.zh and field.en for field in fields)
        assert all(option.zh and option.en for field in fields for option in field.options)
        assert any(field.type is FieldType.PHONE for field in fields), item.code


def test_every_shipped_source_is_a_field_of_a_data_service() -> None:
    """A misspelt one would offer nothing, and nobody would notice."""
    services = descriptions(endpoints=dict.fromkeys((IDENTITY_CHECK, COMPANY_CHECK), "https://d.example"), folder="x")
    offered = {code: {field["name"] for field in service["fields"]} for code, service in services.items()}
    bound = [
        (item.code, field.prefill)
        for item in definitions.items().values()
        for field in fields_of(item.form)
        if field.prefill
    ]
    assert len({code for code, _ in bound}) >= 5
    assert all(source.field in offered[source.service] for _, source in bound)


def test_help_with_braces_is_shown_as_it_is() -> None:
    with pytest.raises(InvalidForm) as refused:
        validated([{"name": "a", "zh": "甲{x}", "en": "A", "type": "text"}], {})
    assert refused.value.field == "a"
