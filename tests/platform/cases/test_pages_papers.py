"""The papers of a case on its pages: the clerk's, the applicant's, the tracked one; and nobody else's."""

from __future__ import annotations

import pytest
from browsers import Browsers

from zt_platform.cases import commands
from zt_platform.cases.testing import ENTRUSTED, Town, relay_all
from zt_platform.papers.kinds import PaperKind
from zt_platform.papers.models import Paper, PaperState
from zt_tenants.context import enter
from zt_tenants.urls import centre_url, portal_url

ROLES = ("WINDOW_CLERK", "REVIEWER", "APPROVER")


def paper(town: Town, kind: PaperKind) -> Paper:
    """The city's only paper of a kind."""
    with enter(town.city.centre):
        return Paper.objects.get(kind=kind)


@pytest.mark.req("F-01", "E-20")
def test_the_clerk_opens_a_paper_and_it_is_made_by_opening_it(town: Town, browsers: Browsers) -> None:
    case = town.city.submitted(town.zhang)
    town.city.accept(case)
    notice = paper(town, PaperKind.ACCEPTANCE)
    clerk = browsers.staff(town.city, *ROLES)
    shown = clerk.get(centre_url(town.city.centre, "workbench:case", case_id=case.pk)).content.decode()
    address = centre_url(town.city.centre, "workbench:paper", case_id=case.pk, paper_id=notice.pk)
    assert address in shown
    assert notice.number in shown
    assert "申请材料接收凭证" in shown
    opened = clerk.get(address)
    assert opened.status_code == 302
    assert "X-Amz-Signature" in opened["Location"]
    assert paper(town, PaperKind.ACCEPTANCE).state == PaperState.ISSUED


@pytest.mark.req("A-01", "L-06")
def test_nobody_opens_what_is_not_theirs_and_nothing_is_made(town: Town, browsers: Browsers) -> None:
    case = town.city.submitted(browsers.actor("applicant"))
    other = town.city.submitted(town.zhang)
    with enter(town.city.centre):
        own = Paper.objects.get(subject=case.tracking_number)
        foreign = Paper.objects.get(subject=other.tracking_number)
    before = town.city.snapshot()
    city = town.city.centre
    mine = centre_url(city, "cases:paper", number=case.tracking_number, paper_id=own.pk)
    assert browsers.nobody().get(mine).status_code == 302
    assert "/sign-in/" in browsers.nobody().get(mine)["Location"]
    assert browsers.applicant("outsider").get(mine).status_code == 404
    crossed = centre_url(city, "cases:paper", number=case.tracking_number, paper_id=foreign.pk)
    assert browsers.applicant().get(crossed).status_code == 404
    bench = centre_url(city, "workbench:paper", case_id=case.pk, paper_id=own.pk)
    assert browsers.staff(town.neighbour, *ROLES).get(bench).status_code in (403, 404)
    crossed = centre_url(city, "workbench:paper", case_id=case.pk, paper_id=foreign.pk)
    assert browsers.staff(town.city, *ROLES).get(crossed).status_code == 404
    assert town.city.snapshot() == before
    assert browsers.applicant().get(mine).status_code == 302


def test_the_decision_is_not_taken_away_before_the_seal(town: Town, browsers: Browsers) -> None:
    case = town.city.submitted(browsers.actor("applicant"))
    for step in (town.city.accept, town.city.review, town.city.decide):
        step(case)
    decision = paper(town, PaperKind.GRANT)
    address = centre_url(town.city.centre, "cases:paper", number=case.tracking_number, paper_id=decision.pk)
    assert browsers.applicant().get(address).status_code == 404
    town.city.seal(case)
    assert browsers.applicant().get(address).status_code == 302


@pytest.mark.req("E-10", "L-06")
def test_number_and_telephone_show_that_there_are_papers_but_do_not_open_them(town: Town, browsers: Browsers) -> None:
    case = town.city.submitted(town.zhang)
    town.city.accept(case)
    given = {"tracking_number": case.tracking_number, "phone_tail": "2345"}
    shown = browsers.nobody().post(portal_url("track"), given).content.decode()
    notice = paper(town, PaperKind.ACCEPTANCE)
    assert notice.number in shown
    assert portal_url("verify-code", code=notice.code) in shown
    assert "下载文书请先登录" in shown
    assert "张三丰" not in shown


@pytest.mark.req("F-02", "E-11")
def test_correction_and_refusal_are_issued_with_the_act(town: Town) -> None:
    case = town.city.submitted(town.zhang)
    with enter(town.city.centre):
        commands.return_for_correction(actor=town.city.clerk, case_id=case.pk, defects=["缺签字", "缺公章"])
    text = town.city.paper_text(case, PaperKind.CORRECTION)
    assert "1. 缺签字" in text
    assert "2. 缺公章" in text
    other = town.city.submitted(town.zhang)
    with enter(town.city.centre):
        commands.refuse_application(actor=town.city.clerk, case_id=other.pk, reason="不属于本机关职权")
    assert "六十日内向合肥市人民政府申请行政复议" in town.city.paper_text(other, PaperKind.REFUSAL)


def test_article_44_delivery_leaves_its_receipt(town: Town) -> None:
    case = town.city.submitted(town.zhang)
    for step in (town.city.accept, town.city.review, town.city.decide, town.city.seal, town.city.deliver):
        step(case)
    text = town.city.paper_text(case, PaperKind.DELIVERY_RECEIPT)
    assert "准予行政许可决定书 合市监许〔2026〕00001号" in text
    assert "合市监证〔2026〕00001号" in text


@pytest.mark.req("C-06")
def test_a_decision_after_the_withdrawal_is_void_and_its_papers_are_revoked(committed_town: Town) -> None:
    town = committed_town
    case = town.city.submitted(town.zhang, ENTRUSTED)
    town.city.accept(case)
    relay_all()
    with enter(town.city.centre):
        commands.withdraw_case(actor=town.zhang, case_id=case.pk, reason="不办了")
    there = town.county.case(case.tracking_number)
    town.county.review(there)
    town.county.decide(there)
    relay_all()
    with enter(town.county.centre):
        papers = {p.kind: p for p in Paper.objects.filter(subject=case.tracking_number)}
    for kind in (PaperKind.GRANT, PaperKind.CERTIFICATE):
        assert papers[kind].revoked_at
        assert "撤回" in papers[kind].revoke_reason


def test_the_entrusting_centre_lists_the_decision_it_received(committed_town: Town, browsers: Browsers) -> None:
    town = committed_town
    case = town.city.submitted(town.zhang, ENTRUSTED)
    town.city.accept(case)
    relay_all()
    there = town.county.case(case.tracking_number)
    town.county.review(there)
    town.county.decide(there)
    relay_all()
    clerk = browsers.staff(town.city, *ROLES)
    shown = clerk.get(centre_url(town.city.centre, "workbench:case", case_id=case.pk)).content.decode()
    assert "合市监（340123）许〔2026〕00001号" in shown
    assert "合市监（340123）证〔2026〕00001号" in shown
