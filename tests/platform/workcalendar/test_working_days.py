"""Working-day arithmetic against days counted by hand in the 2026 notice (行政许可法 art. 82)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zt_platform.workcalendar.rules import PUBLISHED_YEARS, OfficeHours, WorkCalendar
from zt_tenants.clock import CHINA

CALENDAR = WorkCalendar()


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def test_2026_has_248_working_days() -> None:
    days = (date(2026, 1, 1) + timedelta(days=n) for n in range(365))
    assert sum(CALENDAR.is_working_day(day) for day in days) == 248


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        ("2026-01-01", False),  # 元旦 1–3 January
        ("2026-01-02", False),
        ("2026-01-04", True),  # a Sunday made up
        ("2026-02-14", True),  # Saturday made up before the Spring Festival
        ("2026-02-15", False),  # 春节 15–23 February
        ("2026-02-23", False),
        ("2026-02-24", True),
        ("2026-02-28", True),  # Saturday made up after it
        ("2026-03-01", False),
        ("2026-04-06", False),  # 清明 4–6 April
        ("2026-05-05", False),  # 劳动节 1–5 May
        ("2026-05-09", True),  # Saturday made up
        ("2026-06-19", False),  # 端午
        ("2026-09-20", True),  # Sunday made up before the National Day
        ("2026-09-25", False),  # 中秋
        ("2026-10-01", False),  # 国庆 1–7 October
        ("2026-10-07", False),
        ("2026-10-08", True),
        ("2026-10-10", True),  # Saturday made up
        ("2026-10-11", False),
    ],
)
def test_the_2026_calendar(day: str, worked: bool) -> None:
    assert CALENDAR.is_working_day(date.fromisoformat(day)) is worked


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-03-02", 5, "2026-03-09"),  # an ordinary week: the day of the event is not counted
        ("2026-03-06", 1, "2026-03-09"),  # Friday → Monday
        ("2026-02-13", 1, "2026-02-14"),  # the made-up Saturday counts
        ("2026-02-13", 2, "2026-02-24"),  # nine days of Spring Festival do not
        ("2026-02-13", 5, "2026-02-27"),
        ("2026-02-13", 6, "2026-02-28"),
        ("2026-02-13", 20, "2026-03-19"),
        ("2026-09-30", 1, "2026-10-08"),  # over the National Day
        ("2026-09-30", 3, "2026-10-10"),
        ("2026-09-30", 4, "2026-10-12"),
        ("2026-03-07", 0, "2026-03-09"),  # zero days from a Saturday: the next working day
        ("2026-03-09", 0, "2026-03-09"),
        ("2025-12-31", 1, "2026-01-04"),  # over the turn of the year, Sunday made up
    ],
)
@pytest.mark.req("E-02")
def test_adding_working_days(start: str, days: int, end: str) -> None:
    assert CALENDAR.add_working_days(date.fromisoformat(start), days) == date.fromisoformat(end)


def test_art_42_twenty_days_over_the_national_day() -> None:
    accepted = local("2026-09-21T10:00")
    assert CALENDAR.deadline(accepted, 20) == local("2026-10-26T17:00")


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-03-09T08:00", "2026-03-09"),  # before opening
        ("2026-03-09T17:00", "2026-03-09"),  # at the close
        ("2026-03-09T17:01", "2026-03-10"),  # after hours
        ("2026-03-06T23:59", "2026-03-09"),  # Friday night
        ("2026-03-07T10:00", "2026-03-09"),  # Saturday
        ("2026-02-14T10:00", "2026-02-14"),  # made-up Saturday
        ("2026-02-14T18:00", "2026-02-24"),  # its evening
        ("2026-10-01T09:00", "2026-10-08"),
    ],
)
def test_what_arrives_after_hours_counts_next_working_day(moment: str, day: str) -> None:
    assert CALENDAR.received_on(local(moment)) == date.fromisoformat(day)


def test_the_date_is_that_of_shanghai() -> None:
    # 2026-03-09 01:30 in Shanghai is still the 8th, a Sunday, in UTC
    assert CALENDAR.received_on(datetime(2026, 3, 8, 17, 30, tzinfo=UTC)) == date(2026, 3, 9)


@pytest.mark.req("A-27")
def test_a_centre_with_its_own_hours() -> None:
    continuous = OfficeHours(opens=time(8, 30), closes=time(16, 30))
    assert CALENDAR.received_on(local("2026-03-09T16:45"), continuous) == date(2026, 3, 10)
    assert CALENDAR.deadline(local("2026-03-09T16:00"), 5, continuous) == local("2026-03-16T16:30")
    assert CALENDAR.deadline(local("2026-03-09T16:45"), 5, continuous) == local("2026-03-17T16:30")


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        CALENDAR.received_on(datetime(2026, 3, 9, 10, 0))


@pytest.mark.parametrize("method", ["add_working_days", "subtract_working_days"])
def test_negative_limits_are_refused(method: str) -> None:
    with pytest.raises(ValueError, match="negative"):
        getattr(CALENDAR, method)(date(2026, 3, 9), -1)


@pytest.mark.parametrize(
    ("end", "days", "start"),
    [
        ("2026-02-24", 1, "2026-02-14"),
        ("2026-02-24", 2, "2026-02-13"),
        ("2026-03-08", 0, "2026-03-06"),
        ("2026-01-04", 1, "2025-12-31"),
    ],
)
def test_subtracting_working_days(end: str, days: int, start: str) -> None:
    assert CALENDAR.subtract_working_days(date.fromisoformat(end), days) == date.fromisoformat(start)


days_2026 = st.dates(min_value=date(2025, 6, 1), max_value=date(2027, 6, 1))


@given(start=days_2026, days=st.integers(0, 120))
def test_adding_and_counting_agree(start: date, days: int) -> None:
    end = CALENDAR.add_working_days(start, days)
    assert CALENDAR.is_working_day(end)
    if days:
        assert CALENDAR.working_days_between(start, end) == days
        assert CALENDAR.working_days_between(end, start) == -days


@given(start=days_2026, days=st.integers(1, 60))
def test_adding_day_by_day_gives_the_same(start: date, days: int) -> None:
    slow, left = start, days
    while left:
        slow += timedelta(days=1)
        left -= CALENDAR.is_working_day(slow)
    assert CALENDAR.add_working_days(start, days) == slow
    assert CALENDAR.subtract_working_days(slow, days) <= start or not CALENDAR.is_working_day(start)


def test_public_holidays_article_2_a_year_without_notice_is_provisional_and_has_only_fixed_holidays() -> None:
    year = max(PUBLISHED_YEARS) + 1
    assert not CALENDAR.provisional(2026)
    assert CALENDAR.provisional(year)
    for month, day in [(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)]:
        assert not CALENDAR.is_working_day(date(year, month, day))
    weekday = next(day for day in (date(year, 3, n) for n in range(1, 8)) if day.weekday() == 2)
    assert CALENDAR.is_working_day(weekday)
    assert CALENDAR.rests_on_provisional(date(2026, 12, 28), date(year, 1, 8))
    assert not CALENDAR.rests_on_provisional(date(2026, 3, 2), date(2026, 12, 31))


def test_a_declared_year_is_no_longer_provisional() -> None:
    year = max(PUBLISHED_YEARS) + 1
    declared = WorkCalendar({date(year, 2, 8): False}, frozenset({year}))
    assert not declared.provisional(year)
    assert not declared.is_working_day(date(year, 2, 8))


def test_overrides_win_over_the_published_calendar() -> None:
    province = WorkCalendar({date(2026, 3, 9): False, date(2026, 3, 14): True})
    assert province.add_working_days(date(2026, 3, 6), 1) == date(2026, 3, 10)
    assert province.add_working_days(date(2026, 3, 13), 1) == date(2026, 3, 14)


@pytest.mark.parametrize(
    ("limit", "moved"),
    [
        ("2026-03-06T16:30", "2026-03-06T16:30"),
        ("2026-02-14T17:00", "2026-02-14T17:00"),
        ("2026-02-16T17:00", "2026-02-24T17:00"),
        ("2026-03-08T00:00", "2026-03-09T00:00"),
    ],
)
def test_article_82_a_date_that_is_not_worked_gives_way_to_the_next_working_day(limit: str, moved: str) -> None:
    """An ordinary Friday, a make-up Saturday, Spring Festival, the first minute of a Sunday in Shanghai."""
    assert CALENDAR.off_days_off(local(limit).astimezone(UTC)) == local(moved)
