"""The clock through the pages: limits with what is left, special procedures, extension, ends; who sees what."""

from __future__ import annotations

import pytest
from browsers import Browsers, workbench
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import override

from zt_platform.cases.models import Case
from zt_platform.cases.presentation import local_calendar, remaining, remaining_of
from zt_platform.cases.testing import PDF, Town, at
from zt_platform.cases.vocabulary import Status
from zt_tenants.clock import now
from zt_tenants.context import enter


def post(town: Town, browser, case: Case, slug: str, **given: str):
    version = town.city.fresh(case).lock_version
    return browser.post(
        workbench(town, f"{case.pk}/{slug}/"), {"lock_version": version, "confirmed": "yes", **given}, follow=True
    )


@pytest.mark.req("E-02", "G-01")
def test_the_case_page_shows_both_limits_and_what_is_left(town, browsers: Browsers, accepted) -> None:
    page = browsers.staff(town.city, "REVIEWER").get(workbench(town, f"{accepted.pk}/"))
    names = {str(row.name): row.left for row in page.context["limits"]}
    assert names["承诺时限"] == "7个工作日7小时"
    assert names["法定时限"] == "20个工作日7小时"
    assert "本环节时限" in names
    text = page.content.decode()
    assert "首问责任人" in text
    assert accepted.first_asked_name in text


def test_a_procedure_is_begun_and_ended_through_the_pages(town, browsers: Browsers, accepted) -> None:
    browser = browsers.staff(town.city, "REVIEWER")
    form = browser.get(workbench(town, f"{accepted.pk}/pause/")).content.decode()
    assert "现场踏勘不在其中" in form
    refused = post(town, browser, accepted, "pause", procedure="HEARING", expected_days="0", reason="x")
    assert refused.status_code == 422
    done = post(town, browser, accepted, "pause", procedure="HEARING", expected_days="8", reason="《办法》第九条")
    assert town.city.fresh(accepted).status == Status.SUSPENDED
    assert "暂停计时，尚余7个工作日7小时" in done.content.decode()
    row = browser.get(workbench(town, "?step=suspended")).context["rows"]
    assert [(one.id, one.remaining) for one in row] == [(accepted.pk, "暂停计时，尚余7个工作日7小时")]
    post(town, browser, accepted, "resume", note="听证笔录已归档")
    assert town.city.fresh(accepted).status == Status.ACCEPTED


def test_of_several_procedures_one_is_chosen(town, browsers: Browsers, accepted) -> None:
    browser = browsers.staff(town.city, "REVIEWER")
    for procedure in ("HEARING", "TESTING"):
        post(town, browser, accepted, "pause", procedure=procedure, expected_days="3", reason="x")
    assert post(town, browser, accepted, "end-procedure").status_code == 422
    post(town, browser, accepted, "end-procedure", procedure="HEARING")
    case = town.city.fresh(accepted)
    assert [pause["until"] is None for pause in case.pauses] == [False, True]
    assert case.status == Status.SUSPENDED


@pytest.mark.req("E-02")
def test_the_extension_is_asked_and_answered_through_the_pages(town, browsers: Browsers, accepted) -> None:
    reviewer, head = browsers.staff(town.city, "REVIEWER"), browsers.staff(town.city, "DEPARTMENT_HEAD")
    assert head.get(workbench(town)).context["rows"] == []
    before = town.city.snapshot()
    assert post(town, reviewer, accepted, "request-extension", days="11", reason="x").status_code == 422
    assert town.city.snapshot() == before
    post(town, reviewer, accepted, "request-extension", days="10", reason="需要专家补充意见")
    assert [row.id for row in head.get(workbench(town)).context["rows"]] == [accepted.pk]  # now it is the head's duty
    assert "延长10个工作日" in head.get(workbench(town, f"{accepted.pk}/extend/")).content.decode().replace("期限", "")
    post(town, head, accepted, "extend")
    assert town.city.fresh(accepted).extension["state"] == "APPROVED"


def test_what_the_house_asks_itself_is_not_shown_to_the_applicant(town, browsers: Browsers) -> None:
    applicant = browsers.actor("applicant")
    case = town.city.accept(town.city.submitted(applicant))
    own = f"/c/{town.city.centre.code}/mine/{case.tracking_number}/"
    post(town, browsers.staff(town.city, "REVIEWER"), case, "request-extension", days="5", reason="需要专家意见")
    assert "需要专家意见" not in browsers.applicant().get(own).content.decode()
    post(town, browsers.staff(town.city, "DEPARTMENT_HEAD"), case, "extend")
    assert "需要专家意见" in browsers.applicant().get(own).content.decode()
    town.city.pause(case)
    text = browsers.applicant().get(own).content.decode()
    assert "特别程序期间不计时限" in text
    assert "专家评审" in text


