"""What is written for the delivery of a result by post: the choice, the parcel, its arrival, its return (art. 44)."""

from __future__ import annotations

from typing import Any

from django import forms

from zt_platform.cases.action_forms import ActionForm, ReasonForm, text_field
from zt_platform.cases.models import Case
from zt_platform.cases.postal import postal_of
from zt_platform.cases.queries import applicant_of
from zt_platform.cases.vocabulary import DeliveryMethod
from zt_tenants.clock import today
from zt_tenants.language import bi, bilingual


class DeliveryForm(ActionForm):
    """How the result comes; recipient, telephone and address are asked for where it goes by post."""

    method = forms.ChoiceField(
        label=bilingual("结果怎么给您", "How the result comes"),
        choices=DeliveryMethod.choices,
        widget=forms.RadioSelect,
        error_messages={"required": bilingual("请选择窗口领取或者邮寄。", "Choose the window or the post.")},
    )
    recipient = forms.CharField(
        label=bilingual("收件人", "Recipient"),
        max_length=60,
        required=False,
        help_text=bilingual("邮寄才填", "By post only"),
    )
    phone = forms.CharField(
        label=bilingual("收件人手机", "Mobile phone of the recipient"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )
    address = forms.CharField(
        label=bilingual("收件地址", "Address"),
        max_length=200,
        required=False,
        help_text=bilingual("省、市、县（区）、街道和门牌号，加密保存", "In full; it is kept encrypted"),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        where, party = postal_of(case), applicant_of(case)
        known = {
            "method": case.delivery_method,
            "recipient": where.recipient if where else (party.agent_name or party.name),
            "phone": where.phone if where else (party.agent_phone or party.phone),
            "address": where.address if where else "",
        }
        super().__init__(*args, case=case, **{**kwargs, "initial": {**known, **kwargs.get("initial", {})}})


class PostForm(ActionForm):
    """By which carrier, under which number."""

    carrier = forms.CharField(label=bilingual("承运单位", "Carrier"), max_length=40, initial="邮政EMS")
    post_number = forms.CharField(
        label=bilingual("邮件号码", "The carrier's number"),
        max_length=40,
        help_text=bilingual("可以用扫码枪", "A scanner may fill this in"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )


class ArrivalForm(ActionForm):
    """On which day it came; nothing when today."""

    received_on = forms.DateField(
        label=bilingual("哪天收到的", "On which day it came"),
        required=False,
        help_text=bilingual("今天收到的不用填", "Leave empty when it came today"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, case=case, **kwargs)
        self.fields["received_on"].widget.attrs["max"] = today().isoformat()


class CarrierProofForm(ArrivalForm):
    """What a clerk takes over from the carrier's record."""

    proof = text_field(
        "签收记录",
        "The carrier's proof",
        required=True,
        help_zh="谁签收的，例如：EMS签收记录，本人签收",
        help_en="Who signed for it",
    )


class ReturnForm(ReasonForm):
    """Why a parcel came back."""

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, case=case, **kwargs)
        self.fields["reason"].help_text = bi("例如：收件人不在、拒收、地址有误", "Nobody there, refused, wrong address")
