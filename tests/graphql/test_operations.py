"""Operators over the gateway: the acts leave who did them, closing takes two persons, the figures are the pages'."""

from __future__ import annotations

import pytest

from zt_interop.circuit import FAILURES_TO_OPEN, note_silence
from zt_interop.queue.models import Circuit, OutboundStream, OutboxMessage
from zt_platform.accounts.commands import register_account
from zt_platform.actors import Actor
from zt_platform.organisation.commands import post_staff_member
from zt_platform.organisation.roles import Role
from zt_tenants.context import enter

pytestmark = pytest.mark.req("Y-01", "E-20")


def administrator(centre, name: str):
    account = register_account(
        username=f"{name}.{centre.code}", password="correct-horse-42", full_name="李处长", phone="13700000001"
    )
    with enter(centre):
        roles = [Role.CENTRE_ADMIN, Role.SUPERVISOR]
        post_staff_member(actor=Actor.system(), account_id=account.id, full_name="李处长", roles=roles)
    return account


def test_two_accounts_close_a_message(scene, gateway) -> None:
    event = scene.ids["event"]
    chosen = "{ closed message { handled { by act } } }"
    close = f'mutation {{ closeMessage(eventId: "{event}", reason: "办件已终止") {chosen} }}'
    first, second = (gateway(administrator(scene.city, name)) for name in ("one", "two"))

    assert first.ask(close, at=scene.city).body["data"]["closeMessage"]["closed"] is False
    assert first.ask(close, at=scene.city).codes == ["SECOND_PERSON_NEEDED"]
    answer = second.ask(close, at=scene.city).body["data"]["closeMessage"]

    assert answer["closed"] is True
    assert [line["act"] for line in answer["message"]["handled"]] == ["CLOSING_PROPOSED", "CLOSED"]
    assert OutboxMessage.objects.get(event_id=event).state == "CLOSED"


@pytest.mark.parametrize("data", ["[1]", "{", "null", "[" * 50_000])
def test_a_repair_takes_one_object_and_changes_nothing_otherwise(scene, gateway, data) -> None:
    admin = gateway(administrator(scene.city, "one"))
    given, chosen = f'eventId: "{scene.ids["event"]}", reason: "x", data: $data', "{ message { subject } }"
    call = f"mutation($data: String) {{ repairMessage({given}) {chosen} }}"
    assert admin.ask(call, at=scene.city, data=data).codes == ["INVALID_INPUT"]
    assert OutboxMessage.objects.get(event_id=scene.ids["event"]).state == "REFUSED"


def test_the_province_resumes_and_a_city_does_not(scene, gateway) -> None:
    for _ in range(FAILURES_TO_OPEN):
        note_silence("340123", "没有应答\nno answer")
    resume = 'mutation { resumeDestination(destinationCode: "340123", reason: "专线已恢复") { waiting } }'
    city = gateway(administrator(scene.city, "one"))
    assert city.ask(resume, at=scene.city).codes == ["NOT_PERMITTED"]
    assert Circuit.objects.count() == 1
    province = gateway(administrator(scene.province, "two"))
    assert province.ask(resume, at=scene.province).codes == []
    assert not Circuit.objects.exists()


def test_supervisors_see_the_streams_of_their_scope(scene, gateway) -> None:
    OutboundStream.objects.create(
        source_code="341700", destination_code="341702", channel="case", failures=2, last_error="x"
    )
    for _ in range(FAILURES_TO_OPEN):
        note_silence("341702", "没有应答")
    call = (
        "{ supervisionStreams(first: 100) { edges { node { sourceCode destinationCode circuit failures } } }"
        " supervisionMessages { totals { streams failing } circuits { destinationCode state } } }"
    )
    whole = gateway(administrator(scene.province, "one")).ask(call).body["data"]
    rows = [edge["node"] for edge in whole["supervisionStreams"]["edges"]]
    assert rows[0] == {"sourceCode": "341700", "destinationCode": "341702", "circuit": "OPEN", "failures": 2}
    assert whole["supervisionMessages"]["totals"] == {"streams": len(rows), "failing": 1}
    assert whole["supervisionMessages"]["circuits"] == [{"destinationCode": "341702", "state": "OPEN"}]

    city = gateway(administrator(scene.city, "two")).ask(call).body["data"]
    assert city["supervisionMessages"] == {
        "totals": {"streams": len(city["supervisionStreams"]["edges"]), "failing": 0},
        "circuits": [],
    }
    below = {"340100", "340123", "340123101"}
    ends = [{row["node"]["sourceCode"], row["node"]["destinationCode"]} for row in city["supervisionStreams"]["edges"]]
    assert ends
    assert all(pair & below for pair in ends)
