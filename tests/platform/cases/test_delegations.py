"""A delegation counts only inside its dates and with a complete hand-over; else the case stays and the reason is told."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from zt_interop.queue.models import OutboxMessage
from zt_platform.cases import commands, queries
from zt_platform.cases.errors import DestinationNeeded, EntrustedCannotBeEntrustedAgain, NotDevolved
from zt_platform.cases.testing import DEVOLVED, ENTRUSTED, relay_all
from zt_platform.cases.vocabulary import CaseRole, Status, Step
from zt_platform.catalogue.models import Delegation
from zt_tenants.context import enter

NOT_IN_FORCE: dict[str, dict[str, Any]] = {
    "not yet": {"valid_from": date(2026, 3, 3)},
    "over": {"valid_until": date(2026, 3, 1)},
    "revoked": {"revoked_on": date(2026, 3, 2)},
    "not docked": {"docking_done_on": None},
    "not trained": {"training_done_on": date(2026, 3, 3)},
    "no documents": {"documents_done_on": None},
}


def change(town, item_code: str, **changes: Any) -> None:
    with enter(town.city.centre):
        Delegation.objects.filter(item_code=item_code).update(**changes)


@pytest.mark.req("C-01", "C-02")
@pytest.mark.parametrize("reason", NOT_IN_FORCE)
def test_outside_its_force_the_case_stays_and_the_applicant_is_told_why(town, reason: str) -> None:
    change(town, ENTRUSTED, **NOT_IN_FORCE[reason])
    case = town.city.submitted(town.zhang, ENTRUSTED)
    accepted = town.city.accept(case)
    assert (accepted.status, accepted.role, accepted.counterpart_code) == (Status.ACCEPTED, CaseRole.SOLE, "")
    with enter(town.city.centre):
        line = queries.timeline(accepted)[-1]
    assert line.step == Step.STAYS
    assert line.note == line.data["reason_zh"] != ""
    assert line.data["reason_en"]
    assert not OutboxMessage.objects.filter(type="case.transferred.v1").exists()


@pytest.mark.req("C-01")
@pytest.mark.parametrize(
    "in_force", [{"valid_from": date(2026, 3, 2)}, {"valid_until": date(2026, 3, 2)}, {"revoked_on": date(2026, 3, 3)}]
)
def test_its_first_and_last_day_count(town, in_force: dict[str, Any]) -> None:
    change(town, ENTRUSTED, **in_force)
    case = town.city.submitted(town.zhang, ENTRUSTED)
    assert town.city.accept(case).status == Status.TRANSFERRED


@pytest.mark.req("C-01", "C-02")
def test_a_devolution_that_is_not_in_force_is_accepted_above(town) -> None:
    change(town, DEVOLVED, training_done_on=None)
    case = town.city.submitted(town.zhang, DEVOLVED)
    before = town.city.snapshot()
    with enter(town.city.centre):
        with pytest.raises(NotDevolved, match="training"):
            commands.hand_down_application(actor=town.city.clerk, case_id=case.pk)
        assert town.city.snapshot() == before
        assert queries.routing_of(DEVOLVED).leaves is False
    assert town.city.accept(case).role == CaseRole.SOLE


@pytest.mark.req("C-01")
def test_revoking_a_delegation_loses_no_running_case(town) -> None:
    case = town.city.submitted(town.zhang, ENTRUSTED)
    town.city.accept(case)
    for desk in (town.city, town.county):
        with enter(desk.centre):
            Delegation.objects.update(revoked_on=date(2026, 3, 2))
    relay_all()
    there = town.county.case(case.tracking_number)
    town.county.review(there)
    town.county.decide(there)
    relay_all()
    assert town.city.seal(case).status == Status.COMPLETED


@pytest.mark.req("C-01")
def test_article_24_an_entrusted_item_is_not_entrusted_further(town) -> None:
    with enter(town.county.centre):
        further = Delegation.objects.get(item_code=ENTRUSTED)
        further.pk = None
        further.from_centre_code, further.to_centre_code = "340123", "340123101"
        further.save(force_insert=True)
    case = town.county.submitted(town.zhang, ENTRUSTED)
    before = town.county.snapshot()
    with enter(town.county.centre), pytest.raises(EntrustedCannotBeEntrustedAgain, match="24"):
        commands.accept_application(actor=town.county.clerk, case_id=case.pk)
    assert town.county.snapshot() == before


@pytest.mark.req("C-01")
def test_entrusted_and_applied_for_below_it_is_decided_there_in_the_upper_name(town) -> None:
    case = town.county.submitted(town.zhang, ENTRUSTED)
    accepted = town.county.accept(case)
    assert (accepted.role, accepted.legal_name_of_decider) == (CaseRole.SOLE, "合肥市市场监督管理局")


@pytest.mark.req("C-01")
def test_the_clerk_chooses_among_several_receivers(town, world) -> None:
    with enter(town.city.centre):
        second = Delegation.objects.get(item_code=ENTRUSTED)
        second.pk = None
        second.to_centre_code, second.to_centre_name = world.other_county.code, world.other_county.name
        second.save(force_insert=True)
    case = town.city.submitted(town.zhang, ENTRUSTED)
    before = town.city.snapshot()
    with enter(town.city.centre):
        for wrong in ("", "340000"):
            with pytest.raises(DestinationNeeded):
                commands.accept_application(actor=town.city.clerk, case_id=case.pk, to_centre_code=wrong)
        assert town.city.snapshot() == before
        assert [code for code, _ in queries.destinations(ENTRUSTED)] == ["340123", "341702"]
        accepted = commands.accept_application(actor=town.city.clerk, case_id=case.pk, to_centre_code="340123")
    assert accepted.counterpart_code == "340123"
