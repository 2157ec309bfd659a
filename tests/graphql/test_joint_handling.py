"""Joint handling over the gateway: registered, asked, signed for, answered with conditions, convened, granted at last."""

from __future__ import annotations

from datetime import timedelta

import pytest

from zt_interop.relay import relay_due
from zt_platform.accounts.commands import register_account
from zt_platform.accounts.models import Account
from zt_platform.actors import Actor
from zt_platform.audit.models import AuditRecord
from zt_platform.cases.models import Case, CaseMaterial
from zt_platform.cases.testing import OWN
from zt_platform.catalogue.models import ItemVersion
from zt_platform.organisation.commands import post_staff_member
from zt_platform.organisation.roles import Role
from zt_storage.uploads import put_bytes
from zt_tenants import clock
from zt_tenants.context import enter

pytestmark = pytest.mark.req("H-01", "H-06", "H-08")
TASK = "taskId status side unit light opinion opinionText opinionFiles { fileName } acts history { act text opinion }"
JOINT = "number stage progress { asked answered open objections } meetings { id kind state lines { attendance } }"


@pytest.fixture
def accepted(scene) -> Case:
    """An accepted case of an item that is decided jointly."""
    with enter(scene.city):
        ItemVersion.objects.filter(item__code=OWN).update(decided_jointly=True, statutory_days=45, promised_days=30)
    return scene.town.city.accept(scene.town.city.submitted(Actor.for_applicant(scene.zhang)))


@pytest.fixture
def county_staff(scene) -> Account:
    """A reviewer of the county."""
    account = register_account(
        username="county.reviewer", password="correct-horse-42", full_name="孙科长", phone="13700000009"
    )
    with enter(scene.town.county.centre):
        post_staff_member(actor=Actor.system(), account_id=account.id, full_name="孙科长", roles=[Role.REVIEWER])
    return account


def carry() -> None:
    while relay_due():
        pass


def field(client, call: str, wanted: str, at) -> dict:
    """What one mutation answers."""
    name = call.split("(")[0]
    return client.ask(f"mutation {{ {call} {{ {wanted} }} }}", at=at).data[name]


def test_a_joint_case_from_the_register_to_the_grant(scene, gateway, accepted, county_staff) -> None:
    city, county, there = gateway(scene.boss), gateway(county_staff), scene.town.county.centre
    key = f'caseId: "{accepted.pk}"'
    opened = field(city, f"openJointHandling({key}, stage: DESIGN)", f"joint {{ {JOINT} }}", scene.city)["joint"]
    assert (opened["stage"], opened["progress"]) == ("DESIGN", None)
    with enter(scene.city):
        material = CaseMaterial.objects.filter(case=accepted).earliest("pk").pk
    asks = '[{centreCode: "340100", departmentCode: "GA", part: "治安"}, {centreCode: "340123", part: "选址", days: 2}]'
    call = f'askParticipants({key}, asks: {asks}, materialIds: ["{material}"], formFields: ["place"])'
    inside, away = field(city, call, f"tasks {{ {TASK} }}", scene.city)["tasks"]
    assert [(one["side"], one["status"]) for one in (inside, away)] == [("LOCAL", "ASKED"), ("LEAD", "ASKED")]
    assert away["acts"] == ["RECALL"]
    carry()
    [edge] = county.ask("{ jointTasks(view: WAITING) { edges { node { taskId unit acts } } } }", at=there).data[
        "jointTasks"
    ]["edges"]
    assert edge["node"]["acts"] == ["SIGN", "ANSWER"]
    task = f'taskId: "{away["taskId"]}"'
    read = county.ask(
        f"{{ jointTask({task}) {{ task {{ part }} facts {{ applicantName form {{ label value }}"
        " materials { name file { fileName } } } } }",
        at=there,
    ).data["jointTask"]
    assert read["facts"]["form"] == [{"label": "经营场所", "value": "桃花镇1号"}]
    assert [line["file"]["fileName"] for line in read["facts"]["materials"]] == ["id.pdf"]
    signed = field(county, f"signForJointTask({task})", f"task {{ {TASK} }}", there)["task"]
    assert signed["status"] == "SIGNED"
    with enter(there):
        file = put_bytes(
            data=b"seen", file_name="踏勘.txt", content_type="text/plain", owner_account_id=county_staff.id
        )
    said = f'giveJointOpinion({task}, opinion: CONDITIONS, text: "退让红线", attachmentIds: ["{file.pk}"])'
    answered = field(county, said, f"task {{ {TASK} }}", there)["task"]
    assert answered["opinionFiles"] == [{"fileName": "踏勘.txt"}]
    carry()
    early = city.ask(f"mutation {{ decideCase({key}, result: GRANTED) {{ case {{ status }} }} }}", at=scene.city)
    assert early.codes in (["TRANSITION_NOT_ALLOWED"], ["OPINIONS_AWAITED"])
    field(
        city,
        f'giveJointOpinion(taskId: "{inside["taskId"]}", opinion: CONSENT)',
        "task { status }",
        scene.city,
    )
    field(city, f'reviewCase({key}, opinion: "同意")', "case { status }", scene.city)
    decided = field(city, f'decideCase({key}, result: GRANTED, opinion: "同意")', "case { status }", scene.city)
    assert decided["case"]["status"] == "APPROVED"


