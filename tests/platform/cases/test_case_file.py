"""The file of a case as one PDF: everything in it in order, what cannot be bound named, nobody else opens it (F-17)."""

from __future__ import annotations

import re

import pytest
import typst
from browsers import Browsers
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pdf_text import pdf_text

from zt_platform.audit.models import AuditRecord
from zt_platform.cases import commands
from zt_platform.cases.models import Case, CaseMaterial
from zt_platform.cases.numbers import grouped
from zt_platform.cases.testing import ENTRUSTED, OWN, PDF, ZHANG, Town, relay_all
from zt_platform.catalogue.models import Material
from zt_platform.papers import binding
from zt_platform.papers.models import Paper
from zt_platform.papers.rendering import TEMPLATES
from zt_storage import objects
from zt_storage.uploads import put_bytes
from zt_tenants.context import enter

pytestmark = pytest.mark.req("F-17")


def scanned(*pages: str) -> bytes:
    """A PDF with these words, a page each."""
    made = typst.compile("#pagebreak()\n".join(pages).encode(), format="pdf", font_paths=[], ignore_system_fonts=False)
    assert isinstance(made, bytes)
    return made


def picture() -> bytes:
    """A PNG."""
    made = typst.compile(b"#set page(width: 40mm, height: 30mm)\nsite plan", format="png")
    assert isinstance(made, bytes)
    return made


def _address(town: Town, case) -> str:
    return f"/c/{town.city.centre.code}/workbench/{case.pk}/file.pdf"


def _text(data: bytes) -> str:
    return re.sub(r"\s", "", pdf_text(data))


