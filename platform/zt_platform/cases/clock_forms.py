"""What is written for the acts on a case's clock and for its ends without a decision. The commands check the law."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import FileExtensionValidator

from zt_platform.cases import rules
from zt_platform.cases.action_forms import ActionForm, ReasonForm, text_field
from zt_platform.cases.limits import Pause
from zt_platform.cases.models import Case
from zt_platform.cases.queries import required_materials
from zt_platform.cases.vocabulary import SpecialProcedure
from zt_tenants.language import bi, bilingual

_FILE_TYPES = ("pdf", "jpg", "jpeg", "png")


class PauseForm(ActionForm):
    """Which procedure of art. 45 begins, how long it takes, and by which rule."""

    procedure = forms.ChoiceField(
        label=bilingual("特别程序", "Special procedure"),
        choices=SpecialProcedure.choices,
        widget=forms.RadioSelect,
        help_text=bilingual("现场踏勘不在其中，时间照算", "A site survey is not one of them: its time counts"),
    )
    expected_days = forms.IntegerField(
        label=bilingual("所需时间（工作日）", "Working days it needs"),
        min_value=1,
        max_value=1000,
        help_text=bilingual("会书面告知申请人", "The applicant is told in writing"),
    )
    reason = text_field(
        "依据和理由",
        "Rule and reason",
        required=True,
        help_zh="写明依法需要这项程序的条款",
        help_en="Name the rule that asks for it",
    )


class ResumeForm(ActionForm):
    """Which procedure has ended, when several run."""

    note = text_field("结果", "Result", required=False)

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, case=case, **kwargs)
        running = [pause for pause in map(Pause.from_stored, case.pauses) if pause.until is None]
        if len(running) > 1:
            self.fields["procedure"] = forms.ChoiceField(
                label=bi("哪项程序结束了", "Which has ended"),
                choices=[(p.procedure, SpecialProcedure(p.procedure).label) for p in running],
                widget=forms.RadioSelect,
                error_messages={"required": bi("请选择结束的程序。", "Choose the procedure.")},
            )


class ExtensionForm(ActionForm):
    """How much more time, and why (art. 42)."""

    days = forms.IntegerField(label=bilingual("延长几个工作日", "Working days more"), min_value=1)
    reason = text_field(
        "理由", "Reason", required=True, help_zh="批准后会告知申请人", help_en="The applicant is told once approved"
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, case=case, **kwargs)
        longest = rules.longest_extension(decided_jointly=bool(case.clock_basis.get("jointly")))
        days = self.fields["days"]
        days.help_text = bi("最多{n}个，只能延长一次", "At most {n}, and only once", n=longest)
        days.widget.attrs["max"] = longest


class ApprovalForm(ActionForm):
    """The head of the organ approves; a joint decision needs the government's approval too (art. 42(2))."""

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, case=case, **kwargs)
        if case.clock_basis.get("jointly"):
            self.fields["government_approval"] = forms.CharField(
                label=bi("本级人民政府负责人批准文号", "Number of the government's approval"),
                max_length=200,
                error_messages={"required": bi("请填写批准文号。", "Give its number.")},
            )


class CompetenceForm(ActionForm):
    """Where the applicant has to turn (art. 32)."""

    competent_organ = forms.CharField(label=bilingual("应当向哪个机关申请", "The organ to apply to"), max_length=200)
    reason = text_field("说明", "Explanation", required=False)


class SecondCorrectionForm(ActionForm):
    """What is still to be corrected, and why the first notice did not say it."""

    defects = text_field(
        "还需要补正的全部内容",
        "Everything still to be corrected",
        required=True,
        help_zh="每行写一条",
        help_en="One a line",
        rows=6,
    )
    reason = text_field(
        "为何第一次没有告知",
        "Why the first notice did not say it",
        required=True,
        help_zh="记入日志和监察，申请人看不到",
        help_en="For the log and the supervision; the applicant does not see it",
    )

    def arguments(self) -> dict[str, Any]:
        """The lines as a list."""
        lines = [line.strip() for line in self.cleaned_data["defects"].splitlines() if line.strip()]
        return {"defects": lines, "reason": self.cleaned_data["reason"]}


class MaterialForm(ActionForm):
    """One more file, at the window."""

    material_code = forms.ChoiceField(label=bilingual("哪项材料", "Which material"), required=False)
    note = forms.CharField(
        label=bilingual("材料名称", "Its name"),
        required=False,
        max_length=200,
        help_text=bilingual("清单以外的材料请写名称", "Name it when it is not in the list"),
    )
    file = forms.FileField(
        label=bilingual("文件", "File"),
        validators=[FileExtensionValidator(_FILE_TYPES)],
        help_text=bilingual("PDF 或照片", "PDF or a photograph"),
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, case=case, **kwargs)
        field = self.fields["material_code"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [
                *((material.code, bi(material.name, material.name_en)) for material in required_materials(case)),
                ("", bi("清单以外的材料", "Not in the list")),
            ]


class TerminationForm(ReasonForm):
    """Why a decision has lost its object."""
