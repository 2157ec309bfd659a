"""An item that is decided where it was applied for: the four steps at one centre."""

from __future__ import annotations

import pytest
from pdf_text import pdf_text

from zt_interop.queue.models import OutboxMessage
from zt_platform.cases import commands, queries
from zt_platform.cases.models import Certificate
from zt_platform.cases.testing import DEVOLVED, INSTANT, at, staff
from zt_platform.cases.vocabulary import CaseRole, Result, Status, Step
from zt_platform.index.models import ApplicantCaseEntry
from zt_platform.organisation.roles import Role
from zt_platform.papers.kinds import PaperKind
from zt_storage.uploads import read_bytes
from zt_tenants.context import enter


def supervised(tracking_number: str) -> list[tuple[str, str, str]]:
    found = OutboxMessage.objects.filter(type="supervision.event.v1", subject=tracking_number)
    return [(row.stream.source_code, row.stream.destination_code, row.data["step"]) for row in found]


@pytest.mark.req("E-02", "E-05", "E-10", "E-20", "E-26", "L-01", "R-02", "R-03", "Y-12")
def test_from_the_draft_to_the_delivered_certificate(committed_town) -> None:
    city = committed_town.city
    case = city.submitted(committed_town.zhang)
    assert (case.status, case.role) == (Status.SUBMITTED, CaseRole.SOLE)
    with at("2026-03-02T15:00"), enter(city.centre):
        commands.pass_pre_review(actor=city.clerk, case_id=case.pk)
    with at("2026-03-03T10:00"):
        city.accept(case)
    with at("2026-03-05T10:00"):
        city.review(case)
    with at("2026-03-06T11:00"):
        decided = city.decide(case)
    with at("2026-03-06T15:00"):
        city.seal(case)
    with at("2026-03-09T10:00"):
        city.deliver(case)

    with enter(city.centre):
        case = queries.case_for(committed_town.zhang, case.pk)
        steps = [(entry.step, entry.elsewhere) for entry in queries.timeline(case)]
        certificate = Certificate.objects.get()
        text = pdf_text(read_bytes(case.decision_paper))
        permit = pdf_text(read_bytes(certificate.paper))
    assert [step for step, _ in steps] == [
        Step.DRAFTED,
        Step.SUBMITTED,
        Step.PRE_REVIEWED,
        Step.ACCEPTED,
        Step.REVIEWED,
        Step.APPROVED,
        Step.COMPLETED,
        Step.DELIVERED,
    ]
    assert not any(elsewhere for _, elsewhere in steps)
    assert (case.status, case.result) == (Status.DELIVERED, Result.GRANTED)
    assert case.due_at
    assert case.due_at.astimezone().date().isoformat() == "2026-03-12"
    assert case.decided_at == decided.decided_at
    assert certificate.number == "合市监证〔2026〕00001号"
    assert certificate.holder_name_masked == "张**"
    assert certificate.digest == certificate.paper.sha256
    for said in (
        "准予行政许可决定书",
        "张三丰",
        certificate.number,
        "食品安全法",
        "合肥市市场监督管理局",
    ):
        assert said in text
    for said in ("张三丰", certificate.number, "3401**********1237", "合肥市市场监督管理局行政审批专用章"):
        assert said in permit
    assert case.seal_name == "合肥市市场监督管理局行政审批专用章"
    assert supervised(case.tracking_number) == [
        ("340100", "340000", step.value) for step, _ in steps if step != Step.DRAFTED
    ]
    entry = ApplicantCaseEntry.objects.get(account_id=committed_town.zhang.account_id)
    assert (entry.tracking_number, entry.status, entry.centre_code) == (case.tracking_number, "DELIVERED", "340100")


@pytest.mark.req("E-01", "E-05", "E-22")
def test_an_instant_item_is_done_in_one_act_with_all_four_steps(town) -> None:
    desk = staff(town.city.centre, Role.WINDOW_CLERK, Role.REVIEWER, Role.APPROVER)
    case = town.city.submitted(town.zhang, INSTANT)
    with enter(town.city.centre):
        case = commands.decide_on_the_spot(actor=desk, case_id=case.pk, result=Result.GRANTED)
        steps = [entry.step for entry in queries.timeline(case)]
    assert case.status == Status.COMPLETED
    assert steps[2:] == [Step.ACCEPTED, Step.REVIEWED, Step.APPROVED, Step.COMPLETED]
    assert [step for _, _, step in supervised(case.tracking_number)] == [step.value for step in steps[1:]]
    assert case.decided_at <= case.due_at


@pytest.mark.req("E-05")
def test_a_denial_has_its_reason_in_writing_and_no_certificate(town) -> None:
    case = town.city.submitted(town.zhang)
    town.city.accept(case)
    town.city.review(case)
    case = town.city.decide(case, Result.DENIED, "经营场所不符合条件")
    assert (case.status, case.result, case.delivery_due_at) == (Status.REJECTED, Result.DENIED, None)
    with enter(town.city.centre):
        text = town.city.paper_text(case, PaperKind.DENIAL)
        assert not Certificate.objects.exists()
    for said in ("不予行政许可决定书", "经营场所不符合条件", "第三十八条第二款", "行政复议", "行政诉讼"):
        assert said in text
    case = town.city.seal(case)
    assert town.city.deliver(case).status == Status.DELIVERED


@pytest.mark.req("C-01")
def test_what_was_devolved_is_applied_for_and_decided_below_directly(town) -> None:
    case = town.county.submitted(town.zhang, DEVOLVED)
    town.county.accept(case)
    town.county.review(case)
    case = town.county.decide(case)
    assert (case.role, case.counterpart_code) == (CaseRole.SOLE, "")
    assert case.legal_name_of_decider == "肥西县市场监督管理局"
    assert {(source, to) for source, to, _ in supervised(case.tracking_number)} == {
        ("340123", "340100"),
        ("340123", "340000"),
    }
