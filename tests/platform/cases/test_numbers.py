"""Numbers: typable, checked, unique and ordered under concurrent submissions, gapless after a rollback."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from zt_platform.cases.errors import InvalidTrackingNumber
from zt_platform.cases.numbers import (
    TrackingNumber,
    check_digit,
    grouped,
    new_tracking_number,
    parse,
)
from zt_tenants.context import enter

DAY = date(2026, 3, 2)
numbers = st.builds(
    lambda origin, day, sequence: str(TrackingNumber(origin, day, sequence)),
    st.from_regex(r"[1-9][0-9]{5}([0-9]{3})?", fullmatch=True),
    st.dates(date(2020, 1, 1), date(2099, 12, 31)),
    st.integers(1, 99_999),
)


def test_check_digit_is_iso_7064_mod_11_10() -> None:
    assert check_digit("0794") == "5"  # ISO 7064:2003, example of MOD 11,10


@pytest.mark.req("E-10")
def test_a_number_is_read_as_people_type_it() -> None:
    number = str(TrackingNumber("340100", DAY, 17))
    assert number.startswith("3401002026030200017")
    assert grouped(number) == f"340100-20260302-00017-{number[-1]}"
    for typed in (grouped(number), f" 340100 20260302 00017 {number[-1]} ", grouped(number).replace("3", "3")):
        assert parse(typed) == TrackingNumber("340100", DAY, 17)
    assert parse(str(TrackingNumber("340123101", DAY, 1))).origin_code == "340123101"


@given(numbers, st.data())
def test_every_single_wrong_digit_is_found(number: str, data: st.DataObject) -> None:
    assert str(parse(number)) == number
    position = data.draw(st.integers(0, len(number) - 1))
    wrong = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != number[position]]))
    with pytest.raises(InvalidTrackingNumber):
        parse(number[:position] + wrong + number[position + 1 :])


@pytest.mark.parametrize("typed", ["", "340100", "34010020261302000174", "x" * 20, "3401002026030200017"])
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(InvalidTrackingNumber):
        parse(typed)


@pytest.mark.req("E-10")
def test_concurrent_submissions_get_unique_ordered_numbers(committed_world) -> None:
    def submit(_: int) -> list[str]:
        try:
            with enter(committed_world.city):
                given: list[str] = []
                for _ in range(10):
                    with transaction.atomic():
                        given.append(new_tracking_number(committed_world.city.code, DAY))
                return given
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        found = list(pool.map(submit, range(5)))
    assert all(own == sorted(own) for own in found)
    assert sorted(parse(number).sequence for own in found for number in own) == list(range(1, 51))


@pytest.mark.req("E-10")
def test_series_are_apart_and_a_rollback_leaves_no_gap(world) -> None:
    with enter(world.city):
        assert parse(new_tracking_number("340100", DAY)).sequence == 1
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            new_tracking_number("340100", DAY)
            raise ZeroDivisionError
        assert parse(new_tracking_number("340100", DAY)).sequence == 2
        assert parse(new_tracking_number("340100", date(2026, 3, 3))).sequence == 1
    with enter(world.county):
        assert parse(new_tracking_number("340123", DAY)).sequence == 1
