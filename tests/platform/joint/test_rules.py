"""Limits of joint tasks and what counts of what crosses, by arithmetic that is written a second time (H-08, G-06)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zt_platform.catalogue.kinds import DefaultKind
from zt_platform.joint import rules
from zt_platform.joint.rules import Deemed, Standing
from zt_platform.joint.vocabulary import Neglect
from zt_platform.workcalendar.rules import OfficeHours, WorkCalendar
from zt_tenants.clock import CHINA
from zt_tenants.errors import InvalidInput

DAYS, HOURS = WorkCalendar(), OfficeHours()
MOMENTS = st.datetimes(datetime(2026, 1, 5), datetime(2026, 11, 1)).map(lambda one: one.replace(tzinfo=CHINA))
BASIS = "《办法》第六条"


def slow_deadline(asked_at: datetime, days: int) -> datetime:
    """Day by day: the day on which it counts as asked is not counted; the close of the last working day."""
    day = asked_at.date()
    if DAYS.is_working_day(day) and asked_at.time() > HOURS.closes:
        day += timedelta(days=1)
    while not DAYS.is_working_day(day):
        day += timedelta(days=1)
    while days:
        day += timedelta(days=1)
        days -= DAYS.is_working_day(day)
    return datetime.combine(day, HOURS.closes, tzinfo=CHINA)


@pytest.mark.req("H-08")
@given(MOMENTS, st.integers(1, 45))
def test_article_82_the_day_of_asking_is_not_counted(asked_at: datetime, days: int) -> None:
    assert rules.task_due_at(asked_at, days, None, DAYS, HOURS) == slow_deadline(asked_at, days)


@pytest.mark.req("H-08")
@given(MOMENTS, st.integers(1, 10), st.integers(-5, 30))
def test_no_participant_has_longer_than_the_case(asked_at: datetime, days: int, hours_left: int) -> None:
    case_due_at = asked_at + timedelta(hours=hours_left)
    usual = slow_deadline(asked_at, days)
    if usual <= case_due_at:
        assert rules.task_due_at(asked_at, days, case_due_at, DAYS, HOURS) == usual
    elif days > 1:
        with pytest.raises(InvalidInput) as refused:
            rules.task_due_at(asked_at, days, case_due_at, DAYS, HOURS)
        assert refused.value.field == "days"
    else:
        expected = case_due_at if case_due_at > asked_at else usual
        assert rules.task_due_at(asked_at, days, case_due_at, DAYS, HOURS) == expected


@pytest.mark.req("H-08", "F-05")
@given(MOMENTS, st.integers(1, 20))
def test_the_lights_of_a_task_follow_each_other(asked_at: datetime, days: int) -> None:
    due_at = rules.task_due_at(asked_at, days, None, DAYS, HOURS)
    assert asked_at <= rules.warning_at(asked_at, due_at, HOURS) < due_at < rules.red_at(due_at, DAYS, HOURS)


@pytest.mark.req("H-08")
def test_article_42_nobody_is_given_more_than_a_joint_decision_has() -> None:
    asked_at = datetime(2026, 3, 2, 9, 30, tzinfo=CHINA)
    assert rules.task_due_at(asked_at, 45, None, DAYS, HOURS).date() == date(2026, 5, 8)
    for days in (0, 46, -1):
        with pytest.raises(InvalidInput):
            rules.task_due_at(asked_at, days, None, DAYS, HOURS)


@pytest.mark.req("G-06", "H-06")
@given(MOMENTS, st.one_of(st.none(), st.integers(-72, 72)))
def test_what_was_neglected_and_which_rule_it_falls_under(due_at: datetime, hours: int | None) -> None:
    signed_at = None if hours is None else due_at + timedelta(hours=hours)
    neglect = rules.neglect_at_limit(signed_at, due_at)
    assert (neglect is Neglect.UNANSWERED) == (hours is not None and hours <= 0)
    expected = DefaultKind.OVERTIME if neglect is Neglect.UNANSWERED else DefaultKind.INACTION
    assert rules.ground_at_limit(neglect) is expected


@pytest.mark.req("G-06")
@given(
    MOMENTS,
    st.sampled_from([DefaultKind.ABSENCE, DefaultKind.OVERTIME, DefaultKind.INACTION]),
    st.sampled_from(["", BASIS]),
    st.one_of(st.none(), st.integers(-3, 3)),
    st.one_of(st.none(), st.integers(-3, 3)),
)
def test_both_ends_compute_the_same_of_what_crossed(
    at: datetime, ground: DefaultKind, overtime: str, signed: int | None, answered: int | None
) -> None:
    """The rule sees moments, never the order of arrival; a table of it written out."""
    deemed = Deemed(ground, BASIS, at, overtime_basis=overtime)
    found = rules.standing(
        deemed,
        signed_at=None if signed is None else at + timedelta(minutes=signed),
        opinion_at=None if answered is None else at + timedelta(minutes=answered),
    )
    if answered is not None and answered <= 0:
        assert found is Standing.OPINION
    elif ground is DefaultKind.INACTION and signed is not None and signed <= 0:
        assert found is (Standing.OVERTIME if overtime else Standing.REOPENED)
    else:
        assert found is Standing.DEEMED


@pytest.mark.req("G-06")
@given(MOMENTS, st.sampled_from([DefaultKind.ABSENCE, DefaultKind.OVERTIME, DefaultKind.INACTION]), st.text())
def test_deemed_consent_comes_back_from_the_row_as_it_was(at: datetime, ground: DefaultKind, basis: str) -> None:
    deemed = Deemed(ground, basis, at, "合市监视同〔2026〕00001号", BASIS)
    assert Deemed.from_stored(deemed.to_stored()) == deemed
    assert deemed.by_overtime() == Deemed(DefaultKind.OVERTIME, BASIS, at, deemed.paper, BASIS)
