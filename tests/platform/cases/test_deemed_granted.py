"""What counts as granted because nothing was decided: a renewal by the law (art. 50), an overdue case by a centre's rule."""

from __future__ import annotations

from datetime import date

import pytest

from zt_platform.cases import commands
from zt_platform.cases.models import Case, CaseEvent
from zt_platform.cases.testing import (
    DEVOLVED,
    ENTRUSTED,
    FORWARDED,
    OWN,
    PDF,
    ZHANG,
    Desk,
    Town,
    allow,
    at,
    china,
    relay_all,
    ring,
    staff,
)
from zt_platform.cases.vocabulary import Result, Status, Step
from zt_platform.catalogue.default_commands import switch_default_rule_off, switch_default_rule_on
from zt_platform.catalogue.errors import DefaultRuleOn, NoDefaultRule, UnknownItem
from zt_platform.catalogue.models import Item, ItemVersion
from zt_platform.organisation.roles import Role
from zt_platform.papers.kinds import PaperKind
from zt_platform.supervision.models import CaseStep
from zt_tenants.context import enter
from zt_tenants.errors import InvalidInput, NotPermitted

RULE = "《滁州市行政服务中心超期默认办法》第四条"


def renewal(desk: Desk, town: Town, until: str, item: str = OWN) -> Case:
    """A submitted application for the renewal of a permit that ends on a day."""
    with enter(desk.centre):
        for version in ItemVersion.objects.filter(item__code=item):
            version.form_schema = [*version.form_schema, {"name": "ends", "zh": "到期日", "en": "End", "type": "date"}]
            version.save()
    allow(desk, item, renewal_field="ends")
    with enter(desk.centre):
        case = commands.start_application(
            actor=town.zhang, item_code=item, applicant=ZHANG, form={"place": "桃花镇1号", "ends": until}
        )
    for code in ("id", "site"):
        desk.attach(town.zhang, case, code, PDF)
    with enter(desk.centre):
        return commands.submit_application(actor=town.zhang, case_id=case.pk)


def switch_on(desk: Desk, item: str = OWN, **given) -> None:
    with enter(desk.centre):
        switch_default_rule_on(
            actor=staff(desk.centre, Role.CENTRE_ADMIN, name="赵主任"),
            item_code=item,
            **{"legal_basis": RULE, "valid_from": date(2026, 3, 1), "grace_days": 2, **given},
        )


@pytest.mark.req("E-02")
@pytest.mark.parametrize("status", ["accepted", "reviewed", "suspended"])
def test_article_50_a_renewal_asked_in_time_and_unanswered_counts_as_granted(town: Town, status: str) -> None:
    county = town.county
    case = county.accept(renewal(county, town, "2026-04-10"))
    if status != "accepted":
        case = county.review(case)
    if status == "suspended":
        case = county.pause(case, days=60)
    ring("2026-04-10 23:59")
    assert county.fresh(case).status == Status(status.upper())
    ring("2026-04-11 00:00")
    found = county.fresh(case)
    assert (found.status, found.result) == (Status.APPROVED, Result.GRANTED)
    assert found.decided_at == china("2026-04-11T00:00")
    text = county.paper_text(case, PaperKind.DEEMED)
    assert "第五十条" in text
    assert "依法视为" in text
    assert found.decision_number in text
    with enter(county.centre):
        line = CaseEvent.objects.get(case=case, step=Step.DEEMED_GRANTED)
    assert (line.actor_kind, line.data["ground"], line.occurred_at) == ("SYSTEM", "RENEWAL", china("2026-04-11T00:00"))
    relay_all()
    assert CaseStep.objects.filter(tracking_number=case.tracking_number, step="DEEMED_GRANTED").count() == 1
    assert county.seal(case).status == Status.COMPLETED
    assert county.deliver(case).status == Status.DELIVERED


@pytest.mark.req("E-02")
@pytest.mark.parametrize("until", ["2026-03-31", "2026-02-27"])
def test_article_50_a_renewal_asked_too_late_is_an_ordinary_application(town: Town, until: str) -> None:
    """Asked on 2 March: twenty-nine days before the end, or after it."""
    county = town.county
    case = county.accept(renewal(county, town, until))
    ring("2026-05-30 00:00")
    assert county.fresh(case).status == Status.ACCEPTED


def test_article_50_another_item_is_never_deemed(town: Town) -> None:
    county = town.county
    case = county.accept(county.submitted(town.zhang))
    ring("2026-05-30 00:00")
    assert county.fresh(case).status == Status.ACCEPTED


