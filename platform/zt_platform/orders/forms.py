"""What people write about supervision orders. The commands check the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from zt_platform.forms import FilesField, PlainForm, text_field
from zt_platform.orders import rules
from zt_platform.orders.vocabulary import GIVEN, Ground
from zt_platform.organisation.models import StaffMember
from zt_platform.organisation.queries import departments
from zt_tenants.language import bi, bilingual


def _days() -> forms.IntegerField:
    return forms.IntegerField(
        label=bilingual("回复期限（工作日）", "Answer within (working days)"),
        min_value=1,
        max_value=rules.MOST_REPLY_DAYS,
        initial=rules.REPLY_DAYS,
    )


class GiveForm(PlainForm):
    """A new order: to a centre below where the centre supervises others, else to a department of its own."""

    addressee = forms.CharField(
        label=bilingual("督办哪个中心", "Which centre"),
        max_length=100,
        required=False,
        help_text=bilingual(
            "填写中心代码或名称；督办本中心的部门，请留空", "Its code or name; empty for a department of this centre"
        ),
        widget=forms.TextInput(attrs={"list": "centres-below", "autocomplete": "off"}),
    )
    department_code = forms.ChoiceField(label=bilingual("本中心部门", "Department of this centre"), required=False)
    kind = forms.ChoiceField(
        label=bilingual("等级", "Grade"),
        choices=[(kind.value, kind.label) for kind in GIVEN],
        initial=GIVEN[0].value,
        widget=forms.RadioSelect,
    )
    case_number = forms.CharField(
        label=bilingual("办件编号", "Case number"),
        max_length=60,
        required=False,
        help_text=bilingual("不针对具体办件的，请留空", "Empty for an order about no case"),
    )
    reason = text_field(
        "督办事由和要求",
        "What is found and demanded",
        help_zh="写进督办通知书；请勿写申请人的个人信息",
        help_en="Goes into the paper; no personal data of the applicant, please",
        rows=5,
    )
    answer_days = _days()

    def __init__(self, *args: Any, below: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["department_code"]
        if isinstance(field, forms.ChoiceField):
            none = [("", bi("（督办下级中心）", "(a centre below)"))] if below else []
            field.choices = [*none, *((one.code, bi(one.name, one.name_en)) for one in departments())]
        if not below:
            del self.fields["addressee"]


class ReplyForm(PlainForm):
    """The answer."""

    explanation = text_field(
        "情况说明和整改结果",
        "What happened, and what was put right",
        help_zh="请勿写申请人的个人信息",
        help_en="No personal data of the applicant, please",
        rows=5,
    )
    rectified = forms.BooleanField(label=bilingual("已经整改到位", "It has been put right"), required=False)
    attachments = FilesField(
        label=bilingual("附件", "Files"),
        required=False,
        help_text=bilingual("PDF 或照片，可选多份", "PDF or photographs; several at once"),
    )


class FindingForm(PlainForm):
    """Who answers, on which ground, for what, and what was decided."""

    account_id = forms.ChoiceField(label=bilingual("责任人", "Who answers"))
    ground = forms.ChoiceField(
        label=bilingual("问责情形", "Ground"),
        choices=[("", bilingual("请选择", "Choose")), *Ground.choices],
    )
    facts = text_field(
        "事实和证据",
        "Facts and evidence",
        help_zh="请勿写申请人的个人信息",
        help_en="No personal data of the applicant, please",
    )
    decision = text_field("处理决定", "What was decided", rows=3)
    attachments = FilesField(
        label=bilingual("证据附件", "Evidence"),
        required=False,
        help_text=bilingual("PDF 或照片，可选多份", "PDF or photographs; several at once"),
    )

    def __init__(self, *args: Any, colleagues: Sequence[StaffMember], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["account_id"]
        if isinstance(field, forms.ChoiceField):
            named = ((str(one.account_id), _named(one)) for one in colleagues)
            field.choices = [("", bi("请选择", "Choose")), *named]


def _named(member: StaffMember) -> str:
    return f"{member.full_name}（{member.department.name}）" if member.department else member.full_name


class AcceptForm(PlainForm):
    """A remark."""

    remark = text_field("审核意见", "Remark", required=False, rows=3)


class ReturnForm(PlainForm):
    """Why the answer is not enough, and until when another one is owed."""

    reason = text_field("退回理由", "Why it is returned", rows=3)
    answer_days = _days()


class WithdrawForm(PlainForm):
    """Why the order is taken back."""

    reason = text_field("撤销理由", "Why it is taken back", rows=3)
