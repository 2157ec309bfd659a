"""The statutory clock: golden dates of 2026, one test an article, and a slow oracle for everything between."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zt_platform.cases import rules
from zt_platform.cases.testing import china
from zt_platform.cases.vocabulary import Light
from zt_platform.lights import light
from zt_platform.workcalendar.rules import OfficeHours, WorkCalendar

CHINA = ZoneInfo("Asia/Shanghai")
CALENDAR = rules.Calendar(days=WorkCalendar(), hours=OfficeHours())
CLOSE = CALENDAR.hours.closes


def clock(accepted: str, promised: int, statutory: int | None = 20, own: int | None = None) -> rules.DecisionClock:
    return rules.decision_clock(
        china(accepted),
        promised_days=promised,
        statutory_days=statutory,
        own_warning_days=own,
        red_days=3,
        calendar=CALENDAR,
    )


@pytest.mark.req("E-02", "G-01")
@pytest.mark.parametrize(
    ("submitted", "received"),
    [
        ("2026-03-02T09:30", "2026-03-02"),  # Monday, in hours
        ("2026-03-02T07:00", "2026-03-02"),  # before opening: the same day
        ("2026-03-02T17:00", "2026-03-02"),  # at the close
        ("2026-03-02T17:01", "2026-03-03"),  # after the close: the next working day
        ("2026-02-13T20:00", "2026-02-14"),  # Friday evening before the make-up Saturday of Spring Festival
        ("2026-02-14T10:00", "2026-02-14"),  # the make-up Saturday itself
        ("2026-02-15T10:00", "2026-02-24"),  # in Spring Festival
        ("2026-09-30T18:00", "2026-10-08"),  # the evening before National Day
        ("2026-10-09T18:00", "2026-10-10"),  # Friday evening before a make-up Saturday
        ("2026-09-19T10:00", "2026-09-20"),  # Saturday before a make-up Sunday
    ],
)
def test_article_82_receipt_after_hours_and_on_holidays(submitted: str, received: str) -> None:
    assert rules.received_on(china(submitted), CALENDAR) == date.fromisoformat(received)


@pytest.mark.req("E-11", "E-12")
@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-03-02", "2026-03-09"),
        ("2026-02-11", "2026-02-25"),  # 12, 13, 14 (make-up), then the festival, 24, 25
        ("2026-09-29", "2026-10-12"),  # 30, then National Day, 8, 9, 10 (make-up), 12
        ("2026-04-30", "2026-05-11"),  # Labour Day: 6, 7, 8, 9 (make-up), 11
    ],
)
def test_article_32_five_working_days(received: str, due: str) -> None:
    assert rules.acceptance_due_at(date.fromisoformat(received), CALENDAR) == china(f"{due}T17:00")


def test_article_32_silence_counts_as_acceptance_on_receipt() -> None:
    due_at = china("2026-03-09T17:00")
    in_time, late = china("2026-03-09T17:00"), china("2026-03-09T17:00:01")

    def counted(moment: datetime, received_at: str) -> datetime:
        return rules.counted_acceptance(
            moment, received_at=china(received_at), received=date(2026, 3, 2), due_at=due_at, calendar=CALENDAR
        )

    assert counted(in_time, "2026-03-02T09:30") == in_time
    assert counted(late, "2026-03-02T09:30") == china("2026-03-02T09:30")
    assert counted(late, "2026-02-28T19:00") == china("2026-03-02T09:00")  # handed in after hours on a make-up Saturday
    assert rules.acceptance_is_deemed(late, due_at)


@pytest.mark.req("E-11", "E-12")
def test_article_32_corrections_are_asked_once() -> None:
    assert rules.may_ask_for_correction(0)
    assert not rules.may_ask_for_correction(1)


@pytest.mark.req("E-02")
@pytest.mark.parametrize(
    ("accepted", "promised", "due", "warning", "red"),
    [
        ("2026-03-02T10:00", 7, "2026-03-11", "2026-03-09", "2026-03-16"),  # 20 % of 7 days is rounded up to 2
        ("2026-03-02T10:00", 5, "2026-03-09", "2026-03-06", "2026-03-12"),
        ("2026-02-12T16:00", 3, "2026-02-24", "2026-02-14", "2026-02-27"),  # over Spring Festival
        ("2026-09-28T10:00", 5, "2026-10-10", "2026-10-09", "2026-10-14"),  # over National Day to a make-up Saturday
        ("2026-03-07T10:00", 1, "2026-03-09", "2026-03-07T10:00", "2026-03-12"),  # accepted on a Saturday (J)
        ("2026-03-02T18:30", 1, "2026-03-03", "2026-03-02T18:30", "2026-03-06"),  # after hours is still that day
    ],
)
def test_article_42_promised_limit_and_lights(accepted: str, promised: int, due: str, warning: str, red: str) -> None:
    found = clock(accepted, promised)
    assert found.due_at == china(f"{due}T17:00")
    assert found.warning_at == china(warning if "T" in warning else f"{warning}T17:00")
    assert found.red_at == china(f"{red}T17:00")


@pytest.mark.req("E-02")
def test_article_42_twenty_working_days_are_the_ceiling() -> None:
    assert clock("2026-03-02T10:00", 7).statutory_due_at == china("2026-03-30T17:00")
    assert clock("2026-02-10T10:00", 7).statutory_due_at == china("2026-03-16T17:00")


@pytest.mark.req("E-01")
def test_an_instant_item_is_due_the_same_day_without_warning() -> None:
    found = clock("2026-03-02T10:00", 0)
    assert found.due_at == found.warning_at == china("2026-03-02T17:00")
    assert clock("2026-03-02T18:00", 0).due_at == china("2026-03-03T17:00")


def test_the_items_own_warning_threshold_counts() -> None:
    assert clock("2026-03-02T10:00", 7, own=3).warning_at == china("2026-03-06T17:00")


@pytest.mark.req("C-01")
def test_article_43_review_has_twenty_days_of_its_own_and_the_promise_is_not_reset() -> None:
    assert rules.review_due_at(china("2026-03-02T10:00"), CALENDAR) == china("2026-03-30T17:00")
    accepted = clock("2026-03-02T10:00", 7, statutory=None)
    assert accepted.statutory_due_at is None
    handed_up = china("2026-03-05T15:00")
    assert rules.statutory_due_at(handed_up, 20, CALENDAR) == china("2026-04-02T17:00")


@pytest.mark.req("E-26")
def test_article_44_ten_working_days_for_delivery() -> None:
    assert rules.delivery_due_at(china("2026-02-13T10:00"), CALENDAR) == china("2026-03-05T17:00")
    assert rules.delivery_due_at(china("2026-09-28T10:00"), CALENDAR) == china("2026-10-16T17:00")


@pytest.mark.req("R-02", "G-02")
def test_lights_change_after_their_moment_and_stop_with_the_decision() -> None:
    found = clock("2026-03-02T10:00", 7)

    def seen(moment: datetime, stopped: datetime | None = None) -> Light:
        return light(moment, warning_at=found.warning_at, due_at=found.due_at, red_at=found.red_at, stopped_at=stopped)

    second = timedelta(seconds=1)
    assert seen(found.warning_at) is Light.GREEN
    assert seen(found.warning_at + second) is Light.WARNING
    assert seen(found.due_at + second) is Light.YELLOW
    assert seen(found.red_at + second) is Light.RED
    assert seen(found.red_at + second, stopped=found.due_at) is Light.WARNING


@pytest.mark.req("E-21")
def test_on_time_is_measured_by_the_promise() -> None:
    due = china("2026-03-11T17:00")
    assert rules.decided_on_time(due, due) is True
    assert rules.decided_on_time(due + timedelta(seconds=1), due) is False
    assert rules.decided_on_time(None, due) is None
    assert rules.decided_on_time(due, None) is None


def test_remaining_working_days() -> None:
    due = china("2026-02-25T17:00")
    assert rules.working_days_left(china("2026-02-13T10:00"), due, CALENDAR) == 3
    assert rules.working_days_left(china("2026-02-25T09:00"), due, CALENDAR) == 0
    assert rules.working_days_left(china("2026-02-27T09:00"), due, CALENDAR) == -2


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        rules.review_due_at(datetime(2026, 3, 2, 10), CALENDAR)


def test_crossing_on_the_way_the_earlier_act_counts() -> None:
    early, late = china("2026-03-02T10:00"), china("2026-03-02T10:01")
    assert rules.decision_after_withdrawal_stands(early, late)
    assert not rules.decision_after_withdrawal_stands(late, early)
    assert not rules.decision_after_withdrawal_stands(early, early)


@pytest.mark.req("E-12")
def test_everything_missing_is_named_at_once() -> None:
    required = [("A", "身份证明"), ("B", "场地证明"), ("C", "申请表")]
    assert rules.missing_materials(required, ["B"]) == ["身份证明", "申请表"]
    assert rules.cleaned_defects([" 身份证 过期 ", "", "身份证 过期", "缺页"]) == ["身份证 过期", "缺页"]


# --- a slow oracle: day by day, by the package's own is_workday ----------------------------------------------------

FIRST, LAST = datetime(2023, 6, 1, tzinfo=CHINA), datetime(2026, 6, 30, tzinfo=CHINA)
moments = st.integers(0, int((LAST - FIRST).total_seconds())).map(lambda seconds: FIRST + timedelta(seconds=seconds))


def oracle_after(day: date, days: int) -> date:
    while days:
        day += timedelta(days=1)
        days -= chinese_calendar.is_workday(day)
    return day


def oracle_received(moment: datetime) -> date:
    day = moment.date()
    if chinese_calendar.is_workday(day) and moment.time() > CLOSE:
        day += timedelta(days=1)
    while not chinese_calendar.is_workday(day):
        day += timedelta(days=1)
    return day


@given(moments, st.integers(1, 90))
def test_limits_agree_with_the_slow_oracle(moment: datetime, days: int) -> None:
    received = oracle_received(moment)
    assert rules.received_on(moment, CALENDAR) == received
    assert rules.acceptance_due_at(received, CALENDAR).date() == oracle_after(received, 5)
    found = rules.decision_clock(
        moment, promised_days=days, statutory_days=days, own_warning_days=None, red_days=3, calendar=CALENDAR
    )
    due_on = oracle_after(moment.date(), days)
    assert found.due_at == found.statutory_due_at == datetime.combine(due_on, CLOSE, CHINA)
    assert found.red_at.date() == oracle_after(due_on, 3)
    assert rules.review_due_at(moment, CALENDAR).date() == oracle_after(moment.date(), 20)
    assert rules.delivery_due_at(moment, CALENDAR).date() == oracle_after(moment.date(), 10)
    assert moment <= found.warning_at <= found.due_at < found.red_at


@given(moments, st.integers(1, 90))
def test_the_warning_leaves_exactly_its_threshold(moment: datetime, days: int) -> None:
    found = rules.decision_clock(
        moment, promised_days=days, statutory_days=days, own_warning_days=None, red_days=3, calendar=CALENDAR
    )
    if found.warning_at > moment:
        assert oracle_after(found.warning_at.date(), rules.warning_days(days, None)) == found.due_at.date()
