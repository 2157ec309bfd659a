"""The record of staff: who opened whose data and for what, beside the steps; in order, filtered, taken along."""

from __future__ import annotations

import pytest
from browsers import Browsers, workbench
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zt_platform.audit.commands import record
from zt_platform.audit.models import AuditRecord, Deed
from zt_platform.cases import commands, queries
from zt_platform.cases.errors import TransitionNotAllowed
from zt_platform.cases.models import CaseMaterial
from zt_platform.cases.queries import AuditFilter
from zt_platform.cases.testing import OWN, ZHANG, Town, at, staff
from zt_platform.organisation.roles import Role
from zt_tenants.clock import today
from zt_tenants.context import enter
from zt_tenants.errors import NotPermitted


@pytest.mark.req("E-20")
def test_personal_information_protection_law_article_51_and_54_opening_a_case_leaves_a_line_a_list_none(
    town: Town, browsers: Browsers
) -> None:
    case = town.city.submitted(town.zhang)
    clerk = browsers.staff(town.city, "WINDOW_CLERK")
    clerk.get(workbench(town))
    with enter(town.city.centre):
        assert not AuditRecord.objects.exists()
    clerk.get(workbench(town, f"{case.pk}/"))
    clerk.get(workbench(town, f"{case.pk}/accept/"))
    clerk.get(workbench(town, f"{case.pk}/proof/"))
    with enter(town.city.centre):
        found = list(AuditRecord.objects.values_list("deed", "actor_name", "roles", "tracking_number", "purpose"))
    who = ("READ_CASE", "李敏", "WINDOW_CLERK", case.tracking_number)
    assert found == [(*who, "办件页"), (*who, "受理申请"), (*who, "下载证明包")]


def test_who_may_not_see_a_case_leaves_no_line_and_neither_does_its_applicant(town: Town, browsers: Browsers) -> None:
    case = town.city.submitted(browsers.actor("applicant"))
    browsers.staff(town.county, "WINDOW_CLERK").get(workbench(town, f"{case.pk}/"))
    browsers.applicant().get(f"/c/{town.city.centre.code}/mine/{case.tracking_number}/")
    for desk in (town.city, town.county):
        with enter(desk.centre):
            assert not AuditRecord.objects.exists()


def test_steps_and_reads_stand_in_one_order_page_by_page(town: Town, browsers: Browsers, monkeypatch) -> None:
    monkeypatch.setattr("zt_platform.cases.views.audit.PAGE", 2)
    clerk = browsers.staff(town.city, "WINDOW_CLERK")
    for minute in range(3):
        with at(f"2026-03-03T10:0{minute}"):
            case = town.city.submitted(town.zhang)
            clerk.get(workbench(town, f"{case.pk}/"))
            town.city.accept(case)
    admin, address, seen = browsers.staff(town.city, "CENTRE_ADMIN"), workbench(town, "record/"), []
    for _ in range(9):
        if not address:
            break
        answer = admin.get(address)
        seen += [(line.at, line.deed) for line, _, _ in answer.context["lines"]]
        address = answer.context["older_url"] and workbench(town, f"record/{answer.context['older_url']}")
    assert [deed for _, deed in seen] == ["READ_CASE", "ACCEPTED"] * 3
    assert [moment for moment, _ in seen] == sorted((moment for moment, _ in seen), reverse=True)


def test_filters(town: Town, browsers: Browsers) -> None:
    first, second = town.city.submitted(town.zhang), town.city.submitted(town.zhang)
    clerk = browsers.staff(town.city, "WINDOW_CLERK")
    for case in (first, second):
        clerk.get(workbench(town, f"{case.pk}/"))
    town.city.accept(first)
    supervisor = staff(town.city.centre, Role.SUPERVISOR)
    with enter(town.city.centre):

        def found(**wanted) -> list[tuple[str, str]]:
            lines = queries.audit_lines(supervisor, AuditFilter(**wanted))
            return sorted((line.deed, line.tracking_number) for line in lines)

        assert len(found()) == 3
        assert found(deed="STEPS") == [("ACCEPTED", first.tracking_number)]
        assert found(deed=Deed.READ_CASE, tracking_number=second.tracking_number) == [
            ("READ_CASE", second.tracking_number)
        ]
        assert found(account_id=town.city.clerk.account_id) == [("ACCEPTED", first.tracking_number)]
        assert len(found(since=today(), until=today())) == 3
        with at("2026-03-09T10:00"):
            assert found(since=today()) == []
    for nonsense in ("?who=x&deed=x&since=x&case=x", "?after=x~y~z"):
        assert (
            len(browsers.staff(town.city, "SUPERVISOR").get(workbench(town, f"record/{nonsense}")).context["lines"])
            == 3
        )


def test_it_costs_the_same_however_long(town: Town, browsers: Browsers) -> None:
    case = town.city.submitted(town.zhang)
    clerk, admin = browsers.staff(town.city, "WINDOW_CLERK"), browsers.staff(town.city, "CENTRE_ADMIN")
    clerk.get(workbench(town, f"{case.pk}/"))
    admin.get(workbench(town, "record/"))
    with CaptureQueriesContext(connection) as one:
        admin.get(workbench(town, "record/"))
    for _ in range(15):
        clerk.get(workbench(town, f"{case.pk}/"))
    with CaptureQueriesContext(connection) as many:
        assert len(admin.get(workbench(town, "record/")).context["lines"]) == 16
    assert len(one) == len(many)


