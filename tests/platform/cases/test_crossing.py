"""Withdrawal, and what happens when it crosses the decision on the way: the earlier of the two counts, at both ends."""

from __future__ import annotations

import pytest

from zt_interop.log.models import InboxMessage, InboxState
from zt_platform.cases import commands, queries
from zt_platform.cases.models import Certificate
from zt_platform.cases.testing import DEVOLVED, ENTRUSTED, FORWARDED, at, relay_all
from zt_platform.cases.vocabulary import Result, Status, Step
from zt_platform.index.models import ApplicantCaseEntry
from zt_tenants.context import enter


@pytest.fixture
def transferred(town) -> str:
    """The number of an entrusted case that the county has reviewed."""
    case = town.city.submitted(town.zhang, ENTRUSTED)
    town.city.accept(case)
    relay_all()
    town.county.review(town.county.case(case.tracking_number))
    relay_all()
    return case.tracking_number


def withdraw(town, number: str) -> None:
    with enter(town.city.centre):
        commands.withdraw_case(actor=town.zhang, case_id=town.city.case(number).pk, reason="不办了")


def everything_applied(town) -> bool:
    for desk in (town.city, town.county):
        with enter(desk.centre):
            if InboxMessage.objects.exclude(state=InboxState.APPLIED).exists():
                return False
    return True


def test_a_withdrawal_reaches_the_deciding_centre(town, transferred) -> None:
    withdraw(town, transferred)
    relay_all()
    here, there = town.city.case(transferred), town.county.case(transferred)
    assert here.status == there.status == Status.WITHDRAWN
    assert here.withdrawn_at == there.withdrawn_at
    assert ApplicantCaseEntry.objects.get().status == "WITHDRAWN"
    with enter(town.county.centre):
        last = queries.timeline(there)[-1]
    assert (last.step, last.note, last.centre_code) == (Step.WITHDRAWN, "不办了", "340100")


def test_withdrawn_first_the_decision_is_void_at_both_ends(town, transferred) -> None:
    with at("2026-03-03T10:00"):
        withdraw(town, transferred)
    with at("2026-03-03T10:01"):
        town.county.decide(town.county.case(transferred))
        relay_all()
    here, there = town.city.case(transferred), town.county.case(transferred)
    assert (here.status, there.status) == (Status.WITHDRAWN, Status.WITHDRAWN)
    assert here.result == ""
    with enter(town.city.centre):
        assert Step.DECISION_VOID in [entry.step for entry in queries.timeline(here)]
        assert not Certificate.objects.exists()
    with enter(town.county.centre):
        assert Certificate.objects.get().voided_at is not None
    assert everything_applied(town)


def test_decided_first_the_withdrawal_is_too_late_at_both_ends(town, transferred) -> None:
    with at("2026-03-03T10:00"):
        town.county.decide(town.county.case(transferred))
    with at("2026-03-03T10:01"):
        withdraw(town, transferred)
        relay_all()
    here, there = town.city.case(transferred), town.county.case(transferred)
    assert (here.status, there.status) == (Status.APPROVED, Status.APPROVED)
    assert (here.result, here.withdrawn_at) == (Result.GRANTED, None)
    with enter(town.county.centre):
        assert Step.WITHDRAWAL_TOO_LATE in [entry.step for entry in queries.timeline(there)]
        assert Certificate.objects.get().voided_at is None
    assert everything_applied(town)
    assert town.city.seal(here).status == Status.COMPLETED


def test_before_it_is_handed_up_a_withdrawal_concerns_the_accepting_centre_only(town) -> None:
    case = town.county.submitted(town.zhang, FORWARDED)
    town.county.accept(case)
    with enter(town.county.centre):
        commands.withdraw_case(actor=town.zhang, case_id=case.pk)
    relay_all()
    with enter(town.city.centre):
        assert not InboxMessage.objects.filter(channel="case").exists()


@pytest.mark.parametrize("where", ["portal", "county"])
def test_a_handed_down_application_is_withdrawn_at_either_end(town, where: str) -> None:
    case = town.city.submitted(town.zhang, DEVOLVED)
    with enter(town.city.centre):
        commands.hand_down_application(actor=town.city.clerk, case_id=case.pk)
    relay_all()
    desk, actor = (town.city, town.zhang) if where == "portal" else (town.county, town.county.clerk)
    with enter(desk.centre):
        commands.withdraw_case(actor=actor, case_id=desk.case(case.tracking_number).pk)
    relay_all()
    for end in (town.city, town.county):
        assert end.case(case.tracking_number).status == Status.WITHDRAWN
    assert everything_applied(town)


def test_what_is_decided_cannot_be_withdrawn(town) -> None:
    from zt_platform.cases.errors import TransitionNotAllowed

    case = town.city.submitted(town.zhang)
    town.city.accept(case)
    town.city.review(case)
    town.city.decide(case)
    before = town.city.snapshot()
    with enter(town.city.centre), pytest.raises(TransitionNotAllowed):
        commands.withdraw_case(actor=town.zhang, case_id=case.pk)
    assert town.city.snapshot() == before


@pytest.mark.req("C-01")
def test_a_declined_case_comes_back_and_its_clocks_have_not_moved(town) -> None:
    case = town.city.submitted(town.zhang, ENTRUSTED)
    accepted = town.city.accept(case)
    relay_all()
    with at("2026-03-04T10:00"), enter(town.county.centre):
        commands.decline_case(
            actor=town.county.reviewer, case_id=town.county.case(case.tracking_number).pk, reason="不在委托范围"
        )
    with at("2026-03-04T11:00"):
        relay_all()
    here = town.city.fresh(case)
    assert (here.status, here.role, here.counterpart_code) == (Status.ACCEPTED, "SOLE", "")
    assert (here.due_at, here.red_at) == (accepted.due_at, accepted.red_at)
    assert here.legal_name_of_decider == "合肥市市场监督管理局"
    town.city.review(here)
    assert town.city.decide(here).status == Status.APPROVED
    assert everything_applied(town)
