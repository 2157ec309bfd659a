"""The one table of what may follow what, for things that lie at two centres: each act belongs to a side."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import TextChoices

from zt_tenants.errors import DomainError

Status = TypeVar("Status", bound=TextChoices)
Act = TypeVar("Act", bound=TextChoices)


@dataclass(frozen=True, slots=True)
class Edge(Generic[Status, Act]):
    """One edge: ``sides`` are the rows on which the centre may take it. ``source`` is None where the thing comes to be."""

    source: Status | None
    act: Act
    target: Status
    sides: frozenset[str]


class EdgeTable(Generic[Status, Act]):
    """All edges of one kind of thing."""

    def __init__(
        self,
        edges: Sequence[Edge[Status, Act]],
        *,
        status: Callable[[str], Status],
        refusal: type[DomainError],
        by_system: Collection[Act] = (),
    ) -> None:
        """``status`` reads a stored status; ``refusal`` gets ``act`` and ``status``; ``by_system`` are acts of no person."""
        self._edges = edges
        self._by_place = {(edge.source, edge.act): edge for edge in edges}
        self._status, self._refusal, self._by_system = status, refusal, by_system

    def edge_from(self, status: str, act: Act) -> Edge[Status, Act] | None:
        """The edge for an act, whoever takes it; None when the table has none."""
        return self._by_place.get((self._status(status), act))

    def permitted_edge(self, status: str, act: Act, side: str) -> Edge[Status, Act]:
        """The edge for an act at this side. Raises the table's refusal."""
        edge = self.edge_from(status, act)
        if edge is None or side not in edge.sides:
            raise self._refusal(act=act.label, status=self._status(status).label)
        return edge

    def acts_at(self, status: str, side: str) -> list[Act]:
        """What a person at this side may do now, in the table's order."""
        found = [edge.act for edge in self._edges if edge.source == status and side in edge.sides]
        return [act for act in found if act not in self._by_system]
