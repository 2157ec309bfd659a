"""What people write in joint handling. The forms check presence and shape; the commands check the rest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django import forms

from zt_platform.forms import FilesField, PlainForm, text_field
from zt_platform.joint.commands import Ask, Call
from zt_platform.joint.models import JointTask
from zt_platform.joint.queries import Candidate
from zt_platform.joint.register import Meeting
from zt_platform.joint.rules import ANSWER_DAYS, LONGEST_PART, MOST_ANSWER_DAYS
from zt_platform.joint.units import unit_of, units_meant, value_of
from zt_platform.joint.vocabulary import GIVEN_OPINIONS, Attendance, MeetingKind, Opinion, Stage
from zt_platform.texts import LONGEST_TEXT
from zt_tenants.context import current_centre
from zt_tenants.errors import DomainError
from zt_tenants.language import bi, bilingual


class OpenForm(PlainForm):
    """Which stage of a project the case belongs to (H-03)."""

    stage = forms.ChoiceField(
        label=bilingual("所属阶段", "Stage of the project"),
        choices=Stage.choices,
        initial=Stage.GENERAL,
        widget=forms.RadioSelect,
    )


class AskForm(PlainForm):
    """Whom to ask, what, until when, and what they get to read (H-07, H-08)."""

    units = forms.MultipleChoiceField(
        label=bilingual("征求哪些部门", "Whom to ask"), required=False, widget=forms.CheckboxSelectMultiple
    )
    centres = forms.CharField(
        label=bilingual("征求其他中心", "Other centres"),
        required=False,
        max_length=LONGEST_TEXT,
        help_text=bilingual(
            "省、市、县（区）、乡镇的中心或其部门都可以；每行一个名称或代码",
            "Of any level, or a department there; a name or code a line",
        ),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    part = text_field(
        "请对方审查什么",
        "What they are asked",
        help_zh="印在联系单上；请勿写申请人的个人信息",
        help_en="Printed on the contact form; no personal data of the applicant, please",
        rows=2,
        longest=LONGEST_PART,
    )
    days = forms.IntegerField(
        label=bilingual("几个工作日内答复", "Answer within (working days)"),
        min_value=1,
        max_value=MOST_ANSWER_DAYS,
        initial=ANSWER_DAYS,
        help_text=bilingual("一般当日办理、次日回复，即1个工作日", "Ordinarily on the next working day: 1"),
    )
    materials = forms.MultipleChoiceField(
        label=bilingual("随附哪些材料", "Papers to enclose"), required=False, widget=forms.CheckboxSelectMultiple
    )
    form_fields = forms.MultipleChoiceField(
        label=bilingual("附上申请表的哪些内容", "Answers of the form to enclose"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=bilingual("只选对方审查需要的", "Only what they need"),
    )

    def __init__(
        self,
        *args: Any,
        candidates: Iterable[Candidate],
        materials: Sequence[tuple[str, str]],
        answers: Sequence[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        offered = {"units": [(value_of(one), _named(one)) for one in candidates]}
        offered |= {"materials": list(materials), "form_fields": list(answers)}
        for name, choices in offered.items():
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = choices
            if not choices:
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """At least one unit; every line names one."""
        given = super().clean() or {}
        try:
            self.elsewhere = units_meant(given.get("centres", ""))
        except DomainError as refused:
            self.elsewhere = []
            self.add_error("centres", refused.text())
        if not self.elsewhere and not given.get("units") and not self.errors.get("centres"):
            field = "units" if "units" in self.fields else "centres"
            self.add_error(field, bi("请至少选择一个部门或中心。", "Choose at least one department or centre."))
        return given

    def asks(self) -> list[Ask]:
        """The units chosen, each with the same question and limit."""
        part, days = self.cleaned_data["part"], self.cleaned_data["days"]
        ticked = [unit_of(value) for value in self.cleaned_data.get("units", [])]
        return [unit.asked(part=part, days=days) for unit in dict.fromkeys([*ticked, *self.elsewhere])]


def _named(candidate: Candidate) -> str:
    elsewhere = candidate.centre_code != current_centre().code
    name = f"{candidate.centre_name if elsewhere else ''}{candidate.department_name}"
    return bi("{name}（常用）", "{name} (usual)", name=name) if candidate.usual else name


class OpinionForm(PlainForm):
    """What the participant says."""

    opinion = forms.ChoiceField(
        label=bilingual("意见", "Opinion"),
        choices=[(one.value, one.label) for one in GIVEN_OPINIONS],
        widget=forms.RadioSelect,
    )
    text = text_field(
        "意见内容",
        "In words",
        help_zh="附条件同意、不同意的必须写明条件或理由",
        help_en="Conditions and objections have to be stated",
        required=False,
    )
    attachments = FilesField(
        label=bilingual("附件", "Files"),
        required=False,
        help_text=bilingual("PDF 或照片，可选多份", "PDF or photographs; several at once"),
    )

    def clean(self) -> dict[str, Any]:
        """A text unless it is a plain consent."""
        given = super().clean() or {}
        if given.get("opinion") not in (None, Opinion.CONSENT) and not given.get("text", "").strip():
            self.add_error("text", bi("请写明条件或理由。", "State the conditions or the reason."))
        return given


class ReasonForm(PlainForm):
    """Why something is recalled or cancelled."""

    reason = text_field("理由", "Reason", help_zh="参与单位会看到", help_en="The participants read it", rows=3)


class MeetingForm(PlainForm):
    """What for, where and when, and who is called (H-04, H-09)."""

    kind = forms.ChoiceField(
        label=bilingual("形式", "Kind"),
        choices=MeetingKind.choices,
        initial=MeetingKind.COORDINATION,
        widget=forms.RadioSelect,
    )
    subject = forms.CharField(label=bilingual("议题", "Subject"), max_length=200)
    place = forms.CharField(label=bilingual("地点", "Place"), max_length=200)
    at = forms.DateTimeField(
        label=bilingual("时间", "Time"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"invalid": bilingual("请填写日期和时间。", "Fill in date and time.")},
    )
    task_ids = forms.MultipleChoiceField(
        label=bilingual("通知哪些单位", "Who is called"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, tasks: Sequence[JointTask], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["task_ids"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(str(task.task_id), task.unit) for task in tasks]
        field.initial = [str(task.task_id) for task in tasks]

    def call(self) -> Call:
        """What the command asks for."""
        given = self.cleaned_data
        return Call(**{**given, "task_ids": [UUID(text) for text in given["task_ids"]]})


class MinutesForm(PlainForm):
    """Who came, and what was said (并联办理会议考勤制, H-06)."""

    minutes = text_field("会议纪要", "Minutes", rows=6)

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.task_of_field = {f"came-{task_id}": task_id for task_id, _unit, _came in meeting.lines}
        for task_id, unit, _came in meeting.lines:
            self.fields[f"came-{task_id}"] = forms.ChoiceField(
                label=unit,
                choices=Attendance.choices,
                widget=forms.RadioSelect,
                error_messages={"required": bi("“{unit}”到会了吗？", "Did “{unit}” come?", unit=unit)},
            )

    @property
    def attendance_fields(self) -> list[forms.BoundField]:
        """A field for each unit that was called."""
        return [self[name] for name in self.task_of_field]

    def attendance(self) -> dict[str, str]:
        """Who came, by task."""
        return {task_id: self.cleaned_data[name] for name, task_id in self.task_of_field.items()}


class CoordinationForm(PlainForm):
    """What the centre did about a disagreement (H-12). It changes nobody's opinion."""

    parties = forms.CharField(
        label=bilingual("参加协调的各方", "Parties"),
        max_length=500,
        help_text=bilingual("部门、申请人或代理人", "Departments, applicant or agent"),
    )
    opinion = text_field("协调意见", "Opinion of the centre")
    outcome = text_field(
        "协调结果",
        "Outcome",
        help_zh="记录各方态度；参与部门是否更改意见由其自行决定",
        help_en="What the parties said; only a participant can change its own opinion",
    )
