"""Acts of operators over the pages: who may, what they leave behind, and that nothing changes for those who may not."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from zt_interop.circuit import FAILURES_TO_OPEN, note_silence
from zt_interop.log.models import InboxMessage
from zt_interop.queue.models import AT_ONCE, Circuit, OutboundStream, OutboxMessage
from zt_interop.relay import relay_due
from zt_interop.send import send_message
from zt_interop.testing import PROGRESSED, SUBJECT, progressed
from zt_platform.organisation.roles import Role
from zt_tenants.clock import now
from zt_tenants.context import enter

pytestmark = pytest.mark.req("Y-01", "E-20")
OTHERS = [Role.SUPERVISOR, Role.WINDOW_CLERK, Role.APPROVER]


def _refused_url(message: OutboxMessage, code: str = "340100") -> str:
    return f"/c/{code}/operations/refused/{message.event_id}/"


def test_a_parked_message_is_replayed_and_says_by_whom(world, parked, person, recorder) -> None:
    admin = person(world.county, Role.CENTRE_ADMIN)
    page = f"/c/340123/operations/parked/{parked}/"
    assert "办件尚未受理" in admin.client.get(page).text

    answer = admin.client.post(page)

    assert answer["Location"] == "/c/340123/operations/"
    assert recorder.steps == ["REVIEWED"]
    with enter(world.county):
        message = InboxMessage.objects.get(pk=parked)
    assert message.state == "APPLIED"
    [line] = message.handled
    assert (line["act"], line["by"], line["account"]) == ("REPLAYED", "王建国", str(admin.actor.account_id))


def test_a_parked_message_names_the_trace_that_it_came_with(world, person, recorder) -> None:
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    recorder.fail_on["REVIEWED"] = ValueError("x")
    with enter(world.city):
        sent = {"destination": "340123", "type": PROGRESSED, "subject": SUBJECT}
        send_message(**sent, data=progressed("REVIEWED"), traceparent=trace)
    relay_due()
    with enter(world.county):
        parked = InboxMessage.objects.get().pk
    page = person(world.county, Role.CENTRE_ADMIN).client.get(f"/c/340123/operations/parked/{parked}/").text
    assert trace in page
    assert "链路标识" in page


def test_a_message_that_fails_again_stays_and_says_why(world, parked, person, recorder) -> None:
    recorder.fail_on["REVIEWED"] = ValueError("x")
    admin = person(world.county, Role.CENTRE_ADMIN)
    page = f"/c/340123/operations/parked/{parked}/"
    assert "仍未能处理" in admin.client.post(page, follow=True).text
    assert "INBOX_FAULT" in admin.client.get(page).text


def test_a_refused_message_is_repaired_and_arrives(world, refused, person, recorder) -> None:
    admin = person(world.city, Role.CENTRE_ADMIN)
    data = json.dumps(progressed("ONE"))
    sent = {"act": "repair", "reason": "补正字段", "data": data}
    assert admin.client.post(_refused_url(refused), sent)["Location"] == "/c/340100/operations/"
    relay_due()
    assert recorder.steps == ["ONE"]
    line = OutboxMessage.objects.get(event_id=refused.event_id, state="DELIVERED").handled[0]
    assert (line["act"], line["by"], line["reason"]) == ("REPAIRED", "王建国", "补正字段")
    assert line["account"] == str(admin.actor.account_id)


def test_a_message_whose_cause_lay_elsewhere_is_sent_as_it_was(world, refused, person, recorder) -> None:
    OutboxMessage.objects.filter(pk=refused.pk).update(data=progressed("ONE"))
    admin = person(world.city, Role.CENTRE_ADMIN)
    admin.client.post(_refused_url(refused), {"act": "repair", "reason": "对方已升级", "data": ""})
    relay_due()
    assert recorder.steps == ["ONE"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"act": "repair", "reason": "x", "data": "[1]"}, "JSON对象"),
        ({"act": "repair", "reason": "x", "data": "{"}, "JSON对象"),
        ({"act": "repair", "reason": "x", "data": "[" * 100_000}, "JSON对象"),
        ({"act": "repair", "reason": "x", "data": '{"step": 1}'}, "不符合"),
        ({"act": "repair", "reason": " ", "data": ""}, "理由"),
        ({"act": "close", "reason": ""}, "理由"),
    ],
)
def test_what_cannot_be_done_changes_nothing_and_says_so(world, refused, person, given, said) -> None:
    OutboxMessage.objects.filter(pk=refused.pk).update(data=progressed("ONE"))
    answer = person(world.city, Role.CENTRE_ADMIN).client.post(_refused_url(refused), given)
    assert answer.status_code == 422
    assert said in answer.text
    refused.refresh_from_db()
    assert (refused.state, refused.handled) == ("REFUSED", [])


def test_closing_takes_two_accounts_even_of_one_name(world, refused, person) -> None:
    first, second = (person(world.city, Role.CENTRE_ADMIN, name="李处长") for _ in range(2))
    close = {"act": "close", "reason": "办件已终止"}
    first.client.post(_refused_url(refused), close)
    again = first.client.post(_refused_url(refused), close)
    assert again.status_code == 422
    assert "另一" in again.text
    refused.refresh_from_db()
    assert (refused.state, len(refused.handled)) == ("REFUSED", 1)
    assert "李处长提出结案" in second.client.get(_refused_url(refused)).text

    second.client.post(_refused_url(refused), close)

    refused.refresh_from_db()
    assert refused.state == "CLOSED"
    assert [line["act"] for line in refused.handled] == ["CLOSING_PROPOSED", "CLOSED"]
    assert len({line["account"] for line in refused.handled}) == 2


def test_a_proposal_ends_when_the_message_was_sent_again(world, refused, person, recorder) -> None:
    first, second = (person(world.city, Role.CENTRE_ADMIN) for _ in range(2))
    first.client.post(_refused_url(refused), {"act": "close", "reason": "x"})
    OutboxMessage.objects.filter(pk=refused.pk).update(sequence=None, data=progressed("ONE"))
    first.client.post(_refused_url(refused), {"act": "repair", "reason": "x"})
    OutboxMessage.objects.filter(event_id=refused.event_id).update(state="REFUSED")
    second.client.post(_refused_url(refused), {"act": "close", "reason": "y"})
    assert OutboxMessage.objects.get(event_id=refused.event_id).state == "REFUSED"


@pytest.fixture
def silent(world, refused) -> OutboundStream:
    """The county has not answered for so often that its circuit is open."""
    for _ in range(FAILURES_TO_OPEN):
        note_silence("340123", "没有应答\nno answer")
    later = now() + timedelta(hours=1)
    OutboundStream.objects.update(failures=4, failing_since=now(), next_attempt_at=later, last_error="没有应答")
    return OutboundStream.objects.get(source_code="340100")


def test_the_province_resumes_a_destination_and_each_stream_remembers_it(world, silent, person) -> None:
    admin = person(world.province, Role.CENTRE_ADMIN)
    assert "立即重试" in admin.client.get("/c/340000/operations/").text
    answer = admin.client.post("/c/340000/operations/resume/", {"destination": "340123", "reason": "专线已恢复"})
    assert answer["Location"] == "/c/340000/operations/"
    silent.refresh_from_db()
    assert (silent.next_attempt_at, silent.failures, Circuit.objects.count()) == (AT_ONCE, 0, 0)
    [line] = silent.handled
    assert (line["act"], line["reason"], line["account"]) == ("RESUMED", "专线已恢复", str(admin.actor.account_id))


@pytest.mark.parametrize("centre", ["city", "county"])
def test_other_centres_do_not_resume(world, silent, person, centre) -> None:
    place = getattr(world, centre)
    admin = person(place, Role.CENTRE_ADMIN)
    answer = admin.client.post(f"/c/{place.code}/operations/resume/", {"destination": "340123", "reason": "x"})
    assert answer.status_code == 403
    assert Circuit.objects.count() == 1


def test_resuming_needs_a_reason(world, silent, person) -> None:
    admin = person(world.province, Role.CENTRE_ADMIN)
    answer = admin.client.post("/c/340000/operations/resume/", {"destination": "340123", "reason": " "})
    assert answer.status_code == 400
    assert Circuit.objects.count() == 1


@pytest.mark.parametrize("role", OTHERS)
def test_other_roles_change_nothing(world, refused, parked, silent, person, role) -> None:
    before = _state(world)
    at_city, at_county, at_province = (person(each, role).client for each in (world.city, world.county, world.province))
    for act in ("repair", "close"):
        assert at_city.post(_refused_url(refused), {"act": act, "reason": "x"}).status_code == 403
    assert at_county.post(f"/c/340123/operations/parked/{parked}/").status_code == 403
    resume = {"destination": "340123", "reason": "x"}
    assert at_province.post("/c/340000/operations/resume/", resume).status_code == 403
    assert _state(world) == before


def test_the_neighbours_administrator_reaches_nothing(world, refused, parked, person) -> None:
    before = _state(world)
    neighbour = person(world.other_city, Role.CENTRE_ADMIN).client
    own = f"/c/{world.other_city.code}/operations/"
    for url in ("/c/340100/operations/", _refused_url(refused), f"/c/340123/operations/parked/{parked}/"):
        assert neighbour.get(url).status_code == 403
    for url in (_refused_url(refused, world.other_city.code), f"{own}parked/{parked}/"):
        assert neighbour.get(url).status_code == 404
        assert neighbour.post(url, {"act": "close", "reason": "x"}).status_code == 404
    assert refused.subject not in neighbour.get(own).text
    assert _state(world) == before


def test_a_stranger_is_led_to_the_door(world, refused, client) -> None:
    assert client.get("/c/340100/operations/")["Location"].startswith("/sign-in/")
    assert client.post(_refused_url(refused), {"act": "close", "reason": "x"})["Location"].startswith("/sign-in/")
    refused.refresh_from_db()
    assert refused.handled == []


def _state(world) -> list[object]:
    with enter(world.county):
        inbox = list(InboxMessage.objects.values_list("state", "attempts", "handled"))
    outbox = list(OutboxMessage.objects.order_by("position").values_list("state", "handled"))
    return [inbox, outbox, list(OutboundStream.objects.order_by("id").values_list("handled", "failures"))]
