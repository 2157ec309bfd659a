"""Accepted though materials are missing, on the applicant's commitment to supply them by a date (容缺受理, I-06)."""

from __future__ import annotations

import pytest

from zt_platform.cases import commands
from zt_platform.cases.errors import MaterialsMissing, MaterialsOwed
from zt_platform.cases.models import Case, CaseEvent
from zt_platform.cases.testing import ENTRUSTED, OWN, PDF, ZHANG, Desk, Town, allow, at, china, relay_all, ring
from zt_platform.cases.tolerance import debts_of, open_debts
from zt_platform.cases.vocabulary import Result, Status, Step
from zt_platform.papers.kinds import PaperKind
from zt_storage.uploads import put_bytes
from zt_tenants.context import enter

BASIS = "《优化营商环境条例》第十九条"


def without_site(desk: Desk, town: Town, item: str = OWN) -> Case:
    """A draft in which the proof of the site is missing."""
    with enter(desk.centre):
        case = commands.start_application(
            actor=town.zhang, item_code=item, applicant=ZHANG, form={"place": "桃花镇1号"}
        )
    desk.attach(town.zhang, case, "id")
    return case


def submit(desk: Desk, town: Town, case: Case, **given) -> Case:
    with enter(desk.centre):
        return commands.submit_application(actor=town.zhang, case_id=case.pk, **given)


def supply(desk: Desk, town: Town, case: Case, code: str = "site") -> Case:
    with enter(desk.centre):
        file = put_bytes(
            data=PDF + b"later",
            file_name="site.pdf",
            content_type="application/pdf",
            owner_account_id=town.zhang.account_id,
        )
        return commands.add_materials(actor=town.zhang, case_id=case.pk, material_code=code, attachment_ids=[file.pk])


@pytest.fixture
def owing(town: Town) -> Case:
    """Accepted at the county with the proof of the site owed within ten working days."""
    allow(town.county, OWN, may_follow=["site"], tolerance_days=10, tolerance_basis=BASIS)
    case = submit(town.county, town, without_site(town.county, town), commits_to_supply=True)
    return town.county.accept(case)


@pytest.mark.req("I-06", "E-12")
def test_what_may_follow_follows_by_its_date_and_the_notice_says_so(town: Town, owing: Case) -> None:
    (debt,) = debts_of(owing)
    assert (debt.code, debt.name, debt.due_at, debt.open) == ("site", "场地证明", china("2026-03-16T17:00"), True)
    assert owing.commitment["supply"]["signed_by"] == "张**"
    text = town.county.paper_text(owing, PaperKind.ACCEPTANCE)
    assert "容缺受理" in text
    assert "场地证明（2026年3月16日前）" in text
    with enter(town.county.centre):
        assert CaseEvent.objects.get(case=owing, step=Step.SUBMITTED).data == {"to_follow": ["场地证明"]}


@pytest.mark.req("I-06")
@pytest.mark.parametrize("commits", [False, True])
def test_what_may_not_follow_has_to_be_there(town: Town, commits: bool) -> None:
    """Without the item's leave a commitment helps nobody; with it, it is still the applicant who must commit."""
    if not commits:
        allow(town.county, OWN, may_follow=["site"], tolerance_days=10, tolerance_basis=BASIS)
    case = without_site(town.county, town)
    before = town.county.snapshot()
    with pytest.raises(MaterialsMissing) as refused:
        submit(town.county, town, case, commits_to_supply=commits)
    assert refused.value.data["materials"] == "场地证明"
    assert town.county.snapshot() == before


@pytest.mark.req("I-06")
def test_nothing_is_granted_while_it_is_owed_and_everything_once_it_came(town: Town, owing: Case) -> None:
    county = town.county
    case = county.review(owing)
    before = county.snapshot()
    with pytest.raises(MaterialsOwed) as refused:
        county.decide(case)
    assert "场地证明" in refused.value.text()
    assert county.snapshot() == before
    with at("2026-03-05 10:00"):
        settled = supply(county, town, case)
    (debt,) = debts_of(settled)
    assert debt.settled_at == china("2026-03-05T10:00")
    assert county.decide(case).status == Status.APPROVED


@pytest.mark.req("I-06")
def test_another_material_settles_nothing(town: Town, owing: Case) -> None:
    assert open_debts(supply(town.county, town, owing, "extra"))


