"""Joint handling at a glance: a mark for each participant, and how long joint and other cases take (H-11)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any

from zt_platform.joint.models import JointTask
from zt_platform.joint.queries import Progress
from zt_platform.joint.register_queries import DecisionDays
from zt_platform.joint.vocabulary import Opinion, Status
from zt_platform.lights import Light
from zt_tenants.language import bi

LONGEST_SHOWN = 45
"""Working days; whatever took longer stands in the last column."""
_WIDTH = 5


@dataclass(frozen=True, slots=True)
class Mark:
    """How one participant stands, as icon, tone and word; ``light`` while an opinion is owed."""

    task: JointTask
    icon: str
    tone: str
    word: str
    light: Light | None = None


_OPINIONS = {
    Opinion.CONSENT.value: ("check", "consent"),
    Opinion.CONDITIONS.value: ("info", "conditions"),
    Opinion.OBJECTION.value: ("cross", "objection"),
}


def marks_of(tasks: Sequence[JointTask], moment: datetime) -> list[Mark]:
    """A mark for each task, in the order in which they were asked."""
    return [_mark(task, moment) for task in tasks]


def _mark(task: JointTask, moment: datetime) -> Mark:
    word = str(Status(task.status).label)
    if task.status == Status.RECALLED:
        return Mark(task, "back", "recalled", word)
    if task.status == Status.DEEMED:
        return Mark(task, "seal", "deemed", word)
    if task.status == Status.ANSWERED:
        icon, tone = _OPINIONS[task.opinion]
        return Mark(task, icon, tone, str(Opinion(task.opinion).label))
    icon = "clock" if task.status == Status.SIGNED else "send"
    lit = task.light_at(moment)
    return Mark(task, icon, f"open-{lit.value.lower()}", word, lit)


def progress_text(progress: Progress) -> str:
    """“已征求3个单位意见，2个已答复”: for anybody, without who said what."""
    return bi(
        "已征求{asked}个单位意见，{answered}个已答复",
        "{asked} asked for their opinion, {answered} answered",
        asked=progress.asked,
        answered=progress.answered,
    )


def median_text(days: Sequence[int]) -> str:
    """The median of working days, or a dash."""
    if not days:
        return "—"
    middle = median(days)
    return f"{middle:.0f}" if float(middle).is_integer() else f"{middle:.1f}"


@dataclass(frozen=True, slots=True)
class DayColumn:
    """How many cases took so many working days, joint and other."""

    label: str
    joint: int
    other: int


def day_columns(found: DecisionDays) -> list[DayColumn]:
    """Cases by working days from acceptance to decision, five days a column; the last one holds all that took longer."""
    joint, other = (
        Counter(min(days, LONGEST_SHOWN + 1) // _WIDTH for days in part) for part in (found.joint, found.other)
    )
    last = max([*joint, *other], default=-1)
    return [DayColumn(_label(step), joint[step], other[step]) for step in range(last + 1)]


def _label(step: int) -> str:
    first = step * _WIDTH
    return f">{LONGEST_SHOWN - 1}" if first >= LONGEST_SHOWN else f"{first}–{first + _WIDTH - 1}"


def days_option(found: DecisionDays, columns: Sequence[DayColumn]) -> dict[str, Any]:
    """The same as an ECharts option: shares, because there are far more other cases than joint ones."""
    joint, other = bi("并联办件", "Joint"), bi("其他办件", "Others")
    said = bi(
        "从受理到决定的工作日：并联办件中位数{a}，其他办件中位数{b}。",
        "Working days from acceptance to decision: median {a} for joint cases, {b} for others.",
        a=median_text(found.joint),
        b=median_text(found.other),
    )
    return {
        "aria": {"enabled": True, "label": {"description": said}},
        "legend": {"bottom": 0},
        "grid": {"left": 8, "right": 8, "top": 32, "bottom": 40, "containLabel": True},
        "xAxis": {"type": "category", "data": [column.label for column in columns]},
        "yAxis": {"type": "value", "name": bi("占比（%）", "Share (%)"), "nameTextStyle": {"align": "left"}},
        "series": [
            {"type": "bar", "barMaxWidth": 48, "name": joint, "data": _shares([column.joint for column in columns])},
            {"type": "bar", "barMaxWidth": 48, "name": other, "data": _shares([column.other for column in columns])},
        ],
    }


def _shares(counts: Sequence[int]) -> list[float]:
    whole = sum(counts) or 1
    return [round(100 * count / whole, 1) for count in counts]
