"""The plan of a simulated year: which application begins when, where, by whom. Made whole before it is played.

It depends on the seed, the centres and the calendar only, not on how many processes play it: each makes the same plan and
takes its share.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from zt_platform.project.simulation import stage as items
from zt_platform.project.simulation.course import Course, Story
from zt_platform.project.simulation.stage import Pair
from zt_tenants import clock

FIRST_HOUR, LAST_HOUR = 9, 15
_ANY = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """One story with the item it is about ("": any ordinary one), where it begins and how often."""

    tell: Callable[[Course], Story]
    item: str = _ANY
    where: str = "ANY"  # UPPER, LOWER or ANY
    weight: int = 2

    @property
    def name(self) -> str:
        """How it is counted."""
        return self.tell.__name__


@dataclass(frozen=True, slots=True)
class Planned:
    """One application; ``pair`` and ``applicant`` are places in the lists of pairs and of people."""

    moment: datetime
    kind: Kind
    pair: int
    centre: str
    item: str
    applicant: int


def plan_year(
    kinds: Sequence[Kind],
    pairs: Sequence[Pair],
    *,
    days: Sequence[date],
    cases: int,
    people: int,
    chance: random.Random,
) -> list[Planned]:
    """So many applications on these working days: each kind once in the first third, so that it ends; then by weight.

    The pairs of centres take turns.
    """
    early = days[: max(1, len(days) // 3)]
    told = list(kinds)[:cases]
    told += chance.choices(kinds, [kind.weight for kind in kinds], k=max(0, cases - len(told)))
    return [
        _planned(kind, number % len(pairs), pairs, early if number < len(kinds) else days, people, chance)
        for number, kind in enumerate(told)
    ]


def _planned(
    kind: Kind, number: int, pairs: Sequence[Pair], days: Sequence[date], people: int, chance: random.Random
) -> Planned:
    at = time(chance.randint(FIRST_HOUR, LAST_HOUR), chance.randrange(60))
    where = kind.where if kind.where != "ANY" else chance.choice(("UPPER", "LOWER"))
    pair = pairs[number]
    return Planned(
        moment=datetime.combine(chance.choice(days), at, clock.CHINA),
        kind=kind,
        pair=number,
        centre=pair.upper if where == "UPPER" else pair.lower,
        item=kind.item or chance.choice(items.ORDINARY),
        applicant=chance.randrange(people),
    )
