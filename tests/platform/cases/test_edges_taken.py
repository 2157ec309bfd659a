"""Every edge of the table is really taken once: the row moves, the log has its line, and the line says what happened."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from zt_platform.actors import Actor
from zt_platform.cases.commands.ledger import Origin, advance
from zt_platform.cases.log_reading import Line, read_log
from zt_platform.cases.models import Case, CaseEvent
from zt_platform.cases.states import TRANSITIONS, Transition
from zt_platform.cases.testing import OWN, Town, staff
from zt_platform.cases.vocabulary import ActingParty, CaseRole
from zt_platform.organisation.roles import Role
from zt_tenants import clock
from zt_tenants.context import enter

EDGES = [(edge, role) for edge in TRANSITIONS for role in sorted(edge.roles)]


def who_may(edge: Transition, town: Town) -> Iterator[Actor]:
    """Everybody the edge names."""
    for who in sorted(edge.who):
        match who:
            case ActingParty.APPLICANT:
                yield town.zhang
            case ActingParty.SYSTEM:
                yield Actor.system()
            case ActingParty.CENTRE:
                yield Actor.remote("340123", "肥西县政务服务中心")
            case _:
                yield staff(town.city.centre, Role(who))


def standing(made: Case, edge: Transition, role: CaseRole) -> Case:
    """The same row, put to where the edge begins; one that comes into being is not saved yet."""
    fresh = Case.objects.get(pk=made.pk)
    fresh.role, fresh.suspended_from = role, edge.suspended_from or ""
    if edge.source is None:
        fresh.pk, fresh.tracking_number, fresh.client_key = None, None, ""
        fresh.status = ""
        if not edge.action.startswith("START"):
            fresh.tracking_number = f"T{CaseEvent.objects.count()}"
    else:
        fresh.status = edge.source
        fresh.save()
    fresh.remember()
    return fresh


def take(made: Case, edge: Transition, role: CaseRole, actor: Actor) -> tuple[Case, CaseEvent | None]:
    """Take one edge from where it begins."""
    case = standing(made, edge, role)
    origin = None
    if actor.kind.value == ActingParty.CENTRE:
        origin = Origin("340123", "肥西县政务服务中心", clock.now(), "REVIEWER", "李四")
    line = advance(case, edge.action, actor, origin=origin)
    case.save_changes()
    return Case.objects.get(pk=case.pk), line


@pytest.mark.req("E-05", "E-20", "R-02")
def test_every_edge_by_everybody_it_names_moves_the_case_and_leaves_its_line(town: Town) -> None:
    made, taken = town.city.submitted(town.zhang, OWN), set()
    with enter(town.city.centre):
        for edge, role in EDGES:
            for actor in who_may(edge, town):
                lines = CaseEvent.objects.count()
                case, line = take(made, edge, role, actor)
                where = f"{edge.source} {edge.action} {role} {actor.kind}"
                assert (case.status, case.role) == (edge.target, edge.becomes or role), where
                assert CaseEvent.objects.count() == lines + (edge.step is not None), where
                if line is not None:
                    said = (line.step, line.action, line.from_status, line.to_status)
                    assert said == (edge.step, edge.action, edge.source or "", edge.target), where
                    assert line.actor_kind == actor.kind.value, where
                    read = read_log([Line(line.step, line.action, line.from_status, line.to_status, line.actor_kind)])
                    assert (read.status, read.foreign) == (edge.target, []), where
                taken.add((edge, role))
    assert taken == set(EDGES)
