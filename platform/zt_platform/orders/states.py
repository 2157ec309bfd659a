"""The one table of what may follow what in a supervision order, and whose act it is."""

from __future__ import annotations

from dataclasses import dataclass

from zt_platform.orders.errors import OrderStandsElsewhere
from zt_platform.orders.vocabulary import Act, Side, Status


@dataclass(frozen=True, slots=True)
class Transition:
    """One edge: ``sides`` are the rows on which a person of the centre may take it."""

    source: Status | None
    act: Act
    target: Status
    sides: frozenset[Side]


_GIVER = frozenset({Side.ISSUED, Side.LOCAL})
_ANSWERER = frozenset({Side.RECEIVED, Side.LOCAL})

TRANSITIONS = (
    Transition(None, Act.ISSUE, Status.ISSUED, _GIVER),
    Transition(Status.ISSUED, Act.REPLY, Status.REPLIED, _ANSWERER),
    Transition(Status.RETURNED, Act.REPLY, Status.REPLIED, _ANSWERER),
    Transition(Status.REPLIED, Act.ACCEPT, Status.CLOSED, _GIVER),
    Transition(Status.REPLIED, Act.RETURN, Status.RETURNED, _GIVER),
    Transition(Status.ISSUED, Act.WITHDRAW, Status.WITHDRAWN, _GIVER),
    Transition(Status.RETURNED, Act.WITHDRAW, Status.WITHDRAWN, _GIVER),
    Transition(Status.REPLIED, Act.WITHDRAW, Status.WITHDRAWN, _GIVER),
)
_BY_PLACE = {(edge.source, edge.act): edge for edge in TRANSITIONS}


def edge_from(status: str, act: Act) -> Transition | None:
    """The edge for an act, whoever takes it; None when the table has none."""
    return _BY_PLACE.get((Status(status), act))


def permitted_edge(status: str, act: Act, side: str) -> Transition:
    """The edge for an act of a person at this side. Raises OrderStandsElsewhere."""
    edge = edge_from(status, act)
    if edge is None or Side(side) not in edge.sides:
        raise OrderStandsElsewhere(act=act.label, status=Status(status).label)
    return edge


def acts_at(status: str, side: str) -> list[Act]:
    """What a person at this side may do now, in the table's order."""
    return [edge.act for edge in TRANSITIONS if edge.source == status and Side(side) in edge.sides]
