"""Quiet hours at their boundaries, in a zone without summer time."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zt_platform.cases.testing import china
from zt_platform.notices.quiet_hours import QuietHours
from zt_tenants.clock import CHINA

pytestmark = pytest.mark.req("L-07")
NIGHT = QuietHours()


@pytest.mark.parametrize(
    ("moment", "earliest"),
    [
        ("2026-03-02 20:59:59.999999", "2026-03-02 20:59:59.999999"),
        ("2026-03-02 21:00:00", "2026-03-03 08:00:00"),
        ("2026-03-02 23:59:59", "2026-03-03 08:00:00"),
        ("2026-03-03 00:00:00", "2026-03-03 08:00:00"),
        ("2026-03-03 07:59:59.999999", "2026-03-03 08:00:00"),
        ("2026-03-03 08:00:00", "2026-03-03 08:00:00"),
        ("2026-12-31 22:00:00", "2027-01-01 08:00:00"),
        # the nights in which most of Europe and America change their clocks
        ("2026-03-28 22:30:00", "2026-03-29 08:00:00"),
        ("2026-10-24 22:30:00", "2026-10-25 08:00:00"),
    ],
)
def test_the_night_from_21_to_8(moment: str, earliest: str) -> None:
    assert NIGHT.earliest(china(moment)) == china(earliest)
    assert NIGHT.earliest(china(moment).astimezone(UTC)) == china(earliest)


def test_a_rest_within_one_day() -> None:
    noon = QuietHours(time(12, 0), time(14, 30))
    assert noon.earliest(china("2026-03-02 11:59")) == china("2026-03-02 11:59")
    assert noon.earliest(china("2026-03-02 12:00")) == china("2026-03-02 14:30")
    assert noon.earliest(china("2026-03-02 14:30")) == china("2026-03-02 14:30")


hours = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))


@given(begins=hours, ends=hours, moment=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)))
def test_the_earliest_moment_is_the_first_that_is_not_quiet(begins: time, ends: time, moment: datetime) -> None:
    """Against a slow walk, minute by minute."""
    quiet, moment = QuietHours(begins, ends), moment.replace(tzinfo=CHINA)
    walked = moment
    while quiet.include(walked):
        walked = walked.replace(second=0, microsecond=0) + timedelta(minutes=1)
    assert quiet.earliest(moment) == walked
    assert walked - moment <= timedelta(days=1)
