"""A supervision order over the gateway: given by the city, answered by the county with a file, returned, accepted."""

from __future__ import annotations

import pytest

from zt_interop.relay import relay_due
from zt_platform.accounts.commands import register_account
from zt_platform.accounts.models import Account
from zt_platform.actors import Actor
from zt_platform.organisation.commands import post_staff_member
from zt_platform.organisation.roles import Role
from zt_storage.uploads import put_bytes
from zt_tenants.context import enter

pytestmark = pytest.mark.req("F-04", "G-04", "R-12")
ORDER = "order { orderId status side number history { act text files { fileName } } acts }"


@pytest.fixture
def county_staff(scene) -> Account:
    """An administrator of the county."""
    account = register_account(
        username="county.admin", password="correct-horse-42", full_name="孙处长", phone="13700000009"
    )
    with enter(scene.town.county.centre):
        post_staff_member(actor=Actor.system(), account_id=account.id, full_name="孙处长", roles=[Role.CENTRE_ADMIN])
    return account


def carry() -> None:
    while relay_due():
        pass


def test_an_order_goes_down_and_its_answer_up(scene, gateway, county_staff) -> None:
    city, county, there = gateway(scene.boss), gateway(county_staff), scene.town.county.centre
    given = city.ask(
        f'mutation {{ giveSupervisionOrder(addresseeCode: "340123", reason: "请说明", kind: RED_CARD,'
        f' caseNumber: "{scene.ids["number"]}", answerDays: 5) {{ {ORDER} }} }}',
        at=scene.city,
    ).data["giveSupervisionOrder"]["order"]
    assert (given["status"], given["side"], given["acts"]) == ("ISSUED", "ISSUED", ["WITHDRAW"])
    carry()
    listed = county.ask("{ supervisionOrders(side: RECEIVED) { edges { node { orderId kind light } } } }", at=there)
    [edge] = listed.data["supervisionOrders"]["edges"]
    assert edge["node"] == {"orderId": given["orderId"], "kind": "RED_CARD", "light": "GREEN"}
    with enter(there):
        file = put_bytes(
            data=b"what was done", file_name="报告.txt", content_type="text/plain", owner_account_id=county_staff.id
        )
    county.ask(
        f'mutation {{ replyToSupervisionOrder(orderId: "{given["orderId"]}", explanation: "已整改", rectified: true,'
        f' attachmentIds: ["{file.pk}"]) {{ {ORDER} }} }}',
        at=there,
    )
    carry()
    returned = city.ask(
        f'mutation {{ returnSupervisionReply(orderId: "{given["orderId"]}", reason: "缺少原因") {{ {ORDER} }} }}',
        at=scene.city,
    ).data["returnSupervisionReply"]["order"]
    assert [line["act"] for line in returned["history"]] == ["ISSUE", "REPLY", "RETURN"]
    assert returned["history"][1]["files"] == [{"fileName": "报告.txt"}]
    carry()
    county.ask(
        f'mutation {{ replyToSupervisionOrder(orderId: "{given["orderId"]}", explanation: "补充") {{ {ORDER} }} }}',
        at=there,
    )
    carry()
    accepted = city.ask(
        f'mutation {{ acceptSupervisionReply(orderId: "{given["orderId"]}") {{ {ORDER} }} }}', at=scene.city
    ).data["acceptSupervisionReply"]["order"]
    assert (accepted["status"], accepted["acts"]) == ("CLOSED", [])


@pytest.mark.req("G-11")
def test_who_answers_is_found_and_withdrawn_over_the_gateway(scene, gateway) -> None:
    clerk = register_account(
        username="late.clerk", password="correct-horse-42", full_name="钱多多", phone="13700000010"
    )
    with enter(scene.city):
        post_staff_member(actor=Actor.system(), account_id=clerk.id, full_name="钱多多", roles=[Role.WINDOW_CLERK])
    boss, order = gateway(scene.boss), scene.ids["order"]
    findings = "order { findings { id ground name facts decision by withdrawnReason } }"
    [found] = boss.ask(
        f'mutation {{ recordFinding(orderId: "{order}", accountId: "{clerk.id}", ground: OVERTIME,'
        f' facts: "超期未决定", decision: "谈话提醒") {{ {findings} }} }}',
        at=scene.city,
    ).data["recordFinding"]["order"]["findings"]
    assert (found["ground"], found["name"], found["withdrawnReason"]) == ("OVERTIME", "钱多多", "")
    [after] = boss.ask(
        f'mutation {{ withdrawFinding(orderId: "{order}", findingId: "{found["id"]}", reason: "停电") {{ {findings} }} }}',
        at=scene.city,
    ).data["withdrawFinding"]["order"]["findings"]
    assert after["withdrawnReason"] == "停电"


def test_a_refused_act_says_why_and_leaves_the_order(scene, gateway) -> None:
    before = scene.fingerprint(scene.city)
    call = f'mutation {{ acceptSupervisionReply(orderId: "{scene.ids["order"]}") {{ {ORDER} }} }}'
    answer = gateway(scene.boss).ask(call, at=scene.city)
    assert answer.codes == ["ORDER_STANDS_ELSEWHERE"]
    assert scene.fingerprint(scene.city) == before


def test_a_ticket_for_a_file_is_given_to_who_may_answer(scene, gateway) -> None:
    call = (
        f'mutation {{ openOrderUpload(orderId: "{scene.ids["order"]}", fileName: "a.pdf", size: 9,'
        ' contentType: "application/pdf") { ticket { url attachmentId } } }'
    )
    assert gateway(scene.boss).ask(call, at=scene.city).data["openOrderUpload"]["ticket"]["url"]
    assert gateway(scene.intruder).ask(call, at=scene.city).codes == ["NOT_PERMITTED"]
