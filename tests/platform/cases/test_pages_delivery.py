"""The pages of a delivery by post: chosen in the draft or later, posted at the desk, confirmed or come back."""

from __future__ import annotations

import pytest
from browsers import Browsers

from zt_platform.cases import commands
from zt_platform.cases.models import Case
from zt_platform.cases.testing import Town
from zt_platform.cases.vocabulary import DeliveryMethod, Status
from zt_platform.index.queries import waiting_for
from zt_tenants.context import enter
from zt_tenants.urls import centre_url

pytestmark = pytest.mark.req("A-07", "L-06")
ADDRESS = {"method": "POST", "recipient": "张三丰", "phone": "13855512345", "address": "安徽省合肥市肥西县桃花镇1号2室"}


def own(town: Town, case: Case, page: str) -> str:
    return centre_url(town.county.centre, f"cases:{page}", number=town.county.fresh(case).tracking_number)


def act(town: Town, case: Case, slug: str) -> str:
    return centre_url(town.county.centre, "workbench:action", case_id=case.pk, slug=slug)


def test_from_the_draft_to_the_confirmation(town: Town, browsers: Browsers) -> None:
    county, me, browser = town.county, browsers.actor("applicant"), browsers.applicant()
    draft = county.draft(me)
    review = centre_url(county.centre, "cases:draft-step", case_id=draft.pk, step="review")
    choice = centre_url(county.centre, "cases:draft-delivery", case_id=draft.pk)
    assert choice in browser.get(review).content.decode()
    wrong = browser.post(choice, {**ADDRESS, "address": ""})
    assert wrong.status_code == 422
    assert "详细地址" in wrong.content.decode()
    assert browser.post(choice, ADDRESS).status_code == 302
    assert "桃花镇1号2室" in browser.get(review).content.decode()
    with enter(county.centre):
        case = commands.submit_application(actor=me, case_id=draft.pk)
    for step in (county.accept, county.review, county.decide, county.seal):
        step(case)
    clerk = browsers.staff(county, "WINDOW_CLERK")
    page = clerk.get(centre_url(county.centre, "workbench:case", case_id=case.pk)).content.decode()
    assert "桃花镇1号2室" in page
    assert act(town, case, "post") in page
    assert "寄往：张三丰" in clerk.get(act(town, case, "post")).content.decode()
    seen = county.fresh(case).lock_version
    parcel = {"carrier": "邮政EMS", "post_number": "EZ123456789CN", "lock_version": seen}
    assert clerk.post(act(town, case, "post"), {**parcel, "post_number": "?"}).status_code == 422
    assert clerk.post(act(town, case, "post"), parcel).status_code == 302
    mine = browser.get(own(town, case, "mine")).content.decode()
    for words in ("EZ123456789CN", "我已收到", "您收到后确认"):
        assert words in mine
    assert [entry.duty for entry in waiting_for(me.require_applicant())] == ["CONFIRM"]
    asked = browser.get(own(town, case, "received")).content.decode()
    assert case.item_name in asked
    assert "EZ123456789CN" in asked, "which parcel it is about"
    assert browser.post(own(town, case, "received"), {}).status_code == 302
    assert county.fresh(case).status == Status.DELIVERED
    assert waiting_for(me.require_applicant()) == []
    assert "送达回证" in browser.get(own(town, case, "mine")).content.decode()


def test_what_came_back_shows_why_and_the_new_code(town: Town, browsers: Browsers) -> None:
    county, me, browser = town.county, browsers.actor("applicant"), browsers.applicant()
    case = county.submitted(me)
    for step in (county.accept, county.review, county.decide, county.seal):
        step(case)
    assert "取件码" in browser.get(own(town, case, "mine")).content.decode()
    assert browser.post(own(town, case, "delivery"), ADDRESS).status_code == 302
    assert "取件码" not in browser.get(own(town, case, "mine")).content.decode()
    with enter(county.centre):
        commands.post_result(actor=county.clerk, case_id=case.pk, carrier="EMS", post_number="EZ123456789CN")
    clerk = browsers.staff(county, "WINDOW_CLERK")
    seen = county.fresh(case).lock_version
    assert clerk.post(act(town, case, "take-back"), {"reason": "收件人不在", "lock_version": seen}).status_code == 302
    page = browser.get(own(town, case, "mine")).content.decode()
    for words in ("取件码", "收件人不在", (county.fresh(case).pickup or {})["code"]):
        assert words in page


@pytest.mark.req("A-01")
def test_nobody_else_reads_or_changes_an_address(town: Town, browsers: Browsers) -> None:
    county, me = town.county, browsers.actor("applicant")
    case = county.submitted(me)
    browsers.applicant().post(own(town, case, "delivery"), ADDRESS)
    before = county.snapshot()
    elsewhere = {**ADDRESS, "address": "安徽省池州市贵池区秋浦路9号"}
    outsider, neighbour = browsers.applicant("outsider"), browsers.staff(town.neighbour, "WINDOW_CLERK")
    for page in ("delivery", "received"):
        assert outsider.get(own(town, case, page)).status_code == 404
        assert outsider.post(own(town, case, page), elsewhere).status_code == 404
        assert browsers.nobody().post(own(town, case, page), elsewhere).status_code == 302
    for slug in ("delivery", "post", "confirm-receipt", "take-back"):
        assert neighbour.get(act(town, case, slug)).status_code in (403, 404)
        assert neighbour.post(act(town, case, slug), elsewhere).status_code in (403, 404)
    assert county.snapshot() == before
    tracked = browsers.nobody().post("/track/", {"tracking_number": case.tracking_number, "phone_tail": "2345"})
    assert "桃花镇1号2室" not in tracked.content.decode()
    assert county.fresh(case).delivery_method == DeliveryMethod.POST