def test_a_file_is_taken_in_at_the_window(town, browsers: Browsers, accepted) -> None:
    clerk = browsers.staff(town.city, "WINDOW_CLERK")
    file = SimpleUploadedFile("x.pdf", PDF + b"more", content_type="application/pdf")
    post(town, clerk, accepted, "add-material", material_code="extra", file=file)
    page = clerk.get(workbench(town, f"{accepted.pk}/"))
    assert any(paper.name == "其他" and paper.files for paper in page.context["papers"])
    before = town.city.snapshot()
    wrong = SimpleUploadedFile("x.pdf", b"no pdf at all", content_type="application/pdf")
    assert post(town, clerk, accepted, "add-material", material_code="extra", file=wrong).status_code == 422
    assert town.city.snapshot() == before


@pytest.mark.parametrize(
    ("slug", "given", "status", "role"),
    [
        ("terminate", {"reason": "申请人已注销"}, Status.TERMINATED, "WINDOW_CLERK"),
        ("transfer-by-competence", {"competent_organ": "合肥海关"}, Status.TRANSFERRED_BY_COMPETENCE, "WINDOW_CLERK"),
    ],
)
def test_ends_without_a_decision(town, browsers: Browsers, slug: str, given, status: Status, role: str) -> None:
    case = town.city.submitted(town.zhang)
    browser = browsers.staff(town.city, role)
    before = town.city.snapshot()
    assert post(town, browser, case, slug).status_code == 422
    assert town.city.snapshot() == before
    answer = post(town, browser, case, slug, **given)
    assert town.city.fresh(case).status == status
    assert answer.context["limits"] == []


def test_the_supervisor_sends_a_second_notice(town, browsers: Browsers) -> None:
    case = town.city.submitted(town.zhang)
    clerk = browsers.staff(town.city, "WINDOW_CLERK")
    supervisor = browsers.staff(town.city, "SUPERVISOR")
    post(town, clerk, case, "return", defects="场地证明看不清")
    with enter(town.city.centre):
        from zt_platform.cases.commands import resubmit_application

        resubmit_application(actor=town.zhang, case_id=case.pk)
    before = town.city.snapshot()
    assert post(town, clerk, case, "second-correction", defects="缺盖章", reason="漏看").status_code == 422
    assert town.city.snapshot() == before
    post(town, supervisor, case, "second-correction", defects="缺盖章", reason="漏看")
    assert town.city.fresh(case).correction_count == 2


def test_the_neighbours_staff_change_nothing(town, browsers: Browsers, accepted) -> None:
    before = town.city.snapshot()
    outsider = browsers.staff(town.county, "REVIEWER", "DEPARTMENT_HEAD", "SUPERVISOR")
    for slug in ("pause", "resume", "request-extension", "extend", "refuse-extension", "terminate", "add-material"):
        answer = outsider.post(workbench(town, f"{accepted.pk}/{slug}/"), {"lock_version": 2, "confirmed": "yes"})
        assert answer.status_code == 404
    assert town.city.snapshot() == before


def test_what_is_left_in_words(town, accepted) -> None:
    with enter(town.city.centre):
        days = local_calendar()
        assert remaining(None, now(), days) == ("—", False)
        with at("2026-03-11 09:00"):
            assert remaining(accepted.due_at, now(), days) == ("今天 17:00 前", False)
        with at("2026-03-12 11:30"):
            assert remaining(accepted.due_at, now(), days) == ("超期3小时", True)
        with at("2026-03-10 16:30"):
            assert remaining(accepted.due_at, now(), days) == ("1个工作日", False)
        with override("en"):
            assert remaining(accepted.due_at, now(), days) == ("7 working days 7 hours", False)
    with at("2026-12-21 10:00"):
        late = town.city.accept(town.city.submitted(town.zhang))
        with enter(town.city.centre):
            assert remaining(late.statutory_due_at, now(), local_calendar())[0].endswith("（暂定）")
    with at("2026-03-12 09:00"):
        paused = town.city.pause(accepted)
        with enter(town.city.centre):
            assert remaining_of(paused, now(), local_calendar()) == ("暂停计时；已超期不到1小时", True)
