"""What happens at a case's limits by itself: reminders, supervision orders, cards, each once (F-03, F-04, R-02)."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zt_platform.cases import commands
from zt_platform.cases.alarms import TIMER
from zt_platform.cases.commands.at_limits import act_at_limits
from zt_platform.cases.models import Case, CaseEvent
from zt_platform.cases.testing import DEVOLVED, ENTRUSTED, FORWARDED, OWN, Desk, Town, at, china, relay_all, ring
from zt_platform.cases.vocabulary import Status, Step
from zt_platform.papers.kinds import PaperKind
from zt_platform.papers.models import Paper
from zt_platform.supervision.models import CaseStep
from zt_tenants.context import enter, outside_centres
from zt_tenants.models import Timer
from zt_tenants.timers import DueTimer
from zt_tenants.uuid7 import uuid7

FORCED = (Step.REMINDED, Step.SUPERVISION_ORDERED, Step.RED_CARDED)


def forced(desk: Desk, case: Case) -> list[str]:
    """The steps that the limits of a case brought about, in order."""
    with enter(desk.centre):
        return list(
            CaseEvent.objects.filter(case__tracking_number=case.tracking_number, step__in=FORCED).values_list(
                "step", flat=True
            )
        )


def papers(desk: Desk, case: Case) -> list[str]:
    with enter(desk.centre):
        kinds = (PaperKind.REMINDER, PaperKind.SUPERVISION_ORDER)
        return list(Paper.objects.filter(subject=case.tracking_number, kind__in=kinds).values_list("kind", flat=True))


@pytest.mark.req("F-03", "F-04", "F-05", "G-02", "G-03", "G-04", "R-02")
def test_near_the_limit_a_reminder_over_it_an_order_long_over_it_a_red_card(town: Town) -> None:
    """Accepted on Monday, 2 March with 7 working days: due on the 11th, near from the 9th, red after the 16th."""
    county = town.county
    case = county.accept(county.submitted(town.zhang))
    assert case.due_at == china("2026-03-11T17:00")
    ring("2026-03-09 16:59")
    assert forced(county, case) == []
    ring("2026-03-09 17:01")
    assert (forced(county, case), papers(county, case)) == (["REMINDED"], ["REMINDER"])
    ring("2026-03-11 17:00")
    assert forced(county, case) == ["REMINDED"]
    ring("2026-03-11 17:01")
    assert forced(county, case) == ["REMINDED", "SUPERVISION_ORDERED"]
    ring("2026-03-16 17:01")
    assert forced(county, case) == ["REMINDED", "SUPERVISION_ORDERED", "RED_CARDED"]
    assert papers(county, case) == ["REMINDER", "SUPERVISION_ORDER", "SUPERVISION_ORDER"]
    ring("2026-04-30 17:01")
    assert len(forced(county, case)) == 3
    text = county.paper_text(case, PaperKind.REMINDER)
    assert "肥西县市场监督管理局" in text
    assert "2026年3月11日17:00" in text
    assert "张三丰" not in text
    red = county.paper_text(case, PaperKind.SUPERVISION_ORDER)
    assert "红牌" in red
    assert "2026年3月11日17:00" in red
    assert county.fresh(case).lock_version == case.lock_version


@pytest.mark.req("F-03", "R-02")
def test_the_province_is_told_of_each_and_the_applicant_of_none(town: Town) -> None:
    county = town.county
    case = county.accept(county.submitted(town.zhang))
    ring("2026-03-16 17:01")
    relay_all()
    told = CaseStep.objects.filter(tracking_number=case.tracking_number, step__in=FORCED)
    assert sorted(told.values_list("step", flat=True)) == ["RED_CARDED", "SUPERVISION_ORDERED"]
    with enter(county.centre):
        assert not CaseEvent.objects.filter(case=case, step__in=FORCED, public=True).exists()


@pytest.mark.req("F-03")
def test_ringing_again_does_nothing_again(town: Town) -> None:
    county = town.county
    case = county.accept(county.submitted(town.zhang))
    ring("2026-03-09 17:01")
    before = county.snapshot()
    with at("2026-03-09 17:02"), enter(county.centre):
        act_at_limits([DueTimer(uuid7(), TIMER, case.tracking_number or "", china("2026-03-09T17:00"), {})])
    assert county.snapshot() == before


@pytest.mark.req("F-03", "E-02")
def test_article_45_the_reminder_moves_with_the_limit(town: Town) -> None:
    """A special procedure of two working days moves the limit, and with it reminder and order."""
    county = town.county
    case = county.accept(county.submitted(town.zhang))
    with at("2026-03-04 09:00"):
        county.pause(case, days=5)
    ring("2026-03-05 12:00")
    with at("2026-03-06 09:00"):
        county.resume(case)
    ring("2026-03-09 17:01")
    assert forced(county, case) == []
    ring("2026-03-11 17:01")
    assert forced(county, case) == ["REMINDED"]
    ring("2026-03-13 17:01")
    assert forced(county, case) == ["REMINDED", "SUPERVISION_ORDERED"]


@pytest.mark.req("F-03")
def test_article_42_an_extension_after_the_reminder_brings_another_one(town: Town) -> None:
    county = town.county
    case = county.accept(county.submitted(town.zhang))
    ring("2026-03-09 17:01")
    with at("2026-03-10 09:00"):
        county.extend(case, days=5)
    ring("2026-03-11 17:01")
    assert forced(county, case) == ["REMINDED"]
    ring("2026-03-17 17:01")
    assert forced(county, case) == ["REMINDED", "REMINDED"]


@pytest.mark.req("F-03")
def test_article_45_a_special_procedure_that_takes_longer_than_told_brings_a_reminder(town: Town) -> None:
    county = town.county
    case = county.accept(county.submitted(town.zhang))
    with at("2026-03-04 09:00"):
        county.pause(case, days=2)
    ring("2026-03-06 17:00")
    assert forced(county, case) == []
    ring("2026-03-06 17:01")
    assert forced(county, case) == ["REMINDED"]
    assert "特别程序" in county.paper_text(case, PaperKind.REMINDER)


@pytest.mark.req("F-04")
def test_article_44_a_certificate_that_is_not_delivered_brings_reminder_and_order(town: Town) -> None:
    county = town.county
    case = county.decide(county.review(county.accept(county.submitted(town.zhang))))
    assert case.delivery_due_at == china("2026-03-16T17:00")
    ring("2026-03-13 17:01")
    assert forced(county, case) == ["REMINDED"]
    ring("2026-03-16 17:01")
    assert forced(county, case) == ["REMINDED", "SUPERVISION_ORDERED"]
    assert "送达时限" in county.paper_text(case, PaperKind.SUPERVISION_ORDER)


@pytest.mark.parametrize("end", ["decide", "withdraw", "terminate"])
def test_nothing_rings_for_what_is_over(town: Town, end: str) -> None:
    county = town.county
    case = county.review(county.accept(county.submitted(town.zhang)))
    with enter(county.centre):
        if end == "decide":
            commands.decide_case(actor=county.approver, case_id=case.pk, result="DENIED", opinion="不符合条件")
        elif end == "withdraw":
            commands.withdraw_case(actor=town.zhang, case_id=case.pk)
        else:
            commands.terminate_case(actor=county.approver, case_id=case.pk, reason="申请人死亡")
    ring("2026-04-30 17:01")
    assert forced(county, case) == []
    with outside_centres():
        assert not Timer.objects.filter(kind=TIMER).exists()


@pytest.mark.req("F-03", "C-11")
def test_article_43_who_has_the_case_is_reminded(town: Town) -> None:
    """A forwarded case: the lower centre while it reviews, the upper one once it was handed up."""
    case = town.county.accept(town.county.submitted(town.zhang, FORWARDED))
    ring("2026-03-09 17:01")
    assert forced(town.county, case) == ["REMINDED"]
    with at("2026-03-10 09:00"):
        town.county.review(case)
        relay_all()
    ring("2026-03-11 17:01")
    assert forced(town.county, case) == ["REMINDED"]
    assert forced(town.city, case) == ["SUPERVISION_ORDERED"]


@pytest.mark.req("E-12")
def test_article_32_untold_for_five_days_it_counts_as_accepted_on_the_day_of_receipt(town: Town) -> None:
    county = town.county
    case = county.submitted(town.zhang)
    assert case.acceptance_due_at == china("2026-03-09T17:00")
    ring("2026-03-06 17:01")
    assert forced(county, case) == ["REMINDED"]
    ring("2026-03-09 17:00")
    assert county.fresh(case).status == Status.SUBMITTED
    ring("2026-03-09 17:01")
    deemed = county.fresh(case)
    assert (deemed.status, deemed.accepted_at) == (Status.ACCEPTED, china("2026-03-02T09:30"))
    assert deemed.due_at == china("2026-03-11T17:00")
    text = county.paper_text(case, PaperKind.ACCEPTANCE)
    assert "依法视为" in text
    assert "第三十二条" in text
    assert "2026年3月2日" in text
    with enter(county.centre):
        line = CaseEvent.objects.get(case=case, step=Step.ACCEPTED)
        assert (line.actor_kind, line.actor_role, line.data["deemed"]) == ("SYSTEM", "SYSTEM", True)
    # The clock has run since the receipt, and so what is due rings at once: the limit is near, and two steps (acceptance,
    # review) have run over their allowances, which is a red card before the limit itself.
    ring("2026-03-09 17:02")
    assert forced(county, case) == ["REMINDED", "REMINDED", "RED_CARDED"]
    assert "两个环节的时限" in county.paper_text(case, PaperKind.SUPERVISION_ORDER)
    relay_all()
    steps = CaseStep.objects.filter(tracking_number=case.tracking_number).values_list("step", flat=True)
    assert "ACCEPTED" in steps


@pytest.mark.req("E-12")
def test_article_32_while_a_correction_is_awaited_nothing_is_deemed(town: Town) -> None:
    county = town.county
    case = county.submitted(town.zhang)
    with enter(county.centre):
        commands.return_for_correction(actor=county.clerk, case_id=case.pk, defects=["身份证明已过期"])
    ring("2026-04-30 17:01")
    assert county.fresh(case).status == Status.CORRECTING
    assert forced(county, case) == []


@pytest.mark.req("E-12", "C-01")
def test_article_32_an_entrusted_application_is_deemed_accepted_and_sent_on(town: Town) -> None:
    case = town.city.submitted(town.zhang, ENTRUSTED)
    ring("2026-03-09 17:01")
    assert town.city.fresh(case).status == Status.TRANSFERRED
    relay_all()
    below = town.county.case(case.tracking_number or "")
    assert (below.status, below.accepted_at) == (Status.ACCEPTED, china("2026-03-02T09:30"))
    assert "依法视为" in town.city.paper_text(case, PaperKind.ACCEPTANCE)


@pytest.mark.req("E-12", "C-01")
def test_article_32_a_devolved_application_is_handed_down_and_deemed_accepted_below(town: Town) -> None:
    case = town.city.submitted(town.zhang, DEVOLVED)
    ring("2026-03-09 17:01")
    assert town.city.fresh(case).status == Status.HANDED_DOWN
    with at("2026-03-09 17:02"):
        relay_all()
    ring("2026-03-09 17:03")
    below = town.county.case(case.tracking_number or "")
    assert (below.status, below.accepted_at) == (Status.ACCEPTED, china("2026-03-02T09:30"))
    with at("2026-03-09 17:04"):
        relay_all()
    above = town.city.fresh(case)
    assert above.accepted_at == below.accepted_at
    assert "依法视为" in town.county.paper_text(case, PaperKind.ACCEPTANCE)


@pytest.mark.req("E-12")
def test_article_32_a_withdrawal_on_the_way_meets_what_was_deemed_below(town: Town) -> None:
    """The portal's applicant withdraws while below the five days run out: the withdrawal of an accepted case stands."""
    with at("2026-03-02 09:30"):
        case = town.city.submitted(town.zhang, DEVOLVED)
        with enter(town.city.centre):
            commands.hand_down_application(actor=town.city.clerk, case_id=case.pk)
        relay_all()
    with at("2026-03-09 16:59"), enter(town.city.centre):
        commands.withdraw_case(actor=town.zhang, case_id=case.pk)
    ring("2026-03-09 17:01")
    assert town.county.case(case.tracking_number or "").status == Status.ACCEPTED
    with at("2026-03-09 17:02"):
        relay_all()
    assert town.county.case(case.tracking_number or "").status == Status.WITHDRAWN
    assert town.city.fresh(case).status == Status.WITHDRAWN


