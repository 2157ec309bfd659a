"""Tracking by number and telephone digits, limited against guessing, and the applicant's own list."""

from __future__ import annotations

import pytest

from zt_platform.accounts.errors import TooManyTries
from zt_platform.cases import numbers, queries
from zt_platform.cases.errors import CaseNotFound, InvalidTrackingNumber
from zt_platform.cases.testing import ENTRUSTED, at, relay_all
from zt_platform.cases.vocabulary import Light, Status, Step
from zt_tenants.context import current_centre_or_none
from zt_tenants.errors import NotPermitted


def track(number: str, tail: str = "2345", address: str = "127.0.0.1") -> queries.TrackedCase:
    return queries.track(tracking_number=number, phone_tail=tail, address=address)


@pytest.mark.req("E-10", "L-06")
def test_number_and_digits_show_the_timeline_over_both_levels(town) -> None:
    case = town.city.submitted(town.zhang, ENTRUSTED)
    town.city.accept(case)
    relay_all()
    with at("2026-03-03T10:00"):
        town.county.review(town.county.case(case.tracking_number))
        relay_all()
        seen = track(numbers.grouped(case.tracking_number))
    assert current_centre_or_none() is None
    assert (seen.status, seen.light, seen.centre_name) == (Status.TRANSFERRED, Light.GREEN, "合肥市政务服务中心")
    assert seen.deciding_centre_name == "肥西县政务服务中心"
    assert seen.applicant_name_masked == "张**"
    assert seen.grouped_number == numbers.grouped(case.tracking_number)
    assert (seen.timeline[-1].step, seen.timeline[-1].centre_code) == (Step.REVIEWED, "340123")
    assert not hasattr(seen, "form")


@pytest.mark.req("E-10")
def test_wrong_digits_unknown_numbers_and_drafts_get_one_answer(town) -> None:
    case = town.city.submitted(town.zhang)
    unknown = str(numbers.TrackingNumber("340100", case.received_on, 777))
    nowhere = str(numbers.TrackingNumber("349999", case.received_on, 1))
    for number, tail in ((case.tracking_number, "2346"), (unknown, "2345"), (nowhere, "2345"), (unknown, "")):
        with pytest.raises(CaseNotFound):
            track(number, tail)
    with pytest.raises(InvalidTrackingNumber):
        track(case.tracking_number[:-1] + "x")


@pytest.mark.req("Y-11")
def test_guessing_the_digits_of_a_number_is_limited(town) -> None:
    case = town.city.submitted(town.zhang)
    for guess in range(5):
        with pytest.raises(CaseNotFound):
            track(case.tracking_number, f"000{guess}", address=f"10.0.0.{guess}")
    with pytest.raises(TooManyTries):
        track(case.tracking_number, "2345", address="10.0.0.9")
    with at("2026-03-02T09:50"):
        assert track(case.tracking_number).tracking_number == case.tracking_number


def test_looking_often_at_ones_own_case_is_not_guessing(town) -> None:
    case = town.city.submitted(town.zhang)
    for _ in range(8):
        assert track(case.tracking_number)


@pytest.mark.req("L-06")
def test_my_cases_come_from_the_index_without_entering_a_centre(town) -> None:
    first, second = town.city.submitted(town.zhang), town.county.submitted(town.zhang)
    town.city.submitted(town.li)
    with at("2026-03-02T11:00"):
        town.city.accept(first)
    found = queries.my_cases(town.zhang)
    assert [(entry.tracking_number, entry.status) for entry in found] == [
        (first.tracking_number, "ACCEPTED"),
        (second.tracking_number, "SUBMITTED"),
    ]
    with pytest.raises(NotPermitted):
        queries.my_cases(town.city.clerk)
