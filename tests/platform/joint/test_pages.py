"""Pages of joint handling: the lead's doors on a case, the participant's desk, who sees them and who does not."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from joint_cast import CITY, COUNTY, NEIGHBOUR
from joint_people import browser

from zt_platform.audit.models import AuditRecord
from zt_platform.cases.models import Case, CaseMaterial
from zt_platform.cases.testing import relay_all
from zt_platform.joint.commands import Ask, Shared
from zt_platform.joint.models import JointTask
from zt_platform.organisation.models import Department
from zt_platform.organisation.roles import Role
from zt_tenants.context import enter

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
READINGS = ("办件页", "联办任务")


@pytest.fixture
def lead(cast) -> Client:
    """A reviewer of the city."""
    return browser(cast, CITY, Role.REVIEWER)


@pytest.fixture
def police(cast) -> Client:
    """The head of the county's police department."""
    return browser(cast, COUNTY, Role.DEPARTMENT_HEAD, department="GA")


def door(cast, name: str) -> str:
    """Address of one of the lead's doors on the case."""
    return f"/c/{CITY}/joint/cases/{cast.case.pk}/{name}/"


def unread(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """Rows without the audit record's lines of reading."""
    return [row for row in rows if row.get("purpose") not in READINGS]


@pytest.mark.req("H-05", "H-06")
def test_the_lead_registers_a_case_from_its_page(cast, lead) -> None:
    fresh = cast.city.accept(cast.city.submitted(cast.town.zhang))
    page = lead.get(f"/c/{CITY}/workbench/{fresh.pk}/").text
    address = f"/c/{CITY}/joint/cases/{fresh.pk}/open/"
    assert address in page
    assert "进入并联项目登记簿" in lead.get(address).text
    answer = lead.post(address, {"stage": "CONSTRUCTION"}, follow=True).text
    assert "已登记，可以征求意见了" in answer
    assert "施工许可阶段" in answer
    assert f"/c/{CITY}/joint/cases/{fresh.pk}/ask/" in answer


@pytest.mark.req("H-07", "H-08")
def test_the_lead_asks_departments_and_centres_at_once(cast, lead) -> None:
    with enter(cast.places[CITY]):
        material = CaseMaterial.objects.filter(case=cast.case).earliest("pk")
        version = Case.objects.get(pk=cast.case.pk).lock_version
    page = lead.get(door(cast, "ask")).text
    assert f'value="{material.pk}"' in page
    [police] = [part.split('"')[0] for part in page.split('value="') if part.startswith(f"{CITY}/GA/")]
    sent = {
        "units": [police],
        "centres": f"{COUNTY} 肥西县政务服务中心\n池州市政务服务中心",
        "part": "消防安全条件",
        "days": "2",
        "materials": [str(material.pk)],
        "form_fields": ["place"],
        "lock_version": str(version),
    }
    answer = lead.post(door(cast, "ask"), sent, follow=True).text
    assert "联系单已发出" in answer
    assert "0/3 已答复" in answer
    with enter(cast.places[CITY]):
        made = list(JointTask.objects.order_by("pk").values_list("participant_code", "department_code", "part"))
    assert made == [(CITY, "GA", "消防安全条件"), (COUNTY, "", "消防安全条件"), (NEIGHBOUR, "", "消防安全条件")]
    relay_all()
    with enter(cast.places[COUNTY]):
        [there] = JointTask.objects.all()
    assert there.facts["form"][0]["value"] == "桃花镇1号"
    assert len(there.facts["materials"]) == 1


@pytest.mark.req("H-08")
def test_units_are_found_while_one_types(cast, lead) -> None:
    found = lead.get(door(cast, "units"), {"q": "肥西"}).text
    assert f'data-code="{COUNTY}"' in found
    assert lead.get(door(cast, "units"), {"q": ""}).text.strip() == ""


@pytest.mark.req("H-07")
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"part": ""}, "请填写“请对方审查什么”"),
        ({"centres": "没有这个中心"}, "请填写中心代码"),
        ({"centres": ""}, "请至少选择一个部门或中心"),
        ({"centres": "999999"}, "没有代码为“999999”的政务服务中心"),
    ],
)
def test_what_is_missing_stands_beside_its_field_and_nobody_is_asked(cast, lead, wrong, said) -> None:
    before = cast.rows(CITY)
    sent = {"centres": COUNTY, "part": "意见", "days": "1", **wrong}
    answer = lead.post(door(cast, "ask"), sent)
    assert answer.status_code == 422
    assert said in answer.text
    assert cast.rows(CITY) == before


