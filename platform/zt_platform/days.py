"""Days and moments as people read them: with the weekday, because limits are counted in working days."""

from __future__ import annotations

from datetime import date, datetime

from zt_tenants.clock import CHINA, today
from zt_tenants.language import bi

_ZH = "一二三四五六日"
_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def weekday(day: date) -> str:
    """The day of the week in the reader's language."""
    number = day.weekday()
    return bi(f"周{_ZH[number]}", _EN[number])


def day_text(day: date) -> str:
    """A day with its weekday."""
    return f"{day:%Y-%m-%d} {weekday(day)}"


def day_mark(day: date) -> str:
    """A day where there is little room, as under a column of a chart: month and day above the weekday."""
    return f"{day:%m-%d}\n{weekday(day)}"


def moment_text(moment: datetime) -> str:
    """A moment in China with its weekday; the year is written only where it is not the present one."""
    there = moment.astimezone(CHINA)
    form = "%m-%d" if there.year == today().year else "%Y-%m-%d"
    return f"{there:{form}} {weekday(there.date())} {there:%H:%M}"
