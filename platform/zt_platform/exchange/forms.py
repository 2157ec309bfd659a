"""The form by which the province lets a centre use a service."""

from __future__ import annotations

from typing import Any

from django import forms

from zt_interop.departments.models import DataService
from zt_interop.departments.registry import GrantTerms
from zt_platform.forms import PlainForm
from zt_tenants.clock import today
from zt_tenants.errors import DomainError, UnknownCentre
from zt_tenants.language import bi, bilingual

_NO_DATE = bilingual("请按“年-月-日”填写日期。", "Write the date as year-month-day.")


def _date(label: Any, **more: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, error_messages={"invalid": _NO_DATE}, **more)


class GrantForm(PlainForm):
    """Who may ask which fields of a service, for what purpose, on what basis, and when."""

    service = forms.CharField(widget=forms.HiddenInput, max_length=64)
    centre_code = forms.CharField(
        label=bilingual("中心代码", "Centre's code"),
        max_length=12,
        help_text=bilingual(
            "行政区划代码，如340100；中心首页的网址里有", "Division code, e.g. 340100; part of the centre's address"
        ),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    department_code = forms.CharField(
        label=bilingual("部门代码", "Department's code"),
        max_length=20,
        required=False,
        help_text=bilingual("不填表示整个中心都可以用", "Empty: the whole centre may use it"),
    )
    fields_asked = forms.MultipleChoiceField(
        label=bilingual("字段", "Fields"),
        widget=forms.CheckboxSelectMultiple,
        help_text=bilingual("只选办事确实要用的", "Only what the work needs"),
        error_messages={"invalid_choice": bilingual("请从列出的字段中选择。", "Choose among the fields listed.")},
    )
    purpose = forms.CharField(label=bilingual("使用目的", "Purpose"), max_length=300)
    legal_basis = forms.CharField(label=bilingual("法律依据", "Legal basis"), max_length=300)
    valid_from = _date(bilingual("起始日期", "From"))
    valid_until = _date(
        bilingual("截止日期", "Until"),
        required=False,
        help_text=bilingual("不填则一直有效，直到撤销", "Empty: until it is revoked"),
    )

    def __init__(self, service: DataService | None, data: Any = None) -> None:
        known: dict[str, Any] = {"valid_from": today()}
        if service is not None:
            known |= {"service": service.code, "purpose": service.purpose, "legal_basis": service.legal_basis}
        super().__init__(data, initial=known)
        offered = self.fields["fields_asked"]
        if isinstance(offered, forms.MultipleChoiceField) and service is not None:
            offered.choices = [(one["name"], _label(one)) for one in service.fields]

    def add_prefix(self, field_name: str) -> str:
        """The fields of the service travel as ``fields``, a name that a form keeps for itself."""
        return super().add_prefix("fields" if field_name == "fields_asked" else field_name)

    def refuse(self, error: DomainError) -> None:
        """Beside the field that the registry named, under this form's names."""
        if isinstance(error, UnknownCentre):
            self.add_error("centre_code", error.text())
        elif error.field == "fields":
            self.add_error("fields_asked", error.text())
        else:
            super().refuse(error)

    def terms(self) -> GrantTerms:
        """What was filled in; call after ``is_valid``."""
        given = self.cleaned_data
        return GrantTerms(
            fields=given["fields_asked"],
            purpose=given["purpose"],
            legal_basis=given["legal_basis"],
            valid_from=given["valid_from"],
            valid_until=given["valid_until"],
            department_code=given["department_code"],
        )


def _label(field: dict[str, Any]) -> str:
    name = bi(field["zh"], field["en"])
    return bi("{n}（敏感）", "{n} (sensitive)", n=name) if field.get("sensitive") else name
