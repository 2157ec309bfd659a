"""One acceptance, several departments at once, one decision (E-03, E-08); the green channel's five steps (I-02)."""

from __future__ import annotations

from datetime import date

import pytest
from joint_cast import CITY, COUNTY, china, make_joint

from zt_platform.cases import commands as case_commands
from zt_platform.cases.models import Case, CaseEvent, Certificate
from zt_platform.cases.queries import actions_for
from zt_platform.cases.testing import OWN, PDF, ZHANG, allow, relay_all
from zt_platform.cases.tolerance import open_debts
from zt_platform.cases.vocabulary import Action, Result, Status
from zt_platform.joint import commands, queries
from zt_platform.joint.commands import Ask, Call
from zt_platform.joint.errors import OpinionsAwaited
from zt_platform.joint.sections import facts_for_applicant
from zt_platform.papers.kinds import PaperKind
from zt_platform.papers.models import Paper
from zt_storage.uploads import put_bytes
from zt_tenants import clock
from zt_tenants.context import enter

TERMS = "依法建设；按时缴纳费用；保证安全生产；保护环境"
BASIS = "《哈尔滨市绿色通道实施办法》第六条"


def _papers(cast, kind: PaperKind) -> int:
    with enter(cast.places[CITY]):
        return Paper.objects.filter(subject=cast.number, kind=kind).count()


def _may_grant(cast) -> bool:
    case = cast.city.fresh(cast.case)
    with enter(cast.places[CITY]):
        try:
            case_commands.decide_case(actor=cast.city.approver, case_id=case.pk, result=Result.GRANTED, opinion="同意")
        except OpinionsAwaited:
            return False
    return True


@pytest.mark.req("E-08")
@pytest.mark.parametrize("first", ["lead", "police"])
def test_two_departments_review_one_acceptance_at_the_same_time_in_any_order(cast, first) -> None:
    """One window accepts once; neither department waits for the other, and both must be through before the decision."""
    task = cast.ask_police()
    assert _papers(cast, PaperKind.ACCEPTANCE) == 1

    def lead() -> None:
        cast.city.review(cast.case)

    def police() -> None:
        cast.sign(task, CITY, cast.police)
        cast.answer(task, code=CITY, actor=cast.police, text="符合治安条件")

    for review in (lead, police) if first == "lead" else (police, lead):
        case = cast.city.fresh(cast.case)
        with enter(cast.places[CITY]):
            open_to_lead = Action.REVIEW in actions_for(cast.city.reviewer, case)
            open_to_police = bool(queries.acts_for(cast.police, cast.at(CITY, task)))
        assert (open_to_lead or case.status == Status.REVIEWED) is True
        assert open_to_police or cast.at(CITY, task).status == "ANSWERED"
        review()
    assert _papers(cast, PaperKind.ACCEPTANCE) == 1, "the second department accepts nothing anew"
    assert _may_grant(cast)
    assert cast.city.fresh(cast.case).status == Status.APPROVED


@pytest.mark.req("E-08")
def test_the_reviews_overlap_and_one_alone_decides_nothing(cast) -> None:
    task = cast.ask_police()
    with enter(cast.places[CITY]):
        both_open = (
            Action.REVIEW in actions_for(cast.city.reviewer, cast.city.fresh(cast.case)),
            bool(queries.acts_for(cast.police, cast.at(CITY, task))),
        )
    assert both_open == (True, True)
    cast.city.review(cast.case)
    before = cast.rows(CITY)
    assert not _may_grant(cast)
    assert cast.rows(CITY) == before


@pytest.mark.req("E-03")
def test_a_case_of_several_departments_has_one_number_one_acceptance_one_decision_one_certificate(cast) -> None:
    police, county = cast.ask(
        Ask(CITY, "治安意见", department_code="GA"), Ask(COUNTY, "现场意见", department_code="GA")
    )
    desk = {task.tracking_number for task in (cast.at(CITY, police), cast.at(COUNTY, county))}
    assert desk == {cast.number}
    cast.answer(police, code=CITY, actor=cast.police)
    assert facts_here(cast) == "已征求2个单位意见，1个已答复"
    cast.answer(county, "CONDITIONS", "限制营业时间")
    cast.city.review(cast.case)
    cast.city.decide(cast.case)
    cast.city.seal(cast.case)
    assert {kind: _papers(cast, kind) for kind in (PaperKind.ACCEPTANCE, PaperKind.GRANT, PaperKind.CERTIFICATE)} == {
        PaperKind.ACCEPTANCE: 1,
        PaperKind.GRANT: 1,
        PaperKind.CERTIFICATE: 1,
    }
    with enter(cast.places[CITY]):
        decisions = CaseEvent.objects.filter(case=cast.case.pk, step="APPROVED").count()
        assert Certificate.objects.filter(case__tracking_number=cast.number).count() == 1
    assert decisions == 1
    with enter(cast.places[COUNTY]):
        assert not Case.objects.filter(tracking_number=cast.number).exists(), "who is asked holds no second case"


