"""The main road, walked by a client that knows nothing but the gateway: from the registration to the delivery."""

from __future__ import annotations

from datetime import timedelta

import pytest
import urllib3

from zt_interop.relay import relay_due
from zt_platform.accounts.models import Account
from zt_platform.actors import Actor
from zt_platform.cases.testing import ENTRUSTED, MONDAY, PDF, make_town
from zt_platform.organisation.commands import post_staff_member
from zt_platform.organisation.roles import Role
from zt_storage import objects
from zt_tenants import clock
from zt_tenants.context import beside, enter
from zt_tenants.wall.access import DatabaseRole

REGISTER = """
mutation($username: String!, $name: String!, $phone: String!, $id: String) {
  registerAccount(username: $username, password: "long-enough-9", fullName: $name, phone: $phone, residentId: $id) {
    account { id verification }
  }
}
"""
SIGN_IN = """
mutation($username: String!) {
  signIn(username: $username, password: "long-enough-9") { me { username seats { centreCode } post { roles } } }
}
"""
OPEN = """
mutation($case: ID!, $material: String!, $size: Int!) {
  openUpload(caseId: $case, materialCode: $material, fileName: "证明.pdf", size: $size, contentType: "application/pdf") {
    ticket { attachmentId url fields { name value } expiresAt }
  }
}
"""
ATTACH = """
mutation($case: ID!, $material: String!, $file: ID!) {
  attachMaterial(caseId: $case, materialCode: $material, attachmentId: $file) {
    case { stillMissing materials { materialCode attachment { state size sha256 downloadUrl } } }
  }
}
"""
DRAFT = "{ case { id status stillMissing } }"
PAPER = "certificate { number paper { downloadUrl } }"
TRAIL = "{ ledgers { role centre { code } } steps { step } }"
TIMELINE = "timeline { step centreCode elsewhere onTheWaySeconds }"


def send(ticket: dict, data: bytes) -> int:
    """POST a ticket's form as a browser does."""
    fields = {field["name"]: field["value"] for field in ticket["fields"]}
    form = [*fields.items(), ("file", ("证明.pdf", data, "application/pdf"))]
    pool = urllib3.PoolManager(retries=False, timeout=20)
    try:
        return pool.request("POST", ticket["url"], fields=form).status
    finally:
        pool.clear()


def register(gateway, username: str, name: str, phone: str, resident_id: str | None = None):
    client = gateway()
    variables = {"username": username, "name": name, "phone": phone, "id": resident_id}
    found = client.ask(REGISTER, **variables).data["registerAccount"]["account"]
    assert found["verification"] == "UNVERIFIED"
    return client, found["id"]


def staff_client(gateway, centre, username: str, name: str, phone: str):
    client, account_id = register(gateway, username, name, phone)
    with enter(centre):
        with beside(DatabaseRole.PORTAL):
            account = Account.objects.get(id=account_id)
        post_staff_member(actor=Actor.system(), account_id=account.id, full_name=name, roles=list(Role.values))
    me = client.ask(SIGN_IN, at=centre, username=username).data["signIn"]["me"]
    assert me["seats"] == [{"centreCode": centre.code}]
    assert "WINDOW_CLERK" in me["post"]["roles"]
    return client


