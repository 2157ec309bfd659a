"""An applicant's cases at all centres, and where staff have posts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zt_platform.index.commands import IndexedCase, remove_seat, upsert_case_entries, upsert_seats
from zt_platform.index.models import ApplicantCaseEntry, StaffSeatEntry
from zt_platform.index.queries import cases_of, centres_of_case, seats_of
from zt_tenants.context import enter
from zt_tenants.errors import NoCentre

ZHANG, LI = uuid4(), uuid4()
NOON = datetime(2026, 3, 9, 4, 0, tzinfo=UTC)


def put(number: str, *, account=ZHANG, status: str = "SUBMITTED", minutes: int = 0) -> None:
    entry = IndexedCase(
        account_id=account,
        tracking_number=number,
        item_code="XK-ZJ-01",
        item_name="建筑工程施工许可",
        status=status,
        updated_at=NOON + timedelta(minutes=minutes),
    )
    upsert_case_entries([entry])


def test_both_centres_of_a_case_have_their_entry(world) -> None:
    with enter(world.city):
        put("A-1")
        put("A-1", status="TRANSFERRED", minutes=5)
    with enter(world.county):
        put("A-1", status="ACCEPTED", minutes=6)
    assert [(e.centre_code, e.status) for e in cases_of(ZHANG)] == [("340123", "ACCEPTED"), ("340100", "TRANSFERRED")]
    assert centres_of_case("A-1") == ["340100", "340123"]
    assert centres_of_case("A-2") == []


def test_another_account_sees_nothing(world) -> None:
    with enter(world.city):
        put("A-1")
        put("B-1", account=LI)
    assert [entry.tracking_number for entry in cases_of(LI)] == ["B-1"]
    assert cases_of(uuid4()) == []


def test_paging_goes_on_after_the_last_one_seen(world) -> None:
    with enter(world.city):
        for n in range(25):
            put(f"A-{n:02d}", minutes=n // 3)  # several share an instant
    seen: list[str] = []
    after = None
    while page := cases_of(ZHANG, after=after, limit=4):
        seen += [entry.tracking_number for entry in page]
        after = (page[-1].updated_at, page[-1].id)
    assert len(seen) == len(set(seen)) == 25


def test_lists_cost_one_statement_for_1_and_20(world) -> None:
    with enter(world.city):
        for n in range(20):
            put(f"A-{n}")
    cases_of(ZHANG)
    for limit in (1, 20):
        with CaptureQueriesContext(connection) as captured:
            assert len(cases_of(ZHANG, limit=limit)) == limit
        assert len(captured) == 1


def test_nothing_is_fed_outside_a_centre(world) -> None:
    for feed in (lambda: put("A-1"), lambda: upsert_seats([ZHANG]), lambda: remove_seat(ZHANG)):
        with pytest.raises(NoCentre):
            feed()
    assert not ApplicantCaseEntry.objects.exists()
    assert not StaffSeatEntry.objects.exists()


def test_seats_are_kept_per_centre(world) -> None:
    for centre in (world.city, world.other_city):
        with enter(centre):
            upsert_seats([ZHANG, LI])
            upsert_seats([ZHANG])
    with enter(world.city):
        remove_seat(ZHANG)
    assert [seat.centre_code for seat in seats_of(ZHANG)] == ["341700"]
    assert [seat.centre_code for seat in seats_of(LI)] == ["340100", "341700"]