@pytest.mark.req("H-09", "H-10", "H-12")
def test_meetings_coordination_register_and_figures(scene, gateway, accepted) -> None:
    city, key = gateway(scene.boss), f'caseId: "{accepted.pk}"'
    field(city, f"openJointHandling({key})", "joint { number }", scene.city)
    asked = field(
        city,
        f'askParticipants({key}, asks: [{{centreCode: "340100", departmentCode: "GA", part: "治安"}}])',
        "tasks { taskId }",
        scene.city,
    )
    task = asked["tasks"][0]["taskId"]
    later = clock.now() + timedelta(hours=2)
    at = (clock.now() + timedelta(hours=1)).isoformat()
    where = f'subject: "踏查", place: "桃花镇", at: "{at}"'
    call = f'conveneJointMeeting({key}, kind: SURVEY, {where}, taskIds: ["{task}"])'
    [meeting] = field(city, call, f"joint {{ {JOINT} }}", scene.city)["joint"]["meetings"]
    other = field(city, call, f"joint {{ {JOINT} }}", scene.city)["joint"]["meetings"][1]
    cancelled = field(
        city,
        f'cancelJointMeeting({key}, meetingId: "{other["id"]}", reason: "重复")',
        f"joint {{ {JOINT} }}",
        scene.city,
    )
    assert [one["state"] for one in cancelled["joint"]["meetings"]] == ["CONVENED", "CANCELLED"]
    with clock.at(later):
        came = f'attendance: [{{taskId: "{task}", attendance: PRESENT}}], minutes: "符合"'
        call = f'closeJointMeeting({key}, meetingId: "{meeting["id"]}", {came})'
        closed = field(city, call, f"joint {{ {JOINT} }}", scene.city)["joint"]["meetings"][0]
        assert (closed["state"], closed["lines"]) == ("CLOSED", [{"attendance": "PRESENT"}])
        call = f'recordJointCoordination({key}, parties: "公安局", opinion: "复核", outcome: "同意复核")'
        kept = field(city, call, "joint { coordinations { parties outcome } }", scene.city)["joint"]
        assert kept["coordinations"] == [{"parties": "公安局", "outcome": "同意复核"}]
        recalled = field(
            city, f'recallJointTask(taskId: "{task}", reason: "不再需要")', f"task {{ {TASK} }}", scene.city
        )
        assert recalled["task"]["status"] == "RECALLED"
        found = city.ask(
            "{ jointRegister(state: RUNNING) { edges { node { case { trackingNumber } number tasks { taskId } } } }"
            ' jointFigures(since: "2026-01-01") { projects meetings surveys tasks jointMedianDays } }',
            at=scene.city,
        ).data
    [edge] = found["jointRegister"]["edges"]
    assert edge["node"]["case"]["trackingNumber"] == accepted.tracking_number
    assert [one["taskId"] for one in edge["node"]["tasks"]] == [task]
    assert found["jointFigures"] == {"projects": 1, "meetings": 1, "surveys": 1, "tasks": 1, "jointMedianDays": None}


def test_what_is_refused_says_why_and_changes_nothing(scene, gateway, accepted) -> None:
    city, before = gateway(scene.boss), scene.fingerprint(scene.city)
    key = f'caseId: "{accepted.pk}"'
    asks = 'asks: [{centreCode: "340123", part: "x"}]'
    refused = {
        f"askParticipants({key}, {asks}) {{ tasks {{ taskId }} }}": "JOINT_NOT_OPEN",
        f'giveJointOpinion(taskId: "{scene.ids["task"]}", opinion: DEEMED_CONSENT) {{ task {{ status }} }}': "INVALID_INPUT",
        f'openJointHandling(caseId: "{scene.ids["case"]}") {{ joint {{ number }} }}': "JOINT_CASE_NOT_HERE",
        f'recallJointTask(taskId: "{scene.ids["task"]}", reason: "x") {{ task {{ status }} }}': "NOT_PERMITTED",
    }
    codes = {call: city.ask(f"mutation {{ {call} }}", at=scene.city).codes for call in refused}
    assert codes == {call: [code] for call, code in refused.items()}
    assert scene.fingerprint(scene.city) == before


def test_reading_what_was_given_leaves_one_line(scene, gateway) -> None:
    task = f'taskId: "{scene.ids["task"]}"'
    twice = f"a: jointTask({task}) {{ facts {{ applicantName }} }} b: jointTask({task}) {{ facts {{ applicantId }} }}"
    with enter(scene.city):
        before = AuditRecord.objects.count()
    found = gateway(scene.boss).ask(f"{{ {twice} }}", at=scene.city).data
    assert found["a"]["facts"]["applicantName"] == "张三丰"
    with enter(scene.city):
        assert AuditRecord.objects.count() == before + 1
    gateway(scene.boss).ask(f"{{ jointTask({task}) {{ task {{ part }} }} }}", at=scene.city)
    with enter(scene.city):
        assert AuditRecord.objects.count() == before + 1


def test_an_upload_ticket_is_given_to_who_answers(scene, gateway) -> None:
    call = (
        f'mutation {{ openOpinionUpload(taskId: "{scene.ids["task"]}", fileName: "a.pdf", size: 9,'
        ' contentType: "application/pdf") { ticket { url } } }'
    )
    assert gateway(scene.boss).ask(call, at=scene.city).data["openOpinionUpload"]["ticket"]["url"]
    assert gateway(scene.intruder).ask(call, at=scene.city).codes == ["NOT_PERMITTED"]
