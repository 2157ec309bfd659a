"""What anybody learns about a paper: genuine, altered, revoked, unknown; little else, and not too often."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from zt_interop.keys.commands import revoke_key
from zt_interop.keys.models import KeyUsage, PublicKey
from zt_platform.accounts.errors import TooManyTries
from zt_platform.actors import Actor
from zt_platform.papers.codes import new_code
from zt_platform.papers.commands import rendered, revoke_papers
from zt_platform.papers.errors import InvalidVerifyCode, NotOurPaper, PaperNotFound
from zt_platform.papers.kinds import PaperKind
from zt_platform.papers.models import Paper
from zt_platform.papers.queries import Verdict, paper_of, papers_of, verify, verify_file
from zt_platform.papers.signature import sign_paper
from zt_storage.uploads import read_bytes
from zt_tenants import changes
from zt_tenants.context import enter, outside_centres
from zt_tenants.models import Centre
from zt_tenants.urls import portal_url

HERE = "192.0.2.1"


@pytest.fixture
def paper(places, issue) -> Paper:
    """A genuine paper of the city."""
    made = issue(places.city)
    with enter(places.city):
        rendered(made)
    return made


@pytest.fixture
def file(places, paper) -> bytes:
    """Its file."""
    with enter(places.city):
        return read_bytes(paper.attachment)


def test_a_genuine_paper_tells_the_least(paper) -> None:
    found = verify(code=paper.code.lower(), address=HERE)
    assert found.verdict == Verdict.GENUINE
    assert (found.number, found.department) == ("合市监受〔2026〕00001号", "合肥市市场监督管理局")
    assert (found.centre_name, found.addressee_masked) == ("合肥市政务服务中心", "张**")
    assert "张三丰" not in repr(found)


@pytest.mark.parametrize("typed", ["合市监受〔2026〕00001号", "合市监受[2026]00001号", " 合市监受（2026） 00001号"])
def test_the_number_is_compared_however_its_brackets_are_typed(paper, typed) -> None:
    assert verify(code=paper.code, number=typed, address=HERE).verdict == Verdict.GENUINE


def test_another_number_or_file_is_altered_and_tells_nothing(paper) -> None:
    for wrong in ({"number": "合市监受〔2026〕00002号"}, {"sha256": "0" * 64}):
        found = verify(code=paper.code, address=HERE, **wrong)
        assert found.verdict == Verdict.ALTERED
        assert (found.number, found.department, found.addressee_masked) == ("", "", "")


def test_the_file_itself_is_compared_byte_by_byte(paper, file) -> None:
    assert verify_file(chunks=[file], address=HERE).verdict == Verdict.GENUINE
    assert verify_file(chunks=[file], address=HERE).compared
    assert verify_file(chunks=[file + b"\n"], address=HERE).verdict == Verdict.ALTERED
    changed = file.replace("张三丰".encode(), "李四丰".encode()).replace(b"%PDF-1.7", b"%PDF-1.6")
    assert verify_file(chunks=[changed], address=HERE).verdict == Verdict.ALTERED
    with pytest.raises(NotOurPaper):
        verify_file(chunks=[b"%PDF-1.4 something else"], address=HERE)


def test_a_paper_that_is_not_signed_yet_is_pending(places, issue) -> None:
    assert verify(code=issue(places.city).code, address=HERE).verdict == Verdict.PENDING


def test_a_revoked_paper_says_since_when_and_why(places, paper) -> None:
    with enter(places.city):
        assert revoke_papers(subject="1", kinds=[PaperKind.GRANT], reason="x", actor=Actor.system()) == 0
        assert verify(code=paper.code, address=HERE).verdict == Verdict.GENUINE
        gone = revoke_papers(subject="1", kinds=[PaperKind.ACCEPTANCE], reason="申请已撤回", actor=Actor.system(""))
        assert gone == 1
        assert revoke_papers(subject="1", kinds=[PaperKind.ACCEPTANCE], reason="y", actor=Actor.system()) == 0
    found = verify(code=paper.code, address=HERE)
    assert (found.verdict, found.revoke_reason) == (Verdict.REVOKED, "申请已撤回")


def test_unknown_is_one_answer_for_unknown_centres_and_codes(places) -> None:
    for centre in ("340100", "340123", "990000", "340123999"):
        found = verify(code=str(new_code(centre)), address=HERE)
        assert (found.verdict, found.number) == (Verdict.UNKNOWN, "")
    with pytest.raises(InvalidVerifyCode):
        verify(code="340100-ABC", address=HERE)


@pytest.mark.parametrize(
    "change", [{"number": "合市监受〔2026〕99999号"}, {"department_name": "x"}, {"signature": "a.b.c"}]
)
def test_a_row_that_was_changed_in_the_database_is_not_confirmed(places, paper, change) -> None:
    with enter(places.city):
        Paper.objects.filter(pk=paper.pk).update(**change)
    assert verify(code=paper.code, address=HERE).verdict == Verdict.UNCONFIRMED


def test_a_key_that_the_province_never_signed_confirms_nothing(places, paper) -> None:
    PublicKey.objects.filter(centre_code="340100").update(statement="")
    assert verify(code=paper.code, address=HERE).verdict == Verdict.UNCONFIRMED


@pytest.mark.req("A-01")
def test_a_neighbours_key_confirms_no_paper_of_this_centre(places, paper) -> None:
    with outside_centres():
        jws = sign_paper(paper, places.county, paper.sha256)
    with enter(places.city):
        Paper.objects.filter(pk=paper.pk).update(signature=jws)
    assert verify(code=paper.code, address=HERE).verdict == Verdict.UNCONFIRMED


def test_a_revoked_key_confirms_nothing_any_more(places, paper) -> None:
    with outside_centres():
        [key] = PublicKey.objects.filter(centre_code="340100", usage=KeyUsage.MESSAGE)
        revoke_key(key.kid, reason="私钥泄露")
    found = verify(code=paper.code, address=HERE)
    assert (found.verdict, found.number) == (Verdict.UNCONFIRMED, paper.number)


def test_a_paper_signed_before_the_centre_changed_its_code_stays_genuine(places, paper) -> None:
    with outside_centres():
        changes.recode(Centre.objects.get(code="340100"), "340198")
    found = verify(code=paper.code, address=HERE)
    assert (found.verdict, found.code[:6]) == (Verdict.GENUINE, "340100")


@pytest.mark.req("A-01")
def test_the_neighbours_paper_with_the_same_key_stays_its_own(places, issue, paper) -> None:
    other = issue(places.county)
    assert other.pk == paper.pk
    with enter(places.county):
        assert [one.number for one in papers_of("1")] == ["肥西市监受〔2026〕00001号"]
        assert papers_of("2") == []
        with pytest.raises(PaperNotFound):
            paper_of("2", other.pk)
        rendered(other)
    assert verify(code=other.code, address=HERE).centre_name == "肥西县政务服务中心"
    assert verify(code=paper.code, address=HERE).centre_name == "合肥市政务服务中心"


def test_what_passes_between_centre_and_department_is_not_the_applicants(places, issue) -> None:
    order = issue(places.city, PaperKind.SUPERVISION_ORDER)
    with enter(places.city):
        assert papers_of("1") == []
        assert papers_of("1", internal=True) == [order]
        with pytest.raises(PaperNotFound):
            paper_of("1", order.pk)
        assert paper_of("1", order.pk, internal=True) == order


def test_statements_do_not_grow_with_centres_or_papers(places, issue, paper) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as found:
            assert verify(code=paper.code, address=HERE).verdict == Verdict.GENUINE
        return len(found)

    statements()
    few = statements()
    for _ in range(5):
        issue(places.city)
        issue(places.county)
    assert statements() == few <= 4


def test_guessing_is_limited_and_good_codes_are_not_counted(places, paper) -> None:
    for _ in range(40):
        verify(code=paper.code, address=HERE)
    for _ in range(30):
        verify(code=str(new_code("340100")), address=HERE)
    with pytest.raises(TooManyTries):
        verify(code=paper.code, address=HERE)
    assert verify(code=paper.code, address="192.0.2.2").verdict == Verdict.GENUINE


def test_the_page_behind_the_qr_code(paper) -> None:
    page = Client().get(portal_url("verify-code", code=paper.code))
    said = page.content.decode()
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]
    for shown in ("真实有效", paper.number, "张**", "合肥市市场监督管理局", "2026-03-02"):
        assert shown in said
    assert "张三丰" not in said


def test_the_form_takes_code_number_and_file(paper, file) -> None:
    def ask(**given: object) -> tuple[int, str]:
        page = Client().post(portal_url("verify"), given)
        return page.status_code, page.content.decode()

    assert "真实有效" in ask(code=paper.code, number=paper.number)[1]
    assert "与签发的文书不一致" in ask(code=paper.code, number="合市监受〔2026〕00009号")[1]
    assert "逐字节一致" in ask(file=SimpleUploadedFile("a.pdf", file))[1]
    assert "与签发的文书不一致" in ask(file=SimpleUploadedFile("a.pdf", file[:-1]))[1]
    assert "查无此文书" in ask(code=str(new_code("340100")))[1]
    for wrong, said in (
        ({}, "请输入核验码"),
        ({"code": "abc"}, "核验码有误"),
        ({"file": SimpleUploadedFile("a.pdf", b"%PDF-1.4")}, "没有本平台文书的核验码"),
        ({"file": SimpleUploadedFile("a.pdf", b"x" * (5 * 1024 * 1024 + 1))}, "超过5MB"),
    ):
        status, page = ask(**wrong)
        assert status == 422
        assert said in page


def test_a_mistyped_address_is_a_form_to_correct_and_too_many_are_refused(places) -> None:
    browser = Client()
    assert browser.get(portal_url("verify-code", code="abc")).status_code == 422
    for _ in range(30):
        browser.get(portal_url("verify-code", code=str(new_code("340100"))))
    assert browser.get(portal_url("verify-code", code=str(new_code("340100")))).status_code == 429
