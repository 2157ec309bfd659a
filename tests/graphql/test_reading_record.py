"""Whoever reads a person's data through the gateway leaves a line in the centre's audit record, as on the pages."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zt_platform.audit.models import AuditRecord
from zt_tenants.context import enter

pytestmark = pytest.mark.req("E-20")

SHOWS = {
    "applicant": "applicant { name idNumber }",
    "form": "form { name value }",
    "files": "materials { attachment { downloadUrl } }",
    "all of them": "applicant { phone } form { value } materials { name } again: applicant { name }",
}


def readings():
    return AuditRecord.objects.filter(deed__in=["READ_CASE", "SEARCHED_PERSON"])


def lines(centre) -> list[tuple[str, str, str, str]]:
    """The readings and searches in a centre's record; the scene has left lines of other kinds."""
    with enter(centre):
        return list(readings().values_list("deed", "actor_name", "tracking_number", "purpose"))


@pytest.mark.parametrize("selection", SHOWS.values(), ids=SHOWS)
def test_a_reading_leaves_one_line_a_request_and_case(scene, gateway, selection) -> None:
    boss = gateway(scene.boss)
    twice = scene.fill(
        f'{{ case(id: "$case") {{ {selection} }} caseByNumber(trackingNumber: "$number") {{ {selection} }} }}'
    )
    line = ("READ_CASE", "王建国", scene.ids["number"], "数据接口")
    for requests in (1, 2):
        assert len(boss.ask(twice, at=scene.city).data) == 2
        assert lines(scene.city) == [line] * requests
    assert lines(scene.neighbour) == []


def test_an_address_for_the_post_is_a_reading_where_there_is_one(scene, gateway) -> None:
    boss, chosen = gateway(scene.boss), "{ case { delivery { address } } }"
    query = scene.fill('{ case(id: "$case") { delivery { address } } }')
    assert boss.ask(query, at=scene.city).data["case"]["delivery"] is None
    assert lines(scene.city) == []
    to = 'method: POST, recipient: "张三丰", phone: "13855512345", address: "安徽省合肥市政务区东流路100号"'
    mine = gateway(scene.zhang).ask(
        scene.fill(f'mutation {{ chooseDelivery(caseId: "$case", {to}) {chosen} }}'), at=scene.city
    )
    assert mine.data["chooseDelivery"]["case"]["delivery"]["address"] == "安徽省合肥市政务区东流路100号"
    assert lines(scene.city) == []
    assert boss.ask(query, at=scene.city).data["case"]["delivery"]["address"] == "安徽省合肥市政务区东流路100号"
    assert lines(scene.city) == [("READ_CASE", "王建国", scene.ids["number"], "数据接口")]


def test_what_lists_show_leaves_no_line(scene, gateway) -> None:
    boss = gateway(scene.boss)
    shown = boss.ask("{ queue { edges { node { applicantNameMasked } } } }", at=scene.city).data
    masked = boss.ask(scene.fill('{ case(id: "$case") { applicantNameMasked timeline { step } } }'), at=scene.city).data
    assert shown["queue"]["edges"]
    assert masked["case"]["timeline"]
    assert lines(scene.city) == []


def test_ones_own_case_leaves_no_line(scene, gateway) -> None:
    answer = gateway(scene.zhang).ask(scene.fill('{ case(id: "$case") { applicant { name } } }'), at=scene.city)
    assert answer.data["case"]["applicant"]["name"] == "张三丰"
    assert lines(scene.city) == []


def test_who_may_not_read_leaves_no_line_because_nothing_was_read(scene, gateway) -> None:
    query = scene.fill('{ case(id: "$case") { applicant { name } } }')
    for who in (scene.intruder, scene.li):
        assert gateway(who).ask(query, at=scene.city).codes == ["CASE_NOT_FOUND"]
    assert gateway().ask(query, at=scene.city).codes == ["SIGN_IN_REQUIRED"]
    assert lines(scene.city) == lines(scene.neighbour) == []


def test_the_answer_of_an_act_is_a_reading_too(scene, gateway) -> None:
    call = scene.fill('mutation { acceptApplication(caseId: "$case") { case { status applicant { name } } } }')
    answer = gateway(scene.boss).ask(call, at=scene.city)
    assert answer.data["acceptApplication"]["case"]["applicant"]["name"] == "张三丰"
    assert lines(scene.city) == [("READ_CASE", "王建国", scene.ids["number"], "数据接口")]


def test_a_line_costs_one_statement(scene, gateway) -> None:
    boss = gateway(scene.boss)

    def statements(selection: str) -> list[str]:
        with CaptureQueriesContext(connection) as seen:
            boss.ask(scene.fill(f'{{ case(id: "$case") {{ {selection} }} }}'), at=scene.city)
        return [one["sql"] for one in seen if "audit_auditrecord" in one["sql"]]

    assert statements("trackingNumber") == []
    assert len(statements(SHOWS["all of them"])) == 1


def test_looking_a_person_up_leaves_a_line_without_the_number(scene, gateway) -> None:
    boss = gateway(scene.boss)
    known = '{ accountByResidentId(residentId: "340102199003074513") { username } }'
    nobody = '{ accountsByPhone(phone: "13900000000") { username } }'
    assert boss.ask(known, at=scene.city).data["accountByResidentId"] == {"username": "zhang.san"}
    assert boss.ask(nobody, at=scene.city).data["accountsByPhone"] == []
    assert lines(scene.city) == [("SEARCHED_PERSON", "王建国", "", "数据接口")] * 2
    with enter(scene.city):
        assert list(readings().values_list("data", flat=True)) == [{"found": True}, {"found": False}]


def test_a_refused_look_up_leaves_no_line(scene, gateway) -> None:
    query = '{ accountByResidentId(residentId: "340102199003074513") { username } }'
    assert gateway(scene.intruder).ask(query, at=scene.city).codes == ["NOT_PERMITTED"]
    assert lines(scene.city) == lines(scene.neighbour) == []
