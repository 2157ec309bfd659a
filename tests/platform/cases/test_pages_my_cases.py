"""My cases: what waits for me now, drafts to go on with, all papers; and nothing of anybody else."""

from __future__ import annotations

import pytest
from browsers import Browsers

from zt_platform.cases import commands
from zt_platform.cases.models import Case
from zt_platform.cases.numbers import grouped
from zt_platform.cases.testing import DEVOLVED, OWN, ZHANG, Desk, Town, allow, relay_all
from zt_platform.index.models import ApplicantCaseEntry
from zt_platform.index.queries import cases_of, waiting_for
from zt_tenants.context import enter
from zt_tenants.urls import centre_url

pytestmark = pytest.mark.req("L-06", "L-01")


def duties(browsers: Browsers) -> list[tuple[str, str]]:
    account = browsers.actor("applicant").require_applicant()
    return [(entry.centre_code, entry.duty) for entry in waiting_for(account)]


def draft(desk: Desk, browsers: Browsers, item: str = OWN) -> Case:
    """A draft in which the proof of the site is missing."""
    me = browsers.actor("applicant")
    with enter(desk.centre):
        case = commands.start_application(actor=me, item_code=item, applicant=ZHANG, form={"place": "1"})
    desk.attach(me, case, "id")
    return case


def page_of(browsers: Browsers, name: str = "applicant") -> str:
    return browsers.applicant(name).get("/my-cases/").content.decode()


def test_a_draft_waits_until_it_is_sent_and_is_then_one_case(town: Town, browsers: Browsers) -> None:
    case = draft(town.county, browsers)
    page = page_of(browsers)
    assert "没填完的草稿" in page
    assert centre_url(town.county.centre, "cases:draft-step", case_id=case.pk, step="form") in page
    assert duties(browsers) == [(town.county.centre.code, "CONTINUE")]
    me = browsers.actor("applicant")
    assert cases_of(me.require_applicant()) == []
    town.county.attach(me, case, "site")
    with enter(town.county.centre):
        commands.submit_application(actor=me, case_id=case.pk)
    (entry,) = ApplicantCaseEntry.objects.all()
    assert (entry.tracking_number, entry.draft_id, entry.duty) == (town.county.fresh(case).tracking_number, None, "")
    page = page_of(browsers)
    assert "没填完的草稿" not in page
    assert "现在没有要您办的事" in page
    assert grouped(str(entry.tracking_number)) in page


def test_a_draft_of_the_window_is_the_windows(town: Town, browsers: Browsers) -> None:
    me = browsers.actor("applicant")
    with enter(town.county.centre):
        commands.start_application(
            actor=town.county.clerk, item_code=OWN, applicant=ZHANG, applicant_account_id=me.account_id
        )
    assert duties(browsers) == []
    assert "您还没有办件" in page_of(browsers)


def test_corrections_debts_and_results_wait_in_the_order_of_their_ends(town: Town, browsers: Browsers) -> None:
    county, me = town.county, browsers.actor("applicant")
    allow(county, OWN, may_follow=["site"], tolerance_days=10, tolerance_basis="《条例》第三条")
    returned = county.submitted(me)
    with enter(county.centre):
        commands.return_for_correction(actor=county.clerk, case_id=returned.pk, defects=["请写明门牌号"])
    owing = draft(county, browsers)
    with enter(county.centre):
        commands.submit_application(actor=me, case_id=owing.pk, commits_to_supply=True)
    county.accept(owing)
    done = county.submitted(me)
    for act in (county.accept, county.review, county.decide, county.seal):
        act(done)
    assert [duty for _, duty in duties(browsers)] == ["SUPPLY", "COLLECT", "CORRECT"]
    page = page_of(browsers)
    assert "现在要您办的" in page
    assert "最迟2026-03-16 17:00" in page
    assert centre_url(county.centre, "cases:supply", number=county.fresh(owing).tracking_number) in page
    assert (county.fresh(done).pickup or {})["code"] not in page, "the code is on the case's own page"
    county.deliver(done)
    assert [duty for _, duty in duties(browsers)] == ["SUPPLY", "CORRECT"]


def test_the_portal_of_an_application_handed_down_knows_what_waits(committed_town: Town, browsers: Browsers) -> None:
    town, me = committed_town, browsers.actor("applicant")
    case = town.city.submitted(me, DEVOLVED)
    with enter(town.city.centre):
        commands.hand_down_application(actor=town.city.clerk, case_id=case.pk)
    relay_all()
    below = town.county.case(case.tracking_number or "")
    with enter(town.county.centre):
        commands.return_for_correction(actor=town.county.clerk, case_id=below.pk, defects=["请写明门牌号"])
    relay_all()
    assert duties(browsers) == [(town.city.centre.code, "CORRECT")]


def test_nobody_sees_what_waits_for_another(town: Town, browsers: Browsers) -> None:
    draft(town.county, browsers)
    before = list(ApplicantCaseEntry.objects.values())
    page = page_of(browsers, "outsider")
    assert "您还没有办件" in page
    assert "没填完的草稿" not in page
    assert waiting_for(browsers.actor("outsider").require_applicant()) == []
    assert browsers.nobody().get("/my-cases/").status_code == 302
    assert list(ApplicantCaseEntry.objects.values()) == before


def test_each_paper_can_be_read_downloaded_and_verified(town: Town, browsers: Browsers) -> None:
    me, browser = browsers.actor("applicant"), browsers.applicant()
    case = town.county.accept(town.county.submitted(me))
    address = centre_url(town.county.centre, "cases:mine", number=case.tracking_number)
    page = browser.get(address).content.decode()
    for word in ("申请材料接收凭证", "受理通知书", "下载", "核验"):
        assert word in page
    paper = page.split("/papers/")[1].split("/")[0]
    read = browser.get(f"{address}papers/{paper}/")
    kept = browser.get(f"{address}papers/{paper}/?download=1")
    assert (read.status_code, kept.status_code) == (302, 302)
    assert "inline" in read.headers["Location"]
    assert "attachment" in kept.headers["Location"]
    assert browsers.applicant("outsider").get(f"{address}papers/{paper}/?download=1").status_code == 404


@pytest.mark.parametrize("drafts", [1, 20])
def test_what_waits_costs_one_statement(town: Town, browsers: Browsers, django_assert_num_queries, drafts: int) -> None:
    for _ in range(drafts):
        with enter(town.county.centre):
            commands.start_application(actor=browsers.actor("applicant"), item_code=OWN, applicant=ZHANG)
    browser = browsers.applicant()
    browser.get("/my-cases/")
    with django_assert_num_queries(4):
        answer = browser.get("/my-cases/")
    assert len(answer.context["drafts"]) == drafts