@pytest.mark.req("E-12", "C-01")
def test_article_32_several_receivers_and_none_chosen_is_a_supervision_order(town: Town, world) -> None:
    """The power was devolved to two centres: the system does not choose; the centre is told to."""
    from zt_platform.catalogue.models import Delegation

    with enter(town.city.centre):
        first = Delegation.objects.get(item_code=DEVOLVED)
        first.pk, first.to_centre_code, first.to_centre_name = None, "340124", "庐江县政务服务中心"
        first._state.adding = True
        first.save()
    case = town.city.submitted(town.zhang, DEVOLVED)
    ring("2026-03-09 17:01")
    assert town.city.fresh(case).status == Status.SUBMITTED
    assert forced(town.city, case) == ["SUPERVISION_ORDERED"]
    ring("2026-03-12 17:01")
    assert forced(town.city, case) == ["SUPERVISION_ORDERED"]


def test_a_clerk_who_is_faster_accepts_and_the_timer_finds_nothing(town: Town) -> None:
    county = town.county
    case = county.submitted(town.zhang)
    with at("2026-03-09 17:30"):
        county.accept(case)
    ring("2026-03-09 17:31")
    with enter(county.centre):
        assert CaseEvent.objects.filter(case=case, step=Step.ACCEPTED).count() == 1


