"""What the province's administrator writes to change the work calendar."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from django import forms

from zt_platform.forms import PlainForm
from zt_tenants.language import bi, bilingual

_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")


class OverrideForm(PlainForm):
    """One day."""

    day = forms.DateField(
        label=bilingual("日期", "Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    working = forms.TypedChoiceField(
        label=bilingual("这一天", "That day"),
        choices=[("no", bilingual("放假", "is off")), ("yes", bilingual("上班", "is worked"))],
        coerce=lambda word: word == "yes",
        widget=forms.RadioSelect,
        initial="no",
    )
    reason = forms.CharField(
        label=bilingual("依据", "Ground"),
        max_length=200,
        help_text=bilingual("写明通知名称和文号", "The notice and its number"),
    )


class YearForm(PlainForm):
    """The notice of a whole year."""

    year = forms.IntegerField(label=bilingual("年份", "Year"), min_value=2004, max_value=2100)
    document_number = forms.CharField(
        label=bilingual("通知文号", "Number of the notice"),
        max_length=100,
        help_text=bilingual("如 国办发明电〔2026〕7号", "Such as 国办发明电〔2026〕7号"),
    )
    holidays = forms.CharField(
        label=bilingual("放假日期", "Days off"),
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=bilingual(
            "每行一天或一段，如 2027-02-06 或 2027-02-06 至 2027-02-12",
            "A day or a stretch a line: 2027-02-06, or 2027-02-06 至 2027-02-12",
        ),
    )
    make_up_days = forms.CharField(
        label=bilingual("调休上班日期", "Weekend days that are worked"),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
    )

    def clean_holidays(self) -> list[date]:
        """As days."""
        return days_of(self.cleaned_data["holidays"])

    def clean_make_up_days(self) -> list[date]:
        """As days."""
        return days_of(self.cleaned_data["make_up_days"])

    def days(self) -> Mapping[date, bool]:
        """Each day of the notice: worked or not."""
        given = self.cleaned_data
        return {**dict.fromkeys(given["holidays"], False), **dict.fromkeys(given["make_up_days"], True)}


def days_of(text: str) -> list[date]:
    """The days that lines name, singly or from one to another. Raises ValidationError naming the line."""
    found: list[date] = []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        try:
            ends = [date(*map(int, match)) for match in _DAY.findall(line)]
        except ValueError:
            ends = []
        if not 1 <= len(ends) <= 2 or ends[0] > ends[-1] or (ends[-1] - ends[0]).days > 31:
            raise forms.ValidationError(
                bi("看不懂这一行：{line}", "This line is not a day or a stretch of days: {line}", line=line)
            )
        found += [date.fromordinal(n) for n in range(ends[0].toordinal(), ends[-1].toordinal() + 1)]
    return found