@pytest.mark.req("H-06")
def test_an_older_page_of_the_case_keeps_its_input_and_says_so(cast, lead) -> None:
    before = cast.rows(CITY)
    sent = {"centres": COUNTY, "part": "请核查用地", "days": "1", "lock_version": "0"}
    answer = lead.post(door(cast, "ask"), sent)
    assert answer.status_code == 409
    assert "请核查用地" in answer.text
    assert cast.rows(CITY) == before


@pytest.mark.req("H-06", "H-08", "F-10")
def test_the_participant_signs_for_it_and_answers_with_conditions(cast, police) -> None:
    task = cast.ask_county()
    desk = police.get(f"/c/{COUNTY}/joint/")
    address = f"/c/{COUNTY}/joint/{task.task_id}/"
    assert address in desk.text
    assert '并联办理 <span class="tag tag-blue number">1' in desk.text
    assert police.get(f"{address}paper/").status_code == 302
    assert f'href="{address}"' in police.get("/notices/").text
    signed = police.post(f"{address}sign/", follow=True).text
    assert "已签收。" in signed
    silent = police.post(f"{address}answer/", {"opinion": "CONDITIONS", "text": " "})
    assert silent.status_code == 422
    assert "请写明条件或理由" in silent.text
    file = SimpleUploadedFile("核查记录.pdf", PDF, "application/pdf")
    given = {"opinion": "CONDITIONS", "text": "补充监控设备", "attachments": [file]}
    answered = police.post(f"{address}answer/", given, follow=True).text
    assert "意见已送达牵头部门" in answered
    assert "核查记录.pdf" in answered
    relay_all()
    assert cast.at(CITY, task).opinion == "CONDITIONS"


@pytest.mark.req("H-06")
def test_opening_a_task_leaves_a_line_in_the_audit_record(cast, police) -> None:
    [task] = cast.ask(Ask(COUNTY, "治安意见", department_code="GA"), shared=Shared(form_fields=["place"]))
    page = police.get(f"/c/{COUNTY}/joint/{task.task_id}/").text
    assert "桃花镇1号" in page
    assert "张三丰" in page
    with enter(cast.places[COUNTY]):
        [line] = AuditRecord.objects.filter(purpose="联办任务")
    assert (line.tracking_number, line.deed) == (cast.number, "READ_CASE")


@pytest.mark.req("H-07", "H-12")
def test_the_lead_sees_who_answered_and_recalls_what_is_still_open(cast, lead) -> None:
    task, other = cast.ask_police(), cast.ask_county()
    cast.answer(task, "OBJECTION", "出入口不符合要求", code=CITY, actor=cast.police)
    page = lead.get(f"/c/{CITY}/workbench/{cast.case.pk}/").text
    assert "1/2 已答复" in page
    assert "有1个单位不同意" in page
    assert "出入口不符合要求" in page
    address = f"/c/{CITY}/joint/{other.task_id}/recall/"
    assert lead.post(address, {"reason": ""}).status_code == 422
    done = lead.post(address, {"reason": "不需要县级意见了"}, follow=True).text
    assert "联系单已撤回" in done
    relay_all()
    assert cast.at(COUNTY, other).status == "RECALLED"


@pytest.mark.req("H-06")
def test_a_stale_task_page_is_sent_back_with_a_word(cast, police) -> None:
    task = cast.ask_county()
    before = cast.rows(COUNTY)
    address = f"/c/{COUNTY}/joint/{task.task_id}/"
    answer = police.post(f"{address}answer/", {"opinion": "CONSENT", "lock_version": "77"}, follow=True)
    assert "已被他人更新" in answer.text
    assert unread(cast.rows(COUNTY)) == before


