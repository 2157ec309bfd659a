"""What an applicant hears of papers that are owed, of a temporary permit, and of a result that waits (I-05, I-06, L-07)."""

from __future__ import annotations

from datetime import date

import pytest
from notice_cast import events_at

from zt_platform.cases import commands
from zt_platform.cases.models import Case
from zt_platform.cases.testing import DEVOLVED, OWN, PDF, ZHANG, Desk, Town, allow, relay_all, ring
from zt_platform.cases.tolerance import debts_of
from zt_platform.notices.models import Notice
from zt_storage.uploads import put_bytes
from zt_tenants.context import enter

pytestmark = pytest.mark.req("L-07", "I-06")
TOLERANT = {"tolerance_days": 10, "tolerance_basis": "《条例》第三条"}
WAY = {"temporary_days": 180, "commitment_terms": "依法建设", "commitment_basis": "《办法》第六条"}


def owing(town: Town, desk: Desk, item: str = OWN) -> Case:
    """Submitted with the proof of the site to follow."""
    with enter(desk.centre):
        case = commands.start_application(actor=town.zhang, item_code=item, applicant=ZHANG, form={"place": "1"})
    desk.attach(town.zhang, case, "id")
    with enter(desk.centre):
        return commands.submit_application(actor=town.zhang, case_id=case.pk, commits_to_supply=True)


def supply(town: Town, desk: Desk, case: Case, code: str) -> None:
    with enter(desk.centre):
        file = put_bytes(
            data=PDF + code.encode(),
            file_name="late.pdf",
            content_type="application/pdf",
            owner_account_id=town.zhang.account_id,
        )
        commands.add_materials(actor=town.zhang, case_id=case.pk, material_code=code, attachment_ids=[file.pk])


def test_a_debt_is_told_near_its_date_over_it_and_when_it_came(town: Town) -> None:
    desk = town.county
    allow(desk, OWN, may_follow=["site"], **TOLERANT)
    case = desk.accept(owing(town, desk))
    ring("2026-03-13 17:01")
    near = Notice.objects.latest("id")
    assert (near.event, near.sms_state) == ("MATERIALS_NEAR", "WAITING")
    assert "1份" in near.text
    assert "2026-03-16前" in near.text
    ring("2026-03-16 17:01")
    assert Notice.objects.filter(event="MATERIALS_OVERDUE").count() == 1
    supply(town, desk, case, "site")
    received = Notice.objects.latest("id")
    assert (received.event, received.sms_state) == ("MATERIALS_RECEIVED", "NONE")
    assert "还差0份" in received.text


def test_supplied_in_time_nobody_is_reminded(town: Town) -> None:
    desk = town.county
    allow(desk, OWN, may_follow=["site"], **TOLERANT)
    case = desk.accept(owing(town, desk))
    supply(town, desk, case, "site")
    ring("2026-03-20 17:01")
    assert not {"MATERIALS_NEAR", "MATERIALS_OVERDUE"} & set(events_at(desk))


def test_an_application_handed_down_keeps_its_debts_date_and_reminder_at_the_portal(committed_town: Town) -> None:
    """Accepted below; the applicant stays with the portal, and hears from it alone, once."""
    town = committed_town
    for desk in (town.city, town.county):
        allow(desk, DEVOLVED, may_follow=["site"], **TOLERANT)
    case = owing(town, town.city, DEVOLVED)
    with enter(town.city.centre):
        commands.hand_down_application(actor=town.city.clerk, case_id=case.pk)
    relay_all()
    below = town.county.accept(town.county.case(case.tracking_number or ""))
    relay_all()
    assert debts_of(town.city.fresh(case)) == debts_of(below)
    ring("2026-03-13 17:01")
    assert events_at(town.city).count("MATERIALS_NEAR") == 1
    assert "MATERIALS_NEAR" not in events_at(town.county)
    supply(town, town.city, case, "site")
    relay_all()
    assert [debt.open for debt in debts_of(town.county.fresh(below))] == [False]


def permitted(town: Town) -> Case:
    """A case with a temporary permit until 1 June, granted on a commitment."""
    desk = town.county
    allow(desk, OWN, **WAY)
    case = desk.review(desk.accept(desk.submitted(town.zhang)))
    with enter(desk.centre):
        commands.sign_commitment(actor=town.zhang, case_id=case.pk, signed_by="张三丰", agreed=True)
        commands.grant_on_commitment(actor=desk.approver, case_id=case.pk, valid_until=date(2026, 6, 1))
    return case


@pytest.mark.req("I-05")
def test_a_temporary_permit_is_told_from_its_grant_to_its_end(town: Town) -> None:
    desk, case = town.county, permitted(town)
    assert "2026-06-01" in Notice.objects.get(event="PERMIT_GRANTED").text
    desk.deliver(desk.seal(case))
    ring("2026-05-25 17:01")
    assert "2026-06-01" in Notice.objects.get(event="PERMIT_NEAR").text
    ring("2026-06-02 00:00")
    ring("2026-06-03 00:00")
    assert events_at(desk)[-2:] == ["PERMIT_NEAR", "PERMIT_ENDED"]
    with enter(desk.centre):
        commands.withdraw_permit(actor=desk.approver, case_id=case.pk, reason="未按承诺建设")
    assert events_at(desk)[-1] == "PERMIT_WITHDRAWN"


@pytest.mark.req("I-05")
def test_the_full_certificate_is_told(town: Town) -> None:
    desk, case = town.county, permitted(town)
    with enter(desk.centre):
        commands.convert_permit(actor=desk.approver, case_id=case.pk, opinion="核查一致")
    assert events_at(desk)[-1] == "PERMIT_CONVERTED"


@pytest.mark.req("E-25", "F-06")
def test_who_has_not_collected_is_reminded_once_before_the_limit_of_delivery(town: Town) -> None:
    desk = town.county
    case = desk.submitted(town.zhang)
    for act in (desk.accept, desk.review, desk.decide):
        act(case)
    waiting = desk.submitted(town.zhang)
    for act in (desk.accept, desk.review, desk.decide):
        act(waiting)
    code = (desk.seal(case).pickup or {})["code"]
    ring("2026-03-13 17:01")
    ring("2026-03-13 17:02")
    (reminder,) = Notice.objects.filter(event="COLLECT_REMINDED")
    assert reminder.subject == case.tracking_number, "what is not sealed yet cannot be collected"
    assert code in reminder.text
    assert code not in reminder.text_for_staff
    assert "2026-03-16前" in reminder.text