def test_the_neighbours_cases_are_left_alone(town: Town) -> None:
    """The same tracking number is nowhere else; a neighbour's case with the same key is not touched."""
    case = town.county.submitted(town.zhang)
    theirs = town.neighbour.submitted(town.li)
    assert theirs.pk == case.pk
    before = town.neighbour.snapshot()
    subjects = [case.tracking_number or "", theirs.tracking_number or ""]
    timers = [DueTimer(uuid7(), TIMER, subject, china("2026-03-09T17:00"), {}) for subject in subjects]
    with at("2026-03-09 17:01"), enter(town.county.centre):
        act_at_limits(timers)
    assert town.county.fresh(case).status == Status.ACCEPTED
    assert town.neighbour.snapshot() == before


@pytest.mark.req("Y-10")
def test_many_cases_at_their_limit_cost_as_many_statements_as_a_few(town: Town) -> None:
    county = town.county

    def statements(number: int, moment: str) -> int:
        cases = [county.submitted(town.zhang, OWN) for _ in range(number)]
        timers = [DueTimer(uuid7(), TIMER, case.tracking_number or "", china("2026-03-09T17:00"), {}) for case in cases]
        with at(moment), enter(county.centre), CaptureQueriesContext(connection) as found:
            act_at_limits(timers)
        return len(found)

    few, many = statements(2, "2026-03-09 17:01"), statements(12, "2026-03-09 17:01")
    assert few == many <= 20
    few, many = statements(2, "2026-03-06 17:01"), statements(12, "2026-03-06 17:01")
    assert few == many <= 14
