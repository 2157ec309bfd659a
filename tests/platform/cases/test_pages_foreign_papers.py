"""Papers of the other centre on the pages of the centre where the applicant is: who sees, opens and verifies them."""

from __future__ import annotations

import pytest
from browsers import Browsers

from zt_platform.audit.models import AuditRecord
from zt_platform.cases import commands
from zt_platform.cases.foreign_papers import ForeignPaper, foreign_papers_of
from zt_platform.cases.models import Case
from zt_platform.cases.testing import DEVOLVED, ENTRUSTED, Town, relay_all
from zt_platform.cases.track_links import track_path
from zt_platform.papers.commands import rendered
from zt_platform.papers.kinds import PaperKind
from zt_platform.papers.models import Paper
from zt_tenants.context import enter
from zt_tenants.models import Centre, Transport
from zt_tenants.urls import centre_url, portal_url

ROLES = ("WINDOW_CLERK", "REVIEWER", "APPROVER")
pytestmark = pytest.mark.req("E-20", "L-06")


@pytest.fixture
def case(committed_town: Town, browsers: Browsers) -> Case:
    """The applicant's case at the city, accepted and suspended below; the city's row."""
    town = committed_town
    case = town.city.submitted(browsers.actor("applicant"), DEVOLVED)
    with enter(town.city.centre):
        commands.hand_down_application(actor=town.city.clerk, case_id=case.pk)
    relay_all()
    below = town.county.case(str(case.tracking_number))
    town.county.accept(below)
    town.county.pause(below)
    relay_all()
    return town.city.fresh(case)


def told(case: Case, kind: PaperKind) -> ForeignPaper:
    return next(paper for paper in foreign_papers_of(case) if paper.kind == kind)


def mine(town: Town, case: Case, paper: ForeignPaper | None = None) -> str:
    if paper is None:
        return centre_url(town.city.centre, "cases:mine", number=case.tracking_number)
    return centre_url(town.city.centre, "cases:foreign-paper", number=case.tracking_number, code=paper.code)


def test_the_applicant_finds_opens_and_verifies_them(committed_town: Town, case: Case, browsers: Browsers) -> None:
    town, person = committed_town, browsers.applicant()
    page = person.get(mine(town, case)).content.decode()
    for kind in (PaperKind.ACCEPTANCE, PaperKind.PAUSE):
        paper = told(case, kind)
        assert paper.number in page
        assert portal_url("verify-code", code=paper.code) in page
        opened = person.get(mine(town, case, paper))
        assert opened.status_code == 302
        assert "X-Amz-Signature" in opened["Location"]
        assert "attachment" in person.get(f"{mine(town, case, paper)}?download=1")["Location"]
    assert f"由{town.county.centre.name}签发" in page


def test_one_click_leads_to_the_issuing_centres_answer(committed_town: Town, case: Case, browsers: Browsers) -> None:
    paper = told(case, PaperKind.PAUSE)
    with enter(committed_town.county.centre):
        rendered(Paper.objects.get(code=paper.code))
    answer = browsers.nobody().get(portal_url("verify-code", code=paper.code)).content.decode()
    assert "真实有效" in answer
    assert paper.number in answer
    assert committed_town.county.centre.name in answer


def test_the_link_of_a_centre_elsewhere_is_its_own_page(committed_town: Town, browsers: Browsers) -> None:
    town = committed_town
    case = town.city.submitted(browsers.actor("applicant"), ENTRUSTED)
    town.city.accept(case)
    relay_all()
    town.county.pause(town.county.case(str(case.tracking_number)))
    relay_all()
    row = town.city.fresh(case)
    there = "https://zwfw.elsewhere.example/verify/340123-AAAA-BBBB-CCCC-DDDD/"
    row.foreign_papers = [{**row.foreign_papers[0], "verify_url": there}]
    with enter(town.city.centre):
        row.save(update_fields=["foreign_papers"])
    assert f'href="{there}"' in browsers.applicant().get(mine(town, case)).content.decode()


def test_number_and_telephone_show_them_without_opening(committed_town: Town, case: Case, browsers: Browsers) -> None:
    given = {"tracking_number": case.tracking_number, "phone_tail": "2345"}
    shown = browsers.nobody().post(portal_url("track"), given).content.decode()
    paper = told(case, PaperKind.ACCEPTANCE)
    assert paper.number in shown
    assert portal_url("verify-code", code=paper.code) in shown
    assert paper.code + "/?download" not in shown
    assert "/papers/other/" not in shown