@pytest.mark.req("H-12")
def test_a_supervisor_writes_down_a_coordination(cast) -> None:
    watcher = browser(cast, CITY, Role.SUPERVISOR)
    sent = {"parties": "公安局、市场局", "opinion": "建议补充材料", "outcome": "公安局同意复核"}
    done = watcher.post(door(cast, "coordinate"), sent, follow=True).text
    assert "公安局同意复核" in done
    with enter(cast.places[CITY]):
        [line] = Case.objects.get(pk=cast.case.pk).joint["coordinations"]
    assert line["by"] == "周晓明"


@pytest.mark.req("A-01", "A-09")
@pytest.mark.parametrize("path", ["{id}/", "{id}/paper/"])
def test_neighbours_and_other_departments_see_no_task(cast, path) -> None:
    task = cast.ask_county()
    address = path.format(id=task.task_id)
    neighbour = browser(cast, NEIGHBOUR, Role.REVIEWER)
    other = browser(cast, COUNTY, Role.REVIEWER, department="SC")
    assert neighbour.get(f"/c/{COUNTY}/joint/{address}").status_code == 403
    assert neighbour.get(f"/c/{NEIGHBOUR}/joint/{address}").status_code == 404
    refused = other.get(f"/c/{COUNTY}/joint/{address}")
    assert refused.status_code == 404
    assert "治安意见" not in refused.text
    assert str(task.task_id) not in other.get(f"/c/{COUNTY}/joint/?view=all").text


@pytest.mark.req("A-01", "A-09")
@pytest.mark.parametrize("act", ["sign", "answer", "recall"])
def test_neighbours_and_other_departments_change_no_task(cast, act) -> None:
    task = cast.ask_county()
    sent = {"opinion": "OBJECTION", "text": "x", "reason": "x"}
    people = (
        browser(cast, NEIGHBOUR, Role.REVIEWER),
        browser(cast, COUNTY, Role.REVIEWER, department="SC"),
        browser(cast, CITY, Role.WINDOW_CLERK),
    )
    before = [cast.rows(code) for code in (CITY, COUNTY)]
    for person in people:
        for code in (COUNTY, NEIGHBOUR, CITY):
            answer = person.post(f"/c/{code}/joint/{task.task_id}/{act}/", sent)
            assert answer.status_code in (403, 404)
    assert [unread(cast.rows(code)) for code in (CITY, COUNTY)] == before


@pytest.mark.req("A-01", "A-09")
@pytest.mark.parametrize("name", ["open", "ask", "coordinate", "meet", "units"])
def test_those_who_do_not_lead_find_the_doors_closed(cast, name) -> None:
    stranger, clerk = browser(cast, NEIGHBOUR, Role.REVIEWER), browser(cast, CITY, Role.WINDOW_CLERK)
    before = cast.rows(CITY)
    sent = {
        "stage": "LAND",
        "centres": COUNTY,
        "part": "x",
        "days": "1",
        "parties": "x",
        "opinion": "x",
        "outcome": "x",
    }
    assert stranger.get(door(cast, name)).status_code == 404
    if name != "units":
        assert stranger.post(door(cast, name), sent).status_code == 404
        assert clerk.get(door(cast, name)).status_code == 302
        assert clerk.post(door(cast, name), sent).status_code in (403, 422)
        assert door(cast, name) not in clerk.get(f"/c/{CITY}/workbench/{cast.case.pk}/").text
    assert unread(cast.rows(CITY)) == before


@pytest.mark.req("Y-10")
def test_case_page_and_desk_cost_as_many_statements_for_many_participants(cast, lead) -> None:
    desk = browser(cast, CITY, Role.REVIEWER, department="GA")

    def statements(client: Client, address: str) -> int:
        assert client.get(address).status_code == 200
        with CaptureQueriesContext(connection) as found:
            assert client.get(address).status_code == 200
        return len(found)

    pages = ((lead, f"/c/{CITY}/workbench/{cast.case.pk}/"), (desk, f"/c/{CITY}/joint/?view=all"))
    with enter(cast.places[CITY]):
        Department.objects.bulk_create([Department(code=f"X{n}", name=f"第{n}局", name_en="x") for n in range(12)])
    cast.ask_police()
    few = [statements(client, address) for client, address in pages]
    cast.ask(*(Ask(CITY, "意见", department_code=f"X{n}") for n in range(12)))
    with enter(cast.places[CITY]):
        JointTask.objects.update(department=Department.objects.get(code="GA"))
    assert [statements(client, address) for client, address in pages] == few
