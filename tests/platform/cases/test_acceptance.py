"""Pre-review, the one correction, acceptance, refusal: art. 32 in the commands."""

from __future__ import annotations

import pytest

from zt_platform.cases import commands, queries
from zt_platform.cases.errors import DeemedAccepted, MustBeHandedDown, NotDevolved, SecondCorrection
from zt_platform.cases.models import CaseEvent
from zt_platform.cases.testing import DEVOLVED, OWN, at
from zt_platform.cases.vocabulary import CaseRole, Light, Status, Step
from zt_tenants.clock import now
from zt_tenants.context import enter
from zt_tenants.errors import Conflict, InvalidInput


@pytest.mark.req("L-01")
def test_pre_review_runs_inside_the_five_days(town) -> None:
    case = town.city.submitted(town.zhang)
    with enter(town.city.centre):
        passed = commands.pass_pre_review(actor=town.city.clerk, case_id=case.pk, note="材料齐全")
    assert (passed.status, passed.acceptance_due_at) == (Status.PRE_REVIEWED, case.acceptance_due_at)
    assert passed.handler_account_id == town.city.clerk.account_id


@pytest.mark.req("E-11", "E-12")
def test_article_32_one_correction_lists_everything_and_restarts_the_five_days(town) -> None:
    case = town.city.submitted(town.zhang)
    with enter(town.city.centre):
        with pytest.raises(InvalidInput):
            commands.return_for_correction(actor=town.city.clerk, case_id=case.pk, defects=[" "])
        asked = commands.return_for_correction(
            actor=town.city.clerk, case_id=case.pk, defects=["身份证过期", "缺少场地证明"]
        )
        assert (asked.status, asked.running_due_at) == (Status.CORRECTING, None)
        assert asked.correction_defects == ["身份证过期", "缺少场地证明"]
        with at("2026-03-20T10:00"):
            assert asked.light_at(now()) == Light.GREEN
            again = commands.resubmit_application(actor=town.zhang, case_id=case.pk, note="已补齐")
            assert (again.status, again.received_on.isoformat()) == (Status.SUBMITTED, "2026-03-20")
            assert again.acceptance_due_at.date().isoformat() == "2026-03-27"
            assert again.submitted_at == case.submitted_at
            before = town.city.snapshot()
            with pytest.raises(SecondCorrection, match="32"):
                commands.return_for_correction(actor=town.city.clerk, case_id=case.pk, defects=["还缺一份"])
            assert town.city.snapshot() == before


def test_article_32_after_five_days_of_silence_only_acceptance_is_left_and_counts_from_receipt(town) -> None:
    case = town.city.submitted(town.zhang)
    with at("2026-03-10T10:00"), enter(town.city.centre):
        assert town.city.fresh(case).light_at(now()) == Light.YELLOW
        before = town.city.snapshot()
        with pytest.raises(DeemedAccepted):
            commands.return_for_correction(actor=town.city.clerk, case_id=case.pk, defects=["缺页"])
        with pytest.raises(DeemedAccepted):
            commands.refuse_application(actor=town.city.clerk, case_id=case.pk, reason="材料不全")
        assert town.city.snapshot() == before
        accepted = town.city.accept(case)
        line = CaseEvent.objects.get(case=case, step=Step.ACCEPTED)
    assert accepted.accepted_at == case.received_at
    assert accepted.due_at.date().isoformat() == "2026-03-11"
    assert line.data["deemed"] is True


@pytest.mark.req("E-02", "F-01")
def test_acceptance_starts_the_decision_clock(town) -> None:
    case = town.city.submitted(town.zhang)
    with at("2026-03-03T16:00"):
        accepted = town.city.accept(case)
    assert (accepted.status, accepted.role) == (Status.ACCEPTED, CaseRole.SOLE)
    assert accepted.due_at.date().isoformat() == "2026-03-12"
    assert accepted.statutory_due_at.date().isoformat() == "2026-03-31"
    assert accepted.running_due_at == accepted.due_at


def test_a_refusal_says_why_in_writing(town) -> None:
    case = town.city.submitted(town.zhang)
    with enter(town.city.centre):
        before = town.city.snapshot()
        with pytest.raises(InvalidInput):
            commands.refuse_application(actor=town.city.clerk, case_id=case.pk, reason="")
        assert town.city.snapshot() == before
        refused = commands.refuse_application(actor=town.city.clerk, case_id=case.pk, reason="不属于本机关职权")
        assert refused.status == Status.REFUSED
        assert queries.timeline(refused)[-1].note == "不属于本机关职权"


@pytest.mark.req("C-01")
def test_a_devolved_item_is_not_accepted_above_and_no_other_is_handed_down(town) -> None:
    devolved, own = town.city.submitted(town.zhang, DEVOLVED), town.city.submitted(town.zhang, OWN)
    before = town.city.snapshot()
    with enter(town.city.centre):
        with pytest.raises(MustBeHandedDown, match="hand the application down"):
            commands.accept_application(actor=town.city.clerk, case_id=devolved.pk)
        with pytest.raises(NotDevolved):
            commands.hand_down_application(actor=town.city.clerk, case_id=own.pk)
    assert town.city.snapshot() == before


def test_two_clerks_on_one_page_the_second_is_told(town) -> None:
    case = town.city.submitted(town.zhang)
    with enter(town.city.centre):
        commands.pass_pre_review(actor=town.city.clerk, case_id=case.pk, expected_version=case.lock_version)
        with pytest.raises(Conflict):
            commands.accept_application(actor=town.city.clerk, case_id=case.pk, expected_version=case.lock_version)
        assert town.city.fresh(case).status == Status.PRE_REVIEWED
