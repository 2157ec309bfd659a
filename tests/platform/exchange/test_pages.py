"""Grants, the log of calls and one's own looks, through the pages: who may, who sees what, what is refused."""

from __future__ import annotations

import pytest

from zt_interop.departments.calls import Question, ask
from zt_interop.departments.models import Grant
from zt_interop.departments.testing import COMPANY_CHECK, IDENTITY_CHECK, NAME, NUMBER
from zt_interop.log.models import DataCall
from zt_platform.exports import moment_cell
from zt_tenants.context import enter

pytestmark = pytest.mark.req("Y-01", "Y-02")
PAGE = "/c/{code}/exchange/"
TERMS = {
    "service": IDENTITY_CHECK,
    "centre_code": "340123",
    "fields": ["result"],
    "purpose": "核验申请人",
    "legal_basis": "《优化营商环境条例》第三十七条",
    "valid_from": "2026-01-01",
}


def test_the_province_opens_and_revokes_a_grant(world, offices, browser) -> None:
    admin = browser(world.province, "CENTRE_ADMIN")
    page = PAGE.format(code="340000")
    form = admin.get(f"{page}?service={IDENTITY_CHECK}").content.decode()
    assert "授权使用“自然人身份核验”" in form
    assert admin.post(page, TERMS).status_code == 302
    opened = Grant.objects.get(centre_code="340123")
    assert (opened.fields, str(opened.valid_from)) == (["result"], "2026-01-01")
    assert "340123" in admin.get(page).content.decode()
    admin.post(f"{page}grants/{opened.id}/revoke/", {"reason": "试点结束"})
    opened.refresh_from_db()
    assert (opened.revocation_reason, opened.revoked_at is not None) == ("试点结束", True)


@pytest.mark.parametrize(
    "change",
    [
        {"fields": ["income"]},
        {"fields": []},
        {"purpose": ""},
        {"valid_from": "x"},
        {"centre_code": "999999"},
        {"service": "x"},
    ],
)
def test_a_grant_that_cannot_be_is_refused_with_the_input_kept(world, offices, browser, change) -> None:
    before = Grant.objects.count()
    answer = browser(world.province, "CENTRE_ADMIN").post(
        f"{PAGE.format(code='340000')}?service={IDENTITY_CHECK}", {**TERMS, **change}
    )
    assert answer.status_code == 422
    assert TERMS["legal_basis"] in answer.content.decode()
    assert Grant.objects.count() == before


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("fields", {"fields": []}),
        ("centre_code", {"centre_code": "999999"}),
        ("valid_until", {"valid_until": "2020-01-01"}),
    ],
)
def test_what_is_wrong_with_a_grant_stands_beside_its_field_and_the_ticks_stay(
    world, offices, browser, field, change
) -> None:
    page = f"{PAGE.format(code='340000')}?service={IDENTITY_CHECK}"
    answer = browser(world.province, "CENTRE_ADMIN").post(page, {**TERMS, **change}).content.decode()
    assert f'id="id_{field}-error"' in answer
    assert f'href="#id_{field}"' in answer
    assert answer.count(" checked") == len({**TERMS, **change}["fields"])


def test_another_centres_administrator_grants_nothing_and_sees_his_own(world, offices, browser) -> None:
    admin, before = browser(world.county, "CENTRE_ADMIN"), list(Grant.objects.values_list("id", "revoked_at"))
    page = PAGE.format(code="340123")
    shown = admin.get(page)
    assert shown.status_code == 200
    assert shown.context["grants"] == []
    assert not shown.context["may_grant"]
    assert admin.post(page, TERMS).status_code == 422
    held = Grant.objects.first()
    assert admin.post(f"{page}grants/{held.id}/revoke/", {"reason": "x"}).status_code == 403
    assert admin.post(f"{PAGE.format(code='340000')}grants/{held.id}/revoke/", {"reason": "x"}).status_code == 403
    assert list(Grant.objects.values_list("id", "revoked_at")) == before


def test_grants_are_found_by_service_centre_and_state_and_reached_page_by_page(
    world, offices, browser, monkeypatch
) -> None:
    monkeypatch.setattr("zt_platform.exchange.views.PAGE", 2)
    admin, page = browser(world.province, "CENTRE_ADMIN"), PAGE.format(code="340000")
    for code in ("340123", "341700", "341702"):
        assert admin.post(page, {**TERMS, "centre_code": code}).status_code == 302
    held, query = [], "?state=live"
    while query:
        shown = admin.get(page + query)
        held += [grant.id for grant in shown.context["grants"]]
        query = shown.context["older_url"].partition("#")[0]
    assert held == list(Grant.objects.order_by("-id").values_list("id", flat=True))

    def codes(query: str) -> list[str]:
        return [grant.centre_code for grant in admin.get(page + query).context["grants"]]

    assert codes("?q=贵池") == ["341702"]
    assert codes(f"?of={COMPANY_CHECK}&q=341702") == []
    assert codes("?state=ended") == []
    admin.post(f"{page}grants/{held[0]}/revoke/", {"reason": "试点结束"})
    assert codes("?state=ended") == ["341702"]
    assert codes("?before=nonsense&state=ended") == ["341702"]