@pytest.fixture
def apply(world, gateway):
    """A submitted application for the entrusted item at the city: the applicant's client, key and number."""
    objects.ensure_bucket()
    make_town(world.city, world.county, world.other_county)
    person, _ = register(gateway, "zhangsan", "张三丰", "13855512345", "340102199003074513")
    person.ask(SIGN_IN, username="zhangsan")
    start = f'mutation {{ startApplication(itemCode: "{ENTRUSTED}", clientKey: "k") {DRAFT} }}'
    case = person.ask(start, at=world.city).data["startApplication"]["case"]
    assert case["status"] == "DRAFT"
    assert len(case["stillMissing"]) == 2
    assert person.ask(start, at=world.city).data["startApplication"]["case"]["id"] == case["id"]
    refused = person.ask(f'mutation {{ submitApplication(caseId: "{case["id"]}") {{ case {{ id }} }} }}', at=world.city)
    assert refused.error["extensions"]["code"] == "INVALID_FORM"
    assert [one["field"] for one in refused.error["extensions"]["data"]["errors"]] == ["place"]
    for material in ("id", "site"):
        variables = {"case": case["id"], "material": material}
        ticket = person.ask(OPEN, at=world.city, size=len(PDF), **variables).data["openUpload"]["ticket"]
        assert send(ticket, PDF) in (200, 201, 204)
        attached = person.ask(ATTACH, at=world.city, file=ticket["attachmentId"], **variables).data
    assert attached["attachMaterial"]["case"]["stillMissing"] == []
    file = attached["attachMaterial"]["case"]["materials"][0]["attachment"]
    assert (file["state"], file["size"], len(file["sha256"])) == ("VERIFIED", len(PDF), 64)
    assert urllib3.request("GET", file["downloadUrl"], retries=False).data == PDF
    save = """mutation($id: ID!) { saveForm(caseId: $id, form: [{name: "place", value: "桃花镇1号"}]) {
        case { form { name value } version } } }"""
    saved = person.ask(save, at=world.city, id=case["id"]).data["saveForm"]["case"]
    assert saved["form"] == [{"name": "place", "value": "桃花镇1号"}]
    submit = "mutation($id: ID!) { submitApplication(caseId: $id) { case { status trackingNumber acceptanceDueAt } } }"
    submitted = person.ask(submit, at=world.city, id=case["id"]).data["submitApplication"]["case"]
    assert submitted["status"] == "SUBMITTED"
    assert submitted["acceptanceDueAt"]
    return person, case["id"], submitted["trackingNumber"]


@pytest.fixture
def monday():
    """The business clock stands on a Monday morning."""
    with clock.at(MONDAY):
        yield


def act(client, centre, call: str) -> dict:
    """Run one mutation of a case; the case afterwards."""
    found = client.ask(
        f"mutation {{ {call} {{ case {{ id status role result version possibleActions }} }} }}", at=centre
    )
    return next(iter(found.data.values()))["case"]


def test_an_act_on_an_old_version_is_refused_with_what_happened_since(world, monday, gateway, apply) -> None:
    _, case_id, _ = apply
    clerk = staff_client(gateway, world.city, "city.clerk", "王建国", "13700000001")
    act(clerk, world.city, f'passPreReview(caseId: "{case_id}")')
    stale = clerk.ask(
        f'mutation {{ acceptApplication(caseId: "{case_id}", expectedVersion: 0) {{ case {{ id }} }} }}', at=world.city
    )
    assert stale.codes == ["CASE_CHANGED"]
    meanwhile = stale.error["extensions"]["data"]
    assert [(one["step"], one["by"]) for one in meanwhile["since"]][-1] == ("PRE_REVIEWED", "王建国")
    assert (
        meanwhile["version"]
        == clerk.ask(f'{{ case(id: "{case_id}") {{ version }} }}', at=world.city).data["case"]["version"]
    )


