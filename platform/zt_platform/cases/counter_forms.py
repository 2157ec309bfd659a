"""What a clerk takes down of the person at the counter; a card reader that types like a keyboard fills the first two."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from zt_platform.accounts import rules
from zt_platform.accounts.parties import IdType, Party
from zt_platform.forms import PlainForm
from zt_tenants.clock import today
from zt_tenants.errors import InvalidInput
from zt_tenants.language import bi, bilingual

_QUIET = {"autocomplete": "off", "spellcheck": "false"}


class CounterForm(PlainForm):
    """Card, telephone, the matter, and for a legal person its letter of authorisation (申请人/代理人)."""

    resident_id = forms.CharField(
        label=bilingual("身份证号码", "Resident id number"),
        max_length=24,
        help_text=bilingual("可以用读卡器", "A card reader may fill this in"),
        widget=forms.TextInput(attrs={**_QUIET, "autofocus": True}),
    )
    full_name = forms.CharField(
        label=bilingual("证件上的姓名", "Name on the card"), max_length=60, widget=forms.TextInput(attrs=_QUIET)
    )
    phone = forms.CharField(
        label=bilingual("手机号码", "Mobile phone"),
        max_length=20,
        required=False,
        help_text=bilingual("有账户的可以不填", "Not needed when the person has an account"),
        widget=forms.TextInput(attrs={**_QUIET, "inputmode": "tel"}),
    )
    card_seen = forms.BooleanField(
        label=bilingual("身份证原件已看，人证一致", "I have seen the card and the person"), required=False
    )
    organisation_name = forms.CharField(
        label=bilingual("单位名称", "Name of the organisation"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs=_QUIET),
    )
    uscc = forms.CharField(
        label=bilingual("统一社会信用代码", "Unified social credit code"),
        max_length=24,
        required=False,
        widget=forms.TextInput(attrs={**_QUIET, "autocapitalize": "characters"}),
    )
    authorised_until = forms.DateField(
        label=bilingual("授权到哪天止", "Authorised until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    letter_seen = forms.BooleanField(
        label=bilingual("授权书原件已看", "I have seen the letter of authorisation"), required=False
    )

    def __init__(self, *args: Any, items: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", bi("请选择", "Choose")), *items]
        self.fields["item"] = forms.ChoiceField(
            label=bi("办什么事", "What for"),
            choices=choices,
            error_messages={"required": bi("请填写“办什么事”。", "Fill in “What for”.")},
        )

    @property
    def for_organisation(self) -> bool:
        """Whether the person acts for a legal person."""
        return bool(self.cleaned_data["organisation_name"].strip() or self.cleaned_data["uscc"].strip())

    def party(self, phone: str) -> Party:
        """The applicant as taken down; ``phone`` where the form has none. Raises InvalidInput naming the field.

        Verified only where the clerk has seen the card and, for a legal person, the letter.
        """
        given = self.cleaned_data
        number = rules.resident_id(given["resident_id"], today=today())
        name = rules.full_name(given["full_name"])
        mobile = rules.mobile_phone(given["phone"] or phone)
        if not self.for_organisation:
            return Party(name, IdType.RESIDENT_ID, number, mobile, verified=given["card_seen"])
        return Party(
            name=rules.full_name(given["organisation_name"], field="organisation_name"),
            id_type=IdType.USCC,
            id_number=rules.credit_code(given["uscc"]),
            phone=mobile,
            verified=given["card_seen"] and given["letter_seen"],
            agent_name=name,
            agent_id_number=number,
            agent_phone=mobile,
            authorised_until=self._until(given["authorised_until"]).isoformat(),
        )

    def _until(self, until: date | None) -> date:
        if until is None or until < today():
            raise InvalidInput(
                field="authorised_until",
                zh="请填写授权书上的截止日期，不早于今天。",
                en="Give the last day of the authorisation; it must not be over.",
            )
        return until
