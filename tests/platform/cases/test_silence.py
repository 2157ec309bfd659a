"""Silence has counted, and its timer has yet to say so: nobody denies, ends or takes back what is granted already."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from test_deemed_granted import RULE, renewal, switch_on
from test_tolerant_acceptance import BASIS, submit, supply, without_site

from zt_platform.cases import commands
from zt_platform.cases.alarms import Alarm, AlarmKind, is_late_reminder
from zt_platform.cases.errors import DeemedAccepted, DeemedGranted
from zt_platform.cases.models import Case, CaseEvent
from zt_platform.cases.testing import DEVOLVED, FORWARDED, OWN, Desk, Town, allow, at, china, relay_all, ring
from zt_platform.cases.vocabulary import Result, Status, Step
from zt_tenants.context import enter

Act = Callable[[Desk, Town, Case], Any]


def deny(county: Desk, town: Town, case: Case) -> Case:
    return county.decide(case, Result.DENIED, "不符合条件")


def terminate(county: Desk, town: Town, case: Case) -> Case:
    with enter(county.centre):
        return commands.terminate_case(actor=county.approver, case_id=case.pk, reason="申请人已注销")


def withdraw(county: Desk, town: Town, case: Case) -> Case:
    with enter(county.centre):
        return commands.withdraw_case(actor=town.zhang, case_id=case.pk)


@pytest.mark.req("E-02")
@pytest.mark.parametrize("act", [deny, terminate, withdraw])
def test_article_50_after_the_end_of_the_permit_a_renewal_is_neither_denied_nor_ended(town: Town, act: Act) -> None:
    """The permit ends with 10 April; the timer is late."""
    county = town.county
    case = county.review(county.accept(renewal(county, town, "2026-04-10")))
    before = county.snapshot()
    with at("2026-04-11 00:00"), pytest.raises(DeemedGranted) as refused:
        act(county, town, case)
    assert "2026-04-11 00:00" in refused.value.text()
    assert county.snapshot() == before
    ring("2026-04-11 08:00")
    found = county.fresh(case)
    assert (found.status, found.decided_at) == (Status.APPROVED, china("2026-04-11T00:00"))


@pytest.mark.parametrize(("act", "status"), [(deny, "REJECTED"), (terminate, "TERMINATED"), (withdraw, "WITHDRAWN")])
def test_article_50_before_the_end_of_the_permit_it_may_be(town: Town, act: Act, status: str) -> None:
    county = town.county
    case = county.review(county.accept(renewal(county, town, "2026-04-10")))
    with at("2026-04-10 23:59"):
        act(county, town, case)
    ring("2026-04-11 00:00")
    assert county.fresh(case).status == Status(status)


@pytest.mark.req("C-11")
@pytest.mark.parametrize("road", [FORWARDED, DEVOLVED])
def test_article_50_a_withdrawal_that_arrives_before_the_timer_rings_is_too_late_all_the_same(
    town: Town, road: str
) -> None:
    """The earlier act counts in whatever order they are found out (docs/decisions/0011, 0023)."""
    first, second = (town.county, town.city) if road == FORWARDED else (town.city, town.county)
    case = renewal(first, town, "2026-04-10", road)
    if road == FORWARDED:
        first.review(first.accept(case))
    else:
        allow(second, road, renewal_field="ends")
        with enter(first.centre):
            commands.hand_down_application(actor=first.clerk, case_id=case.pk)
    relay_all()
    other = second.case(case.tracking_number or "")
    if road == DEVOLVED:
        second.accept(other)
        relay_all()
    with at("2026-04-11 00:05"):
        withdraw(first, town, case)
        relay_all()
    with enter(second.centre):
        assert CaseEvent.objects.filter(case=other, step=Step.WITHDRAWAL_TOO_LATE).count() == 1
    ring("2026-04-11 00:10")
    with at("2026-04-11 00:11"):
        relay_all()
    for desk, row in ((first, case), (second, other)):
        found = desk.fresh(row)
        assert (found.status, found.decided_at) == (Status.APPROVED, china("2026-04-11T00:00"))


@pytest.mark.req("G-05")
def test_what_a_centres_rule_has_granted_is_not_denied_any_more(town: Town) -> None:
    county = town.county
    switch_on(county)
    case = county.review(county.accept(county.submitted(town.zhang)))
    with at("2026-03-13 17:01"), pytest.raises(DeemedGranted):
        deny(county, town, case)
    ring("2026-03-14 09:00")
    found = county.fresh(case)
    assert (found.status, found.decided_at) == (Status.APPROVED, china("2026-03-13T17:00"))


@pytest.mark.req("G-05", "I-06")
def test_the_rule_grants_nothing_while_materials_are_owed(town: Town) -> None:
    """Nothing is granted while they are owed, not by silence either; the approver denies, or grants when they came."""
    county = town.county
    switch_on(county, grace_days=0)
    allow(county, OWN, may_follow=["site"], tolerance_days=10, tolerance_basis=BASIS)
    first, second = (
        county.review(county.accept(submit(county, town, without_site(county, town), commits_to_supply=True)))
        for _ in range(2)
    )
    ring("2026-03-11 17:01")
    assert {county.fresh(case).status for case in (first, second)} == {Status.REVIEWED}
    with at("2026-03-12 10:00"):
        deny(county, town, first)
        supply(county, town, second)
        county.decide(second)
    assert county.fresh(first).status == Status.REJECTED
    assert county.fresh(second).decided_at == china("2026-03-12T10:00")
    with enter(county.centre):
        assert not CaseEvent.objects.filter(step=Step.DEEMED_GRANTED).exists()


@pytest.mark.req("G-05")
def test_article_45_a_special_procedure_in_the_grace_of_a_rule_moves_its_end(town: Town) -> None:
    """Due on the 11th, granted by the rule on the 13th; an expert review from the 12th to the 17th takes three days."""
    county = town.county
    switch_on(county)
    case = county.accept(county.submitted(town.zhang))
    with at("2026-03-12 09:00"):
        county.pause(case)
    ring("2026-03-16 09:00")
    with at("2026-03-17 09:00"):
        county.resume(case)
    ring("2026-03-18 17:00")
    found = county.fresh(case)
    assert (found.status, found.due_at) == (Status.ACCEPTED, china("2026-03-11T17:00"))  # the promise is not healed
    ring("2026-03-18 17:01")
    found = county.fresh(case)
    assert (found.status, found.decided_at) == (Status.APPROVED, china("2026-03-18T17:00"))
    with enter(county.centre):
        ground = CaseEvent.objects.get(case=case, step=Step.DEEMED_GRANTED).data["legal_basis"]
    assert ground == RULE


@pytest.mark.req("E-11")
def test_article_32_after_five_days_of_silence_a_clerk_ends_nothing_that_only_an_approver_may(town: Town) -> None:
    """It counts as accepted: what is accepted is ended by its approver (received on the 2nd, silent until the 9th)."""
    county = town.county
    case = county.submitted(town.zhang)
    before = county.snapshot()
    with at("2026-03-09 17:01"), enter(county.centre), pytest.raises(DeemedAccepted):
        commands.terminate_case(actor=county.clerk, case_id=case.pk, reason="申请人已注销")
    assert county.snapshot() == before
    with at("2026-03-09 17:02"):
        county.accept(case)
        terminate(county, town, case)
    assert county.fresh(case).status == Status.TERMINATED


@pytest.mark.req("C-11")
def test_article_43_what_the_upper_organ_declines_is_decided_below_within_twenty_days_of_the_acceptance(
    town: Town,
) -> None:
    case = town.county.accept(town.county.submitted(town.zhang, FORWARDED))
    with at("2026-03-05 10:00"):
        town.county.review(case)
        relay_all()
        above = town.city.case(case.tracking_number or "")
        assert above.statutory_due_at == china("2026-04-02T17:00")
        with enter(town.city.centre):
            commands.decline_case(actor=town.city.clerk, case_id=above.pk, reason="不属于本机关职权")
        relay_all()
    found = town.county.fresh(case)
    assert (found.status, found.role, found.review_due_at) == (Status.ACCEPTED, "SOLE", None)
    assert found.statutory_due_at == china("2026-03-30T17:00")
    assert found.due_at == china("2026-03-11T17:00")


@pytest.mark.parametrize("kind", [kind for kind in AlarmKind if "_NEAR" in kind])
def test_a_reminder_of_what_has_passed_says_nothing(kind: AlarmKind) -> None:
    alarm = Alarm(kind, china("2026-03-10T17:00"), china("2026-03-11T17:00"))
    assert not is_late_reminder(alarm, china("2026-03-11T17:00"))
    assert is_late_reminder(alarm, china("2026-03-11T17:01"))
