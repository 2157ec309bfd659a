"""Papers of marked cases as one PDF: who printed what is recorded, nobody else opens it, nothing of the cases moves."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from browsers import Browsers, workbench
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pdf_text import pdf_text

from zt_platform.audit.models import AuditRecord
from zt_platform.cases import commands
from zt_platform.cases.foreign_papers import foreign_papers_of
from zt_platform.cases.numbers import grouped
from zt_platform.cases.queries import prints
from zt_platform.cases.testing import DEVOLVED, ENTRUSTED, Town, relay_all
from zt_platform.papers.models import Paper
from zt_storage import objects
from zt_storage.models import Attachment
from zt_storage.uploads import read_bytes
from zt_tenants.context import enter

pytestmark = pytest.mark.req("E-10")
A_PAGE = re.compile(rb"/Type\s*/Page(?![a-zA-Z])")


def _print(town: Town, browser, cases):
    """Preview, confirm, and the page of the batch."""
    marks = [str(case.pk) for case in cases]
    address = workbench(town, "marked/print/")
    preview = browser.post(address, {"case": marks})
    assert all(line.possible for line in preview.context["lines"])
    marked = [f"{line.case.pk}~{line.case.lock_version}" for line in preview.context["lines"]]
    return browser.post(address, {"case": marked, "confirmed": "yes"}, follow=True)


def _cases_of(town: Town, number: int):
    return [town.city.accept(town.city.submitted(town.zhang)) for _ in range(number)]


def test_marked_cases_become_one_pdf_with_contents_and_every_paper(town: Town, browsers: Browsers) -> None:
    cases = _cases_of(town, 2)
    states = [(case.pk, town.city.fresh(case).lock_version) for case in cases]
    browser = browsers.staff(town.city, "WINDOW_CLERK")
    page = _print(town, browser, cases)
    [volume] = page.context["volumes"]
    assert volume.papers == 4  # receipt and acceptance notice of each
    answer = browser.get(volume.url)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
    assert answer.headers["Cache-Control"].find("no-store") >= 0
    text = re.sub(r"\s", "", pdf_text(answer.content))
    with enter(town.city.centre):
        numbers = [paper.number for paper in Paper.objects.order_by("pk")]
        lines = list(
            AuditRecord.objects.filter(deed="BATCH_LINE", purpose="print").values_list("case_id", "actor_name")
        )
    for number in numbers:
        assert text.count(re.sub(r"\s", "", number)) >= 2, "in the contents and on the paper"
    for case in cases:
        assert grouped(case.tracking_number) in text
    assert text.count("第1页，共2页") == 4, "each paper is numbered as it is alone"
    assert sorted(lines) == sorted((case.pk, "李敏") for case in cases)
    assert [(case.pk, town.city.fresh(case).lock_version) for case in cases] == states


def test_a_large_batch_comes_in_volumes(town: Town, browsers: Browsers, monkeypatch) -> None:
    monkeypatch.setattr(prints, "PAPERS_A_VOLUME", 3)
    browser = browsers.staff(town.city, "WINDOW_CLERK")
    volumes = _print(town, browser, _cases_of(town, 2)).context["volumes"]
    assert [(one.number, one.papers) for one in volumes] == [(1, 3), (2, 1)]
    assert "（2/2）" in re.sub(r"\s", "", pdf_text(browser.get(volumes[1].url).content))
    assert browser.get(volumes[1].url.replace("/2.pdf", "/3.pdf")).status_code == 404


@pytest.mark.req("E-20", "L-06")
def test_papers_of_the_other_centre_are_in_it_as_it_made_them(town: Town, browsers: Browsers) -> None:
    case = town.city.submitted(town.zhang, ENTRUSTED)
    town.city.accept(case)
    relay_all()
    town.county.pause(town.county.case(str(case.tracking_number)))
    relay_all()
    [told] = foreign_papers_of(town.city.fresh(case))
    browser = browsers.staff(town.city, "WINDOW_CLERK")
    page = _print(town, browser, [case])
    [volume] = page.context["volumes"]
    town.county.resume(town.county.case(str(case.tracking_number)))
    relay_all()
    answer = browser.get(volume.url)
    assert len(foreign_papers_of(town.city.fresh(case))) == 2, "another one has come since"
    assert volume.papers == 3, "receipt, acceptance notice, and the county's notice of the special procedure"
    with enter(town.city.centre):
        copy = read_bytes(Attachment.objects.get(pk=told.file))
    pages, own = len(A_PAGE.findall(copy)), 1 + 2 * 2
    assert pages == 2, "the notice and its annex"
    assert len(A_PAGE.findall(answer.content)) == own + pages
    assert len(re.findall(rb"/Subtype\s*/Form", answer.content)) >= pages, "put in as it was made"


def test_a_copy_that_the_store_has_lost_leaves_a_page_that_says_so(town: Town, browsers: Browsers) -> None:
    case = town.city.submitted(town.zhang, ENTRUSTED)
    town.city.accept(case)
    relay_all()
    town.county.pause(town.county.case(str(case.tracking_number)))
    relay_all()
    browser = browsers.staff(town.city, "WINDOW_CLERK")
    [volume] = _print(town, browser, [case]).context["volumes"]
    with enter(town.city.centre):
        [told] = foreign_papers_of(town.city.fresh(case))
        objects.remove(Attachment.objects.get(pk=told.file).object_key)
    answer = browser.get(volume.url)
    assert answer.status_code == 200
    text = re.sub(r"\s", "", pdf_text(answer.content))
    assert f"特别程序告知书（{town.county.centre.name}）{told.number}" in text, "it stands in the contents"
    assert "请在办件页单独打开打印" in text


def test_a_case_with_nothing_but_the_other_centres_papers_is_printed_too(town: Town, browsers: Browsers) -> None:
    case = town.city.submitted(town.zhang, DEVOLVED)
    with enter(town.city.centre):
        commands.hand_down_application(actor=town.city.clerk, case_id=case.pk)
    relay_all()
    town.county.accept(town.county.case(str(case.tracking_number)))
    relay_all()
    with enter(town.city.centre):
        Paper.objects.filter(subject=case.tracking_number).delete()
    page = _print(town, browsers.staff(town.city, "WINDOW_CLERK"), [case])
    assert (page.context["progress"].done, page.context["volumes"][0].papers) == (1, 1)


def test_what_was_issued_later_or_revoked_is_not_in_it_and_a_case_without_papers_says_so(
    town: Town, browsers: Browsers
) -> None:
    case, bare = _cases_of(town, 2)
    with enter(town.city.centre):
        Paper.objects.filter(subject=bare.tracking_number).delete()
        acceptance = Paper.objects.get(subject=case.tracking_number, kind="ACCEPTANCE")
    browser = browsers.staff(town.city, "WINDOW_CLERK")
    page = _print(town, browser, [case, bare])
    assert "还没有就这件签发文书" in page.content.decode()
    town.city.review(case)
    town.city.decide(case)
    with enter(town.city.centre):
        Paper.objects.filter(pk=acceptance.pk).update(revoked_at=acceptance.issued_at, revoke_reason="x")
        later = Paper.objects.filter(subject=case.tracking_number, pk__gt=acceptance.pk)
        assert later.update(issued_at=page.context["batch"].at + timedelta(minutes=1)) > 0
    batch = page.context["batch"].pk
    [volume] = browser.get(workbench(town, f"batches/{batch}/")).context["volumes"]
    assert volume.papers == 1


@pytest.mark.req("A-01", "A-09")
def test_it_is_the_printers_own(town: Town, browsers: Browsers) -> None:
    browser = browsers.staff(town.city, "WINDOW_CLERK")
    page = _print(town, browser, _cases_of(town, 1))
    address = page.context["volumes"][0].url
    before = town.city.snapshot()
    assert browsers.staff(town.city, "APPROVER").get(address).status_code == 404
    assert browsers.staff(town.neighbour, "WINDOW_CLERK").get(address).status_code == 403
    assert browsers.applicant().get(address).status_code == 403
    assert browsers.nobody().get(address).status_code == 302
    elsewhere = address.replace(town.city.centre.code, town.neighbour.centre.code)
    assert browsers.staff(town.neighbour, "WINDOW_CLERK").get(elsewhere).status_code == 404
    assert (
        browsers.staff(town.city, "SUPERVISOR").post(workbench(town, "marked/print/"), {"case": ["1"]}).status_code
        == 404
    )
    assert town.city.snapshot() == before


def test_only_a_batch_of_printing_has_volumes(town: Town, browsers: Browsers) -> None:
    [case] = _cases_of(town, 1)
    browser = browsers.staff(town.city, "WINDOW_CLERK")
    claimed = browser.post(workbench(town, "marked/claim/"), {"case": [case.pk], "confirmed": "yes"}, follow=True)
    assert claimed.context["progress"].done == 1
    assert claimed.context["volumes"] == []
    assert browser.get(workbench(town, f"batches/{claimed.context['batch'].pk}/papers/1.pdf")).status_code == 404


def test_a_volume_costs_the_same_statements_for_one_case_and_for_five(town: Town, browsers: Browsers) -> None:
    browser = browsers.staff(town.city, "WINDOW_CLERK")

    def statements(number: int) -> int:
        url = _print(town, browser, _cases_of(town, number)).context["volumes"][0].url
        browser.get(url)
        with CaptureQueriesContext(connection) as found:
            assert browser.get(url).status_code == 200
        return len(found)

    assert statements(1) == statements(5)
