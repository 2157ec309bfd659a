"""Which steps tell the applicant what: once, by one of the two centres, and nobody else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection, transaction
from notice_cast import PHONE

from zt_platform.cases import commands
from zt_platform.cases.testing import DEVOLVED, ENTRUSTED, INSTANT, Town, at, relay_all
from zt_platform.notices.commands import NewNotice, put_up
from zt_platform.notices.errors import NoticeIncomplete
from zt_platform.notices.kinds import Event, SmsState
from zt_platform.notices.models import Notice
from zt_platform.notices.quiet_hours import QuietHours
from zt_tenants.context import enter

pytestmark = pytest.mark.req("L-07", "F-06", "E-25")


def _told() -> list[tuple[str, str, str]]:
    return [(one.centre_code, one.event, one.sms_state) for one in Notice.objects.order_by("id")]


def test_the_road_of_an_own_item(town: Town) -> None:
    case = town.county.submitted(town.zhang)
    for act in (town.county.accept, town.county.review, town.county.decide, town.county.seal, town.county.deliver):
        act(case)
    assert [event for _, event, _ in _told()] == ["SUBMITTED", "ACCEPTED", "READY_EARLY", "DELIVERED"]
    assert {(one.subject, one.account_id) for one in Notice.objects.all()} == {
        (case.tracking_number or town.county.fresh(case).tracking_number, town.zhang.account_id)
    }
    text = Notice.objects.get(event=Event.ACCEPTED).text
    assert "食品经营许可" in text
    assert "2026-03-11" in text
    assert "张" not in text


def test_what_is_completed_on_the_promised_day_is_not_called_early(town: Town) -> None:
    case = town.county.accept(town.county.submitted(town.zhang))
    with at("2026-03-11 10:00"):
        for act in (town.county.review, town.county.decide, town.county.seal):
            act(case)
    assert _told()[-1][1] == Event.READY


def test_an_entrusted_case_is_told_by_the_centre_that_accepted_it(committed_town: Town) -> None:
    city, county = committed_town.city, committed_town.county
    case = city.accept(city.submitted(committed_town.zhang, ENTRUSTED))
    relay_all()
    other = county.case(case.tracking_number or "")
    county.review(other)
    county.pause(other)
    county.resume(other)
    county.decide(other)
    relay_all()
    city.seal(city.fresh(case))
    relay_all()
    assert [(centre, event) for centre, event, _ in _told()] == [
        (city.centre.code, event) for event in ("SUBMITTED", "ACCEPTED", "PAUSED", "RESUMED", "READY_EARLY")
    ]


def test_a_case_handed_down_is_told_by_the_portal_and_its_pick_up_by_the_centre_below(committed_town: Town) -> None:
    town = committed_town
    case = town.city.submitted(town.zhang, DEVOLVED)
    with enter(town.city.centre):
        commands.hand_down_application(actor=town.city.clerk, case_id=case.pk)
    relay_all()
    below = town.county.case(town.city.fresh(case).tracking_number or "")
    for act in (town.county.accept, town.county.review, town.county.decide, town.county.seal):
        act(below)
    relay_all()
    city, county = town.city.centre.code, town.county.centre.code
    assert sorted(_told()) == sorted(
        [
            (city, Event.SUBMITTED, SmsState.WAITING),
            (city, Event.ACCEPTED, SmsState.WAITING),
            (county, Event.READY_EARLY, SmsState.WAITING),
            (city, Event.READY_ELSEWHERE, SmsState.NONE),
        ]
    )


def test_several_steps_in_one_act_are_one_notice(town: Town) -> None:
    case = town.county.submitted(town.zhang, INSTANT)
    desk = town.county
    actor = replace(desk.clerk, roles=desk.clerk.roles | desk.reviewer.roles | desk.approver.roles)
    with enter(desk.centre):
        commands.decide_on_the_spot(actor=actor, case_id=case.pk, result="GRANTED")
    assert [event for _, event, _ in _told()][1:] == [Event.READY]


def test_correction_pause_extension_and_termination_are_told(town: Town) -> None:
    desk = town.county
    first = desk.submitted(town.zhang)
    with enter(desk.centre):
        commands.return_for_correction(actor=desk.clerk, case_id=first.pk, defects=["缺场地证明", "签名不清"])
    assert "2处" in Notice.objects.latest("id").text
    second = desk.accept(desk.submitted(town.zhang))
    desk.pause(second)
    desk.resume(second)
    desk.extend(second)
    with enter(desk.centre):
        commands.terminate_case(actor=desk.approver, case_id=second.pk, reason="申请人死亡")
    assert [event for _, event, _ in _told()][-4:] == ["PAUSED", "RESUMED", "EXTENDED", "TERMINATED"]


def test_a_step_that_is_undone_tells_nobody(town: Town) -> None:
    case = town.county.submitted(town.zhang)
    before = _told()

    class Undone(Exception):
        pass

    with enter(town.county.centre), pytest.raises(Undone), transaction.atomic():
        town.county.accept(case)
        assert len(_told()) == len(before) + 1
        raise Undone
    assert _told() == before


def test_a_draft_tells_nobody(town: Town) -> None:
    town.county.draft(town.zhang)
    assert _told() == []


def test_the_same_step_told_twice_is_one_notice(world, folder, put) -> None:
    put(world.county, "once")
    put(world.county, "once")
    put(world.other_county, "once")
    assert sorted(centre for centre, _, _ in _told()) == [world.county.code, world.other_county.code]


def test_who_has_neither_account_nor_mobile_gets_no_row_and_a_landline_no_text(world, folder, put, town) -> None:
    put(world.county, "a", phone="")
    put(world.county, "b", phone="0551-6884", account_id=town.zhang.account_id)
    assert [(one.key, one.sms_state, one.phone) for one in Notice.objects.all()] == [("b", SmsState.NONE, None)]


def test_a_missing_fact_is_refused_and_nothing_written(world, folder, put) -> None:
    with enter(world.county), pytest.raises(NoticeIncomplete, match="due"):
        put_up([NewNotice("k", Event.ACCEPTED, "1", {"item": "x", "number": "1"}, phone=PHONE)], quiet=QuietHours())
    assert not Notice.objects.exists()


def test_telephone_and_facts_lie_sealed(world, folder, put) -> None:
    put(world.county)
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(n)::text FROM shared.notices_notice n")
        row = cursor.fetchone()[0]
    assert "13855512345" not in row
    assert "食品经营许可" not in row
