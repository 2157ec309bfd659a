"""The record of staff: who opened whose data and for what, beside the steps; in order, filtered, taken along."""

from __future__ import annotations

import pytest
from browsers import Browsers, workbench
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zt_platform.audit.models import AuditRecord, Deed
from zt_platform.cases import queries
from zt_platform.cases.queries import AuditFilter
from zt_platform.cases.testing import Town, at, staff
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
