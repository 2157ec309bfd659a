"""The inbox on the portal and the centre's list: one's own only, failures in sight, the same cost however long."""

from __future__ import annotations

import pytest
from browsers import browser_of
from django.test import Client
from notice_cast import account_of, staff_browser

from zt_platform.audit.models import AuditRecord, Deed
from zt_platform.notices.kinds import SmsState
from zt_platform.notices.models import Notice, NoticePreference
from zt_tenants.clock import now
from zt_tenants.context import enter
from zt_tenants.urls import centre_url
from zt_tenants.uuid7 import uuid7

pytestmark = pytest.mark.req("L-07")


def _rows() -> list[dict[str, object]]:
    return [dict(row) for row in Notice.objects.order_by("id").values()]


def test_without_an_account_the_way_leads_to_sign_in(world) -> None:
    answer = Client().get("/notices/")
    assert answer.status_code == 302
    assert "/sign-in/?next=%2Fnotices%2F" in answer.headers["Location"]


def test_a_person_reads_messages_of_all_centres_and_nobody_elses(town, put) -> None:
    me, other = account_of("myself"), account_of("other")
    put(town.county.centre, account_id=me.id)
    put(town.neighbour.centre, account_id=me.id)
    put(town.county.centre, "theirs", account_id=other.id)
    page = browser_of(me).get("/notices/")
    assert [one.account_id for one in page.context["notices"]] == [me.id, me.id]
    assert page.content.decode().count("已受理，承诺") == 2
    stranger = browser_of(account_of("stranger")).get("/notices/")
    assert stranger.context["notices"] == []
    assert "还没有消息" in stranger.content.decode()


def test_the_badge_counts_what_is_new_and_reading_touches_ones_own_only(town, put) -> None:
    me, other = account_of("myself"), account_of("other")
    for number in range(3):
        put(town.county.centre, f"k{number}", account_id=me.id)
    put(town.county.centre, "theirs", account_id=other.id)
    browser = browser_of(me)
    assert browser.get("/").context["page"].unread == 3
    assert browser.post("/notices/read/").status_code == 302
    assert browser.get("/").context["page"].unread == 0
    assert Notice.objects.get(account_id=other.id).read_at is None


def test_pages_follow_one_another_without_gap_or_repeat(town, put) -> None:
    me = account_of("myself")
    for number in range(45):
        put(town.county.centre, f"k{number}", account_id=me.id)
    browser, address, seen = browser_of(me), "/notices/", []
    while address:
        answer = browser.get(address)
        seen += [one.key for one in answer.context["notices"]]
        address = answer.context["older_url"] and f"/notices/{answer.context['older_url']}"
    assert seen == [f"k{number}" for number in reversed(range(45))]
    assert browser.get("/notices/?before=nonsense").status_code == 200


@pytest.mark.parametrize("rows", [1, 20])
def test_the_inbox_costs_the_same_however_long(town, put, django_assert_num_queries, rows: int) -> None:
    me = account_of("myself")
    for number in range(rows):
        put(town.county.centre, f"k{number}", account_id=me.id)
    browser = browser_of(me)
    browser.get("/notices/")
    with django_assert_num_queries(4):
        page = browser.get("/notices/")
    assert len(page.context["notices"]) == rows


def test_one_chooses_no_text_messages_and_the_language(town) -> None:
    me = account_of("myself")
    browser = browser_of(me)
    browser.post("/notices/preferences/", {"language": "en"})
    chosen = NoticePreference.objects.get()
    assert (chosen.account_id, chosen.by_sms, chosen.language) == (me.id, False, "en")
    browser.post("/notices/preferences/", {"by_sms": "on", "language": "fr"})
    chosen.refresh_from_db()
    assert (chosen.by_sms, chosen.language) == (False, "en"), "an unknown language changes nothing"


def test_staff_see_what_their_own_centre_sent_with_the_telephone_masked(town, put) -> None:
    put(town.county.centre)
    put(town.neighbour.centre)
    page = staff_browser(town.county, "WINDOW_CLERK").get(centre_url(town.county.centre, "sent-notices:list"))
    assert [one.centre_code for one in page.context["notices"]] == [town.county.centre.code]
    text = page.content.decode()
    assert "138****2345" in text
    assert "13855512345" not in text


def test_a_failure_is_in_sight_and_can_be_sent_again(town, put) -> None:
    put(town.county.centre, "failed")
    put(town.county.centre, "fine")
    Notice.objects.filter(key="failed").update(
        sms_state=SmsState.FAILED, sms_error="SMS_REFUSED HTTP 422", sms_after=None
    )
    browser, address = staff_browser(town.county, "WINDOW_CLERK"), centre_url(town.county.centre, "sent-notices:list")
    page = browser.get(f"{address}?undelivered=1")
    (failed,) = page.context["notices"]
    assert "HTTP 422" in page.content.decode()
    browser.post(centre_url(town.county.centre, "sent-notices:again", notice_id=failed.id))
    failed.refresh_from_db()
    assert (failed.sms_state, failed.sms_attempts, failed.sms_after) == (SmsState.WAITING, 0, now())
    with enter(town.county.centre):
        line = AuditRecord.objects.get(deed=Deed.TOLD_AGAIN)
    assert (line.data, line.purpose) == ({"notice": str(failed.id)}, failed.event)


@pytest.mark.parametrize("roles", [["REVIEWER"], ["SUPERVISOR"]])
def test_other_staff_and_strangers_neither_see_nor_send(town, put, roles: list[str]) -> None:
    put(town.county.centre)
    Notice.objects.update(sms_state=SmsState.FAILED, sms_after=None)
    before = _rows()
    listing = centre_url(town.county.centre, "sent-notices:list")
    again = centre_url(town.county.centre, "sent-notices:again", notice_id=before[0]["id"])
    for browser in (staff_browser(town.county, *roles), browser_of(account_of("stranger"))):
        assert browser.get(listing).status_code == 403
        assert browser.post(again).status_code == 403
    assert Client().post(again).status_code in (302, 403)
    assert _rows() == before


def test_the_neighbours_clerk_cannot_send_again_what_is_not_hers(town, put) -> None:
    put(town.county.centre)
    Notice.objects.update(sms_state=SmsState.FAILED, sms_after=None)
    before = _rows()
    clerk = staff_browser(town.neighbour, "WINDOW_CLERK", "CENTRE_ADMIN")
    there = centre_url(town.neighbour.centre, "sent-notices:again", notice_id=before[0]["id"])
    assert clerk.post(there).status_code == 404
    assert clerk.post(there.replace(str(before[0]["id"]), str(uuid7()))).status_code == 404
    assert _rows() == before


def test_what_was_sent_is_not_sent_again(town, put) -> None:
    put(town.county.centre)
    Notice.objects.update(sms_state=SmsState.SENT, phone=None, sms_after=None)
    before = _rows()
    clerk = staff_browser(town.county, "WINDOW_CLERK")
    clerk.post(centre_url(town.county.centre, "sent-notices:again", notice_id=before[0]["id"]))
    assert _rows() == before


def test_the_case_page_says_what_the_applicant_was_told(town) -> None:
    case = town.county.submitted(town.zhang)
    page = staff_browser(town.county, "WINDOW_CLERK").get(
        centre_url(town.county.centre, "workbench:case", case_id=case.pk)
    )
    assert [one.event for one in page.context["told"]] == ["SUBMITTED"]
    assert "告知申请人" in page.content.decode()
