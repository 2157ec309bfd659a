"""Who may not: the wrong role, the wrong department, the wrong person, the neighbour. A denial changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from zt_platform.actors import Actor, ActorKind
from zt_platform.cases import commands, queries
from zt_platform.cases.errors import CaseNotFound, NothingToDecline, NotInstant, TransitionNotAllowed
from zt_platform.cases.models import Case
from zt_platform.cases.testing import INSTANT, OWN, ZHANG, staff
from zt_platform.cases.vocabulary import Action, Result, Status
from zt_platform.organisation.models import Department
from zt_platform.organisation.roles import Role
from zt_tenants.context import enter
from zt_tenants.errors import NotPermitted

Act = Callable[[Actor, int], Any]

CLERK_ACTS: dict[str, Act] = {
    "pass_pre_review": lambda actor, pk: commands.pass_pre_review(actor=actor, case_id=pk),
    "return_for_correction": lambda actor, pk: commands.return_for_correction(
        actor=actor, case_id=pk, defects=["缺页"]
    ),
    "accept": lambda actor, pk: commands.accept_application(actor=actor, case_id=pk),
    "refuse": lambda actor, pk: commands.refuse_application(actor=actor, case_id=pk, reason="不符合"),
    "hand_down": lambda actor, pk: commands.hand_down_application(actor=actor, case_id=pk),
}
LATER_ACTS: dict[str, tuple[Act, Status]] = {
    "review": (lambda actor, pk: commands.review_case(actor=actor, case_id=pk), Status.ACCEPTED),
    "decide": (
        lambda actor, pk: commands.decide_case(actor=actor, case_id=pk, result=Result.GRANTED),
        Status.REVIEWED,
    ),
    "seal": (lambda actor, pk: commands.seal_and_complete(actor=actor, case_id=pk), Status.APPROVED),
    "deliver": (lambda actor, pk: commands.deliver_case(actor=actor, case_id=pk), Status.COMPLETED),
}
APPLICANT_ACTS: dict[str, Act] = {
    "save_draft": lambda actor, pk: commands.save_draft(actor=actor, case_id=pk, form={}),
    "submit": lambda actor, pk: commands.submit_application(actor=actor, case_id=pk),
    "resubmit": lambda actor, pk: commands.resubmit_application(actor=actor, case_id=pk),
    "withdraw": lambda actor, pk: commands.withdraw_case(actor=actor, case_id=pk),
    "attach": lambda actor, pk: commands.attach_material(actor=actor, case_id=pk, material_code="id", attachment_id=1),
    "detach": lambda actor, pk: commands.detach_material(actor=actor, case_id=pk, case_material_id=1),
}
ON_THE_SPOT: Act = lambda actor, pk: commands.decide_on_the_spot(  # noqa: E731
    actor=actor, case_id=pk, result=Result.GRANTED
)
DECLINE: Act = lambda actor, pk: commands.decline_case(actor=actor, case_id=pk, reason="不属职权")  # noqa: E731
STAFF_ACTS: dict[str, Act] = {
    **CLERK_ACTS,
    **{name: act for name, (act, _) in LATER_ACTS.items()},
    "on_the_spot": ON_THE_SPOT,
    "decline": DECLINE,
}
ALL_ACTS = STAFF_ACTS | APPLICANT_ACTS


def brought_to(town, status: Status) -> Case:
    case = town.city.submitted(town.zhang)
    for wanted, step in (
        (Status.ACCEPTED, town.city.accept),
        (Status.REVIEWED, town.city.review),
        (Status.APPROVED, town.city.decide),
        (Status.COMPLETED, town.city.seal),
        (Status.DELIVERED, town.city.deliver),
    ):
        if case.status == status:
            return case
        case = step(case)
        assert case.status == wanted
    return case


@pytest.mark.req("A-09", "E-05")
def test_only_a_window_clerk_acts_before_acceptance(town) -> None:
    case = town.city.submitted(town.zhang)
    before = town.city.snapshot()
    others = [Role.REVIEWER, Role.APPROVER, Role.SUPERVISOR, Role.CENTRE_ADMIN]
    with enter(town.city.centre):
        for actor in (staff(town.city.centre, *others), town.zhang, Actor.system(), Actor.remote("340123", "肥西")):
            for name, act in CLERK_ACTS.items():
                # The law itself accepts (art. 32) and hands down what it accepted.
                if name not in ("accept", "hand_down") or actor.kind is not ActorKind.SYSTEM:
                    with pytest.raises(NotPermitted):
                        act(actor, case.pk)
    assert town.city.snapshot() == before


@pytest.mark.req("A-09", "E-05")
@pytest.mark.parametrize("name", LATER_ACTS)
def test_each_step_has_its_own_role(town, name: str) -> None:
    act, status = LATER_ACTS[name]
    case = brought_to(town, status)
    allowed = {"review": {Role.REVIEWER}, "decide": {Role.APPROVER}, "deliver": {Role.WINDOW_CLERK}}
    allowed["seal"] = {Role.WINDOW_CLERK, Role.APPROVER}
    before = town.city.snapshot()
    with enter(town.city.centre):
        for actor in (staff(town.city.centre, *(set(Role) - allowed[name])), town.zhang, Actor.system()):
            with pytest.raises(NotPermitted):
                act(actor, case.pk)
    assert town.city.snapshot() == before


@pytest.mark.req("A-30", "A-31")
def test_another_departments_people_do_not_decide(town) -> None:
    case = brought_to(town, Status.ACCEPTED)
    with enter(town.city.centre):
        police, market = Department.objects.get(code="GA").pk, Department.objects.get(code="SC").pk
        before = town.city.snapshot()
        with pytest.raises(NotPermitted, match="Another department"):
            commands.review_case(actor=staff(town.city.centre, Role.REVIEWER, department_id=police), case_id=case.pk)
        assert town.city.snapshot() == before
        commands.review_case(actor=staff(town.city.centre, Role.REVIEWER, department_id=market), case_id=case.pk)


def test_nothing_is_possible_with_a_delivered_case(town) -> None:
    case = brought_to(town, Status.DELIVERED)
    before = town.city.snapshot()
    for name, act in ALL_ACTS.items():
        actor = town.zhang if name in APPLICANT_ACTS else staff(town.city.centre, *Role)
        with enter(town.city.centre), pytest.raises(TransitionNotAllowed):
            act(actor, case.pk)
    assert town.city.snapshot() == before


@pytest.mark.req("A-01")
def test_the_neighbours_people_see_nothing_and_change_nothing(town) -> None:
    """City and county hold a case with the same primary key; the county's people try the city's and the reverse."""
    case, twin = town.city.submitted(town.zhang), town.county.submitted(town.li)
    assert case.pk == twin.pk
    before = [desk.snapshot() for desk in (town.city, town.county)]
    for here, there in ((town.city, town.county), (town.county, town.city)):
        stranger = town.zhang if here is town.county else town.li
        with enter(here.centre):
            for act in STAFF_ACTS.values():
                with pytest.raises(NotPermitted):
                    act(staff(there.centre, *Role), case.pk)
            for act in ALL_ACTS.values():
                with pytest.raises(CaseNotFound):
                    act(stranger, case.pk)
    assert [desk.snapshot() for desk in (town.city, town.county)] == before


@pytest.mark.req("A-01")
def test_the_neighbour_reads_nothing(town) -> None:
    case, twin = town.city.submitted(town.zhang), town.county.submitted(town.li)
    with enter(town.county.centre):
        outsider = staff(town.city.centre, *Role)
        for read in (
            lambda: queries.case_for(outsider, twin.pk),
            lambda: queries.case_for(town.zhang, twin.pk),
            lambda: queries.case_by_number(town.county.clerk, case.tracking_number),
        ):
            with pytest.raises(CaseNotFound):
                read()
        for listing in (queries.queue_for, queries.queue_counts, queries.window_drafts):
            with pytest.raises(NotPermitted):
                listing(outsider)
        assert list(queries.queue_for(town.county.clerk)) == [twin]
        assert not queries.my_cases_here(town.zhang).exists()
        assert queries.actions_for(outsider, twin) == []


def test_starting_at_a_window_needs_a_clerk_of_that_centre(town) -> None:
    with enter(town.county.centre):
        for actor in (town.city.clerk, Actor.system(), Actor.remote("340100", "合肥")):
            with pytest.raises(NotPermitted):
                commands.start_application(actor=actor, item_code=OWN, applicant=ZHANG)
        assert not Case.objects.exists()


@pytest.mark.req("E-01")
def test_only_an_instant_item_is_decided_on_the_spot(town) -> None:
    case, instant = town.city.submitted(town.zhang), town.city.submitted(town.zhang, INSTANT)
    before = town.city.snapshot()
    with enter(town.city.centre):
        with pytest.raises(NotInstant):
            ON_THE_SPOT(staff(town.city.centre, *Role), case.pk)
        with pytest.raises(NotPermitted):
            ON_THE_SPOT(staff(town.city.centre, Role.WINDOW_CLERK, Role.REVIEWER), instant.pk)
    assert town.city.snapshot() == before


def test_what_came_to_us_directly_cannot_be_declined(town) -> None:
    case = town.city.submitted(town.zhang)
    before = town.city.snapshot()
    with enter(town.city.centre), pytest.raises(NothingToDecline):
        DECLINE(town.city.clerk, case.pk)
    assert town.city.snapshot() == before


def test_the_buttons_are_those_that_work(town) -> None:
    case = town.city.submitted(town.zhang)
    with enter(town.city.centre):
        assert queries.actions_for(town.zhang, case) == [Action.WITHDRAW, Action.CHOOSE_DELIVERY]
        assert queries.actions_for(town.li, case) == []
        assert queries.actions_for(town.city.clerk, case) == [
            Action.RETURN_FOR_CORRECTION,
            Action.PASS_PRE_REVIEW,
            Action.ACCEPT,
            Action.REFUSE,
            Action.WITHDRAW,
            Action.TERMINATE,
            Action.TRANSFER_BY_COMPETENCE,
            Action.CHOOSE_DELIVERY,
        ]
    devolved = town.city.submitted(town.zhang, "XK-DEV")
    with enter(town.city.centre):
        found = queries.actions_for(town.city.clerk, devolved)
    assert Action.HAND_DOWN in found
    assert Action.ACCEPT not in found
