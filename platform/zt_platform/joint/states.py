"""The one table of what may follow what in a joint task, and whose act it is.

What was answered is not recalled: an objection would be recalled away (H-12). Only who gave an opinion changes it."""

from __future__ import annotations

from dataclasses import dataclass

from zt_platform.joint.errors import TaskStandsElsewhere
from zt_platform.joint.vocabulary import Act, Side, Status


@dataclass(frozen=True, slots=True)
class Transition:
    """One edge: ``sides`` are the rows on which a person (or, for DEEM, the system) of the centre may take it."""

    source: Status | None
    act: Act
    target: Status
    sides: frozenset[Side]


_LEAD = frozenset({Side.LEAD, Side.LOCAL})
_PARTICIPANT = frozenset({Side.PARTICIPANT, Side.LOCAL})

TRANSITIONS = (
    Transition(None, Act.ASK, Status.ASKED, _LEAD),
    Transition(Status.ASKED, Act.SIGN, Status.SIGNED, _PARTICIPANT),
    Transition(Status.ASKED, Act.ANSWER, Status.ANSWERED, _PARTICIPANT),
    Transition(Status.SIGNED, Act.ANSWER, Status.ANSWERED, _PARTICIPANT),
    Transition(Status.ANSWERED, Act.ANSWER, Status.ANSWERED, _PARTICIPANT),
    Transition(Status.ASKED, Act.DEEM, Status.DEEMED, _LEAD),
    Transition(Status.SIGNED, Act.DEEM, Status.DEEMED, _LEAD),
    Transition(Status.ASKED, Act.RECALL, Status.RECALLED, _LEAD),
    Transition(Status.SIGNED, Act.RECALL, Status.RECALLED, _LEAD),
)
_BY_PLACE = {(edge.source, edge.act): edge for edge in TRANSITIONS}


def edge_from(status: str, act: Act) -> Transition | None:
    """The edge for an act, whoever takes it; None when the table has none."""
    return _BY_PLACE.get((Status(status), act))


def permitted_edge(status: str, act: Act, side: str) -> Transition:
    """The edge for an act at this side. Raises TaskStandsElsewhere."""
    edge = edge_from(status, act)
    if edge is None or Side(side) not in edge.sides:
        raise TaskStandsElsewhere(act=act.label, status=Status(status).label)
    return edge


def acts_at(status: str, side: str) -> list[Act]:
    """What may be done at this side now, in the table's order; what the system does is left out."""
    found = [edge.act for edge in TRANSITIONS if edge.source == status and Side(side) in edge.sides]
    return [act for act in found if act is not Act.DEEM]
