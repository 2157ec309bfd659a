"""What an applicant hears of a result by post: waiting to be posted, on its way, come back (L-07, E-25)."""

from __future__ import annotations

import pytest
from notice_cast import events_at

from zt_platform.cases import commands
from zt_platform.cases.models import Case
from zt_platform.cases.testing import DEVOLVED, OWN, Desk, Town, relay_all
from zt_platform.notices.models import Notice
from zt_tenants.context import enter

pytestmark = pytest.mark.req("L-07", "E-25")
ADDRESS = {"recipient": "张三丰", "phone": "13855512345", "address": "安徽省合肥市肥西县桃花镇1号2室"}
PARCEL = {"carrier": "邮政EMS", "post_number": "EZ123456789CN"}


def submitted_for_post(town: Town, desk: Desk, item: str) -> Case:
    draft = desk.draft(town.zhang, item)
    with enter(desk.centre):
        commands.choose_delivery(actor=town.zhang, case_id=draft.pk, method="POST", **ADDRESS)
        return commands.submit_application(actor=town.zhang, case_id=draft.pk)


def test_waiting_on_its_way_come_back_and_collected(town: Town) -> None:
    desk = town.county
    case = submitted_for_post(town, desk, OWN)
    for act in (desk.accept, desk.review, desk.decide, desk.seal):
        act(case)
    with enter(desk.centre):
        commands.post_result(actor=desk.clerk, case_id=case.pk, **PARCEL)
        assert "EZ123456789CN" in Notice.objects.get(event="POSTED").text
        back = commands.take_back(actor=desk.clerk, case_id=case.pk, reason="地址有误")
    returned = Notice.objects.get(event="RETURNED")
    assert (back.pickup or {})["code"] in returned.text
    assert (back.pickup or {})["code"] not in returned.text_for_staff
    assert events_at(desk)[-3:] == ["READY_TO_POST", "POSTED", "RETURNED"]
    assert not any("桃花镇" in one.text for one in Notice.objects.all())


def test_who_collects_after_all_hears_the_code(town: Town) -> None:
    desk = town.county
    case = submitted_for_post(town, desk, OWN)
    for act in (desk.accept, desk.review, desk.decide, desk.seal):
        act(case)
    with enter(desk.centre):
        chosen = commands.choose_delivery(actor=town.zhang, case_id=case.pk, method="PICK_UP")
    assert events_at(desk)[-2:] == ["READY_TO_POST", "READY"]
    assert (chosen.pickup or {})["code"] in Notice.objects.latest("id").text


def test_over_two_levels_the_centre_below_texts_and_the_portal_has_the_site_message(committed_town: Town) -> None:
    town = committed_town
    city, county = town.city, town.county
    case = submitted_for_post(town, city, DEVOLVED)
    with enter(city.centre):
        commands.hand_down_application(actor=city.clerk, case_id=case.pk)
    relay_all()
    below = county.case(case.tracking_number or "")
    for act in (county.accept, county.review, county.decide, county.seal):
        act(below)
    with enter(county.centre):
        commands.post_result(actor=county.clerk, case_id=below.pk, **PARCEL)
    relay_all()
    assert events_at(county) == ["READY_TO_POST", "POSTED"]
    assert events_at(city)[-2:] == ["READY_ELSEWHERE", "POSTED_ELSEWHERE"]
    assert Notice.objects.get(event="POSTED").sms_state == "WAITING"
    assert Notice.objects.get(event="POSTED_ELSEWHERE").sms_state == "NONE"
    assert county.centre.name in Notice.objects.get(event="POSTED_ELSEWHERE").text