def test_article_50_what_was_decided_in_time_stays_decided(town: Town) -> None:
    county = town.county
    case = county.decide(county.review(county.accept(renewal(county, town, "2026-04-10"))), Result.DENIED, "不符合条件")
    ring("2026-04-11 00:00")
    assert county.fresh(case).status == Status.REJECTED
    assert not county.paper_text(case, PaperKind.DEEMED)


def test_article_50_while_a_correction_is_awaited_nothing_is_deemed(town: Town) -> None:
    county = town.county
    case = renewal(county, town, "2026-04-10")
    with enter(county.centre):
        commands.return_for_correction(actor=county.clerk, case_id=case.pk, defects=["身份证明已过期"])
    ring("2026-04-11 00:00")
    assert county.fresh(case).status == Status.CORRECTING


@pytest.mark.req("C-11")
def test_article_50_a_forwarded_renewal_counts_as_granted_above_and_is_told_below(town: Town) -> None:
    case = town.county.accept(renewal(town.county, town, "2026-04-10", FORWARDED))
    town.county.review(case)
    relay_all()
    ring("2026-04-11 00:00")
    above = town.city.case(case.tracking_number or "")
    assert above.status == Status.APPROVED
    with at("2026-04-11 00:01"):
        relay_all()
    below = town.county.fresh(case)
    assert (below.status, below.decided_at, below.decision_number) == (
        Status.APPROVED,
        above.decided_at,
        above.decision_number,
    )
    assert below.decision_paper_id is not None
    assert "视为" in below.decision_opinion


@pytest.mark.req("C-11")
@pytest.mark.parametrize("road", [FORWARDED, DEVOLVED])
def test_article_50_a_renewal_deemed_in_a_special_procedure_is_told_to_the_centre_that_waits(
    town: Town, road: str
) -> None:
    """A special procedure stops the organ's limit (art. 45), not the end of the permit."""
    first, second = town.ends(road)
    case = renewal(first, town, "2026-04-10", road)
    if road == DEVOLVED:
        allow(second, road, renewal_field="ends")
    other = town.hand_on(case, road)
    if road == DEVOLVED:
        second.accept(other)
    second.pause(other, days=60)
    relay_all()
    assert first.fresh(case).status == Status.SUSPENDED
    ring("2026-04-11 00:00")
    with at("2026-04-11 00:01"):
        relay_all()
    decided, told = second.fresh(other), first.fresh(case)
    assert (decided.status, told.status) == (Status.APPROVED, Status.APPROVED)
    assert (told.paused_at, told.suspended_from, told.decided_at) == (None, "", decided.decided_at)
    assert told.pauses == decided.pauses


@pytest.mark.parametrize(("withdrawn", "stands"), [("2026-04-10 23:58", False), ("2026-04-11 00:00", True)])
def test_article_50_crossing_a_withdrawal_the_earlier_counts(town: Town, withdrawn: str, stands: bool) -> None:
    """The moment of the deemed grant is the end of the permit, whenever the timer finds it out."""
    case = town.county.accept(renewal(town.county, town, "2026-04-10", FORWARDED))
    town.county.review(case)
    relay_all()
    with at(withdrawn if not stands else "2026-04-11 00:05"), enter(town.county.centre):
        commands.withdraw_case(actor=town.zhang, case_id=case.pk)
    ring("2026-04-11 00:10")
    with at("2026-04-11 00:11"):
        relay_all()
    expected = Status.APPROVED if stands else Status.WITHDRAWN
    assert town.county.fresh(case).status == expected
    assert town.city.case(case.tracking_number or "").status == expected


@pytest.mark.req("G-05", "F-04")
def test_an_overdue_case_counts_as_granted_where_the_rule_is_on(town: Town) -> None:
    """Due on 11 March; the order goes out then, and two working days later the rule does its work."""
    county = town.county
    switch_on(county)
    case = county.review(county.accept(county.submitted(town.zhang)))
    ring("2026-03-13 17:00")
    assert county.fresh(case).status == Status.REVIEWED
    ring("2026-03-13 17:01")
    found = county.fresh(case)
    assert (found.status, found.result, found.decided_at) == (
        Status.APPROVED,
        Result.GRANTED,
        china("2026-03-13T17:00"),
    )
    text = county.paper_text(case, PaperKind.DEEMED)
    assert RULE in text
    assert "超期默认" in text
    with enter(county.centre):
        steps = list(CaseEvent.objects.filter(case=case, step__startswith="SUPERVISION").values_list("step", flat=True))
        ground = CaseEvent.objects.get(case=case, step=Step.DEEMED_GRANTED).data
    assert steps == ["SUPERVISION_ORDERED"]
    assert ground == {"deemed": True, "ground": "OVERDUE_DEFAULT", "legal_basis": RULE}