def test_taking_it_along_is_written_down_too(town: Town, browsers: Browsers) -> None:
    case = town.city.submitted(town.zhang)
    town.city.accept(case)
    admin = browsers.staff(town.city, "CENTRE_ADMIN")
    text = admin.get(workbench(town, "record/?csv=1&deed=STEPS")).content.decode("utf-8-sig")
    assert "王建国" in text
    assert "受理" in text
    sheet = admin.get(workbench(town, "record/?xlsx=1"))
    assert b"".join(sheet.streaming_content).startswith(b"PK")
    with enter(town.city.centre):
        taken = list(AuditRecord.objects.filter(deed=Deed.EXPORTED).values_list("actor_name", "data"))
    assert [name for name, _ in taken] == ["李敏", "李敏"]
    assert taken[0][1] == {"filter": "csv=1&deed=STEPS"}


def test_only_administrators_and_supervisors_of_this_centre(town: Town, browsers: Browsers) -> None:
    case = town.city.submitted(town.zhang)
    browsers.staff(town.city, "WINDOW_CLERK").get(workbench(town, f"{case.pk}/"))
    outsiders = (
        browsers.applicant("outsider"),
        browsers.staff(town.city, "WINDOW_CLERK"),
        browsers.staff(town.neighbour, "CENTRE_ADMIN", "SUPERVISOR"),
    )
    for outsider in outsiders:
        assert outsider.get(workbench(town, "record/?csv=1")).status_code == 403
    own = browsers.staff(town.neighbour, "CENTRE_ADMIN", "SUPERVISOR").get(
        workbench(town, "record/").replace(town.city.centre.code, town.neighbour.centre.code)
    )
    assert own.context["lines"] == []
    with enter(town.neighbour.centre), pytest.raises(NotPermitted):
        queries.audit_lines(staff(town.city.centre, Role.CENTRE_ADMIN), AuditFilter())
    with enter(town.city.centre):
        assert AuditRecord.objects.count() == 1


def test_a_note_that_moved_nothing_names_its_author_as_staff_and_shows_no_code(town: Town, browsers: Browsers) -> None:
    case = town.city.accept(town.city.submitted(town.zhang))
    with enter(town.city.centre):
        commands.note_case(actor=town.city.clerk, case_id=case.pk, note="请核对面积")
    page = browsers.staff(town.city, "SUPERVISOR").get(workbench(town, "record/")).content.decode()
    assert "工作人员" in page
    assert ">STAFF<" not in page


def test_a_line_about_a_case_of_another_centre_names_it_without_a_link(town: Town, browsers: Browsers) -> None:
    """Joint tasks and orders are about cases that this centre may not hold."""
    case = town.city.submitted(town.zhang)
    with enter(town.city.centre):
        record(Deed.JOINT, actor=town.city.clerk, purpose="签收", tracking_number="34012320260302000010")
        record(Deed.READ_CASE, actor=town.city.clerk, case_id=case.pk, tracking_number=case.tracking_number or "")
    answer = browsers.staff(town.city, "SUPERVISOR").get(workbench(town, "record/"))
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "340123-20260302-00001-0" in page
    assert page.count('<a class="tracking-number"') == 1


def _lines(town: Town, deed: Deed) -> list[tuple[str, str, dict]]:
    with enter(town.city.centre):
        found = AuditRecord.objects.filter(deed=deed).order_by("pk")
        return [(line.actor_name, line.purpose, line.data) for line in found]


@pytest.mark.req("E-20", "E-15")
def test_what_a_clerk_changes_before_it_is_handed_in_leaves_a_line_without_what_was_written(town: Town) -> None:
    clerk = town.city.clerk
    with enter(town.city.centre):
        case = commands.start_application(actor=clerk, item_code=OWN, applicant=ZHANG, form={"place": "桃花镇1号"})
        commands.save_draft(actor=clerk, case_id=case.pk, form={"place": "桃花镇1号"})
        commands.save_draft(actor=clerk, case_id=case.pk, form={"place": "上派镇2号", "area": "30"})
        commands.choose_delivery(actor=clerk, case_id=case.pk, method="PICK_UP")
    town.city.attach(clerk, case, "id")
    with enter(town.city.centre):
        held = CaseMaterial.objects.get(case=case)
        commands.detach_material(actor=clerk, case_id=case.pk, case_material_id=held.pk)
        commands.discard_draft(actor=clerk, case_id=case.pk)
        commands.restore_draft(actor=clerk, case_id=case.pk)

    found = _lines(town, Deed.AMENDED)

    assert [what for _, what, _ in found] == [
        "改填表内容",
        "改送达方式",
        "放入材料",
        "取出材料",
        "删除草稿",
        "恢复草稿",
    ]
    assert {who for who, _, _ in found} == {clerk.name}
    assert found[0][2] == {"fields": ["area", "place"]}
    assert found[3][2] == {"material": "id", "file": held.attachment_id}
    assert not any("上派镇" in str(line) for line in found)


@pytest.mark.req("E-20")
def test_a_clerk_who_changes_a_returned_application_is_named_and_its_applicant_leaves_no_line(town: Town) -> None:
    case = town.city.submitted(town.zhang)
    with enter(town.city.centre):
        commands.return_for_correction(actor=town.city.clerk, case_id=case.pk, defects=["场地证明不清楚"])
        commands.save_draft(actor=town.zhang, case_id=case.pk, form={"place": "桃花镇3号"})
        assert not AuditRecord.objects.exists()
        commands.save_draft(actor=town.city.clerk, case_id=case.pk, form={"place": "桃花镇4号"})
        line = AuditRecord.objects.get()
    assert (line.deed, line.tracking_number) == (Deed.AMENDED, case.tracking_number)


@pytest.mark.req("E-20")
def test_a_refused_change_leaves_no_line(town: Town) -> None:
    case = town.city.submitted(town.zhang)
    with enter(town.city.centre), pytest.raises(TransitionNotAllowed):
        commands.save_draft(actor=town.city.clerk, case_id=case.pk, form={"place": "x"})
    assert _lines(town, Deed.AMENDED) == []
