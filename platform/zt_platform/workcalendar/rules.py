"""Working-day arithmetic: the clock of the law (行政许可法 art. 82). Pure: nothing here reads a clock or a database.

Time limits are counted in working days, Asia/Shanghai, by the State Council's published calendar with its make-up days
(调休) and the overrides of the province. The day of an event is not counted; a limit ends at the close of its last
working day. What arrives after hours or on a holiday counts as received on the next working day.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from chinese_calendar import constants as published

from zt_tenants.clock import CHINA

PUBLISHED_YEARS = frozenset(day.year for day in published.holidays)
"""Years whose State Council notice the calendar package carries."""

NOTICE_EXPECTED = (11, 15)
"""Month and day from which the next year's notice is missed: the State Council has published it between late October and
the end of November since 2014, and limits of twenty working days reach into January from early December on."""

FIXED_HOLIDAYS = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})
"""Statutory holidays with a fixed date (month, day), 全国年节及纪念日放假办法 art. 2 as amended in 2024.

The lunar ones and make-up days of a year are known only once its notice is out, so a provisional year leaves them out:
its limits come out short rather than long, and are recomputed when the notice arrives.
"""


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """When a centre's windows open and close (local time); A-27: some centres close at 16:30."""

    opens: time = time(9, 0)
    closes: time = time(17, 0)

    @property
    def length(self) -> timedelta:
        """Working time of one day."""
        return datetime.combine(date.min, self.closes) - datetime.combine(date.min, self.opens)


DEFAULT_OFFICE_HOURS = OfficeHours()