@pytest.mark.req("I-06")
def test_the_applicant_is_reminded_and_told_when_the_date_has_passed(town: Town, owing: Case) -> None:
    county = town.county

    def told() -> list[str]:
        steps = (Step.MATERIALS_REMINDED, Step.MATERIALS_OVERDUE)
        with enter(county.centre):
            return list(
                CaseEvent.objects.filter(case=owing, step__in=steps, public=True).values_list("step", flat=True)
            )

    ring("2026-03-13 17:00")
    assert told() == []
    ring("2026-03-13 17:01")
    assert told() == ["MATERIALS_REMINDED"]
    ring("2026-03-16 17:01")
    ring("2026-03-20 17:01")
    assert told() == ["MATERIALS_REMINDED", "MATERIALS_OVERDUE"]


@pytest.mark.req("I-06")
@pytest.mark.parametrize("end", ["deny", "terminate", "supply"])
def test_an_overdue_debt_ends_in_a_denial_a_termination_or_the_material_after_all(
    town: Town, owing: Case, end: str
) -> None:
    county = town.county
    county.review(owing)
    ring("2026-03-16 17:01")
    with at("2026-03-17 10:00"), enter(county.centre):
        if end == "deny":
            commands.decide_case(actor=county.approver, case_id=owing.pk, result="DENIED", opinion="逾期未补交场地证明")
        elif end == "terminate":
            commands.terminate_case(actor=county.approver, case_id=owing.pk, reason="逾期未补交场地证明")
        else:
            supply(county, town, owing)
            commands.decide_case(actor=county.approver, case_id=owing.pk, result=Result.GRANTED)
    ended = {"deny": Status.REJECTED, "terminate": Status.TERMINATED, "supply": Status.APPROVED}
    assert county.fresh(owing).status == ended[end]


@pytest.mark.req("I-06")
def test_supplied_in_time_nobody_is_reminded(town: Town, owing: Case) -> None:
    supply(town.county, town, owing)
    ring("2026-03-20 17:01")
    with enter(town.county.centre):
        assert not CaseEvent.objects.filter(case=owing, step__startswith="MATERIALS_", data__has_key="alarm").exists()


@pytest.mark.req("I-06", "E-12")
def test_article_32_deemed_accepted_with_what_is_owed(town: Town) -> None:
    """The time for what is owed begins with the acceptance that the law deems: the day of receipt."""
    allow(town.county, OWN, may_follow=["site"], tolerance_days=10, tolerance_basis=BASIS)
    case = submit(town.county, town, without_site(town.county, town), commits_to_supply=True)
    ring("2026-03-09 17:01")
    (debt,) = debts_of(town.county.fresh(case))
    assert debt.due_at == china("2026-03-16T17:00")


@pytest.mark.req("I-06", "C-01")
def test_an_entrusted_case_takes_its_debts_along_and_both_sides_learn_that_they_are_settled(town: Town) -> None:
    allow(town.city, ENTRUSTED, may_follow=["site"], tolerance_days=10, tolerance_basis=BASIS)
    case = town.city.accept(submit(town.city, town, without_site(town.city, town, ENTRUSTED), commits_to_supply=True))
    relay_all()
    below = town.county.case(case.tracking_number or "")
    assert debts_of(below) == debts_of(town.city.fresh(case))
    below = town.county.review(below)
    with pytest.raises(MaterialsOwed):
        town.county.decide(below)
    supply(town.city, town, case)
    relay_all()
    assert not open_debts(town.county.case(case.tracking_number or ""))
    assert town.county.decide(below).status == Status.APPROVED


@pytest.mark.req("I-06")
def test_what_is_there_after_a_correction_is_not_owed(town: Town) -> None:
    county = town.county
    allow(county, OWN, may_follow=["site"], tolerance_days=10, tolerance_basis=BASIS)
    case = submit(county, town, without_site(county, town), commits_to_supply=True)
    with enter(county.centre):
        commands.return_for_correction(actor=county.clerk, case_id=case.pk, defects=["请写明门牌号"])
    county.attach(town.zhang, case, "site", PDF + b"now")
    with enter(county.centre):
        again = commands.resubmit_application(actor=town.zhang, case_id=case.pk)
    assert again.debts == []
