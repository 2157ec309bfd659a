"""Taking an application at the window: by card, handed in and accepted in one go, with a receipt."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from browsers import RESIDENT_IDS, Browsers, workbench
from django.db import connection
from django.test import Client

from zt_platform.accounts.models import Account
from zt_platform.actors import Actor
from zt_platform.audit.models import AuditRecord
from zt_platform.cases import commands, queries
from zt_platform.cases.models import Case, CaseEvent
from zt_platform.cases.testing import INSTANT, OWN, PDF, ZHANG, Town, allow
from zt_platform.cases.tolerance import open_debts
from zt_platform.organisation.models import StaffMember
from zt_storage.uploads import put_bytes
from zt_tenants.context import enter

NUMBER = RESIDENT_IDS["applicant"]
PERSON = {
    "resident_id": NUMBER,
    "full_name": "张小明",
    "phone": "13855512345",
    "card_seen": "on",
    "item": OWN,
    "client_key": "once",
}
COMPANY = {
    "organisation_name": "合肥某某食品有限公司",
    "uscc": "91110000600037341L",
    "authorised_until": "2027-01-01",
    "letter_seen": "on",
}


def _begun(town: Town, browser: Client, **changes: str) -> Case:
    answer = browser.post(workbench(town, "counter/"), {**PERSON, **changes})
    assert answer.status_code == 302, answer.content.decode()[:3000]
    with enter(town.city.centre):
        return Case.objects.get(pk=int(answer.headers["Location"].split("/")[-3]))


def _scan(town: Town, case: Case, username: str, codes: tuple[str, ...] = ("id", "site")) -> None:
    account = Account.objects.get(username=username)
    with enter(town.city.centre):
        actor = Actor.for_member(StaffMember.objects.get(account_id=account.id))
        for code in codes:
            file = put_bytes(
                data=PDF, file_name=f"{code}.pdf", content_type="application/pdf", owner_account_id=account.id
            )
            commands.attach_material(actor=actor, case_id=case.pk, material_code=code, attachment_id=file.pk)


CLERK = "staff-340100-window-clerk-person"


@pytest.mark.req("L-04", "E-07")
def test_somebody_without_an_account_is_served_in_one_go(town: Town, browsers: Browsers) -> None:
    browser = browsers.staff(town.city, "WINDOW_CLERK")
    case = _begun(town, browser)
    assert _begun(town, browser).pk == case.pk
    assert case.applicant_account_id is None
    _scan(town, case, CLERK)
    done = browser.post(
        workbench(town, f"{case.pk}/intake/"),
        {"place": "桃花镇1号", "accept": "yes", "submission_key": "k", "original_seen": ["身份证明"]},
        follow=True,
    )
    page = done.content.decode()
    assert done.redirect_chain[-1][0] == workbench(town, f"{case.pk}/receipt/")
    assert town.city.fresh(case).status == "ACCEPTED"
    for part in ("张小明", "身份证明", "受理", "李敏"):
        assert part in page, part
    with enter(town.city.centre):
        assert CaseEvent.objects.get(step="NOTED").note == "窗口已核对原件：身份证明"
        read = queries.case_for(town.city.clerk, case.pk)
        assert queries.applicant_of(read).verified
        purposes = list(AuditRecord.objects.order_by("id").values_list("deed", "purpose"))
    assert ("SEARCHED_PERSON", "窗口收件") in purposes
    assert ("READ_CASE", "打印回执") in purposes
    assert NUMBER not in str(purposes)


def test_the_holder_of_an_account_finds_the_case_there_and_is_verified(town: Town, browsers: Browsers) -> None:
    account = browsers.account("applicant", NUMBER)
    browser = browsers.staff(town.city, "WINDOW_CLERK")
    case = _begun(town, browser, phone="")
    assert case.applicant_account_id == account.id
    assert Account.objects.get(id=account.id).is_verified
    with enter(town.city.centre):
        found = queries.applicant_of(queries.case_for(town.city.clerk, case.pk))
    assert (found.name, found.phone, found.verified) == ("张小明", "13855512345", True)


@pytest.mark.req("E-19")
def test_an_agent_brings_a_letter(town: Town, browsers: Browsers) -> None:
    browser = browsers.staff(town.city, "WINDOW_CLERK")
    wrong = browser.post(workbench(town, "counter/"), {**PERSON, **COMPANY, "authorised_until": "2026-01-01"})
    assert wrong.status_code == 422
    assert "授权书上的截止日期" in wrong.content.decode()
    case = _begun(town, browser, **COMPANY)
    with enter(town.city.centre):
        found = queries.applicant_of(queries.case_for(town.city.clerk, case.pk))
    assert (found.name, found.agent_name, found.verified) == (COMPANY["organisation_name"], "张小明", True)
    unseen = {**COMPANY, "letter_seen": ""}
    unverified = _begun(town, browser, **{k: v for k, v in unseen.items() if v}, client_key="second")
    with enter(town.city.centre):
        assert not queries.applicant_of(queries.case_for(town.city.clerk, unverified.pk)).verified


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"resident_id": "340102199001011237"}, "身份证"),
        ({"full_name": ""}, "请填写"),
        ({"phone": "1"}, "手机"),
        ({"item": "XK-NONE"}, "XK-NONE"),
        ({"organisation_name": "某公司", "uscc": "1"}, "信用代码"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_begins(town: Town, browsers: Browsers, changes, said: str) -> None:
    browser = browsers.staff(town.city, "WINDOW_CLERK")
    answer = browser.post(workbench(town, "counter/"), {**PERSON, **changes})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    with enter(town.city.centre):
        assert not Case.objects.exists()


def test_card_and_account_must_agree(town: Town, browsers: Browsers) -> None:
    browsers.account("applicant", NUMBER)
    answer = browsers.staff(town.city, "WINDOW_CLERK").post(
        workbench(town, "counter/"), {**PERSON, "full_name": "李四"}
    )
    assert answer.status_code == 422
    assert "姓名不一致" in answer.content.decode() or "不一致" in answer.content.decode()
    with enter(town.city.centre):
        assert not Case.objects.exists()
    assert not Account.objects.get(username="applicant-person").is_verified


@pytest.mark.req("E-12")
def test_what_is_missing_is_said_at_once_and_input_is_kept(town: Town, browsers: Browsers) -> None:
    browser = browsers.staff(town.city, "WINDOW_CLERK")
    case = _begun(town, browser)
    refused = browser.post(workbench(town, f"{case.pk}/intake/"), {"place": "桃花镇1号", "accept": "yes"})
    assert refused.status_code == 422
    assert "还没有上传" in refused.content.decode()
    assert town.city.fresh(case).status == "DRAFT"
    empty = browser.post(workbench(town, f"{case.pk}/intake/"), {"place": "", "accept": "yes"})
    assert "#id_place" in empty.content.decode()
    assert browser.post(workbench(town, f"{case.pk}/intake/autosave/"), {"place": "半句"}).json()["saved"]
    assert "半句" in browser.get(workbench(town, f"{case.pk}/intake/")).content.decode()
    assert "没收完的" in browser.get(workbench(town, "counter/")).content.decode()


@pytest.mark.req("E-01")
def test_an_instant_item_is_completed_while_one_waits(town: Town, browsers: Browsers) -> None:
    browser = browsers.staff(town.city, "WINDOW_CLERK", "REVIEWER", "APPROVER")
    case = _begun(town, browser, item=INSTANT)
    _scan(town, case, "staff-340100-window-clerk-reviewer-approver-person")
    assert "提交并当场办结" in browser.get(workbench(town, f"{case.pk}/intake/")).content.decode()
    browser.post(workbench(town, f"{case.pk}/intake/"), {"place": "桃花镇1号", "decide": "yes", "submission_key": "k"})
    assert town.city.fresh(case).status == "COMPLETED"


def test_only_a_clerk_of_this_window_hall(town: Town, browsers: Browsers) -> None:
    case = _begun(town, browsers.staff(town.city, "WINDOW_CLERK"))
    before = town.city.snapshot()
    outsiders = (
        browsers.applicant("outsider"),
        browsers.staff(town.neighbour, "WINDOW_CLERK"),
        browsers.staff(town.city, "REVIEWER"),
    )
    for outsider in outsiders:
        assert outsider.post(workbench(town, "counter/"), PERSON).status_code == 403
        for path in ("intake/", "intake/autosave/", "intake/uploads/open/", "intake/uploads/remove/"):
            answer = outsider.post(workbench(town, f"{case.pk}/{path}"), {"place": "x", "accept": "yes", "file": "1"})
            assert answer.status_code in (403, 404), path
    for outsider in outsiders[:2]:
        assert outsider.get(workbench(town, f"{case.pk}/receipt/")).status_code == 404
    assert town.city.snapshot() == before


def test_a_clerk_scans_at_the_window(town: Town, browsers: Browsers) -> None:
    browser = browsers.staff(town.city, "WINDOW_CLERK")
    case = _begun(town, browser)
    asked = {"material": "id", "file_name": "身份证.pdf", "size": "100", "content_type": "application/pdf"}
    ticket = browser.post(workbench(town, f"{case.pk}/intake/uploads/open/"), asked).json()
    assert set(ticket) == {"attachment_id", "url", "fields"}


@pytest.mark.req("E-10")
def test_many_equal_clicks_at_the_window_begin_one_draft(committed_town: Town) -> None:
    city = committed_town.city

    def click(_: int) -> int:
        try:
            with enter(city.centre):
                case = commands.start_application(actor=city.clerk, item_code=OWN, applicant=ZHANG, client_key="once")
                return case.pk
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        begun = set(pool.map(click, range(20)))
    assert len(begun) == 1
    with enter(city.centre):
        assert Case.objects.count() == 1


@pytest.mark.req("I-06", "E-12", "L-04")
def test_what_may_follow_follows_on_the_commitment_signed_at_the_window(town: Town, browsers: Browsers) -> None:
    allow(town.city, OWN, may_follow=["site"], tolerance_days=10, tolerance_basis="《条例》第三条")
    clerk = browsers.staff(town.city, "WINDOW_CLERK")
    case = _begun(town, clerk)
    _scan(town, case, "staff-340100-window-clerk-person", ("id",))
    address = workbench(town, f"{case.pk}/intake/")
    page = clerk.get(address).content.decode()
    assert "容缺受理" in page
    assert "受理后10个工作日内补交" in page
    before = town.city.snapshot()[1:]
    refused = clerk.post(address, {"place": "桃花镇1号", "accept": "yes", "submission_key": "k"})
    assert refused.status_code == 422
    assert "场地证明" in refused.content.decode()
    assert town.city.fresh(case).status == "DRAFT"
    assert town.city.snapshot()[1:] == before, "only the draft's answers are kept"
    taken = {"place": "桃花镇1号", "accept": "yes", "submission_key": "k", "commits": "yes"}
    assert clerk.post(address, taken).status_code == 302
    accepted = town.city.fresh(case)
    assert (accepted.status, [debt.name for debt in open_debts(accepted)]) == ("ACCEPTED", ["场地证明"])
    assert accepted.commitment["supply"]["taken_by"] == "李敏"
    receipt = clerk.get(workbench(town, f"{case.pk}/receipt/")).content.decode()
    assert "承诺补交" in receipt
    assert "场地证明（2026年3月16日前）" in receipt


@pytest.mark.req("I-06")
def test_where_nothing_may_follow_the_window_offers_no_commitment(town: Town, browsers: Browsers) -> None:
    clerk = browsers.staff(town.city, "WINDOW_CLERK")
    case = _begun(town, clerk)
    _scan(town, case, "staff-340100-window-clerk-person", ("id",))
    address = workbench(town, f"{case.pk}/intake/")
    assert "容缺受理" not in clerk.get(address).content.decode()
    forced = clerk.post(address, {"place": "1", "accept": "yes", "submission_key": "k", "commits": "yes"})
    assert forced.status_code == 422
    assert town.city.fresh(case).status == "DRAFT"
