"""Checking a case's applicant against departments' data: the card, the warning, and the item that demands it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from browsers import Browsers

from zt_interop.departments.calls import drain
from zt_interop.departments.testing import COMPANY_CHECK, IDENTITY_CHECK, NUMBER, PEOPLE, Offices, grant, offices_in
from zt_interop.log.models import DataCall
from zt_platform.accounts import looks
from zt_platform.accounts.commands import register_account
from zt_platform.accounts.models import RESIDENT_ID_INDEX, Account
from zt_platform.actors import Actor
from zt_platform.cases import check_cards, commands, queries
from zt_platform.cases.errors import CaseNotFound, CheckNeeded
from zt_platform.cases.testing import FORM, MONDAY, Town
from zt_platform.catalogue.models import ItemVersion
from zt_tenants.context import enter
from zt_tenants.errors import InvalidInput, NotPermitted
from zt_tenants.vault import blind_index

pytestmark = pytest.mark.req("Y-01", "Y-02")


@pytest.fixture
def offices(town, tmp_path) -> Iterator[Offices]:
    """The identity check, which the city may use; Monday also at the departments."""
    with offices_in(tmp_path) as offices, offices.at(MONDAY):
        offices.register(IDENTITY_CHECK)
        offices.register(COMPANY_CHECK)
        grant(town.city.centre, IDENTITY_CHECK, "result", "address")
        grant(town.city.centre, COMPANY_CHECK, "name", "status")
        yield offices


def card(town: Town, case) -> check_cards.CheckCard:
    with enter(town.city.centre):
        [found] = check_cards.cards_of(queries.case_for(town.city.clerk, case.pk))
    return found


def check(town: Town, case, **more) -> DataCall:
    with enter(town.city.centre):
        return commands.check_case(actor=town.city.clerk, case_id=case.pk, service_code=IDENTITY_CHECK, **more)


def demand(town: Town) -> None:
    bound = {"service": IDENTITY_CHECK, "field": "address", "required": True}
    with enter(town.city.centre):
        ItemVersion.objects.update(form_schema=[{**FORM[0], "prefill": bound}, FORM[1]])


def test_the_card_goes_from_unchecked_to_a_good_answer(town: Town, offices) -> None:
    case = town.city.submitted(town.zhang)
    assert (card(town, case).state, card(town, case).verdict) == ("none", "")
    call = check(town, case)
    shown = card(town, case)
    assert (shown.state, shown.verdict, shown.warning, shown.owner) == ("good", "一致", "", "安徽省公安厅")
    assert shown.facts == [("户籍地址", "安徽省肥西县桃花镇1号")]
    assert (call.case_id, call.subject, call.actor_name) == (case.pk, case.tracking_number, "王建国")
    assert call.purpose == "办理“食品经营许可”，核验申请人"


@pytest.mark.parametrize(
    ("change", "verdict"), [({"name": "张三"}, "不一致"), ({"deceased": True}, "已死亡(户口注销)")]
)
def test_a_bad_answer_warns_and_does_not_block(town: Town, offices, change, verdict) -> None:
    from zt_interop.departments.demo.records import identity_lookup

    offices.department.services = {IDENTITY_CHECK: identity_lookup([{**PEOPLE[0], **change}])}
    case = town.city.submitted(town.zhang)
    check(town, case)
    assert (card(town, case).state, card(town, case).verdict) == ("bad", verdict)
    assert town.city.accept(case).status == "ACCEPTED"


@pytest.mark.req("Y-03")
def test_a_service_that_is_away_blocks_nobody_and_the_answer_comes_later(town: Town, offices) -> None:
    offices.status = 503
    case = town.city.submitted(town.zhang)
    assert check(town, case).state == "QUEUED"
    assert card(town, case).state == "waiting"
    assert town.city.accept(case).status == "ACCEPTED"
    offices.status = 200
    with offices.at(MONDAY + timedelta(minutes=5)):
        drain()
    assert card(town, case).state == "good"


def test_an_item_may_demand_the_check_before_acceptance(town: Town, offices) -> None:
    demand(town)
    case = town.city.submitted(town.zhang)
    before = town.city.snapshot()
    with pytest.raises(CheckNeeded) as refused:
        town.city.accept(case)
    assert "自然人身份核验" in refused.value.zh_text
    assert town.city.snapshot() == before
    check(town, case)
    assert town.city.accept(case).status == "ACCEPTED"


def test_another_cases_check_or_a_bad_one_does_not_satisfy_the_demand(town: Town, offices) -> None:
    demand(town)
    case, other = town.city.submitted(town.zhang), town.city.submitted(town.zhang)
    check(town, other)
    with pytest.raises(CheckNeeded):
        town.city.accept(case)
    offices.department.services = {}
    check(town, case, fresh=True)
    with pytest.raises(CheckNeeded):
        town.city.accept(case)


def test_only_those_who_handle_cases_here_may_check(town: Town, offices) -> None:
    case = town.city.submitted(town.zhang)
    for actor, expected in (
        (town.zhang, NotPermitted),
        (town.county.clerk, NotPermitted),
        (town.city.supervisor, NotPermitted),
        (Actor.system(), NotPermitted),
    ):
        with enter(town.city.centre), pytest.raises(expected):
            commands.check_case(actor=actor, case_id=case.pk, service_code=IDENTITY_CHECK)
    with enter(town.neighbour.centre), pytest.raises(CaseNotFound):
        commands.check_case(actor=town.neighbour.clerk, case_id=case.pk, service_code=IDENTITY_CHECK)
    with enter(town.city.centre):
        assert not DataCall.objects.exists()
    assert offices.questions == []


def test_a_service_about_legal_persons_is_not_asked_about_a_person(town: Town, offices) -> None:
    case = town.city.submitted(town.zhang)
    with enter(town.city.centre), pytest.raises(InvalidInput):
        commands.check_case(actor=town.city.clerk, case_id=case.pk, service_code=COMPANY_CHECK)
    assert offices.questions == []


@pytest.mark.req("A-01")
def test_the_neighbour_sees_no_card_and_no_call(town: Town, offices) -> None:
    case = town.city.submitted(town.zhang)
    check(town, case)
    same_key = town.county.submitted(town.zhang)
    with enter(town.county.centre):
        assert check_cards.cards_of(queries.case_for(town.county.clerk, same_key.pk)) == []
        assert not DataCall.objects.exists()


@pytest.mark.req("Y-11")
def test_personal_information_protection_law_article_45_whoever_is_looked_up_can_see_it(town: Town, offices) -> None:
    """个人信息保护法 art. 45: individuals may consult what is held and done about them."""
    holder = register_account(username="zhang.sf", password="correct-horse-42", full_name="张三丰", phone="13855512345")
    Account.objects.filter(id=holder.id).update(resident_id_index=blind_index(NUMBER, purpose=RESIDENT_ID_INDEX))
    other = register_account(username="li.si", password="correct-horse-42", full_name="李四", phone="13855512346")
    case = town.city.submitted(town.zhang)
    check(town, case)
    [look] = looks.looks_of(Actor.for_applicant(holder))
    assert (look.actor_name, look.centre_code) == ("王建国", "340100")
    assert look.data["tracking_number"] == case.tracking_number
    assert look.data["fields_zh"] == ["核验结果", "户籍地址"]
    assert NUMBER not in str(look.data)
    assert looks.looks_of(Actor.for_applicant(other)) == []
    with pytest.raises(NotPermitted):
        looks.looks_of(town.city.clerk)


def test_the_page_shows_the_card_and_runs_the_check(town: Town, browsers: Browsers, offices) -> None:
    case = town.city.submitted(town.zhang)
    address = f"/c/340100/workbench/{case.pk}/"
    clerk = browsers.staff(town.city, "WINDOW_CLERK")
    assert "自然人身份核验" in clerk.get(address).content.decode()
    accept_page = clerk.get(address + "accept/").content.decode()
    assert "还没有核验" in accept_page
    answered = clerk.post(address + "checks/", {"service": IDENTITY_CHECK}, follow=True).content.decode()
    assert "核验完成：一致" in answered
    assert "来源：安徽省公安厅" in answered
    assert "受理前请留意" not in clerk.get(address + "accept/").content.decode()
    assert clerk.get(address + "checks/").status_code == 405
    outsider = browsers.staff(town.county, "WINDOW_CLERK").post(address + "checks/", {"service": IDENTITY_CHECK})
    assert "核验完成" not in outsider.content.decode()
    with enter(town.city.centre):
        assert DataCall.objects.count() == 1


def test_a_refusal_is_told_on_the_page(town: Town, browsers: Browsers, offices) -> None:
    case = town.city.submitted(town.zhang)
    clerk = browsers.staff(town.city, "WINDOW_CLERK")
    said = clerk.post(f"/c/340100/workbench/{case.pk}/checks/", {"service": "mps.nothing"}, follow=True)
    assert "没有登记代码为" in said.content.decode()