def test_what_was_handed_down_is_where_it_is_handled_to_its_end(
    committed_town: Town, case: Case, browsers: Browsers
) -> None:
    town = committed_town
    below = town.county.case(str(case.tracking_number))
    for act in (town.county.resume, town.county.review, town.county.decide, town.county.seal):
        act(below)
    town.county.deliver(below)
    relay_all()
    given = {"tracking_number": case.tracking_number, "phone_tail": "2345"}
    here = f'<span class="small">{town.county.centre.name}</span>'
    assert here in browsers.applicant().get(mine(town, case)).content.decode()
    assert here in browsers.nobody().post(portal_url("track"), given).content.decode()


def test_wrong_digits_say_what_to_check(committed_town: Town, case: Case, browsers: Browsers) -> None:
    given = {"tracking_number": case.tracking_number, "phone_tail": "0000"}
    for address in (portal_url("track"), portal_url("kiosk")):
        answer = browsers.nobody().post(address, given)
        assert answer.status_code == 422
        assert "请核对办件编号和手机号最后四位" in answer.content.decode()
    link = browsers.nobody().get(track_path(str(case.tracking_number))[:-4] + "AAA/")
    assert link.status_code == 404
    assert "这个二维码或链接查不到办件" in link.content.decode()


def test_the_clerk_opens_them_and_the_record_says_so(committed_town: Town, case: Case, browsers: Browsers) -> None:
    town, clerk = committed_town, browsers.staff(committed_town.city, *ROLES)
    paper = told(case, PaperKind.PAUSE)
    page = clerk.get(centre_url(town.city.centre, "workbench:case", case_id=case.pk)).content.decode()
    address = centre_url(town.city.centre, "workbench:foreign-paper", case_id=case.pk, code=paper.code)
    assert address in page
    assert f"核验码 {paper.code}" in page, "for the print-out"
    assert clerk.get(address).status_code == 302
    with enter(town.city.centre):
        assert AuditRecord.objects.filter(purpose=f"文书 {paper.number}").count() == 1


def test_nobody_else_opens_them(committed_town: Town, case: Case, browsers: Browsers) -> None:
    town, paper = committed_town, told(case, PaperKind.PAUSE)
    bench = centre_url(town.city.centre, "workbench:foreign-paper", case_id=case.pk, code=paper.code)
    other = town.city.submitted(browsers.actor("applicant"))
    before = town.city.snapshot()
    assert "/sign-in/" in browsers.nobody().get(mine(town, case, paper))["Location"]
    assert browsers.applicant("outsider").get(mine(town, case, paper)).status_code == 404
    assert browsers.staff(town.neighbour, *ROLES).get(bench).status_code in (403, 404)
    crossed = centre_url(town.city.centre, "cases:foreign-paper", number=other.tracking_number, code=paper.code)
    assert browsers.applicant().get(crossed).status_code == 404
    unknown = mine(town, case, paper).replace(paper.code, "340123-0000-0000-0000-0000")
    assert browsers.applicant().get(unknown).status_code == 404
    assert town.city.snapshot() == before
    assert browsers.applicant().get(mine(town, case, paper)).status_code == 302


def test_a_decision_of_the_other_centre_waits_for_the_seal(committed_town: Town, browsers: Browsers) -> None:
    town = committed_town
    case = town.city.submitted(browsers.actor("applicant"), ENTRUSTED)
    town.city.accept(case)
    relay_all()
    there = town.county.case(str(case.tracking_number))
    town.county.review(there)
    town.county.decide(there)
    relay_all()
    decision = told(town.city.fresh(case), PaperKind.GRANT)
    person, given = browsers.applicant(), {"tracking_number": case.tracking_number, "phone_tail": "2345"}
    assert person.get(mine(town, case, decision)).status_code == 404
    assert decision.number not in person.get(mine(town, case)).content.decode()
    assert decision.number not in browsers.nobody().post(portal_url("track"), given).content.decode()
    clerk = browsers.staff(town.city, *ROLES)
    page = clerk.get(centre_url(town.city.centre, "workbench:case", case_id=case.pk)).content.decode()
    named = f'<span class="number small">{decision.number}</span>'
    assert page.count(named) == 1, "the copy is not listed beside the paper"
    town.city.seal(town.city.fresh(case))
    assert person.get(mine(town, case, decision)).status_code == 302
    shown = person.get(mine(town, case)).content.decode()
    assert portal_url("verify-code", code=decision.code) in shown
    assert decision.number in browsers.nobody().post(portal_url("track"), given).content.decode()


def test_a_centre_elsewhere_is_believed_about_its_page_only(committed_town: Town, case: Case) -> None:
    """Papers of a centre that runs here are verified here, whatever address the message names."""
    assert Centre.objects.get(code="340123").transport == Transport.LOCAL
    with enter(committed_town.county.centre):
        named = Paper.objects.get(code=told(case, PaperKind.PAUSE).code).snapshot.verify_url
    assert named.startswith("http")
    assert told(case, PaperKind.PAUSE).verify_url == ""
