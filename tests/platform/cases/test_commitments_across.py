"""A permit on a commitment over two levels: signed where the applicant is, granted and verified where it is decided."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from browsers import Browsers

from zt_platform.cases import commands
from zt_platform.cases.errors import CommitmentSigned, MaterialsOwed, NoCommitmentHere, TransitionNotAllowed
from zt_platform.cases.models import Case, CaseEvent, Certificate
from zt_platform.cases.testing import DEVOLVED, ENTRUSTED, FORWARDED, PDF, ZHANG, Desk, Town, allow, at, relay_all, ring
from zt_platform.cases.tolerance import open_debts
from zt_platform.cases.vocabulary import Status, Step
from zt_platform.notices.models import Notice
from zt_platform.papers.kinds import PaperKind
from zt_platform.papers.models import Paper
from zt_platform.project.ledger_check import check_ledgers
from zt_storage.models import Attachment
from zt_storage.uploads import put_bytes
from zt_tenants.context import enter
from zt_tenants.errors import NotPermitted
from zt_tenants.urls import centre_url

TERMS = "依法建设；保证安全生产"
WAY = {"temporary_days": 180, "commitment_terms": TERMS, "commitment_basis": "《哈尔滨市绿色通道实施办法》第六条"}
UNTIL = date(2026, 6, 1)
ROADS = (ENTRUSTED, FORWARDED, DEVOLVED)
pytestmark = pytest.mark.req("I-04", "I-05", "C-01")


def sign(town: Town, desk: Desk, case: Case) -> Case:
    with enter(desk.centre):
        return commands.sign_commitment(actor=town.zhang, case_id=case.pk, signed_by="张三丰", agreed=True)


def sent(town: Town, road: str, case: Case) -> Case:
    """The case at the centre that decides, once it is accepted there or on its way there."""
    other = town.hand_on(case, road)
    if road == DEVOLVED:
        other = town.county.accept(other)
        relay_all()
    return other


def grant(desk: Desk, case: Case) -> Case:
    desk.review(case)
    with enter(desk.centre):
        granted = commands.grant_on_commitment(actor=desk.approver, case_id=case.pk, valid_until=UNTIL)
    relay_all()
    return granted


def permitted(town: Town, road: str, *, signed_before: bool = True) -> tuple[Case, Case]:
    """Signed where the applicant is (before it left, or while it was away), granted for a time where it is decided."""
    here, there = town.ends(road)
    allow(here, road, **WAY)
    case = here.submitted(town.zhang, road)
    if signed_before:
        sign(town, here, case)
        other = sent(town, road, case)
    else:
        other = sent(town, road, case)
        sign(town, here, case)
        relay_all()
    grant(there, other)
    return case, other


@pytest.mark.parametrize("signed_before", [True, False])
@pytest.mark.parametrize("road", ROADS)
def test_the_terms_travel_there_and_the_permit_comes_back(committed_town: Town, road: str, signed_before: bool) -> None:
    town = committed_town
    here, there = town.ends(road)
    case, other = permitted(town, road, signed_before=signed_before)
    at_decider, at_home = there.fresh(other), here.fresh(case)
    assert at_decider.commitment["terms"]["text"] == TERMS
    assert TERMS in there.paper_text(other, PaperKind.TEMPORARY_PERMIT)
    assert (at_decider.status, at_home.status) == (Status.APPROVED, Status.APPROVED)
    for name in ("number", "until", "state"):
        assert at_home.temporary_permit[name] == at_decider.temporary_permit[name]
    with enter(here.centre):
        assert Attachment.objects.get(pk=at_home.temporary_permit["paper"]).sha256
        assert not Certificate.objects.filter(case=case).exists()
    with enter(there.centre):
        assert CaseEvent.objects.filter(case=other, step=Step.COMMITMENT_SIGNED).count() == 1
    (told,) = Notice.objects.filter(event="PERMIT_GRANTED")
    assert (told.centre_code, told.account_id) == (here.centre.code, town.zhang.account_id)
    check = check_ledgers()
    assert check.differences == []


@pytest.mark.parametrize("road", ROADS)
def test_verified_the_full_certificate_reaches_the_applicants_centre(committed_town: Town, road: str) -> None:
    town = committed_town
    here, there = town.ends(road)
    case, other = permitted(town, road)
    with at("2026-05-06 10:00"):
        with enter(there.centre):
            commands.convert_permit(actor=there.approver, case_id=other.pk, opinion="现场核查与承诺一致")
            number = Certificate.objects.get(case=other).number
        relay_all()
    home = here.fresh(case)
    assert (home.temporary_permit["state"], home.temporary_permit["note"]) == ("CONVERTED", "现场核查与承诺一致")
    with enter(here.centre):
        assert Certificate.objects.get(case=case).number == number
    assert Notice.objects.filter(event="PERMIT_CONVERTED", centre_code=here.centre.code).count() == 1
    with at("2026-05-06 11:00"):
        assert check_ledgers().differences == []


@pytest.mark.parametrize("road", ROADS)
def test_withdrawn_it_is_withdrawn_at_both_ends(committed_town: Town, road: str) -> None:
    town = committed_town
    here, there = town.ends(road)
    case, other = permitted(town, road)
    with enter(there.centre):
        commands.withdraw_permit(actor=there.approver, case_id=other.pk, reason="未按承诺建设", breach=True)
        assert Paper.objects.get(subject=other.tracking_number, kind=PaperKind.TEMPORARY_PERMIT).revoked_at
    relay_all()
    assert here.fresh(case).temporary_permit["state"] == "WITHDRAWN"
    assert here.fresh(case).temporary_permit["note"] == "未按承诺建设"
    assert Notice.objects.filter(event="PERMIT_WITHDRAWN", centre_code=here.centre.code).count() == 1


def test_unverified_it_ends_at_both_ends_and_only_the_deciding_unit_is_ordered(committed_town: Town) -> None:
    town = committed_town
    case, other = permitted(town, ENTRUSTED)
    ring("2026-05-25 17:01")
    ring("2026-06-02 00:01")
    ring("2026-06-03 00:01")
    assert town.city.fresh(case).temporary_permit["state"] == "ENDED"
    assert town.county.fresh(other).temporary_permit["state"] == "ENDED"
    told = list(Notice.objects.filter(event__startswith="PERMIT_").order_by("id").values_list("event", "centre_code"))
    city = town.city.centre.code
    assert told == [("PERMIT_GRANTED", city), ("PERMIT_NEAR", city), ("PERMIT_ENDED", city)]
    with enter(town.county.centre):
        assert CaseEvent.objects.filter(case=other, step=Step.SUPERVISION_ORDERED).exists()
    with enter(town.city.centre):
        lines = CaseEvent.objects.filter(case=case, step=Step.SUPERVISION_ORDERED, data__alarm="PERMIT_OVER")
        assert not lines.exists()


@pytest.mark.req("I-06")
@pytest.mark.parametrize("road", [ENTRUSTED, DEVOLVED])
def test_what_was_owed_follows_from_the_applicants_centre_before_the_verification(
    committed_town: Town, road: str
) -> None:
    town = committed_town
    here, there = town.ends(road)
    for desk in (here, there):
        allow(desk, road, may_follow=["site"], tolerance_days=10, tolerance_basis="《条例》第三条", **WAY)
    with enter(here.centre):
        case = commands.start_application(actor=town.zhang, item_code=road, applicant=ZHANG, form={"place": "1"})
    here.attach(town.zhang, case, "id")
    with enter(here.centre):
        commands.submit_application(actor=town.zhang, case_id=case.pk, commits_to_supply=True)
    sign(town, here, case)
    other = sent(town, road, case)
    grant(there, other)
    with enter(there.centre), pytest.raises(MaterialsOwed):
        commands.convert_permit(actor=there.approver, case_id=other.pk, opinion="已核查")
    with enter(here.centre):
        file = put_bytes(
            data=PDF + b"later",
            file_name="site.pdf",
            content_type="application/pdf",
            owner_account_id=town.zhang.account_id,
        )
        commands.add_materials(actor=town.zhang, case_id=case.pk, material_code="site", attachment_ids=[file.pk])
    relay_all()
    assert open_debts(there.fresh(other)) == []
    with enter(there.centre):
        done = commands.convert_permit(actor=there.approver, case_id=other.pk, opinion="已核查")
    assert done.temporary_permit["state"] == "CONVERTED"


def test_the_applicant_reads_the_permit_of_the_other_centre_once_it_is_sealed(
    committed_town: Town, browsers: Browsers
) -> None:
    town = replace(committed_town, zhang=browsers.actor("applicant"))
    case, _ = permitted(town, ENTRUSTED)
    number = str(town.city.fresh(case).tracking_number)
    mine = centre_url(town.city.centre, "cases:mine", number=number)
    assert "临时许可证</a>" not in browsers.applicant().get(mine).content.decode()
    town.city.seal(case)
    page = browsers.applicant().get(mine).content.decode()
    assert "临时许可证</a>" in page
    assert town.city.fresh(case).temporary_permit["number"] in page
    assert browsers.applicant("outsider").get(mine).status_code == 404


@pytest.mark.req("I-03")
def test_who_may_not_changes_nothing_at_either_end(committed_town: Town) -> None:
    town = committed_town
    here, there = town.ends(ENTRUSTED)
    plain = here.submitted(town.zhang, ENTRUSTED)
    with enter(here.centre), pytest.raises(NoCommitmentHere):
        commands.sign_commitment(actor=town.zhang, case_id=plain.pk, signed_by="张三丰", agreed=True)
    case, other = permitted(town, ENTRUSTED)
    before = (here.snapshot(), there.snapshot())

    def refused(desk: Desk, error: type[Exception], act: Callable[[], object]) -> None:
        with enter(desk.centre), pytest.raises(error):
            act()
        assert (here.snapshot(), there.snapshot()) == before

    refused(here, (CommitmentSigned, TransitionNotAllowed), lambda: sign(town, here, case))
    for act in (
        lambda: commands.convert_permit(actor=here.approver, case_id=case.pk, opinion="x"),
        lambda: commands.withdraw_permit(actor=here.approver, case_id=case.pk, reason="x"),
    ):
        refused(here, TransitionNotAllowed, act)
    refused(there, NotPermitted, lambda: commands.convert_permit(actor=there.reviewer, case_id=other.pk, opinion="x"))
    refused(there, NotPermitted, lambda: commands.withdraw_permit(actor=here.approver, case_id=other.pk, reason="x"))