@pytest.mark.parametrize("address", ["", "calls/", "calls/?csv=1"])
def test_only_administrators_and_supervisors_look(world, offices, browser, zhang, address) -> None:
    page = PAGE.format(code="340100") + address
    assert browser().get(page).status_code == 302
    assert browser(account=zhang).get(page).status_code == 403
    assert browser(world.city, "WINDOW_CLERK").get(page).status_code == 403
    assert browser(world.county, "CENTRE_ADMIN").get(page).status_code == 403
    assert browser(world.city, "SUPERVISOR").get(page).status_code == 200


@pytest.mark.req("Y-11")
def test_the_log_says_who_why_and_which_fields_and_never_the_data(world, offices, browser) -> None:
    with enter(world.city):
        ask(Question(IDENTITY_CHECK, {"name": NAME, "id_number": NUMBER}, asked_by="=cmd", purpose="办理甲事"))
    admin = browser(world.city, "CENTRE_ADMIN")
    shown = admin.get(PAGE.format(code="340100") + "calls/").content.decode()
    assert "办理甲事" in shown
    assert "MATCH" in shown
    assert NUMBER not in shown
    assert NAME not in shown
    table = admin.get(PAGE.format(code="340100") + "calls/?csv=1").content.decode("utf-8-sig")
    assert "'=cmd" in table
    with enter(world.city):
        assert moment_cell(DataCall.objects.get().asked_at) in table, "in China's time"
    assert NUMBER not in table


@pytest.mark.req("A-01")
def test_the_neighbours_log_is_empty(world, offices, browser) -> None:
    with enter(world.city):
        ask(Question(IDENTITY_CHECK, {"name": NAME, "id_number": NUMBER}))
    shown = browser(world.county, "CENTRE_ADMIN").get(PAGE.format(code="340123") + "calls/")
    assert list(shown.context["calls"]) == []


def test_older_calls_are_reached_page_by_page(world, offices, browser, monkeypatch) -> None:
    monkeypatch.setattr("zt_platform.exchange.views.PAGE", 2)
    with enter(world.city):
        for number in range(5):
            ask(Question(IDENTITY_CHECK, {"name": f"甲{number}", "id_number": NUMBER}))
        expected = list(DataCall.objects.values_list("id", flat=True))
    admin, seen, query = browser(world.city, "CENTRE_ADMIN"), [], ""
    for _ in range(3):
        page = admin.get(f"{PAGE.format(code='340100')}calls/{query}")
        seen += [call.pk for call in page.context["calls"]]
        query = page.context["older_url"]
    assert (seen, query) == (expected, "")


@pytest.mark.req("Y-04")
def test_a_person_has_the_identity_verified_and_sees_the_look(world, offices, browser, zhang) -> None:
    from zt_interop.departments.demo.records import identity_lookup

    known = [{"name": "张伟", "id_number": zhang.resident_id, "address": "x"}]
    offices.department.services = {IDENTITY_CHECK: identity_lookup(known)}
    person = browser(account=zhang)
    assert "在线核验身份" in person.get("/account/").content.decode()
    said = person.post("/account/verify/", {"consent": "yes"}, follow=True).content.decode()
    zhang.refresh_from_db()
    assert zhang.verification == "BY_SERVICE"
    assert "数据核验" in said
    assert "自然人身份核验" in said
    assert "在线核验身份" not in said
    with enter(world.province):
        call = DataCall.objects.get()
    assert call.consent_at is not None
    assert call.answer == {"result": "MATCH"}


def test_personal_information_protection_law_article_14_without_consent_nothing_is_asked(
    world, offices, browser, zhang
) -> None:
    """个人信息保护法 art. 14: consent is given voluntarily and explicitly, by somebody who knows what for."""
    said = browser(account=zhang).post("/account/verify/", {}, follow=True).content.decode()
    zhang.refresh_from_db()
    assert "需要您同意" in said
    assert zhang.verification == "UNVERIFIED"
    assert offices.questions == []


@pytest.mark.parametrize("fault", ["mismatch", "away", "unknown"])
def test_no_match_proves_nothing(world, offices, browser, zhang, fault) -> None:
    from zt_interop.departments.demo.records import identity_lookup

    known = [{"name": "别人", "id_number": zhang.resident_id, "address": "x"}]
    offices.department.services = {IDENTITY_CHECK: identity_lookup(known if fault == "mismatch" else [])}
    offices.status = 503 if fault == "away" else 200
    said = browser(account=zhang).post("/account/verify/", {"consent": "yes"}, follow=True).content.decode()
    zhang.refresh_from_db()
    assert zhang.verification == "UNVERIFIED"
    assert ("排队" if fault == "away" else "不一致") in said


def test_services_without_grants_and_a_site_without_services(world, browser) -> None:
    page = browser(world.city, "CENTRE_ADMIN").get(PAGE.format(code="340100")).content.decode()
    assert "还没有登记数据服务" in page
    assert COMPANY_CHECK not in page
