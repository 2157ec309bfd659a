"""A year of the work calendar as twelve months to look at: what is worked, what is off, and what the notice changed."""

from __future__ import annotations

from calendar import Calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import TextChoices

from zt_platform.workcalendar.rules import WorkCalendar
from zt_tenants.language import bi, bilingual

_WEEKS = Calendar(firstweekday=0)
_MONTHS_EN = ["January", "February", "March", "April", "May", "June"]
_MONTHS_EN += ["July", "August", "September", "October", "November", "December"]
WEEKDAYS = (("一", "M"), ("二", "T"), ("三", "W"), ("四", "T"), ("五", "F"), ("六", "S"), ("日", "S"))
"""Heads of the columns, Chinese and English."""


class DayKind(TextChoices):
    """What a day is, beside the plain week."""

    WORKED = "worked", bilingual("上班", "Worked")
    WEEKEND = "weekend", bilingual("周末", "Weekend")
    HOLIDAY = "holiday", bilingual("放假", "Holiday")
    MADE_UP = "made-up", bilingual("调休上班", "Make-up day")


@dataclass(frozen=True, slots=True)
class PictureDay:
    """One day: its kind, the province's ground when it was set by hand, and whether it is today."""

    day: date
    kind: DayKind
    ground: str
    is_today: bool

    @property
    def said(self) -> str:
        """The day in words, where it differs from the plain week; for pointers and screen readers."""
        plain = self.kind in (DayKind.WORKED, DayKind.WEEKEND) and not self.ground
        return "" if plain else bi("：", ": ").join(part for part in (str(self.kind.label), self.ground) if part)


@dataclass(frozen=True, slots=True)
class PictureMonth:
    """One month: its name, its working days and its weeks from Monday on; None where the week has no day of it."""

    name: str
    working_days: int
    weeks: Sequence[Sequence[PictureDay | None]]


def months(
    year: int, calendar: WorkCalendar, *, today: date, grounds: Mapping[date, str] | None = None
) -> list[PictureMonth]:
    """The twelve months of a year; ``grounds`` are the province's reasons of the days it has set."""
    reasons = grounds or {}
    return [_month(year, month, calendar, today, reasons) for month in range(1, 13)]


def _month(year: int, month: int, calendar: WorkCalendar, today: date, grounds: Mapping[date, str]) -> PictureMonth:
    weeks = [
        [
            PictureDay(day, _kind(day, calendar), grounds.get(day, ""), day == today) if day.month == month else None
            for day in week
        ]
        for week in _WEEKS.monthdatescalendar(year, month)
    ]
    worked = sum(day is not None and day.kind in (DayKind.WORKED, DayKind.MADE_UP) for week in weeks for day in week)
    return PictureMonth(bi(f"{month}月", _MONTHS_EN[month - 1]), worked, weeks)


def _kind(day: date, calendar: WorkCalendar) -> DayKind:
    if calendar.is_working_day(day):
        return DayKind.WORKED if day.weekday() < 5 else DayKind.MADE_UP
    return DayKind.HOLIDAY if calendar.is_holiday(day) else DayKind.WEEKEND
