"""Every (status, action, role, actor) that is not in the table is refused, and changes nothing."""

from __future__ import annotations

from itertools import product

import pytest

from zt_platform.actors import Actor
from zt_platform.cases.commands.ledger import advance
from zt_platform.cases.errors import TransitionNotAllowed
from zt_platform.cases.models import Case, CaseEvent
from zt_platform.cases.states import TRANSITIONS, is_possible, next_transition
from zt_platform.cases.testing import staff
from zt_platform.cases.vocabulary import Action, CaseRole, Status
from zt_platform.organisation.roles import Role
from zt_tenants.context import enter
from zt_tenants.errors import NotPermitted

BEGAN_IN = {Status.SUSPENDED: (Status.ACCEPTED, Status.REVIEWED, Status.TRANSFERRED, Status.HANDED_DOWN)}


def actors(town) -> dict[str, Actor]:
    """Everybody who could try: each staff role, staff of elsewhere, an applicant, the system, another centre."""
    here = {role.value: staff(town.city.centre, role) for role in Role}
    return {
        **here,
        "ELSEWHERE": staff(town.county.centre, *Role),
        "APPLICANT": town.zhang,
        "SYSTEM": Actor.system(),
        "CENTRE": Actor.remote("340123", "肥西县政务服务中心"),
    }


def standing(status: Status, role: CaseRole, began_in: str) -> Case:
    return Case(pk=1, status=status, role=role, suspended_from=began_in, tracking_number="x")


def state_of(case: Case) -> dict[str, object]:
    return {field.attname: getattr(case, field.attname) for field in Case._meta.concrete_fields}


@pytest.mark.req("E-05", "A-09", "R-02")
@pytest.mark.parametrize("status", Status)
def test_whoever_is_not_in_the_table_is_refused_and_nothing_changes(town, status: Status) -> None:
    denied = 0
    with enter(town.city.centre):
        events = CaseEvent.objects.count()
        people = actors(town)
        for began_in, action, role in product(BEGAN_IN.get(status, ("",)), Action, CaseRole):
            possible = is_possible(status, action, role, suspended_from=began_in)
            allowed = next_transition(status, action, role, suspended_from=began_in).who if possible else frozenset()
            for name, actor in people.items():
                if name in allowed:
                    continue
                case = standing(status, role, began_in)
                before = state_of(case)
                with pytest.raises(NotPermitted if possible else TransitionNotAllowed):
                    advance(case, action, actor)
                assert state_of(case) == before
                denied += 1
        assert CaseEvent.objects.count() == events
    assert denied > 1000


def test_every_role_of_the_house_has_a_part_in_the_table() -> None:
    """A role without an edge could do nothing; the centre's administrator is the one who handles no cases."""
    acting = {who for edge in TRANSITIONS for who in edge.who}
    assert set(Role.values) - acting == {Role.CENTRE_ADMIN}
