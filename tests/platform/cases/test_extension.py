"""The one extension of a decision: the reviewer asks, the head of the organ approves, the applicant is told (art. 42)."""

from __future__ import annotations

import pytest

from zt_platform.cases import commands
from zt_platform.cases.errors import (
    ExtendedOnce,
    ExtensionAsked,
    ExtensionNotAsked,
    ExtensionTooLate,
    TransitionNotAllowed,
)
from zt_platform.cases.models import Case, CaseEvent
from zt_platform.cases.testing import ENTRUSTED, OWN, at, china, relay_all
from zt_platform.cases.vocabulary import Light, Status, Step
from zt_platform.catalogue.models import ItemVersion
from zt_tenants.context import enter
from zt_tenants.errors import InvalidInput, NotPermitted


def ask(desk, case, days: int = 10, actor=None) -> Case:
    with enter(desk.centre):
        return commands.request_extension(
            actor=actor or desk.reviewer, case_id=case.pk, days=days, reason="需要专家补充意见"
        )


def approve(desk, case, **more: str) -> Case:
    with enter(desk.centre):
        return commands.approve_extension(actor=more.pop("actor", desk.head), case_id=case.pk, **more)


@pytest.mark.req("E-02")
def test_article_42_extension_is_asked_approved_and_told(town, accepted) -> None:
    asked = ask(town.city, accepted)
    assert (asked.due_at, asked.extension["state"]) == (china("2026-03-11T17:00"), "REQUESTED")
    extended = approve(town.city, accepted)
    assert extended.status == Status.ACCEPTED
    assert (extended.due_at, extended.statutory_due_at) == (china("2026-03-25T17:00"), china("2026-04-14T17:00"))
    assert extended.running_due_at == extended.due_at
    with enter(town.city.centre):
        lines = {event.step: event for event in CaseEvent.objects.filter(case=accepted)}
    assert not lines[Step.EXTENSION_REQUESTED].public  # what the house asks itself
    told = lines[Step.EXTENDED]
    assert (told.public, told.actor_role) == (True, "DEPARTMENT_HEAD")
    assert told.note == "延长10个工作日：需要专家补充意见"


def test_article_42_extension_is_granted_once(town, accepted) -> None:
    town.city.extend(accepted, 4)
    before = town.city.snapshot()
    with pytest.raises(ExtendedOnce):
        ask(town.city, accepted, 2)
    with pytest.raises(ExtendedOnce):
        approve(town.city, accepted)
    assert town.city.snapshot() == before


@pytest.mark.parametrize("days", [0, 11, -1])
def test_article_42_extension_is_ten_working_days_at_most(town, accepted, days: int) -> None:
    before = town.city.snapshot()
    with pytest.raises(InvalidInput) as refused:
        ask(town.city, accepted, days)
    assert refused.value.field == "days"
    assert town.city.snapshot() == before


def test_article_42_extension_after_the_statutory_limit_is_refused(town, accepted) -> None:
    with at("2026-03-30 17:00"):
        ask(town.city, accepted)
    before = town.city.snapshot()
    with at("2026-03-30 17:01"), pytest.raises(ExtensionTooLate, match="decide at once"):
        approve(town.city, accepted)  # asked in time, but not extended in time
    with at("2026-03-31 09:00"):
        other = town.city.fresh(accepted)
        with pytest.raises(ExtensionAsked):
            ask(town.city, other)
    assert town.city.snapshot() == before


def test_article_42_an_overrun_promise_is_not_healed_by_an_extension(town, accepted) -> None:
    with at("2026-03-13 10:00"):
        extended = town.city.extend(accepted)
    assert extended.due_at == china("2026-03-11T17:00")
    assert extended.statutory_due_at == china("2026-04-14T17:00")
    assert extended.light_at(china("2026-03-13T10:00")) == Light.YELLOW


@pytest.mark.parametrize(
    ("asked", "approved", "due"),
    [
        ("2026-03-11 16:59", "2026-03-11 17:00", "2026-03-25T17:00"),
        ("2026-03-11 17:00", "2026-03-11 17:00:01", "2026-03-11T17:00"),
    ],
)
def test_article_42_an_extension_approved_with_the_last_instant_of_the_promise_moves_it(
    town, accepted, asked: str, approved: str, due: str
) -> None:
    """The approval counts, not the asking; a limit includes its last instant."""
    with at(asked):
        ask(town.city, accepted)
    with at(approved):
        extended = approve(town.city, accepted)
    assert (extended.due_at, extended.statutory_due_at) == (china(due), china("2026-04-14T17:00"))


