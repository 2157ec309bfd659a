"""From the draft to the submission: idempotent starts, complete applications, numbers, whose case it is."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from django.db import connection

from zt_platform.cases import commands, numbers, queries
from zt_platform.cases.errors import CaseNotFound, ItemNotOffered, MaterialsMissing, TransitionNotAllowed
from zt_platform.cases.models import Case, CaseEvent, CaseMaterial
from zt_platform.cases.testing import INSTANT, MONDAY, OWN, PDF, ZHANG, at, staff
from zt_platform.cases.vocabulary import Channel, Status
from zt_platform.catalogue.forms import InvalidForm
from zt_platform.catalogue.models import Item
from zt_platform.organisation.models import Department
from zt_platform.organisation.roles import Role
from zt_storage.uploads import put_bytes
from zt_tenants import clock
from zt_tenants.context import enter
from zt_tenants.errors import Conflict, InvalidInput, NotFound, NotPermitted


@pytest.mark.req("L-01")
def test_starting_twice_with_one_key_is_one_draft(town) -> None:
    first = town.city.draft(town.zhang, client_key="k1")
    with enter(town.city.centre):
        again = commands.start_application(actor=town.zhang, item_code=OWN, applicant=ZHANG, client_key="k1")
        other = commands.start_application(actor=town.li, item_code=OWN, applicant=ZHANG, client_key="k1")
        new = commands.start_application(actor=town.zhang, item_code=OWN, applicant=ZHANG, client_key="k2")
        with pytest.raises(Conflict):
            commands.start_application(actor=town.zhang, item_code=INSTANT, applicant=ZHANG, client_key="k1")
    assert again.pk == first.pk
    assert len({first.pk, other.pk, new.pk}) == 3
    assert (first.status, first.channel, first.tracking_number) == (Status.DRAFT, Channel.ONLINE, None)


def test_a_double_click_in_two_threads_is_one_draft(committed_town) -> None:
    town = committed_town

    def click(_: int) -> int:
        try:
            with clock.at(MONDAY), enter(town.city.centre):
                case = commands.start_application(actor=town.zhang, item_code=OWN, applicant=ZHANG, client_key="double")
                return case.pk
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(click, range(8)))) == 1
    with enter(town.city.centre):
        assert Case.objects.count() == CaseEvent.objects.count() == 1


@pytest.mark.req("E-10")
def test_submitting_gives_the_number_and_starts_the_five_days(town) -> None:
    case = town.city.submitted(town.zhang)
    number = numbers.parse(case.tracking_number)
    assert (number.origin_code, number.day.isoformat(), number.sequence) == ("340100", "2026-03-02", 1)
    assert case.received_on.isoformat() == "2026-03-02"
    assert case.acceptance_due_at.date().isoformat() == "2026-03-09"
    assert case.running_due_at == case.acceptance_due_at
    assert case.due_at is None


@pytest.mark.req("L-15")
def test_a_submission_on_a_holiday_is_recorded_then_and_received_later(town) -> None:
    case = town.city.draft(town.zhang)
    with at("2026-05-02T22:00"), enter(town.city.centre):
        case = commands.submit_application(actor=town.zhang, case_id=case.pk)
    assert case.submitted_at.date().isoformat() == "2026-05-02"
    assert case.received_on.isoformat() == "2026-05-06"
    assert numbers.parse(case.tracking_number).day.isoformat() == "2026-05-02"


def test_submitting_twice_with_one_key_changes_nothing(town) -> None:
    case = town.city.draft(town.zhang)
    with enter(town.city.centre):
        first = commands.submit_application(actor=town.zhang, case_id=case.pk, submission_key="s1")
        before = town.city.snapshot()
        again = commands.submit_application(actor=town.zhang, case_id=case.pk, submission_key="s1")
        assert again.tracking_number == first.tracking_number
        assert town.city.snapshot() == before
        with pytest.raises(TransitionNotAllowed):
            commands.submit_application(actor=town.zhang, case_id=case.pk, submission_key="s2")
        assert town.city.snapshot() == before


@pytest.mark.req("E-12", "E-13")
def test_everything_missing_is_told_at_once_and_no_number_is_used(town) -> None:
    with enter(town.city.centre):
        case = commands.start_application(actor=town.zhang, item_code=OWN, applicant=ZHANG, form={"place": "桃花镇1号"})
        before = town.city.snapshot()
        assert queries.still_missing(case) == ["身份证明", "场地证明"]
        with pytest.raises(MaterialsMissing, match="2 required") as missing:
            commands.submit_application(actor=town.zhang, case_id=case.pk)
        assert missing.value.data["materials"] == "身份证明、场地证明"
        assert town.city.snapshot() == before
    assert numbers.parse(town.city.submitted(town.zhang).tracking_number).sequence == 1


def test_the_form_is_checked_field_by_field(town) -> None:
    case = town.city.draft(town.zhang)
    with enter(town.city.centre):
        commands.save_draft(actor=town.zhang, case_id=case.pk, form={"area": "很大"})
        with pytest.raises(InvalidForm) as wrong:
            commands.submit_application(actor=town.zhang, case_id=case.pk)
    assert {error.field for error in wrong.value.errors} == {"place", "area"}


@pytest.mark.req("L-04")
def test_a_clerk_applies_for_somebody_at_the_window(town) -> None:
    clerk = town.city.clerk
    with enter(town.city.centre):
        case = commands.start_application(
            actor=clerk,
            item_code=OWN,
            applicant=ZHANG,
            form={"place": "桃花镇1号"},
            applicant_account_id=town.zhang.account_id,
        )
        assert case.channel == Channel.WINDOW
        assert list(queries.window_drafts(clerk)) == [case]
    for code in ("id", "site"):
        town.city.attach(clerk, case, code)
    with enter(town.city.centre):
        commands.submit_application(actor=clerk, case_id=case.pk)
        assert queries.case_for(town.zhang, case.pk).status == Status.SUBMITTED
        with pytest.raises(NotPermitted):
            commands.start_application(actor=town.city.reviewer, item_code=OWN, applicant=ZHANG)


@pytest.mark.req("A-06", "E-07")
def test_the_centres_own_window_takes_what_several_departments_handle(town) -> None:
    clerk = town.city.clerk
    assert clerk.department_id is None
    with enter(town.city.centre):
        police = Department.objects.get(code="GA")
        Item.objects.filter(code=INSTANT).update(department=police)
        begun = [
            commands.start_application(actor=clerk, item_code=code, applicant=ZHANG, client_key=code)
            for code in (OWN, INSTANT)
        ]
    assert [case.department.code for case in begun] == ["SC", "GA"]
    assert {case.channel for case in begun} == {Channel.WINDOW}


@pytest.mark.req("E-15")
def test_who_was_asked_first_stays_named_while_others_act(town) -> None:
    first = town.city.clerk
    case = town.city.accept(town.city.submitted(town.zhang))
    assert (case.first_asked_account_id, case.first_asked_name) == (first.account_id, first.name)
    reviewed = town.city.decide(town.city.review(case))
    assert reviewed.handler_account_id == town.city.approver.account_id != first.account_id
    assert reviewed.first_asked_account_id == first.account_id


def test_what_the_centre_does_not_offer_cannot_be_applied_for(town) -> None:
    with enter(town.city.centre):
        Item.objects.filter(code=OWN).update(accepted_here=False)
        for code in (OWN, "XK-UNKNOWN"):
            with pytest.raises(ItemNotOffered):
                commands.start_application(actor=town.zhang, item_code=code, applicant=ZHANG)
        assert not Case.objects.exists()


def test_an_applicant_needs_name_and_telephone(town) -> None:
    with enter(town.city.centre):
        for party in (replace(ZHANG, name=" "), replace(ZHANG, phone="")):
            with pytest.raises(InvalidInput) as wrong:
                commands.start_application(actor=town.zhang, item_code=OWN, applicant=party)
            assert wrong.value.field == "applicant"


def test_a_draft_is_its_applicants_own_business(town) -> None:
    case = town.city.draft(town.zhang)
    before = town.city.snapshot()
    with enter(town.city.centre):
        for stranger in (town.li, town.city.clerk, staff(town.city.centre, Role.CENTRE_ADMIN)):
            with pytest.raises(CaseNotFound):
                queries.case_for(stranger, case.pk)
            with pytest.raises(CaseNotFound):
                commands.save_draft(actor=stranger, case_id=case.pk, form={})
            with pytest.raises(CaseNotFound):
                commands.submit_application(actor=stranger, case_id=case.pk)
        assert not queries.queue_for(town.city.clerk, queries.EVERYTHING).exists()
        assert list(queries.my_drafts(town.zhang)) == [case]
        assert not queries.my_drafts(town.li).exists()
    assert town.city.snapshot() == before


def test_saving_over_a_newer_version_is_refused(town) -> None:
    case = town.city.draft(town.zhang)
    with enter(town.city.centre):
        seen = Case.objects.get(pk=case.pk).lock_version
        commands.save_draft(actor=town.zhang, case_id=case.pk, form={"place": "甲"}, expected_version=seen)
        before = town.city.snapshot()
        with pytest.raises(Conflict):
            commands.save_draft(actor=town.zhang, case_id=case.pk, form={"place": "乙"}, expected_version=seen)
        assert town.city.snapshot() == before


def test_files_are_bound_to_material_account_and_case(town) -> None:
    case, other = town.city.draft(town.zhang), town.city.draft(town.li)
    with enter(town.city.centre):
        foreign = put_bytes(
            data=PDF, file_name="x.pdf", content_type="application/pdf", owner_account_id=town.li.account_id
        )
        before = town.city.snapshot()
        with pytest.raises(NotFound):
            commands.attach_material(actor=town.zhang, case_id=case.pk, material_code="id", attachment_id=foreign.pk)
        with pytest.raises(InvalidInput):
            commands.attach_material(actor=town.li, case_id=other.pk, material_code="nothing", attachment_id=foreign.pk)
        line = CaseMaterial.objects.filter(case=other).first()
        with pytest.raises(CaseNotFound):
            commands.detach_material(actor=town.zhang, case_id=case.pk, case_material_id=line.pk)
        assert town.city.snapshot() == before
        commands.detach_material(actor=town.li, case_id=other.pk, case_material_id=line.pk)
        assert CaseMaterial.objects.filter(case=other).count() == 1


def test_an_upload_ticket_keeps_to_the_materials_limits(town) -> None:
    case = town.city.draft(town.zhang)
    with enter(town.city.centre):
        ticket = commands.open_material_upload(
            actor=town.zhang,
            case_id=case.pk,
            material_code="extra",
            file_name="说明.pdf",
            size=1000,
            content_type="application/pdf",
        )
        assert ticket.attachment_id
        for size, kind, name in ((2_000_000, "application/pdf", "a.pdf"), (10, "image/png", "a.png")):
            with pytest.raises(InvalidInput):
                commands.open_material_upload(
                    actor=town.zhang,
                    case_id=case.pk,
                    material_code="extra",
                    file_name=name,
                    size=size,
                    content_type=kind,
                )
    submitted = town.city.submitted(town.li)
    with enter(town.city.centre), pytest.raises(TransitionNotAllowed):
        commands.open_material_upload(
            actor=town.li,
            case_id=submitted.pk,
            material_code="extra",
            file_name="a.pdf",
            size=10,
            content_type="application/pdf",
        )