@dataclass(frozen=True)
class WorkCalendar:
    """Which days are working days; immutable.

    ``overrides`` says for single days whether they are worked (the province's own holidays, a late State Council
    notice); ``declared_years`` are years whose notice was entered as overrides, so that they are no longer provisional.
    """

    overrides: Mapping[date, bool] = field(default_factory=dict)
    declared_years: frozenset[int] = frozenset()
    _by_year: dict[int, tuple[int, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def provisional(self, year: int) -> bool:
        """True while no notice for the year is known: its limits are marked so and recomputed later."""
        return year not in PUBLISHED_YEARS and year not in self.declared_years

    def is_working_day(self, day: date) -> bool:
        """True when windows are open on this day (make-up Saturdays and Sundays included)."""
        if day in self.overrides:
            return self.overrides[day]
        if day.year in PUBLISHED_YEARS:
            return day in published.workdays or (day.weekday() < 5 and day not in published.holidays)
        return day.weekday() < 5 and (day.month, day.day) not in FIXED_HOLIDAYS

    def is_holiday(self, day: date) -> bool:
        """True when the day is off for another reason than the plain weekend: a holiday, or the province's own day."""
        named = day in published.holidays or (day.month, day.day) in FIXED_HOLIDAYS
        return not self.is_working_day(day) and (day.weekday() < 5 or named or day in self.overrides)

    def next_working_day(self, day: date) -> date:
        """The day itself when it is worked, else the first working day after it."""
        return date.fromordinal(self._nth(day.year, bisect_left(self._year(day.year), day.toordinal())))

    def add_working_days(self, start: date, days: int) -> date:
        """The ``days``-th working day after ``start``; ``start`` itself is not counted (art. 82).

        With ``days == 0`` the next working day on or after ``start``. Raises ValueError for a negative number.
        """
        if days < 0:
            raise ValueError("a time limit is not negative")
        if days == 0:
            return self.next_working_day(start)
        position = bisect_right(self._year(start.year), start.toordinal())
        return date.fromordinal(self._nth(start.year, position + days - 1))

    def subtract_working_days(self, end: date, days: int) -> date:
        """The ``days``-th working day before ``end``; ``end`` itself is not counted. For warning thresholds.

        With ``days == 0`` the last working day on or before ``end``. Raises ValueError for a negative number.
        """
        if days < 0:
            raise ValueError("a threshold is not negative")
        if days == 0:
            return date.fromordinal(self._nth(end.year, bisect_right(self._year(end.year), end.toordinal()) - 1))
        return date.fromordinal(self._nth(end.year, bisect_left(self._year(end.year), end.toordinal()) - days))

    def working_days_between(self, start: date, end: date) -> int:
        """Working days after ``start`` up to and including ``end``; negative when ``end`` lies before ``start``."""
        if end < start:
            return -self.working_days_between(end, start)
        before = bisect_right(self._year(start.year), start.toordinal())
        upto = bisect_right(self._year(end.year), end.toordinal())
        return upto - before + sum(len(self._year(year)) for year in range(start.year, end.year))

    def received_on(self, moment: datetime, hours: OfficeHours = DEFAULT_OFFICE_HOURS) -> date:
        """The working day on which something that arrived at ``moment`` (aware) counts as received.

        During hours or before opening: the same day; after the close, or on a day off: the next working day.
        """
        local = _local(moment)
        day = local.date()
        if self.is_working_day(day) and local.time() > hours.closes:
            day += timedelta(days=1)
        return self.next_working_day(day)

    def close_of(self, day: date, hours: OfficeHours = DEFAULT_OFFICE_HOURS) -> datetime:
        """The aware moment at which the windows close on a day."""
        return datetime.combine(day, hours.closes, tzinfo=CHINA)

    def close_after(self, day: date, days: int, hours: OfficeHours = DEFAULT_OFFICE_HOURS) -> datetime:
        """The close of the ``days``-th working day after ``day``, which is not counted (art. 82)."""
        return self.close_of(self.add_working_days(day, days), hours)

    def deadline(self, start: datetime, days: int, hours: OfficeHours = DEFAULT_OFFICE_HOURS) -> datetime:
        """The end of a limit of ``days`` working days that an event at ``start`` (aware) began.

        The close of the last working day; the day on which the event counts as received is not counted (art. 82).
        """
        return self.close_after(self.received_on(start, hours), days, hours)

    def off_days_off(self, limit: datetime) -> datetime:
        """A limit that was told as a date (aware): at the same hour of the next working day when that day is not worked."""
        local = _local(limit)
        return datetime.combine(self.next_working_day(local.date()), local.time(), tzinfo=CHINA)

    def worked_between(self, start: datetime, end: datetime, hours: OfficeHours = DEFAULT_OFFICE_HOURS) -> timedelta:
        """Working time between two aware moments: the office hours of working days that lie between them.

        To the minute and below: half a day is half the office hours. What lies outside the hours, on a day off, or after
        ``end`` when that is not later than ``start``, is nothing. The hours are those between opening and close; a
        midday break is part of them, because limits are promised in days and a day ends with its close.
        """
        first, last = _local(start), _local(end)
        if last <= first:
            return timedelta(0)
        if first.date() == last.date():
            return self._worked_on(first.date(), first, last, hours)
        between = self.working_days_between(first.date(), last.date() - timedelta(days=1))
        morning = datetime.combine(last.date(), time.min, tzinfo=CHINA)
        midnight = datetime.combine(first.date() + timedelta(days=1), time.min, tzinfo=CHINA)
        return (
            self._worked_on(first.date(), first, midnight, hours)
            + between * hours.length
            + self._worked_on(last.date(), morning, last, hours)
        )

    def add_working_time(
        self, start: datetime, duration: timedelta, hours: OfficeHours = DEFAULT_OFFICE_HOURS
    ) -> datetime:
        """The earliest moment by which ``duration`` of working time has passed since ``start`` (aware).

        A whole number of days from a close ends at a close, never at the next opening. No time leads to ``start``
        itself. Raises ValueError for a negative duration.
        """
        if duration < timedelta(0):
            raise ValueError("working time is not negative")
        if not duration:
            return start
        local = _local(start)
        day = local.date()
        evening = datetime.combine(day + timedelta(days=1), time.min, tzinfo=CHINA)
        today = self._worked_on(day, local, evening, hours)
        if duration <= today:
            return max(local, datetime.combine(day, hours.opens, tzinfo=CHINA)) + duration
        full, rest = divmod(duration - today, hours.length)
        if not rest:
            full, rest = full - 1, hours.length
        return datetime.combine(self.add_working_days(day, full + 1), hours.opens, tzinfo=CHINA) + rest

    def _worked_on(self, day: date, start: datetime, end: datetime, hours: OfficeHours) -> timedelta:
        if not self.is_working_day(day):
            return timedelta(0)
        opens = max(start, datetime.combine(day, hours.opens, tzinfo=CHINA))
        closes = min(end, datetime.combine(day, hours.closes, tzinfo=CHINA))
        return max(closes - opens, timedelta(0))

    def rests_on_provisional(self, start: date, end: date) -> bool:
        """True when a limit from ``start`` to ``end`` touches a year without a published calendar."""
        return any(self.provisional(year) for year in range(start.year, end.year + 1))

    def _year(self, year: int) -> tuple[int, ...]:
        """The ordinals of a year's working days, in order; computed once a year."""
        if year not in self._by_year:
            first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
            self._by_year[year] = tuple(
                ordinal for ordinal in range(first, last + 1) if self.is_working_day(date.fromordinal(ordinal))
            )
        return self._by_year[year]

    def _nth(self, year: int, position: int) -> int:
        """The ordinal at ``position`` counted from the year's first working day, into later or earlier years."""
        while position < 0:
            year -= 1
            position += len(self._year(year))
        while position >= len(self._year(year)):
            position -= len(self._year(year))
            year += 1
        return self._year(year)[position]


def year_to_enter(day: date, calendar: WorkCalendar) -> int | None:
    """The year whose notice must be entered now: this one, or from mid-November on the next; None when it is known."""
    if calendar.provisional(day.year):
        return day.year
    due = (day.month, day.day) >= NOTICE_EXPECTED
    return day.year + 1 if due and calendar.provisional(day.year + 1) else None


def _local(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("the clock of the law needs an aware datetime")
    return moment.astimezone(CHINA)
