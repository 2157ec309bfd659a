"""What is written for the special ways of a case: commitments, temporary permits, special approval (E-17, I-04, I-05)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms

from zt_platform.cases.action_forms import ActionForm, ReasonForm, text_field
from zt_platform.cases.commands.commitments import commitment_way
from zt_platform.cases.errors import NoCommitmentHere
from zt_platform.cases.models import Case
from zt_tenants.clock import today
from zt_tenants.language import bi, bilingual


class SignForm(ActionForm):
    """The applicant's signature under the item's letter of commitment; the text stands above it."""

    agreed = forms.BooleanField(label=bilingual("我已阅读并同意以上承诺", "I have read this and agree"))
    signed_by = forms.CharField(label=bilingual("签名", "Signature"), max_length=120)

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, case=case, **kwargs)
        try:
            terms = commitment_way(case).commitment_terms
        except NoCommitmentHere:
            return
        self.fields["agreed"].help_text = terms
        self.fields["agreed"].error_messages["required"] = bi("请勾选同意。", "Tick that you agree.")


class TemporaryGrantForm(ActionForm):
    """The approver's opinion, and until when the temporary permit lasts."""

    valid_until = forms.DateField(
        label=bilingual("临时许可有效期至", "The temporary permit ends on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    certificate_name = forms.CharField(
        label=bilingual("证照名称", "Name of the permit"),
        required=False,
        max_length=200,
        help_text=bilingual("不写则为“临时许可证（事项名称）”", "“临时许可证” with the item's name unless given"),
    )
    opinion = text_field("审批意见", "Opinion", required=False)

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, case=case, **kwargs)
        try:
            latest = today() + timedelta(days=commitment_way(case).temporary_days)
        except NoCommitmentHere:
            return
        self.fields["valid_until"].help_text = bi("最迟{day}", "At the latest {day}", day=latest.isoformat())


class ConversionForm(ActionForm):
    """What verification found, and how long the full certificate lasts."""

    opinion = text_field("核查情况", "What was verified", required=True)
    valid_until = forms.DateField(
        label=bilingual("正式证件有效期至", "The certificate is valid until"),
        required=False,
        help_text=bilingual("长期有效的不用填", "Leave empty when it does not expire"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class PermitWithdrawalForm(ReasonForm):
    """Why the temporary permit is withdrawn."""

    breach = forms.BooleanField(
        label=bilingual("申请人违反承诺（记入承诺记录）", "The commitment was broken (kept on record)"), required=False
    )


class SpecialApprovalForm(ActionForm):
    """Why a case is handled at once."""

    reason = text_field(
        "特事特办理由",
        "Why it is handled at once",
        required=True,
        help_zh="会写进受理通知书和决定书，并报告监察；法定条件一项不减",
        help_en="Printed on its papers and told to the supervision; no requirement of the law falls away",
    )
