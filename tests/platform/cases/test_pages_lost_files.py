"""What the clerk sees of a file that the store has lost, and of a store that does not answer."""

from __future__ import annotations

import pytest
from browsers import Browsers
from django.test import Client

from zt_platform.cases.models import Case, CaseMaterial
from zt_platform.cases.testing import Town
from zt_platform.papers.models import Paper, PaperState
from zt_storage import objects
from zt_storage.uploads import read_bytes
from zt_tenants.context import enter
from zt_tenants.urls import centre_url

pytestmark = pytest.mark.req("Y-11", "Y-01")
ROLES = ("WINDOW_CLERK", "REVIEWER", "APPROVER")
AWAY = "127.0.0.1:1"


def _case_page(town: Town, browsers: Browsers, case: Case) -> str:
    answer = browsers.staff(town.city, *ROLES).get(centre_url(town.city.centre, "workbench:case", case_id=case.pk))
    assert answer.status_code == 200
    return str(answer.content.decode())


def _first_file(town: Town, case: Case):
    with enter(town.city.centre):
        return CaseMaterial.objects.filter(case=case).order_by("pk").first().attachment


def _accepted(town: Town, browsers: Browsers) -> tuple[Paper, str, Client]:
    """The first paper of an accepted case, where it is opened, and a clerk."""
    case = town.city.submitted(town.zhang)
    town.city.accept(case)
    with enter(town.city.centre):
        paper = Paper.objects.filter(subject=case.tracking_number).order_by("pk").first()
    assert paper is not None
    address = centre_url(town.city.centre, "workbench:paper", case_id=case.pk, paper_id=paper.pk)
    return paper, address, browsers.staff(town.city, *ROLES)


def test_a_file_that_is_there_is_shown_without_a_word(town: Town, browsers: Browsers) -> None:
    page = _case_page(town, browsers, town.city.submitted(town.zhang))
    assert '<div class="preview no-print" id="preview">' in page
    assert "文件存储" not in page


def test_a_lost_file_is_named_with_its_digest_and_what_to_do(town: Town, browsers: Browsers) -> None:
    case = town.city.submitted(town.zhang)
    file = _first_file(town, case)
    data = b"".join(objects.chunks(file.object_key))
    objects.remove(file.object_key)
    page = _case_page(town, browsers, case)
    assert f"“{file.file_name}”不在文件存储里了" in page
    assert f"SHA-256 {file.sha256}" in page
    assert "zhengtong files" in page
    assert "<iframe" not in page

    objects.put(file.object_key, data, file.content_type)
    assert "不在文件存储里了" not in _case_page(town, browsers, case)


def test_a_store_that_does_not_answer_leaves_the_rest_of_the_page_standing(
    town: Town, browsers: Browsers, settings
) -> None:
    case = town.city.submitted(town.zhang)
    settings.S3_ENDPOINT = AWAY
    page = _case_page(town, browsers, case)
    assert "文件存储暂时没有回应" in page
    assert "不在文件存储里了" not in page
    assert case.item_name in page


def test_a_lost_paper_is_drawn_again_when_it_is_opened(town: Town, browsers: Browsers) -> None:
    paper, address, clerk = _accepted(town, browsers)
    assert clerk.get(address).status_code == 302
    with enter(town.city.centre):
        paper.refresh_from_db()
        before = read_bytes(paper.attachment)
    objects.remove(paper.attachment.object_key)

    assert clerk.get(address).status_code == 302

    with enter(town.city.centre):
        assert read_bytes(paper.attachment) == before
        assert Paper.objects.get(pk=paper.pk).signature == paper.signature


def test_a_lost_paper_that_would_be_another_one_is_not_replaced(town: Town, browsers: Browsers) -> None:
    paper, address, clerk = _accepted(town, browsers)
    clerk.get(address)
    with enter(town.city.centre):
        paper.refresh_from_db()
        file = paper.attachment
        type(file).objects.filter(pk=file.pk).update(sha256="0" * 64)  # as if another release had drawn it
    objects.remove(file.object_key)
    answer = clerk.get(address)
    assert answer.status_code == 404
    assert "存储中没有文件" in answer.content.decode()
    assert objects.stat(file.object_key) is None


def test_a_paper_that_cannot_be_stored_now_says_when_to_come_back(town: Town, browsers: Browsers, settings) -> None:
    paper, address, clerk = _accepted(town, browsers)
    settings.S3_ENDPOINT = AWAY
    before = town.city.snapshot()
    for accept, words in (("text/html", "系统正在恢复"), ("application/json", "STORAGE_UNAVAILABLE")):
        answer = clerk.get(address, headers={"accept": accept})
        assert (answer.status_code, answer["Retry-After"]) == (503, "5")
        assert words in answer.content.decode()
    with enter(town.city.centre):
        assert Paper.objects.get(pk=paper.pk).state == PaperState.PENDING
    assert town.city.snapshot() == before