def test_article_42_the_head_of_the_organ_approves_and_nobody_else(town, accepted) -> None:
    ask(town.city, accepted)
    before = town.city.snapshot()
    for actor in (town.city.reviewer, town.city.approver, town.city.clerk, town.city.supervisor, town.zhang):
        with pytest.raises(NotPermitted):
            approve(town.city, accepted, actor=actor)
    with pytest.raises(NotPermitted):
        approve(town.city, accepted, actor=town.county.head)  # head elsewhere
    with pytest.raises(NotPermitted):
        ask(town.city, accepted, actor=town.city.clerk)
    assert town.city.snapshot() == before


def test_the_head_may_refuse_and_the_reviewer_ask_again(town, accepted) -> None:
    with enter(town.city.centre), pytest.raises(ExtensionNotAsked):
        commands.refuse_extension(actor=town.city.head, case_id=accepted.pk, reason="材料已经齐全")
    ask(town.city, accepted)
    with enter(town.city.centre):
        with pytest.raises(InvalidInput):
            commands.refuse_extension(actor=town.city.head, case_id=accepted.pk, reason=" ")
        refused = commands.refuse_extension(actor=town.city.head, case_id=accepted.pk, reason="材料已经齐全")
    assert (refused.extension["state"], refused.due_at) == ("REFUSED", china("2026-03-11T17:00"))
    with pytest.raises(ExtensionNotAsked):
        approve(town.city, accepted)
    ask(town.city, accepted, 3)
    assert approve(town.city, accepted).due_at == china("2026-03-16T17:00")


def test_article_42_a_joint_decision_is_extended_by_the_head_of_the_government(town) -> None:
    with enter(town.city.centre):
        ItemVersion.objects.filter(item__code=OWN).update(decided_jointly=True, statutory_days=45, promised_days=30)
    case = town.city.accept(town.city.submitted(town.zhang))
    assert case.statutory_due_at == china("2026-05-08T17:00")
    ask(town.city, case, 15)
    before = town.city.snapshot()
    with pytest.raises(InvalidInput) as refused:
        approve(town.city, case)
    assert refused.value.field == "government_approval"
    assert town.city.snapshot() == before
    extended = approve(town.city, case, government_approval="合政秘〔2026〕12号")
    assert extended.statutory_due_at == china("2026-05-28T17:00")
    assert extended.extension["ground"] == "合政秘〔2026〕12号"


def test_an_extension_while_the_clock_stands_still(town, accepted) -> None:
    with at("2026-03-11 16:00"):
        town.city.pause(accepted)
    with at("2026-04-20 10:00"):  # long after the old limit, but no time has been counted since
        town.city.extend(accepted, 5)
        resumed = town.city.resume(accepted)
    assert resumed.due_at == china("2026-04-27T11:00")  # an hour and five days were left
    assert resumed.extension["promised"] == 5


def test_after_the_decision_nothing_is_extended(town) -> None:
    decided = town.city.decide(town.city.review(town.city.accept(town.city.submitted(town.zhang))))
    before = town.city.snapshot()
    with pytest.raises(TransitionNotAllowed):
        ask(town.city, decided)
    with pytest.raises(TransitionNotAllowed):
        approve(town.city, decided)
    assert town.city.snapshot() == before


@pytest.mark.req("C-01", "R-02")
def test_the_accepting_side_is_told_of_the_extension(town) -> None:
    number = town.city.accept(town.city.submitted(town.zhang, ENTRUSTED)).tracking_number
    relay_all()
    town.county.extend(town.county.case(number), 6)
    relay_all()
    above, below = town.city.case(number), town.county.case(number)
    assert (above.due_at, above.statutory_due_at) == (below.due_at, below.statutory_due_at)
    assert above.due_at == china("2026-03-19T17:00")
    assert above.extension == below.extension
    with enter(town.city.centre):
        line = CaseEvent.objects.get(case=above, step=Step.EXTENDED)
        assert not CaseEvent.objects.filter(case=above, step=Step.EXTENSION_REQUESTED).exists()
    assert (line.public, line.note) == (True, "延长6个工作日：需要专家补充意见")


def test_the_accepting_side_extends_nothing_while_the_case_is_away(town) -> None:
    number = town.city.accept(town.city.submitted(town.zhang, ENTRUSTED)).tracking_number
    before = town.city.snapshot()
    with pytest.raises(TransitionNotAllowed):
        ask(town.city, town.city.case(number))
    assert town.city.snapshot() == before
