"""The form of an item: what fields it has and whether an answer fits. Pure.

A form is stored with the item version as a list of fields, so that a case filled under an old version is still read
with its own form (B-05).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from zt_tenants.errors import InvalidInput
from zt_tenants.language import bi

TEXT_LENGTH = 200
TEXTAREA_LENGTH = 2000


class FieldType(StrEnum):
    """What a field holds."""

    TEXT = "text"
    TEXTAREA = "textarea"
    SELECT = "select"
    DATE = "date"
    NUMBER = "number"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a select field."""

    value: str
    zh: str
    en: str

    @property
    def label(self) -> str:
        """The choice in the active language."""
        return bi(self.zh, self.en)


@dataclass(frozen=True, slots=True)
class Prefill:
    """From which data service a field can be filled. ``locked``: what came from there cannot be changed; ``required``:
    the service must have confirmed the applicant before acceptance.
    """

    service: str
    field: str
    locked: bool = False
    required: bool = False


@dataclass(frozen=True, slots=True)
class FormField:
    """One field of an item's form."""

    name: str
    zh: str
    en: str
    type: FieldType
    required: bool = True
    options: tuple[Option, ...] = ()
    pattern: str = ""
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    max_length: int = TEXT_LENGTH
    help_zh: str = ""
    help_en: str = ""
    prefill: Prefill | None = None

    @property
    def label(self) -> str:
        """The field's name in the active language."""
        return bi(self.zh, self.en)

    @property
    def help_text(self) -> str:
        """What to fill in, in the active language; may be empty."""
        return bi(self.help_zh, self.help_en)


class InvalidForm(InvalidInput):
    """One or more answers do not fit the form; ``errors`` holds one InvalidInput per field, in form order."""

    code = "INVALID_FORM"

    def __init__(self, errors: Sequence[InvalidInput]) -> None:
        self.errors = tuple(errors)
        first = self.errors[0]
        super().__init__(field=first.field, zh=first.zh, en=first.en, **first.data)


def fields_of(form_schema: Sequence[Mapping[str, Any]]) -> list[FormField]:
    """The typed fields of a stored form. Raises InvalidInput(field="form_schema") when it is not a form."""
    try:
        fields = [_field(stored) for stored in form_schema]
        for form_field in fields:
            re.compile(form_field.pattern)
    except (KeyError, TypeError, ValueError, InvalidOperation, re.error) as wrong:
        raise InvalidInput(
            field="form_schema",
            zh="表单定义有误：{problem}",
            en="The form is malformed: {problem}",
            problem=repr(wrong),
        ) from wrong
    names = [form_field.name for form_field in fields]
    if len(set(names)) != len(names):
        raise InvalidInput(field="form_schema", zh="表单字段重名。", en="Two fields of the form have the same name.")
    return fields


def validated(form_schema: Sequence[Mapping[str, Any]], answers: Mapping[str, Any]) -> dict[str, str]:
    """The answers as they are stored (text by field name; empty ones left out).

    Dates are ISO 8601, numbers plain decimals. Raises InvalidForm with one error per field: missing, unknown, too long,
    not a choice, not a date or number, out of range, not matching the pattern.
    """
    fields = fields_of(form_schema)
    errors: list[InvalidInput] = []
    cleaned: dict[str, str] = {}
    for form_field in fields:
        answer = str(answers.get(form_field.name) or "").strip()
        if not answer:
            if form_field.required:
                errors.append(_wrong(form_field, "请填写“{zh_label}”。", "Fill in “{en_label}”."))
            continue
        try:
            cleaned[form_field.name] = _checked(form_field, answer)
        except InvalidInput as wrong:
            errors.append(wrong)
    unknown = sorted(set(answers) - {form_field.name for form_field in fields})
    errors.extend(
        InvalidInput(field=name, zh="表单中没有这一项。", en="The form has no such field.") for name in unknown
    )
    if errors:
        raise InvalidForm(errors)
    return cleaned


