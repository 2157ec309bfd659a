"""What a clerk writes for each act. The forms check presence; the commands check the law."""

from __future__ import annotations

from functools import partial
from typing import Any

from django import forms

from zt_platform.cases.models import Case
from zt_platform.cases.queries import destinations
from zt_platform.forms import PlainForm
from zt_platform.forms import text_field as plain_text_field
from zt_platform.link_values import row_number
from zt_tenants.language import bi, bilingual

LONGEST_TEXT = 2000


class ActionForm(PlainForm):
    """The form of one act. ``seen_version`` is the version of the case that the clerk looked at."""

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case = case

    @property
    def seen_version(self) -> int | None:
        """From the page; None when the form was not posted."""
        return row_number(str(self.data.get("lock_version", "")))

    def arguments(self) -> dict[str, Any]:
        """What the command takes besides actor, case and version."""
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}

    def posted(self) -> list[tuple[str, str]]:
        """What was filled in, to be carried through the preview of the paper."""
        return [(name, str(self.data.get(name, ""))) for name in self.fields if self.is_bound]


text_field = partial(plain_text_field, longest=LONGEST_TEXT, rows=3)
"""A field for several lines of text, as the forms of a case's acts have them."""


class NoteForm(ActionForm):
    """A note for the log."""

    note = text_field("备注", "Note", required=False)


class ReasonForm(ActionForm):
    """A reason that the applicant (or the other centre) will read."""

    reason = text_field(
        "理由", "Reason", required=True, help_zh="申请人会看到这段话", help_en="The applicant will read this"
    )


class CorrectionForm(ActionForm):
    """Everything that must be corrected, a line each (art. 32: once)."""

    defects = text_field(
        "需要补正的全部内容",
        "Everything that must be corrected",
        required=True,
        help_zh="每行写一条。只能告知一次，请一次写全。",
        help_en="One a line. It can be said only once, so say everything.",
        rows=6,
    )

    def arguments(self) -> dict[str, Any]:
        """The lines as a list."""
        return {"defects": [line.strip() for line in self.cleaned_data["defects"].splitlines() if line.strip()]}


class AcceptForm(ActionForm):
    """To which centre the case goes, when a delegation leaves the choice."""

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, case=case, **kwargs)
        choices = destinations(case.item_code, excluding=case.declined_by)
        if len(choices) > 1:
            self.fields["to_centre_code"] = forms.ChoiceField(
                label=bi("由哪个中心办理", "Which centre handles it"),
                choices=choices,
                widget=forms.RadioSelect,
                error_messages={"required": bi("请选择由哪个中心办理。", "Choose the centre.")},
            )


class ReviewForm(ActionForm):
    """The reviewer's opinion."""

    opinion = text_field(
        "审核意见", "Opinion", required=True, help_zh="写明查了什么、结论是什么", help_en="What was checked and found"
    )


class GrantForm(ActionForm):
    """The approver's opinion and what the certificate says."""

    opinion = text_field(
        "审批意见",
        "Opinion",
        required=False,
        help_zh="会写进决定书；不写则为“符合条件，同意”",
        help_en="Goes into the decision",
    )
    certificate_name = forms.CharField(
        label=bilingual("证照名称", "Name of the certificate"),
        required=False,
        max_length=200,
        help_text=bilingual("不写则用事项名称", "The item's name unless given"),
    )
    valid_until = forms.DateField(
        label=bilingual("有效期至", "Valid until"),
        required=False,
        help_text=bilingual("长期有效的不用填", "Leave empty when it does not expire"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class DenyForm(ActionForm):
    """The reasons of a denial (art. 38)."""

    opinion = text_field(
        "不予许可的理由", "Reasons", required=True, help_zh="会写进决定书", help_en="Goes into the decision", rows=5
    )


class SealForm(ActionForm):
    """Which seal is used (A-19); the department's own for administrative permits unless another is named."""

    seal_name = forms.CharField(
        label=bilingual("用印名称", "Seal"),
        required=False,
        max_length=200,
        help_text=bilingual(
            "不写则为本部门行政审批专用章", "The department's seal for administrative permits unless given"
        ),
    )


class DeliverForm(ActionForm):
    """How the result reached the applicant."""

    method = forms.ChoiceField(
        label=bilingual("送达方式", "How"),
        choices=[
            ("窗口领取", bilingual("窗口领取", "Collected at the window")),
            ("电子送达", bilingual("电子送达", "Electronically")),
        ],
        initial="窗口领取",
        widget=forms.RadioSelect,
    )
    code = forms.CharField(
        label=bilingual("取件码", "Pick-up code"),
        required=False,
        max_length=12,
        help_text=bilingual(
            "申请人报出短信或“我的办件”里的六位数字；没有取件码的，查验身份证件，此栏留空",
            "Six digits from the text message or “My cases”; without them check the identity document and leave this empty",
        ),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