@pytest.mark.req("G-05")
def test_the_rule_is_off_by_default_and_reaches_no_other_item_centre_or_time(town: Town) -> None:
    county, city = town.county, town.city
    switch_on(county)
    elsewhere = city.accept(city.submitted(town.zhang))
    other_item = county.accept(county.submitted(town.zhang, FORWARDED))
    ring("2026-05-29 17:01")
    assert city.fresh(elsewhere).status == Status.ACCEPTED
    assert county.fresh(other_item).status == Status.ACCEPTED


@pytest.mark.req("G-05")
@pytest.mark.parametrize(
    "given", [{"valid_from": date(2026, 3, 12)}, {"valid_until": date(2026, 3, 10)}, {"grace_days": 20}]
)
def test_the_rule_counts_inside_its_dates_and_after_its_grace(town: Town, given) -> None:
    county = town.county
    switch_on(county, **given)
    case = county.accept(county.submitted(town.zhang))
    ring("2026-03-31 17:01")
    assert county.fresh(case).status == Status.ACCEPTED


@pytest.mark.req("G-05")
def test_switched_off_it_does_nothing_any_more_and_switched_on_late_it_reaches_nothing_back(town: Town) -> None:
    county = town.county
    switch_on(county)
    case = county.accept(county.submitted(town.zhang))
    with at("2026-03-12 10:00"), enter(county.centre):
        admin = staff(county.centre, Role.CENTRE_ADMIN)
        switch_default_rule_off(actor=admin, item_code=OWN, reason="法制审查意见")
        with pytest.raises(NoDefaultRule):
            switch_default_rule_off(actor=admin, item_code=OWN, reason="再关一次")
    with at("2026-03-12 11:00"):
        switch_on(county)
    ring("2026-05-29 17:01")
    assert county.fresh(case).status == Status.ACCEPTED
    with enter(county.centre):
        first, second = Item.objects.get(code=OWN).default_rules
    assert (first["on_by"], first["off_by"], first["off_reason"]) == ("赵主任", "王建国", "法制审查意见")
    assert second["off_at"] is None


@pytest.mark.req("G-05")
def test_a_paused_case_waits_for_its_own_limit(town: Town) -> None:
    county = town.county
    switch_on(county)
    case = county.accept(county.submitted(town.zhang))
    with at("2026-03-04 09:00"):
        county.pause(case, days=20)
    ring("2026-03-20 17:01")
    assert county.fresh(case).status == Status.SUSPENDED
    with at("2026-03-23 09:00"):
        county.resume(case)
    ring("2026-03-24 17:01")
    assert county.fresh(case).status == Status.ACCEPTED


@pytest.mark.req("G-05")
def test_switching_needs_an_administrator_a_legal_basis_and_sense(town: Town) -> None:
    county = town.county
    with enter(county.centre):
        before = list(Item.objects.order_by("pk").values())
        admin, clerk = staff(county.centre, Role.CENTRE_ADMIN), county.approver
        stranger = staff(town.neighbour.centre, Role.CENTRE_ADMIN)
        good = {"item_code": OWN, "legal_basis": RULE, "valid_from": date(2026, 3, 1)}
        for actor in (clerk, stranger, town.zhang):
            with pytest.raises(NotPermitted):
                switch_default_rule_on(actor=actor, **good)
            with pytest.raises(NotPermitted):
                switch_default_rule_off(actor=actor, item_code=OWN, reason="x")
        for field, wrong in (
            ("legal_basis", {"legal_basis": " "}),
            ("grace_days", {"grace_days": 21}),
            ("valid_until", {"valid_until": date(2026, 2, 1)}),
        ):
            with pytest.raises(InvalidInput) as refused:
                switch_default_rule_on(actor=admin, **{**good, **wrong})
            assert refused.value.field == field
        with pytest.raises(UnknownItem):
            switch_default_rule_on(actor=admin, **{**good, "item_code": "XK-NONE"})
        with pytest.raises(InvalidInput):
            switch_default_rule_off(actor=admin, item_code=OWN, reason=" ")
        assert list(Item.objects.order_by("pk").values()) == before
        switch_default_rule_on(actor=admin, **good)
        with pytest.raises(DefaultRuleOn):
            switch_default_rule_on(actor=admin, **good)


@pytest.mark.req("G-05", "C-01")
@pytest.mark.parametrize("item", [ENTRUSTED, DEVOLVED])
def test_the_rule_of_the_deciding_centre_counts(town: Town, item: str) -> None:
    """What is decided below falls under the rule below, not under the one above."""
    switch_on(town.city, item)
    case = town.city.submitted(town.zhang, item)
    below = town.hand_on(case, item)
    if item == DEVOLVED:
        town.county.accept(below)
    ring("2026-03-31 17:01")
    assert town.county.case(case.tracking_number or "").status == Status.ACCEPTED
