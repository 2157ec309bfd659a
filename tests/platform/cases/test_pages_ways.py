"""The pages of the special ways: default rules, commitments and debts, for administrators, staff and applicants."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from zt_platform.cases import commands
from zt_platform.cases.models import Case
from zt_platform.cases.testing import OWN, PDF, ZHANG, Town, allow
from zt_platform.cases.tolerance import open_debts
from zt_platform.cases.vocabulary import Status
from zt_platform.catalogue.models import Item
from zt_platform.organisation.roles import Role
from zt_tenants.context import enter
from zt_tenants.urls import centre_url

WAY = {"temporary_days": 180, "commitment_terms": "依法建设；保证安全生产", "commitment_basis": "《办法》第六条"}


@pytest.mark.req("G-05")
def test_an_administrator_switches_a_rule_on_and_off_again(town: Town, browsers) -> None:
    county = town.county
    admin = browsers.staff(county, "CENTRE_ADMIN")
    url = centre_url(county.centre, "catalogue:defaults")
    assert "没有事项开启过" in admin.get(url).content.decode()
    wrong = admin.post(centre_url(county.centre, "catalogue:defaults-on"), {"item_code": OWN, "grace_days": "2"})
    assert wrong.status_code == 422
    answer = admin.post(
        centre_url(county.centre, "catalogue:defaults-on"),
        {"item_code": OWN, "legal_basis": "《办法》第四条", "grace_days": "2", "valid_from": "2026-03-01"},
    )
    assert answer.status_code == 302
    page = admin.get(url).content.decode()
    assert "《办法》第四条" in page
    assert "开启" in page
    admin.post(centre_url(county.centre, "catalogue:defaults-off"), {"item_code": OWN, "reason": "法制审查"})
    assert "法制审查" in admin.get(url).content.decode()


@pytest.mark.req("G-05", "A-01")
def test_nobody_else_sees_or_switches_rules(town: Town, browsers) -> None:
    county = town.county
    urls = [centre_url(county.centre, f"catalogue:defaults{more}") for more in ("", "-on", "-off")]
    good = {"item_code": OWN, "legal_basis": "x", "grace_days": "2", "valid_from": "2026-03-01", "reason": "x"}
    for reader in (
        browsers.staff(county, "WINDOW_CLERK", "APPROVER"),
        browsers.staff(town.neighbour, "CENTRE_ADMIN"),
        browsers.nobody(),
    ):
        assert reader.get(urls[0]).status_code in (302, 403)
        for url in urls[1:]:
            assert reader.post(url, good).status_code in (302, 403)
    with enter(county.centre):
        assert all(rules == [] for rules in Item.objects.values_list("default_rules", flat=True))


@pytest.mark.req("I-06", "E-12")
def test_an_applicant_commits_on_the_last_page_and_supplies_on_his_own(town: Town, browsers) -> None:
    county = town.county
    allow(county, OWN, may_follow=["site"], tolerance_days=10, tolerance_basis="《条例》第三条")
    me, zhang = browsers.actor("applicant"), browsers.applicant()
    with enter(county.centre):
        case = commands.start_application(actor=me, item_code=OWN, applicant=ZHANG, form={"place": "1"})
    county.attach(me, case, "id")
    step = {"case_id": case.pk, "step": "materials"}
    assert zhang.post(centre_url(county.centre, "cases:draft-step", **step)).status_code == 302
    review = centre_url(county.centre, "cases:draft-step", **{**step, "step": "review"})
    assert "容缺受理" in zhang.get(review).content.decode()
    refused = zhang.post(review, {"submission_key": "a"})
    assert refused.status_code == 422
    assert zhang.post(review, {"submission_key": "a", "commits": "yes"}).status_code == 302
    number = county.accept(county.fresh(case)).tracking_number
    mine = centre_url(county.centre, "cases:mine", number=number)
    assert "还差1份容缺材料" in zhang.get(mine).content.decode()
    supply = centre_url(county.centre, "cases:supply", number=number)
    assert "场地证明" in zhang.get(supply).content.decode()
    file = SimpleUploadedFile("site.pdf", PDF + b"late", content_type="application/pdf")
    assert zhang.post(supply, {"material_code": "site", "file": file}).status_code == 302
    assert not open_debts(county.fresh(case))
    assert browsers.applicant("outsider").get(supply).status_code == 404


@pytest.mark.req("I-04", "I-05")
def test_from_the_signature_to_the_full_certificate_on_pages(town: Town, browsers) -> None:
    county = town.county
    allow(county, OWN, **WAY)
    case = county.review(county.accept(county.submitted(browsers.actor("applicant"))))
    zhang, approver = browsers.applicant(), browsers.staff(county, "APPROVER")

    def act(slug: str) -> str:
        return centre_url(county.centre, "workbench:action", case_id=case.pk, slug=slug)

    page = centre_url(county.centre, "workbench:case", case_id=case.pk)
    assert "凭承诺核发" not in approver.get(page).content.decode()
    sign = centre_url(county.centre, "cases:commitment", number=case.tracking_number)
    assert "保证安全生产" in zhang.get(sign).content.decode()
    assert zhang.post(sign, {"signed_by": "张三丰"}).status_code == 422
    assert zhang.post(sign, {"signed_by": "张三丰", "agreed": "on"}).status_code == 302
    assert "凭承诺核发" in approver.get(page).content.decode()
    seen = county.fresh(case).lock_version
    posted = approver.post(act("grant-on-commitment"), {"lock_version": seen, "valid_until": "2026-06-01"})
    assert posted.status_code == 302
    assert "临时许可证" in approver.get(page).content.decode()
    seen = county.fresh(case).lock_version
    assert approver.post(act("convert-permit"), {"lock_version": seen, "opinion": "现场核查一致"}).status_code == 302
    done: Case = county.fresh(case)
    assert (done.status, done.temporary_permit["state"]) == (Status.APPROVED, "CONVERTED")
    assert date.fromisoformat(done.temporary_permit["until"]) == date(2026, 6, 1)


@pytest.mark.req("E-17")
def test_the_head_approves_special_handling_on_a_page(town: Town, browsers) -> None:
    county = town.county
    case = county.submitted(town.zhang)
    head = browsers.staff(county, Role.DEPARTMENT_HEAD.value)
    url = centre_url(county.centre, "workbench:action", case_id=case.pk, slug="approve-specially")
    assert "法定条件" in head.get(url).content.decode()
    assert head.post(url, {"lock_version": county.fresh(case).lock_version, "reason": "抗洪抢险"}).status_code == 302
    assert "抗洪抢险" in head.get(centre_url(county.centre, "workbench:case", case_id=case.pk)).content.decode()
    everything = browsers.staff(county, "WINDOW_CLERK", "REVIEWER", "APPROVER")
    assert "当场办结" in everything.get(centre_url(county.centre, "workbench:case", case_id=case.pk)).content.decode()
