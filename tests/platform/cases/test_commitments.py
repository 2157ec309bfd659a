"""A permit on a commitment (I-04, I-05, F-11) and special handling (E-17)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from zt_platform.cases import commands
from zt_platform.cases.errors import (
    CommitmentNotSigned,
    CommitmentSigned,
    MaterialsOwed,
    NoCommitmentHere,
    NoTemporaryPermit,
    NotInstant,
    SpeciallyApproved,
    TransitionNotAllowed,
)
from zt_platform.cases.models import Case, CaseEvent, Certificate
from zt_platform.cases.queries import actions_for, case_for
from zt_platform.cases.testing import OWN, PDF, ZHANG, Town, allow, at, relay_all, ring
from zt_platform.cases.tolerance import open_debts
from zt_platform.cases.vocabulary import Action, Result, Status, Step
from zt_platform.papers.kinds import PaperKind
from zt_platform.papers.models import Paper
from zt_platform.supervision.models import CaseStep
from zt_storage.uploads import put_bytes
from zt_tenants.context import enter
from zt_tenants.errors import InvalidInput, NotPermitted

TERMS = "依法建设；按时缴纳费用；保证安全生产；保护环境"
WAY = {"temporary_days": 180, "commitment_terms": TERMS, "commitment_basis": "《哈尔滨市绿色通道实施办法》第六条"}
UNTIL = date(2026, 6, 1)


def sign(town: Town, case: Case) -> Case:
    with enter(town.county.centre):
        return commands.sign_commitment(actor=town.zhang, case_id=case.pk, signed_by="张三丰", agreed=True)


def grant(town: Town, case: Case, until: date = UNTIL) -> Case:
    with enter(town.county.centre):
        return commands.grant_on_commitment(actor=town.county.approver, case_id=case.pk, valid_until=until)


def supply(town: Town, case: Case) -> Case:
    file = put_bytes(
        data=PDF + b"later",
        file_name="site.pdf",
        content_type="application/pdf",
        owner_account_id=town.zhang.account_id,
    )
    return commands.add_materials(actor=town.zhang, case_id=case.pk, material_code="site", attachment_ids=[file.pk])


@pytest.fixture
def reviewed(town: Town) -> Case:
    """A reviewed case of an item that may be granted on a commitment."""
    allow(town.county, OWN, **WAY)
    return town.county.review(town.county.accept(town.county.submitted(town.zhang)))


@pytest.fixture
def permitted(town: Town, reviewed: Case) -> Case:
    """The same with a temporary permit until 1 June."""
    sign(town, reviewed)
    return grant(town, reviewed)


@pytest.mark.req("I-04", "I-05", "F-11")
def test_on_the_signed_commitment_a_temporary_permit_is_granted(town: Town, permitted: Case) -> None:
    case = town.county.fresh(permitted)
    assert (case.status, case.result) == (Status.APPROVED, Result.GRANTED)
    assert case.commitment["terms"]["text"] == TERMS
    assert (case.temporary_permit["state"], case.temporary_permit["until"]) == ("VALID", "2026-06-01")
    text = town.county.paper_text(case, PaperKind.TEMPORARY_PERMIT)
    assert TERMS in text
    assert "2026年6月1日" in text
    assert "绿色通道实施办法" in text
    assert case.temporary_permit["number"] in town.county.paper_text(case, PaperKind.GRANT)
    with enter(town.county.centre):
        assert not Certificate.objects.filter(case=case).exists()
    assert town.county.deliver(town.county.seal(case)).status == Status.DELIVERED
    relay_all()
    steps = set(CaseStep.objects.filter(tracking_number=case.tracking_number).values_list("step", flat=True))
    assert {"COMMITMENT_SIGNED", "GRANTED_ON_COMMITMENT"} <= steps


@pytest.mark.req("I-05")
@pytest.mark.parametrize("delivered", [False, True])
def test_verified_it_becomes_the_full_certificate(town: Town, permitted: Case, delivered: bool) -> None:
    county = town.county
    if delivered:
        county.deliver(county.seal(permitted))
    with at("2026-05-06 10:00"), enter(county.centre):
        case = commands.convert_permit(actor=county.approver, case_id=permitted.pk, opinion="现场核查与承诺一致")
        certificate = Certificate.objects.get(case=case)
        temporary = Paper.objects.get(subject=case.tracking_number, kind=PaperKind.TEMPORARY_PERMIT)
    assert (case.temporary_permit["state"], certificate.issued_on) == ("CONVERTED", date(2026, 5, 6))
    assert temporary.revoked_at is not None
    assert certificate.number in temporary.revoke_reason
    assert case.status == (Status.DELIVERED if delivered else Status.APPROVED)
    with enter(county.centre), pytest.raises(NoTemporaryPermit):
        commands.withdraw_permit(actor=county.approver, case_id=case.pk, reason="又不符合了")


@pytest.mark.req("I-04", "I-05")
def test_a_broken_commitment_costs_the_permit_in_writing_with_remedies(town: Town, permitted: Case) -> None:
    county = town.county
    with at("2026-05-06 10:00"), enter(county.centre):
        case = commands.withdraw_permit(
            actor=county.approver, case_id=permitted.pk, reason="未按承诺缴纳费用", breach=True
        )
        paper = Paper.objects.get(subject=case.tracking_number, kind=PaperKind.TEMPORARY_PERMIT)
    assert case.temporary_permit["state"] == "WITHDRAWN"
    assert case.commitment["breach"]["reason"] == "未按承诺缴纳费用"
    assert paper.revoked_at is not None
    text = county.paper_text(case, PaperKind.TERMINATION)
    assert "撤回临时许可决定书" in text
    assert "行政复议" in text


@pytest.mark.req("I-05")
def test_unverified_it_ends_by_itself_and_the_unit_answers_for_it(town: Town, permitted: Case) -> None:
    county = town.county
    county.deliver(county.seal(permitted))

    def steps() -> list[str]:
        with enter(county.centre):
            found = CaseEvent.objects.filter(case=permitted, actor_kind="SYSTEM")
            return list(found.values_list("step", flat=True))

    ring("2026-05-22 17:01")
    assert steps() == []
    ring("2026-05-25 17:01")
    assert steps() == ["REMINDED"]
    ring("2026-06-01 23:59")
    assert county.fresh(permitted).temporary_permit["state"] == "VALID"
    ring("2026-06-02 00:00")
    assert steps() == ["REMINDED", "PERMIT_ENDED", "SUPERVISION_ORDERED"]
    assert county.fresh(permitted).temporary_permit["state"] == "ENDED"
    ring("2026-07-01 00:00")
    assert len(steps()) == 3


def permitted_with_a_debt(town: Town) -> Case:
    """A temporary permit on a commitment, granted while one material is still owed."""
    county = town.county
    allow(county, OWN, may_follow=["site"], tolerance_days=10, tolerance_basis="《条例》第三条", **WAY)
    with enter(county.centre):
        case = commands.start_application(actor=town.zhang, item_code=OWN, applicant=ZHANG, form={"place": "1"})
    county.attach(town.zhang, case, "id")
    with enter(county.centre):
        commands.submit_application(actor=town.zhang, case_id=case.pk, commits_to_supply=True)
    sign(town, county.review(county.accept(case)))
    grant(town, case)
    return case


@pytest.mark.req("I-05", "I-06")
def test_what_is_owed_is_listed_on_the_permit_and_stands_against_the_certificate(town: Town) -> None:
    county, case = town.county, permitted_with_a_debt(town)
    assert "场地证明" in county.paper_text(county.fresh(case), PaperKind.TEMPORARY_PERMIT)
    with enter(county.centre), pytest.raises(MaterialsOwed):
        commands.convert_permit(actor=county.approver, case_id=case.pk, opinion="已核查")


@pytest.mark.req("I-05", "I-06")
@pytest.mark.parametrize("delivered", [False, True])
def test_what_was_owed_with_the_permit_follows_before_its_verification(town: Town, delivered: bool) -> None:
    county, case = town.county, permitted_with_a_debt(town)
    if delivered:
        county.deliver(county.seal(case))
    with enter(county.centre):
        assert Action.ADD_MATERIALS in actions_for(town.zhang, case_for(town.zhang, case.pk))
        supply(town, case)
        assert open_debts(county.fresh(case)) == []
        commands.convert_permit(actor=county.approver, case_id=case.pk, opinion="已核查")
        before = county.snapshot()
        assert Action.ADD_MATERIALS not in actions_for(town.zhang, case_for(town.zhang, case.pk))
        with pytest.raises(TransitionNotAllowed):
            supply(town, case)
    assert county.snapshot() == before


@pytest.mark.req("I-06")
def test_an_ordinary_decision_takes_no_more_papers(town: Town) -> None:
    county = town.county
    case = county.submitted(town.zhang)
    for act in (county.accept, county.review, county.decide):
        act(case)
    before = county.snapshot()
    with enter(county.centre):
        assert Action.ADD_MATERIALS not in actions_for(town.zhang, case_for(town.zhang, case.pk))
        with pytest.raises(TransitionNotAllowed):
            supply(town, case)
    assert county.snapshot() == before


@pytest.mark.req("I-03", "I-04")
def test_each_step_is_denied_where_it_does_not_belong(town: Town, reviewed: Case) -> None:
    county = town.county
    before = county.snapshot()

    def refused(error: type[Exception], act: Callable[[], object]) -> None:
        with enter(county.centre), pytest.raises(error):
            act()
        assert county.snapshot() == before

    key = {"case_id": reviewed.pk}
    refused(CommitmentNotSigned, lambda: grant(town, reviewed))
    refused(InvalidInput, lambda: commands.sign_commitment(actor=town.zhang, signed_by="张三丰", agreed=False, **key))
    refused(InvalidInput, lambda: commands.sign_commitment(actor=town.zhang, signed_by=" ", agreed=True, **key))
    refused(NotPermitted, lambda: commands.sign_commitment(actor=county.approver, signed_by="x", agreed=True, **key))
    refused(NotPermitted, lambda: commands.grant_on_commitment(actor=county.reviewer, valid_until=UNTIL, **key))
    refused(TransitionNotAllowed, lambda: commands.convert_permit(actor=county.approver, opinion="x", **key))
    refused(TransitionNotAllowed, lambda: commands.withdraw_permit(actor=county.approver, reason="x", **key))
    sign(town, reviewed)
    before = county.snapshot()
    refused(CommitmentSigned, lambda: sign(town, reviewed))
    for until in (date(2026, 3, 2), date(2026, 8, 30)):
        refused(InvalidInput, lambda until=until: grant(town, reviewed, until))
    grant(town, reviewed)
    before = county.snapshot()
    refused(InvalidInput, lambda: commands.withdraw_permit(actor=county.approver, reason=" ", **key))
    refused(InvalidInput, lambda: commands.convert_permit(actor=county.approver, opinion=" ", **key))
    refused(NotPermitted, lambda: commands.withdraw_permit(actor=county.clerk, reason="x", **key))


@pytest.mark.req("I-03")
def test_an_item_that_does_not_allow_it_knows_no_commitment(town: Town) -> None:
    county = town.county
    ordinary = county.review(county.accept(county.submitted(town.zhang)))
    with enter(county.centre):
        with pytest.raises(NoCommitmentHere):
            commands.sign_commitment(actor=town.zhang, case_id=ordinary.pk, signed_by="张三丰", agreed=True)
        with pytest.raises(NoCommitmentHere):
            commands.grant_on_commitment(actor=county.approver, case_id=ordinary.pk, valid_until=UNTIL)
    decided = county.decide(ordinary)
    with enter(county.centre), pytest.raises(NoTemporaryPermit):
        commands.convert_permit(actor=county.approver, case_id=decided.pk, opinion="x")


@pytest.mark.req("E-17")
def test_specially_approved_a_case_may_be_done_at_once_with_all_four_steps(town: Town) -> None:
    county = town.county
    case = county.submitted(town.zhang)
    actor = replace(county.clerk, roles=county.clerk.roles | county.reviewer.roles | county.approver.roles)
    with enter(county.centre):
        with pytest.raises(NotInstant):
            commands.decide_on_the_spot(actor=actor, case_id=case.pk, result="GRANTED")
        commands.approve_specially(actor=county.head, case_id=case.pk, reason="抗洪抢险物资运输")
        done = commands.decide_on_the_spot(actor=actor, case_id=case.pk, result="GRANTED")
        steps = set(CaseEvent.objects.filter(case=case).values_list("step", flat=True))
    assert done.status == Status.COMPLETED
    assert {Step.SPECIALLY_APPROVED, Step.ACCEPTED, Step.REVIEWED, Step.APPROVED, Step.COMPLETED} <= steps
    for kind in (PaperKind.ACCEPTANCE, PaperKind.GRANT):
        text = county.paper_text(done, kind)
        assert "抗洪抢险物资运输" in text
        assert "特事特办批准人" in text
    relay_all()
    assert CaseStep.objects.filter(tracking_number=case.tracking_number, step="SPECIALLY_APPROVED").exists()


@pytest.mark.req("E-17")
def test_special_approval_is_the_heads_once_with_a_reason_and_waives_no_material(town: Town) -> None:
    county = town.county
    case = county.submitted(town.zhang)
    before = county.snapshot()
    with enter(county.centre):
        for actor in (county.clerk, county.approver, county.supervisor, town.zhang):
            with pytest.raises(NotPermitted):
                commands.approve_specially(actor=actor, case_id=case.pk, reason="急")
        with pytest.raises(InvalidInput):
            commands.approve_specially(actor=county.head, case_id=case.pk, reason=" ")
    assert county.snapshot() == before
    with enter(county.centre):
        commands.approve_specially(actor=county.head, case_id=case.pk, reason="急")
        with pytest.raises(SpeciallyApproved):
            commands.approve_specially(actor=county.head, case_id=case.pk, reason="急")
    allow(county, OWN, may_follow=["site"], tolerance_days=10, tolerance_basis="《条例》第三条")
    with enter(county.centre):
        owing = commands.start_application(actor=town.zhang, item_code=OWN, applicant=ZHANG, form={"place": "1"})
        file = put_bytes(
            data=PDF, file_name="id.pdf", content_type="application/pdf", owner_account_id=town.zhang.account_id
        )
        commands.attach_material(actor=town.zhang, case_id=owing.pk, material_code="id", attachment_id=file.pk)
        commands.submit_application(actor=town.zhang, case_id=owing.pk, commits_to_supply=True)
        approved = commands.approve_specially(actor=county.head, case_id=owing.pk, reason="急")
        actor = replace(county.clerk, roles=county.clerk.roles | county.reviewer.roles | county.approver.roles)
        assert approved.special_approval["missing"] == ["场地证明"]
        with pytest.raises(MaterialsOwed):
            commands.decide_on_the_spot(actor=actor, case_id=owing.pk, result="GRANTED")
