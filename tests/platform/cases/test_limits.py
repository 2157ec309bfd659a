"""Limits from facts: golden dates of 2026, one test an article, and a slow clock that counts minute by minute."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise

import chinese_calendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zt_platform.cases import limits, rules
from zt_platform.cases.limits import ClockFacts, Pause, StepTime
from zt_platform.cases.testing import china
from zt_platform.catalogue.rules import decision_ceiling
from zt_platform.workcalendar.rules import OfficeHours, WorkCalendar
from zt_tenants.clock import CHINA

DAYS = WorkCalendar()
HOURS = OfficeHours()
CALENDAR = rules.Calendar(days=DAYS, hours=HOURS)


def pause(since: str, until: str | None, procedure: str = "EXPERT_REVIEW") -> Pause:
    return Pause(procedure, china(since), 5, "依据", china(until) if until else None)


def facts(accepted: str, *pauses: Pause, promised: int = 7, statutory: int = 20) -> ClockFacts:
    return ClockFacts(
        accepted_at=china(accepted),
        promised_days=promised,
        statutory_days=statutory,
        statutory_from=china(accepted),
        hours=HOURS,
        own_warning_days=None,
        red_days=3,
        pauses=pauses,
    )


def due(*pauses: Pause, accepted: str = "2026-03-02T10:00") -> tuple[str, str]:
    clock = limits.decision_limits(facts(accepted, *pauses), DAYS)
    assert clock.statutory_due_at is not None
    return (
        clock.due_at.astimezone(CHINA).strftime("%m-%d %H:%M"),
        clock.statutory_due_at.astimezone(CHINA).strftime("%m-%d %H:%M"),
    )


@pytest.mark.req("E-02", "G-01")
@pytest.mark.parametrize(
    ("pauses", "promised", "statutory"),
    [
        ((), "03-11 17:00", "03-30 17:00"),
        ((pause("2026-03-03T09:00", "2026-03-05T17:00"),), "03-16 17:00", "04-02 17:00"),  # three whole days
        ((pause("2026-03-03T09:00", "2026-03-03T13:00"),), "03-12 13:00", "03-31 13:00"),  # half a day
        ((pause("2026-03-03T15:30", "2026-03-04T10:00"),), "03-12 11:30", "03-31 11:30"),  # an afternoon and an hour
        ((pause("2026-03-03T18:00", "2026-03-04T08:00"),), "03-11 17:00", "03-30 17:00"),  # a night is no time
        ((pause("2026-03-07T09:00", "2026-03-08T17:00"),), "03-11 17:00", "03-30 17:00"),  # a weekend neither
        ((pause("2026-03-02T10:00", "2026-03-02T17:00"),), "03-11 17:00", "03-30 17:00"),  # acceptance's day: uncounted
        ((pause("2026-03-02T10:00", "2026-03-03T17:00"),), "03-12 17:00", "03-31 17:00"),  # only the second of the two
        (
            (pause("2026-03-03T09:00", "2026-04-03T17:00"),),
            "04-15 17:00",
            "05-07 17:00",
        ),  # over Qingming and Labour Day
    ],
)
def test_article_45_the_time_of_a_special_procedure_is_not_counted(
    pauses: tuple[Pause, ...], promised: str, statutory: str
) -> None:
    assert due(*pauses) == (promised, statutory)


def test_article_45_overlapping_procedures_count_once_and_several_add_up() -> None:
    first, second = (
        pause("2026-03-03T09:00", "2026-03-04T17:00"),
        pause("2026-03-04T09:00", "2026-03-05T17:00", "HEARING"),
    )
    whole = pause("2026-03-03T09:00", "2026-03-05T17:00")
    assert due(first, second) == due(second, first) == due(whole) == ("03-16 17:00", "04-02 17:00")
    apart = pause("2026-03-06T09:00", "2026-03-06T17:00", "HEARING")
    assert due(whole, apart) == ("03-17 17:00", "04-03 17:00")


def test_article_45_a_procedure_that_begins_after_the_limit_does_not_heal_it() -> None:
    late = pause("2026-03-12T09:00", "2026-03-13T17:00")  # the promise ended on the 11th, the law's limit runs
    assert due(late) == ("03-11 17:00", "04-01 17:00")
    later = pause("2026-03-31T09:00", "2026-04-10T17:00")
    assert due(later) == ("03-11 17:00", "03-30 17:00")


def test_article_45_while_a_procedure_runs_nothing_is_moved_yet() -> None:
    assert due(pause("2026-03-03T09:00", None)) == ("03-11 17:00", "03-30 17:00")


@pytest.mark.req("E-02")
def test_article_45_golden_over_spring_festival_and_national_day() -> None:
    festival = pause("2026-02-12T09:00", "2026-02-25T17:00")  # 12, 13, 14 (make-up Saturday), 24, 25: five days
    assert due(festival, accepted="2026-02-11T10:00") == ("03-05 17:00", "03-24 17:00")  # the 28th is worked too
    national = pause("2026-09-29T13:00", "2026-10-10T13:00")  # half of 29, 30, 8, 9, half of 10 (make-up): four days
    assert due(national, accepted="2026-09-28T10:00") == ("10-19 17:00", "11-05 17:00")


@pytest.mark.req("E-02")
def test_article_42_extension_moves_both_limits_once_by_working_days() -> None:
    extended = replace(facts("2026-03-02T10:00"), promised_extension=10, statutory_extension=10)
    clock = limits.decision_limits(extended, DAYS)
    assert (clock.due_at, clock.statutory_due_at) == (china("2026-03-25T17:00"), china("2026-04-14T17:00"))
    only_the_law = limits.decision_limits(replace(extended, promised_extension=0), DAYS)
    assert (only_the_law.due_at, only_the_law.statutory_due_at) == (china("2026-03-11T17:00"), clock.statutory_due_at)


def test_article_42_extension_is_ten_days_or_fifteen_for_a_joint_decision() -> None:
    assert rules.longest_extension(decided_jointly=False) == 10
    assert rules.longest_extension(decided_jointly=True) == 15
    assert decision_ceiling(decided_jointly=False) == 20


def test_article_26_a_joint_decision_has_forty_five_working_days() -> None:
    joint = facts("2026-03-02T10:00", promised=30, statutory=decision_ceiling(decided_jointly=True))
    assert limits.decision_limits(joint, DAYS).statutory_due_at == china("2026-05-08T17:00")  # Qingming and Labour Day


def test_article_42_extension_comes_before_the_end_of_the_limit() -> None:
    limit = china("2026-03-30T17:00")
    assert rules.may_extend(limit, limit)
    assert not rules.may_extend(limit + timedelta(microseconds=1), limit)
    assert not rules.may_extend(limit, None)


def test_article_43_the_reviewing_organs_twenty_days_rest_with_its_special_procedures() -> None:
    accepted = china("2026-03-02T10:00")
    assert limits.review_limit(accepted, [], CALENDAR) == china("2026-03-30T17:00")
    halted = [pause("2026-03-03T09:00", "2026-03-04T17:00", "INSPECTION")]
    assert limits.review_limit(accepted, halted, CALENDAR) == china("2026-04-01T17:00")


def test_article_50_a_renewal_is_asked_for_thirty_days_before_and_due_at_the_end_of_the_last_day() -> None:
    ends = date(2026, 6, 30)
    asked = date(2026, 5, 31)
    assert rules.renewal_asked_in_time(asked, ends)
    assert not rules.renewal_asked_in_time(asked + timedelta(days=1), ends)
    assert rules.renewal_due_at(ends) == china("2026-07-01T00:00")


@pytest.mark.req("E-24", "G-02")
def test_red_comes_with_the_second_step_that_runs_over_its_allowance() -> None:
    review = limits.begun_step("REVIEWED", china("2026-03-02T10:00"), 2, CALENDAR)  # until 4 March
    decision = limits.begun_step("APPROVED", china("2026-03-05T10:00"), 2, CALENDAR)  # until 9 March

    def red(*steps: StepTime) -> datetime:
        return limits.decision_limits(replace(facts("2026-03-02T10:00"), steps=steps), DAYS).red_at

    usual = china("2026-03-16T17:00")
    assert red(review) == usual  # one step that would run over
    assert red(replace(review, ended=china("2026-03-04T16:00")), decision) == usual
    assert red(replace(review, ended=china("2026-03-05T10:00")), decision) == china("2026-03-09T17:00")
    in_time = replace(decision, ended=china("2026-03-09T17:00"))
    assert red(replace(review, ended=china("2026-03-05T10:00")), in_time) == usual


@pytest.mark.req("E-24")
def test_a_step_rests_with_a_special_procedure() -> None:
    review = limits.begun_step("REVIEWED", china("2026-03-02T10:00"), 2, CALENDAR)
    stops = limits.not_counted([pause("2026-03-03T09:00", "2026-03-04T13:00")])
    assert limits.retimed([review], stops, CALENDAR)[0].due == china("2026-03-06T13:00")


@pytest.mark.req("E-24", "G-09")
@pytest.mark.parametrize(
    ("promised", "own", "found"),
    [
        (7, {}, {"REVIEWED": 5, "APPROVED": 2}),
        (1, {}, {"REVIEWED": 1, "APPROVED": 1}),
        (7, {"REVIEWED": 3}, {"REVIEWED": 3, "APPROVED": 4}),
        (0, {}, {}),
    ],
)
def test_allowances_of_the_steps(promised: int, own: dict[str, int], found: dict[str, int]) -> None:
    assert limits.step_allowances(promised, own) == found


@pytest.mark.parametrize(
    ("moment", "days", "hours", "over"),
    [
        ("2026-03-10T17:00", 1, 0, False),
        ("2026-03-09T14:00", 2, 3, False),
        ("2026-03-11T16:30", 0, 0, False),
        ("2026-03-11T17:00", 0, 0, False),
        ("2026-03-12T09:30", 0, 1, True),  # every begun hour counts when a limit was missed
        ("2026-03-13T17:00", 2, 0, True),
        ("2026-03-12T16:30", 1, 0, True),
    ],
)
def test_what_is_left_is_told_in_working_days_and_hours(moment: str, days: int, hours: int, over: bool) -> None:
    left = limits.time_left(china(moment), china("2026-03-11T17:00"), CALENDAR)
    assert (left.days, left.hours, left.over, left.provisional) == (days, hours, over, False)


@pytest.mark.req("E-02")
def test_a_limit_in_a_year_without_a_published_calendar_is_provisional() -> None:
    clock = limits.decision_limits(facts("2026-12-20T10:00"), DAYS)
    assert clock.statutory_due_at == china("2027-01-18T17:00")  # 1 January is all that is known of 2027
    assert not limits.time_left(china("2026-12-20T10:00"), clock.due_at, CALENDAR).provisional
    assert limits.time_left(china("2026-12-20T10:00"), clock.statutory_due_at, CALENDAR).provisional
    notice = {date(2027, 1, 4): False, date(2027, 1, 9): True, date(2027, 1, 5): False}
    known = WorkCalendar(overrides=notice, declared_years=frozenset({2027}))
    real = limits.decision_limits(facts("2026-12-20T10:00"), known).statutory_due_at
    assert real == china("2027-01-19T17:00")
    assert not limits.time_left(china("2026-12-20T10:00"), real, rules.Calendar(known, HOURS)).provisional


# The oracle: a clerk with a stop-watch, who walks through every minute of every day and knows nothing of our arithmetic.

FIRST = datetime(2026, 1, 5, tzinfo=CHINA)
MINUTES = 60 * 24 * 60
CLOSES = 12  # the oracle's office is open from 10 to 12, so that it can walk: the rules take the hours as given
SHORT = OfficeHours(opens=time(10, 0), closes=time(CLOSES, 0))


def works_at(moment: datetime) -> bool:
    return 10 <= moment.hour < CLOSES and chinese_calendar.is_workday(moment.date())


def slow_limit(accepted: datetime, days: int, stops: list[tuple[datetime, datetime]]) -> datetime:
    """Walk minute by minute from the day after acceptance; a minute counts when the office is open and nothing stops it."""
    left = days * (CLOSES - 10) * 60
    moment = datetime.combine(accepted.date() + timedelta(days=1), time.min, tzinfo=CHINA)
    while left:
        if works_at(moment) and not any(since <= moment < until for since, until in stops):
            left -= 1
        moment += timedelta(minutes=1)
    return moment


moments = st.integers(0, MINUTES).map(lambda minute: FIRST + timedelta(minutes=minute))
stretches = st.tuples(moments, st.integers(0, 9 * 24 * 60)).map(
    lambda found: (found[0], found[0] + timedelta(minutes=found[1]))
)


@settings(max_examples=25)
@given(accepted=moments, days=st.integers(1, 12), stops=st.lists(stretches, max_size=4))
def test_article_45_the_limit_is_the_slow_clerks(
    accepted: datetime, days: int, stops: list[tuple[datetime, datetime]]
) -> None:
    given_facts = ClockFacts(
        accepted_at=accepted,
        promised_days=days,
        statutory_days=days,
        statutory_from=accepted,
        hours=SHORT,
        own_warning_days=None,
        red_days=3,
        pauses=tuple(Pause("HEARING", since, 1, "x", until) for since, until in stops if since > accepted),
    )
    clock = limits.decision_limits(given_facts, DAYS)
    assert clock.due_at == slow_limit(accepted, days, [stop for stop in stops if stop[0] > accepted])
    assert clock.statutory_due_at == clock.due_at
    assert accepted <= clock.warning_at <= clock.due_at <= clock.red_at


@settings(max_examples=40)
@given(start=moments, length=st.integers(0, 20 * 24 * 60), more=st.integers(0, 3 * 24 * 60))
def test_article_82_working_time_is_the_slow_clerks(start: datetime, length: int, more: int) -> None:
    end = start + timedelta(minutes=length)
    counted = sum(works_at(start + timedelta(minutes=minute)) for minute in range(length))
    assert DAYS.worked_between(start, end, SHORT) == timedelta(minutes=counted)
    assert DAYS.worked_between(end, start, SHORT) in (timedelta(0), DAYS.worked_between(start, start, SHORT))
    reached = DAYS.add_working_time(start, timedelta(minutes=more), SHORT)
    assert DAYS.worked_between(start, reached, SHORT) == timedelta(minutes=more)
    if more:  # the earliest such moment: a minute before, less had been worked
        assert DAYS.worked_between(start, reached - timedelta(minutes=1), SHORT) == timedelta(minutes=more - 1)


@settings(max_examples=60)
@given(stops=st.lists(stretches, max_size=5))
def test_article_45_the_order_of_procedures_does_not_matter(stops: list[tuple[datetime, datetime]]) -> None:
    pauses = [Pause("TESTING", since, 1, "x", until) for since, until in stops]
    joined = limits.not_counted(pauses)
    assert joined == limits.not_counted(reversed(pauses))
    assert all(a[1] < b[0] for a, b in pairwise(joined))


def test_working_time_is_never_negative_and_needs_aware_moments() -> None:
    with pytest.raises(ValueError, match="negative"):
        DAYS.add_working_time(FIRST, timedelta(minutes=-1))
    with pytest.raises(ValueError, match="aware"):
        DAYS.worked_between(datetime(2026, 3, 2), FIRST)