def facts_here(cast) -> str:
    """What the applicant reads of the asking."""
    with enter(cast.places[CITY]):
        [(_, said)] = facts_for_applicant(cast.number)
    return said


def _project(cast) -> Case:
    """A project that is applied for with one material to follow, accepted."""
    town = cast.town
    make_joint(town)
    allow(
        town.city,
        OWN,
        may_follow=["site"],
        tolerance_days=20,
        tolerance_basis="《优化营商环境条例》第四十条",
        temporary_days=180,
        commitment_terms=TERMS,
        commitment_basis=BASIS,
    )
    with enter(town.city.centre):
        draft = case_commands.start_application(
            actor=town.zhang, item_code=OWN, applicant=ZHANG, form={"place": "地铁建设工程"}
        )
    town.city.attach(town.zhang, draft, "id")
    with enter(town.city.centre):
        case = case_commands.submit_application(actor=town.zhang, case_id=draft.pk, commits_to_supply=True)
    return town.city.accept(case)


@pytest.mark.req("I-02")
def test_the_five_steps_of_the_green_channel_on_one_case(cast) -> None:
    """Register → coordination meeting → commitment → temporary permit → the formalities completed from its list."""
    city, person, case = cast.city, cast.town.zhang, _project(cast)
    with enter(cast.places[CITY]):
        commands.open_joint_handling(actor=city.reviewer, case_id=case.pk, stage="CONSTRUCTION")
    [task] = cast.ask(Ask(CITY, "治安意见", department_code="GA"), case=case)
    with enter(cast.places[CITY]):
        called = commands.convene_meeting(
            actor=city.reviewer,
            case_id=case.pk,
            call=Call("COORDINATION", "审批协调会", "规划局会议室", china("2026-03-02T14:30"), [task.task_id]),
        )
        [meeting] = queries.register_of_case(called).meetings
    with clock.at(china("2026-03-02T16:00")), enter(cast.places[CITY]):
        commands.close_meeting(
            actor=city.reviewer,
            case_id=case.pk,
            meeting_id=meeting.id,
            attendance={str(task.task_id): "PRESENT"},
            minutes="同意先行施工，手续后补",
        )
    cast.answer(task, code=CITY, actor=cast.police)
    with enter(cast.places[CITY]):
        case_commands.sign_commitment(actor=person, case_id=case.pk, signed_by="张三丰", agreed=True)
    city.review(case)
    with enter(cast.places[CITY]):
        case_commands.grant_on_commitment(actor=city.approver, case_id=case.pk, valid_until=date(2026, 6, 1))
    owed = [debt.name for debt in open_debts(city.fresh(case))]
    permit = city.paper_text(case, PaperKind.TEMPORARY_PERMIT)
    assert owed == ["场地证明"]
    assert "场地证明" in permit, "the permit lists what is outstanding"
    assert TERMS in permit
    with enter(cast.places[CITY]):
        assert not Certificate.objects.filter(case=case.pk).exists()
    city.seal(case)
    with enter(cast.places[CITY]):
        file = put_bytes(
            data=PDF + b"later",
            file_name="site.pdf",
            content_type="application/pdf",
            owner_account_id=person.account_id,
        )
        case_commands.add_materials(actor=person, case_id=case.pk, material_code="site", attachment_ids=[file.pk])
    assert open_debts(city.fresh(case)) == []
    with clock.at(china("2026-05-06T10:00")), enter(cast.places[CITY]):
        case_commands.convert_permit(actor=city.approver, case_id=case.pk, opinion="手续已补齐，现场一致")
        assert Certificate.objects.filter(case=case.pk).count() == 1
        steps = list(CaseEvent.objects.filter(case=case.pk).order_by("id").values_list("step", flat=True))
    five = ["JOINT_OPENED", "MEETING_CONVENED", "COMMITMENT_SIGNED", "GRANTED_ON_COMMITMENT", "PERMIT_CONVERTED"]
    assert [step for step in steps if step in five] == five
    relay_all()
