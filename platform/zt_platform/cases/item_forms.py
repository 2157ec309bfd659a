"""The form of an item as an HTML form: drawn from the version's fields, checked by the catalogue's own rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from zt_platform.cases.prefill import Filled
from zt_platform.catalogue.forms import FieldType, FormField, InvalidForm, fields_of, validated
from zt_platform.catalogue.models import ItemVersion
from zt_tenants.errors import InvalidInput
from zt_tenants.language import bi


def _control(form_field: FormField) -> forms.Field:
    common: dict[str, Any] = {"label": form_field.label, "help_text": form_field.help_text, "required": False}
    match form_field.type:
        case FieldType.TEXTAREA:
            return forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), **common)
        case FieldType.SELECT:
            choices = [("", bi("请选择", "Choose")), *((option.value, option.label) for option in form_field.options)]
            return forms.CharField(widget=forms.Select(choices=choices), **common)
        case FieldType.DATE:
            return forms.CharField(widget=forms.DateInput(attrs={"type": "date"}), **common)
        case FieldType.NUMBER:
            return forms.CharField(widget=forms.TextInput(attrs={"inputmode": "decimal"}), **common)
        case FieldType.PHONE:
            return forms.CharField(widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}), **common)
        case _:
            return forms.CharField(**common)


class ItemForm(forms.Form):
    """What an applicant fills in. It takes any answers; :meth:`refuse` shows what the catalogue finds wrong with them."""

    use_required_attribute = False

    def __init__(
        self,
        schema: Sequence[Mapping[str, Any]],
        answers: Mapping[str, Any],
        filled: Mapping[str, Filled] | None = None,
    ) -> None:
        self.form_fields = fields_of(schema)
        super().__init__(data={field.name: answers.get(field.name, "") for field in self.form_fields})
        for form_field in self.form_fields:
            control = _control(form_field)
            control.required = form_field.required  # the label says so; the catalogue checks it
            if filled and (one := filled.get(form_field.name)):
                control.help_text = " · ".join(filter(None, (str(control.help_text), one.source)))
                if one.locked:
                    control.widget.attrs["readonly"] = True
            self.fields[form_field.name] = control

    def full_clean(self) -> None:
        """Nothing is checked here: a draft may be half filled in."""
        self._errors = forms.utils.ErrorDict()
        self.cleaned_data = {}

    def refuse(self, wrong: InvalidForm) -> None:
        """Show every error beside its field."""
        self.full_clean()
        for error in wrong.errors:
            known = error.field if error.field in self.fields else None
            self.add_error(known, error.text())


def posted_answers(version: ItemVersion, posted: QueryDict) -> dict[str, str]:
    """The answers in a posted form: the fields of the item's form and nothing else."""
    return {field.name: posted.get(field.name, "").strip() for field in fields_of(version.form_schema)}


def errors_of(version: ItemVersion, answers: Mapping[str, Any]) -> list[InvalidInput]:
    """What is wrong with answers, in form order; empty when they fit."""
    try:
        validated(version.form_schema, answers)
    except InvalidForm as wrong:
        return list(wrong.errors)
    return []


def readable_answers(version: ItemVersion, answers: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Labels and answers as a person reads them: choices by their label, empty ones as a dash."""
    rows = []
    for field in fields_of(version.form_schema):
        answer = str(answers.get(field.name) or "")
        if field.type is FieldType.SELECT:
            answer = next((option.label for option in field.options if option.value == answer), answer)
        rows.append((field.label, answer or "—"))
    return rows