def _field(stored: Mapping[str, Any]) -> FormField:
    kind = FieldType(stored["type"])
    options = tuple(Option(str(o["value"]), str(o["zh"]), str(o["en"])) for o in stored.get("options", ()))
    if (kind is FieldType.SELECT) != bool(options):
        raise ValueError(f"{stored['name']}: options belong to select fields")
    return FormField(
        name=str(stored["name"]),
        zh=str(stored["zh"]),
        en=str(stored["en"]),
        type=kind,
        required=bool(stored.get("required", True)),
        options=options,
        pattern=str(stored.get("pattern", "")),
        minimum=Decimal(str(stored["min"])) if "min" in stored else None,
        maximum=Decimal(str(stored["max"])) if "max" in stored else None,
        max_length=int(stored.get("max_length", TEXTAREA_LENGTH if kind is FieldType.TEXTAREA else TEXT_LENGTH)),
        help_zh=str(stored.get("help_zh", "")),
        help_en=str(stored.get("help_en", "")),
        prefill=_prefill(stored["prefill"]) if "prefill" in stored else None,
    )


def _prefill(stored: Mapping[str, Any]) -> Prefill:
    if not isinstance(stored, Mapping):
        raise TypeError("prefill is an object")
    flags = {name: stored.get(name, False) for name in ("locked", "required")}
    if not all(isinstance(flag, bool) for flag in flags.values()):
        raise ValueError("prefill: locked and required are true or false")
    return Prefill(service=str(stored["service"]), field=str(stored["field"]), **flags)


def _wrong(form_field: FormField, zh: str, en: str, **data: Any) -> InvalidInput:
    labels = {"zh_label": form_field.zh, "en_label": form_field.en}
    return InvalidInput(field=form_field.name, zh=zh, en=en, **labels, **data)


def _checked(form_field: FormField, answer: str) -> str:
    if len(answer) > form_field.max_length:
        raise _wrong(
            form_field,
            "“{zh_label}”不得超过{n}个字。",
            "“{en_label}” is longer than {n} characters.",
            n=form_field.max_length,
        )
    if form_field.pattern and not re.fullmatch(form_field.pattern, answer):
        raise _wrong(form_field, "“{zh_label}”格式有误。", "“{en_label}” does not have the expected form.")
    match form_field.type:
        case FieldType.SELECT:
            if answer not in {option.value for option in form_field.options}:
                raise _wrong(form_field, "请从列表中选择“{zh_label}”。", "Choose “{en_label}” from the list.")
        case FieldType.DATE:
            return _checked_date(form_field, answer)
        case FieldType.NUMBER:
            return _checked_number(form_field, answer)
        case FieldType.PHONE:
            if not re.fullmatch(r"(\+86)?1[3-9][0-9]{9}|0[0-9]{2,3}-?[0-9]{7,8}", answer):
                raise _wrong(
                    form_field, "“{zh_label}”应为手机号码或固定电话。", "“{en_label}” is not a telephone number."
                )
        case _:
            pass
    return answer


def _checked_date(form_field: FormField, answer: str) -> str:
    try:
        return date.fromisoformat(answer).isoformat()
    except ValueError:
        raise _wrong(form_field, "“{zh_label}”应为年-月-日。", "“{en_label}” is not a date (YYYY-MM-DD).") from None


def _checked_number(form_field: FormField, answer: str) -> str:
    try:
        number = Decimal(answer)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise _wrong(form_field, "“{zh_label}”应为数字。", "“{en_label}” is not a number.")
    if form_field.minimum is not None and number < form_field.minimum:
        raise _wrong(form_field, "“{zh_label}”不得小于{n}。", "“{en_label}” is less than {n}.", n=form_field.minimum)
    if form_field.maximum is not None and number > form_field.maximum:
        raise _wrong(form_field, "“{zh_label}”不得大于{n}。", "“{en_label}” is more than {n}.", n=form_field.maximum)
    return format(number, "f")