def _pages(data: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", data))


def _case(town: Town, **files: bytes) -> Case:
    """A case with these files for its materials, accepted."""
    with enter(town.city.centre):
        case = commands.start_application(actor=town.zhang, item_code=OWN, applicant=ZHANG, form={"place": "桃花镇1号"})
    for code, data in files.items():
        town.city.attach(town.zhang, case, code, data)
    with enter(town.city.centre):
        return town.city.accept(commands.submit_application(actor=town.zhang, case_id=case.pk))


def _order(text: str, *said: str) -> None:
    places = [text.index(word) for word in said]
    assert places == sorted(places), list(zip(said, places, strict=True))


def test_cover_contents_form_materials_papers_and_course_are_bound_in_order(town: Town, browsers: Browsers) -> None:
    case = _case(town, id=scanned("PASSPORT PAGE ONE", "PASSPORT PAGE TWO"), site=scanned("LEASE"))
    town.city.review(case)
    town.city.decide(case)
    town.city.seal(case)
    town.city.deliver(case)
    answer = browsers.staff(town.city, "WINDOW_CLERK").get(_address(town, case))
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
    assert "no-store" in answer.headers["Cache-Control"]
    text = _text(answer.content)
    with enter(town.city.centre):
        papers = list(Paper.objects.filter(subject=case.tracking_number).order_by("issued_on", "pk"))
        digests = [row.attachment.sha256 for row in CaseMaterial.objects.filter(case=case, superseded_at=None)]
    _order(
        text, "食品经营许可案卷", grouped(case.tracking_number), "张三丰", "卷内目录", "申请表", "办理经过", "桃花镇1号"
    )
    for paper in papers:
        assert text.count(re.sub(r"\s", "", paper.number)) >= 2, "in the contents and on the paper"
    for digest in digests:
        assert digest in text, "the contents name what every file was"
    course = text[text.rindex("办理经过") :]
    _order(course, "受理", "审核", "送达")


def test_the_pages_of_every_file_are_in_it(town: Town, browsers: Browsers) -> None:
    browser = browsers.staff(town.city, "WINDOW_CLERK")
    few = browser.get(_address(town, _case(town, id=scanned("A"), site=scanned("B")))).content
    many = browser.get(_address(town, _case(town, id=scanned(*"ABCDEFG"), site=scanned("B")))).content
    assert _pages(many) - _pages(few) == 6


@pytest.mark.parametrize("number", [1, 2, 3, 7, 8, 13])
def test_pages_are_counted_by_the_reader_that_draws_them(tmp_path, number: int) -> None:
    (tmp_path / "probe.typ").write_bytes((TEMPLATES / "probe.typ").read_bytes())
    (tmp_path / "a.pdf").write_bytes(scanned(*("x" * number)))
    assert binding.pages_in(tmp_path, "a.pdf") == number


def test_a_longer_file_than_is_bound_is_known_without_counting_all_of_it(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(binding, "MOST_PAGES", 4)
    (tmp_path / "probe.typ").write_bytes((TEMPLATES / "probe.typ").read_bytes())
    for name, number, counted in (("four", 4, 4), ("nine", 9, 5)):
        (tmp_path / f"{name}.pdf").write_bytes(scanned(*("x" * number)))
        assert binding.pages_in(tmp_path, f"{name}.pdf") == counted
    (tmp_path / "broken.pdf").write_bytes(PDF)
    (tmp_path / "picture.png").write_bytes(picture())
    assert (binding.pages_in(tmp_path, "broken.pdf"), binding.pages_in(tmp_path, "picture.png")) == (0, 1)


def test_a_picture_is_a_page_of_its_own(town: Town, browsers: Browsers) -> None:
    with enter(town.city.centre):
        Material.objects.filter(code="extra").update(accepted_types=["image/png"])
    case = town.city.draft(town.zhang)
    browser = browsers.staff(town.city, "WINDOW_CLERK")
    with enter(town.city.centre):
        file = put_bytes(
            data=picture(), file_name="site.png", content_type="image/png", owner_account_id=town.zhang.account_id
        )
        commands.attach_material(actor=town.zhang, case_id=case.pk, material_code="extra", attachment_id=file.pk)
        commands.submit_application(actor=town.zhang, case_id=case.pk)
    answer = browser.get(_address(town, case))
    assert re.search(rb"/Subtype\s*/Image", answer.content)
    assert "site.png" in _text(answer.content)


def test_what_was_replaced_stays_in_the_file_and_is_marked(town: Town, browsers: Browsers) -> None:
    case = town.city.submitted(town.zhang)
    with enter(town.city.centre):
        commands.return_for_correction(actor=town.city.clerk, case_id=case.pk, defects=["场地证明不清楚"])
        [blurred] = CaseMaterial.objects.filter(case=case, material_code="site")
        commands.detach_material(actor=town.zhang, case_id=case.pk, case_material_id=blurred.pk)
    town.city.attach(town.zhang, case, "site", scanned("CLEAR"))
    with enter(town.city.centre):
        commands.resubmit_application(actor=town.zhang, case_id=case.pk)
        blurred = CaseMaterial.objects.select_related("attachment").get(pk=blurred.pk)
    assert blurred.superseded_at is not None
    text = _text(browsers.staff(town.city, "WINDOW_CLERK").get(_address(town, case)).content)
    assert "场地证明（2026-03-02被替换）" in text
    assert text.count(blurred.attachment.sha256) >= 1


def test_a_file_that_cannot_be_shown_or_is_lost_has_a_sheet_with_its_digest(town: Town, browsers: Browsers) -> None:
    case = _case(town, id=PDF, site=scanned("LEASE"))
    browser = browsers.staff(town.city, "WINDOW_CLERK")
    with enter(town.city.centre):
        lost = CaseMaterial.objects.get(case=case, material_code="site").attachment
    assert "这份文件打不开" in _text(browser.get(_address(town, case)).content)
    objects.remove(lost.object_key)
    text = _text(browser.get(_address(town, case)).content)
    assert "没有取到这份文件" in text
    assert text.count(lost.sha256) == 2, "in the contents and on the sheet"


def test_a_file_beyond_the_room_has_a_sheet(town: Town, browsers: Browsers, monkeypatch) -> None:
    monkeypatch.setattr(binding, "MOST_BYTES", 10)
    case = _case(town, id=scanned("A"), site=scanned("B"))
    assert _text(browsers.staff(town.city, "WINDOW_CLERK").get(_address(town, case)).content).count("另行打印") == 2


def test_the_papers_of_the_other_centre_are_bound_too(town: Town, browsers: Browsers) -> None:
    case = town.city.accept(town.city.submitted(town.zhang, ENTRUSTED))
    relay_all()
    there = town.county.case(case.tracking_number)
    town.county.review(there)
    town.county.decide(there)
    relay_all()
    case = town.city.fresh(case)
    assert case.foreign_papers, "the county told of its papers"
    text = _text(browsers.staff(town.city, "WINDOW_CLERK").get(_address(town, case)).content)
    for paper in case.foreign_papers:
        assert re.sub(r"\s", "", paper["number"]) in text
    assert f"{town.county.centre.name}签发" in text


@pytest.mark.req("A-01", "Y-11")
def test_staff_of_the_centre_alone_open_it_and_it_is_recorded(town: Town, browsers: Browsers) -> None:
    case = _case(town, id=scanned("A"), site=scanned("B"))
    address, before = _address(town, case), town.city.snapshot()

    def readings() -> int:
        with enter(town.city.centre):
            return AuditRecord.objects.filter(case_id=case.pk, purpose="打印案卷").count()

    assert browsers.staff(town.neighbour, "WINDOW_CLERK").get(address).status_code == 403
    assert browsers.applicant().get(address).status_code == 403
    with enter(town.city.centre):
        type(case).objects.filter(pk=case.pk).update(applicant_account_id=browsers.account("applicant").id)
    assert browsers.applicant().get(address).status_code == 403, "also the case's own: it holds inner papers"
    before = town.city.snapshot()
    assert browsers.nobody().get(address).status_code == 302
    elsewhere = address.replace(town.city.centre.code, town.neighbour.centre.code)
    assert browsers.staff(town.neighbour, "WINDOW_CLERK").get(elsewhere).status_code == 404
    draft = town.city.draft(town.zhang)
    assert browsers.staff(town.city, "WINDOW_CLERK").get(_address(town, draft)).status_code == 404
    assert readings() == 0
    assert browsers.staff(town.city, "REVIEWER").get(address).status_code == 200
    assert readings() == 1
    assert [row for row in town.city.snapshot() if row in before] == before


def test_a_full_file_costs_the_statements_of_a_thin_one(town: Town, browsers: Browsers) -> None:
    browser = browsers.staff(town.city, "WINDOW_CLERK")

    def statements(case) -> int:
        with CaptureQueriesContext(connection) as found:
            assert browser.get(_address(town, case)).status_code == 200
        return len(found)

    thin = _case(town, id=scanned("A"), site=scanned("B"))
    statements(thin)
    full = _case(town, id=scanned("A"), site=scanned("B"), extra=scanned("C"))
    town.city.review(full)
    town.city.decide(full)
    town.city.seal(full)
    assert statements(thin) == statements(full)
