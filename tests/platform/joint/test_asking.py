"""A joint case is registered, departments and centres are asked by one contact form, and answer (H-01, H-05 to H-08)."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from joint_cast import CITY, COUNTY, NEIGHBOUR, PROVINCE, china, open_case

from zt_platform.cases.models import CaseMaterial
from zt_platform.cases.testing import PDF, relay_all
from zt_platform.joint import commands, queries
from zt_platform.joint.commands import Ask, Shared
from zt_platform.joint.models import JointTask
from zt_platform.organisation.models import Department
from zt_platform.papers.models import Paper
from zt_platform.supervision.models import CaseStep
from zt_storage.uploads import put_bytes, read_bytes
from zt_tenants import clock
from zt_tenants.context import enter, outside_centres


@pytest.mark.req("H-06", "H-05")
def test_a_joint_case_is_entered_into_the_register_under_a_number_and_its_lead(cast) -> None:
    register = queries.register_of_case(cast.case)

    assert register is not None
    assert (register.number, register.stage) == ("BL-340100-2026-00001", "GENERAL")
    assert register.lead_department == "合肥市市场监督管理局"
    opened = cast.lines(public=True)[-1]
    assert (opened.step, opened.note) == ("JOINT_OPENED", register.number)


@pytest.mark.req("H-06", "H-03")
def test_numbers_of_the_register_follow_each_other_and_the_stage_is_noted(cast) -> None:
    second = queries.register_of_case(open_case(cast.town, stage="CONSTRUCTION"))

    assert second is not None
    assert (second.number, second.stage) == ("BL-340100-2026-00002", "CONSTRUCTION")


@pytest.mark.req("H-01", "H-08", "F-10")
def test_departments_and_centres_of_every_level_are_asked_by_one_numbered_form(cast) -> None:
    local, county, province, neighbour = cast.ask(
        Ask(CITY, "治安意见", department_code="GA"),
        Ask(COUNTY, "现场意见", department_code="GA"),
        Ask(PROVINCE, "政策意见"),
        Ask(NEIGHBOUR, "相邻关系意见", department_name="规划局"),
    )

    assert [task.side for task in (local, county, province, neighbour)] == ["LOCAL", "LEAD", "LEAD", "LEAD"]
    there = cast.at(COUNTY, county)
    assert (there.side, there.status, there.part) == ("PARTICIPANT", "ASKED", "现场意见")
    assert (there.department.code, there.department_name) == ("GA", "肥西县公安局")
    assert (there.lead_name, there.lead_department) == (cast.places[CITY].name, "合肥市市场监督管理局")
    assert cast.at(PROVINCE, province).department is None
    assert cast.at(NEIGHBOUR, neighbour).unit.endswith("规划局")
    with enter(cast.places[CITY]):
        [form] = Paper.objects.filter(kind="JOINT_CONTACT")
    text = form.snapshot.text()
    assert "联" in form.number
    assert all(part in text for part in ("治安意见", "现场意见", "政策意见", "相邻关系意见", "BL-340100-2026-00001"))
    assert "第二十六条" in text
    assert cast.told("JOINT_ASKED") == 0  # nobody is on post in this town


@pytest.mark.req("F-10", "H-07")
def test_the_form_travels_with_the_task_and_is_the_same_file(cast) -> None:
    task = cast.ask_county()
    there = cast.at(COUNTY, task)

    with enter(cast.places[COUNTY]):
        copy = read_bytes(there.paper_copy)
    assert copy.startswith(b"%PDF")
    assert there.paper_number == task.paper_number


@pytest.mark.req("H-08")
def test_handled_on_the_day_answered_on_the_next(cast) -> None:
    """Monday 9:30: due on Tuesday at the close; a participant's own clock is the lead's."""
    task = cast.ask_county()
    there = cast.at(COUNTY, task)

    assert task.due_at == china("2026-03-03T17:00")
    assert (there.due_at, there.warning_at) == (task.due_at, china("2026-03-03T09:00"))


@pytest.mark.req("H-07", "Y-01")
def test_only_what_the_lead_chose_leaves_it(cast) -> None:
    """The chosen answer and document cross; identity number masked, telephone and the rest of the form stay."""
    with enter(cast.places[CITY]):
        site = CaseMaterial.objects.get(case=cast.case, material_code="site")
    [task] = cast.ask(
        Ask(COUNTY, "场地意见", department_code="GA"), shared=Shared(material_ids=[site.pk], form_fields=["place"])
    )

    there = cast.at(COUNTY, task)
    with enter(cast.places[COUNTY]):
        [given] = queries.materials_of(there)
        assert read_bytes(given.file) == PDF
    facts = queries.facts_of(there)
    assert (given.code, given.name) == ("site", "场地证明")
    assert facts.form == [("经营场所", "桃花镇1号")]
    assert facts.applicant_name == "张三丰"
    assert "199003071237" not in facts.applicant_id
    assert "phone" not in there.facts["applicant"]


@pytest.mark.req("H-08")
def test_the_statements_do_not_grow_with_the_participants(cast) -> None:
    """Twelve units by one command: the number of SQL statements is that of two."""
    with enter(cast.places[CITY]):
        for nth in range(14):
            Department.objects.create(code=f"D{nth:02}", name=f"合肥市第{nth}局", name_en=f"Bureau {nth}")
    counts = []
    cases = [open_case(cast.town) for _ in range(3)]
    for case, departments in zip(cases, (2, 2, 6), strict=True):
        asks = [Ask(CITY, "意见", department_code=f"D{nth:02}") for nth in range(departments)]
        asks += [
            Ask(code, f"意见{nth}", department_name=f"第{nth}科")
            for nth in range(departments // 2)
            for code in (COUNTY, NEIGHBOUR)
        ]
        with (
            enter(cast.places[CITY]),
            CaptureQueriesContext(
                connection,
            ) as seen,
        ):
            made = commands.ask_participants(actor=cast.city.reviewer, case_id=case.pk, asks=asks)
        counts.append((len(made), len(seen)))

    print(counts)
    (_, warm_up), (few, of_few), (many, of_many) = counts
    assert (few, many) == (4, 12)
    assert of_many == of_few <= warm_up


@pytest.mark.req("H-06")
def test_the_county_signs_for_it_with_person_and_time(cast) -> None:
    task = cast.ask_county()
    with clock.at(china("2026-03-02T11:00")):
        cast.sign(task)

    here, there = cast.at(CITY, task), cast.at(COUNTY, task)
    assert (here.status, there.status) == ("SIGNED", "SIGNED")
    assert here.signed_at == there.signed_at == china("2026-03-02T11:00")
    assert here.signed_by == "王建国"
    assert "JOINT_SIGNED" in cast.steps()


@pytest.mark.req("H-01", "H-07", "A-02")
def test_the_county_answers_with_conditions_and_a_file(cast) -> None:
    task = cast.ask_county()
    with enter(cast.places[COUNTY]):
        file = put_bytes(
            data=PDF,
            file_name="意见书.pdf",
            content_type="application/pdf",
            owner_account_id=cast.desks[COUNTY].reviewer.account_id,
        )
    cast.answer(task, "CONDITIONS", "安装监控后同意", attachment_ids=[file.pk])

    here = cast.at(CITY, task)
    assert (here.status, here.opinion, here.opinion_text) == ("ANSWERED", "CONDITIONS", "安装监控后同意")
    assert here.signed_at is not None  # who answers has signed for it
    with enter(cast.places[CITY]):
        [copy] = queries.files_of(here).values()
        assert (copy.file_name, read_bytes(copy)) == ("意见书.pdf", PDF)
    with enter(cast.places[COUNTY]):
        rows = cast.rows(COUNTY)
    assert [row["data"]["act"] for row in rows if row.get("deed") == "JOINT"] == ["ANSWER"]


@pytest.mark.req("E-10", "H-01")
def test_the_applicant_reads_how_many_have_answered_and_nobodys_opinion(cast) -> None:
    police, county = cast.ask(
        Ask(CITY, "治安意见", department_code="GA"), Ask(COUNTY, "现场意见", department_code="GA")
    )
    cast.answer(county, "OBJECTION", "距离学校不足五十米")

    public = [line.note for line in cast.lines(public=True)]
    assert public[-2:] == ["已征求2个单位意见，0个已答复。本次征求2个单位", "已征求2个单位意见，1个已答复"]
    assert not any("学校" in note for note in public)
    assert cast.at(CITY, police).status == "ASKED"


@pytest.mark.req("R-03", "H-02")
def test_the_province_follows_joint_handling_step_by_step(cast) -> None:
    cast.answer(cast.ask_county())

    with outside_centres():
        found = CaseStep.objects.filter(tracking_number=cast.number, centre_code=CITY)
        steps = list(found.order_by("id").values_list("step", flat=True))
    assert steps[-3:] == ["JOINT_OPENED", "OPINIONS_ASKED", "OPINION_GIVEN"]


@pytest.mark.req("H-07")
def test_the_lead_recalls_what_nobody_has_answered(cast) -> None:
    task = cast.ask_county()
    with enter(cast.places[CITY]):
        commands.recall_task(actor=cast.city.reviewer, task_id=task.task_id, reason="不再需要")
    relay_all()

    there = cast.at(COUNTY, task)
    assert (there.status, there.lines[-1].act, there.lines[-1].text) == ("RECALLED", "RECALL", "不再需要")
    assert "OPINION_RECALLED" in cast.steps()
    again = cast.ask_county()
    assert again.task_id != task.task_id
    with enter(cast.places[COUNTY]):
        assert JointTask.objects.count() == 2