@pytest.mark.req("E-05", "E-10", "C-01", "C-06", "Y-01", "R-01")
def test_an_entrusted_case_walks_the_whole_road(world, monday, gateway, apply) -> None:
    person, case_id, number = apply
    clerk = staff_client(gateway, world.city, "city.clerk", "王建国", "13700000001")
    decider = staff_client(gateway, world.county, "county.boss", "李卫东", "13700000002")

    queue = clerk.ask(
        "{ queue(filter: {todo: true}) { totalCount edges { node { id light status } } } }", at=world.city
    )
    assert [edge["node"]["id"] for edge in queue.data["queue"]["edges"]] == [case_id]
    assert act(clerk, world.city, f'passPreReview(caseId: "{case_id}")')["status"] == "PRE_REVIEWED"
    sent = act(clerk, world.city, f'acceptApplication(caseId: "{case_id}")')
    assert (sent["status"], sent["role"]) == ("TRANSFERRED", "ACCEPTING")

    relay_due()
    there = decider.ask("{ queue { edges { node { id trackingNumber role counterpart { code } } } } }", at=world.county)
    node = there.data["queue"]["edges"][0]["node"]
    assert node["trackingNumber"] == number
    assert (node["role"], node["counterpart"]["code"]) == ("DECIDING", world.city.code)
    assert act(decider, world.county, f'reviewCase(caseId: "{node["id"]}", opinion: "属实")')["status"] == "REVIEWED"
    with clock.at(MONDAY + timedelta(days=1)):
        decided = act(decider, world.county, f'decideCase(caseId: "{node["id"]}", result: GRANTED)')
        assert (decided["status"], decided["result"]) == ("APPROVED", "GRANTED")
        relay_due()
        assert act(clerk, world.city, f'sealAndComplete(caseId: "{case_id}")')["status"] == "COMPLETED"
        assert act(clerk, world.city, f'deliverCase(caseId: "{case_id}")')["status"] == "DELIVERED"
        relay_due()

    seen = person.ask(
        f'{{ case(id: "{case_id}") {{ {PAPER} applicant {{ name }} {TIMELINE} }} }}',
        at=world.city,
    ).data["case"]
    assert seen["certificate"]["paper"]["downloadUrl"]
    assert seen["applicant"]["name"] == "张三丰"
    steps = [(line["step"], line["elsewhere"]) for line in seen["timeline"]]
    assert ("REVIEWED", True) in steps
    assert ("APPROVED", True) in steps
    assert steps[-1] == ("DELIVERED", False)

    mine = person.ask("{ myCases { edges { node { trackingNumber status centre { name } } } } }").data["myCases"][
        "edges"
    ]
    assert [(edge["node"]["trackingNumber"], edge["node"]["status"]) for edge in mine] == [(number, "DELIVERED")]
    track = (
        "query($n: String!, $p: String!) { trackCase(trackingNumber: $n, phoneTail: $p) { status timeline { label } } }"
    )
    assert gateway().ask(track, n=number, p="2345").data["trackCase"]["status"] == "DELIVERED"

    watcher = staff_client(gateway, world.province, "province.watch", "赵局长", "13700000003")
    trail = watcher.ask(f'{{ supervisionCase(trackingNumber: "{number}") {TRAIL} }}')
    assert {(ledger["role"], ledger["centre"]["code"]) for ledger in trail.data["supervisionCase"]["ledgers"]} == {
        ("ACCEPTING", world.city.code),
        ("DECIDING", world.county.code),
    }
    messages = clerk.ask(f'{{ messageTrail(trackingNumber: "{number}") {{ direction type state }} }}', at=world.city)
    assert {"direction": "IN", "type": "case.decided.v1", "state": "APPLIED"} in messages.data["messageTrail"]


@pytest.mark.req("E-11", "E-12", "L-01")
def test_one_correction_and_no_second(world, monday, gateway, apply) -> None:
    person, case_id, _ = apply
    clerk = staff_client(gateway, world.city, "city.clerk", "王建国", "13700000001")
    returned = act(
        clerk, world.city, f'returnForCorrection(caseId: "{case_id}", defects: ["缺少签字", "场地证明不清"])'
    )
    assert returned["status"] == "CORRECTING"
    seen = person.ask(f'{{ case(id: "{case_id}") {{ correctionDefects possibleActions }} }}', at=world.city).data[
        "case"
    ]
    assert seen["correctionDefects"] == ["缺少签字", "场地证明不清"]
    assert "RESUBMIT" in seen["possibleActions"]
    assert act(person, world.city, f'resubmitApplication(caseId: "{case_id}")')["status"] == "SUBMITTED"
    again = clerk.ask(
        f'mutation {{ returnForCorrection(caseId: "{case_id}", defects: ["x"]) {{ case {{ id }} }} }}', at=world.city
    )
    assert again.codes == ["SECOND_CORRECTION"]


@pytest.mark.req("E-10", "L-06")
def test_tracking_by_guessing_is_limited(world, monday, gateway, apply) -> None:
    _, _, number = apply
    track = "query($n: String!, $p: String!) { trackCase(trackingNumber: $n, phoneTail: $p) { status } }"
    guesser = gateway()
    codes = [guesser.ask(track, n=number, p=f"{guess:04d}").codes for guess in range(7)]
    assert codes[0] == ["CASE_NOT_FOUND"]
    assert codes[-1] == ["TOO_MANY_TRIES"]


def test_a_post_holder_reads_and_acts_as_a_private_person_when_asked(world, monday, gateway, apply) -> None:
    person, case_id, _ = apply
    account = Account.objects.get(username="zhangsan")
    with enter(world.city):
        post_staff_member(actor=Actor.system(), account_id=account.id, full_name="张三丰", roles=[Role.REVIEWER])
    refused = person.ask(f'mutation {{ withdrawCase(caseId: "{case_id}") {{ case {{ id }} }} }}', at=world.city)
    assert refused.codes == ["NOT_PERMITTED"]
    assert act(person, world.city, f'withdrawCase(caseId: "{case_id}", asApplicant: true)')["status"] == "WITHDRAWN"


@pytest.mark.req("L-04")
def test_a_clerk_takes_an_application_at_the_window(world, monday, gateway, apply) -> None:
    clerk = staff_client(gateway, world.city, "city.clerk", "王建国", "13700000001")
    found = clerk.ask('{ accountByResidentId(residentId: "340102199003074513") { id fullName } }', at=world.city)
    account = found.data["accountByResidentId"]
    assert account["fullName"] == "张三丰"
    call = f'startAtWindow(itemCode: "{ENTRUSTED}", accountId: "{account["id"]}", form: [{{name: "place", value: "窗口"}}])'
    started = clerk.ask(f"mutation {{ {call} {{ case {{ id channel applicant {{ name }} }} }} }}", at=world.city)
    case = started.data["startAtWindow"]["case"]
    assert (case["channel"], case["applicant"]["name"]) == ("WINDOW", "张三丰")
    drafts = clerk.ask("{ windowDrafts { edges { node { id } } } }", at=world.city).data["windowDrafts"]["edges"]
    assert [edge["node"]["id"] for edge in drafts] == [case["id"]]


@pytest.mark.req("B-05", "D-01")
def test_an_administrator_publishes_the_next_version_of_an_item(world, monday, gateway, apply) -> None:
    boss = staff_client(gateway, world.city, "city.boss", "王建国", "13700000001")
    publish = """mutation($fee: String!) { publishItemVersion(itemCode: "%s", kind: PROMISED, statutoryDays: 20,
      statutoryBasis: "行政许可法第四十二条", promisedDays: 5, legalBasis: "x", conditions: "x", procedure: "x", fee: $fee,
      form: [{name: "sort", zh: "类别", en: "Sort", type: "select", options: [{value: "a", zh: "甲", en: "A"}]}],
      materials: [{code: "a", name: "甲", nameEn: "A", maxSize: 9, acceptedTypes: ["application/pdf"]}])
      { itemVersion { version promisedDays form { name options { label } } materials { code } } } }"""
    refused = boss.ask(publish % ENTRUSTED, at=world.city, fee="100元").error["extensions"]
    assert (refused["code"], refused["field"]) == ("INVALID_INPUT", "fee")
    version = boss.ask(publish % ENTRUSTED, at=world.city, fee="不收费").data["publishItemVersion"]["itemVersion"]
    assert (version["version"], version["promisedDays"]) == (2, 5)
    assert version["form"] == [{"name": "sort", "options": [{"label": "甲"}]}]
    assert version["materials"] == [{"code": "a"}]
