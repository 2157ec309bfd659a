"""What will be played: roads, days and how far each case gets, from a seed.

The days are chosen so that the pages of a fresh demo look like those of a working centre: what is open runs within its
limits, but for cases that are meant to be near, over or long over theirs, and for applications meant to go unanswered.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from zt_platform.actors import Actor
from zt_platform.catalogue.kinds import CaseKind, DelegationKind
from zt_platform.catalogue.queries import delegations, published_items
from zt_platform.workcalendar.queries import calendar
from zt_tenants import clock
from zt_tenants.context import enter
from zt_tenants.models import Centre, Level

DESKS = ("340100", "340123")
"""The centres whose staff a fresh demo tells how to sign in: something waits there for every post."""
DAYS_BEFORE = 9
CROSSING_SHARE = 0.25
ALL = 99
UP_TO_ACCEPTANCE = 2
ANSWER_WITHIN = 5
"""Working days (行政许可法 art. 32)."""
_STEPS_TO_SEAL = 5
MOST_JOINT = 3
"""Cases under joint handling in a day: enough for every desk of it to have something."""
_WELL_WITHIN = 2
"""So many working days at least are left to a case that is open and not meant to be pressing."""
_WEIGHT = {Level.PROVINCE: 2, Level.CITY: 6, Level.COUNTY: 3, Level.TOWNSHIP: 1}
_OUTCOMES = ("granted",) * 15 + ("denied", "corrected", "corrected", "withdrawn", "refused")
_ACTS_UP_TO_ACCEPTANCE = {"granted": 2, "denied": 2, "corrected": 4}


@dataclass(frozen=True, slots=True)
class Plan:
    """One case that will be played. ``day`` is None for today (now); an older case stays at its centre."""

    road: str  # "OWN", "JOINT" or a DelegationKind
    centre: str
    item_code: str
    applicant: Actor
    outcome: str
    other: str = ""
    day: date | None = None
    pace: int = 1  # working days between the steps of an older case; 0: all on one day
    steps: int = ALL  # how far the case gets; the rest is still to be done


@dataclass(frozen=True, slots=True)
class Offer:
    """An item a centre decides alone."""

    item_code: str
    kind: str
    promised_days: int


def days_an_open_case_may_be_old(offer: Offer, outcome: str, steps: int) -> int:
    """How many working days ago a case may have been submitted that is left after so many acts and runs within its limit."""
    accepted = steps >= _ACTS_UP_TO_ACCEPTANCE.get(outcome, ALL)
    return max(0, (offer.promised_days if accepted else ANSWER_WITHIN) - _WELL_WITHIN)


class Planner:
    """Plans a day from a seed; the same seed, centres and date give the same plans."""

    def __init__(self, *, chance: random.Random, applicants: Sequence[Actor]) -> None:
        self._chance = chance
        self._applicants = applicants
        self._offered: dict[str, list[Offer]] = {}
        self._centres = list(Centre.objects.open().here())

    def plans(self, cases: int, *, only_today: bool = False) -> list[Plan]:
        """About so many cases: a quarter crosses, a tenth is late, an eighth waits at the desks.

        ``only_today``: none was submitted before today, and so none is late.
        """
        meant = self._crossing_plans(max(3, int(cases * CROSSING_SHARE)))
        if only_today:
            return meant + [self._own_plan(most_days_back=0) for _ in range(max(0, cases - len(meant)))]
        meant += self._joint_plans(min(MOST_JOINT, cases // 30))
        meant += self._late_plans(cases // 10) + self._silent_plans(-(-cases // 50)) + self._desk_plans(cases // 8)
        return meant + [self._own_plan() for _ in range(max(0, cases - len(meant)))]

    def _crossing_plans(self, count: int) -> list[Plan]:
        found, here = [], {centre.code for centre in self._centres}
        for city in (centre for centre in self._centres if centre.level == Level.CITY):
            with enter(city):
                found += [
                    row for row in delegations() if row.from_centre_code == city.code and row.to_centre_code in here
                ]
        by_kind = {kind: [row for row in found if row.kind == kind] for kind in DelegationKind.values}
        kinds = [kind for kind, rows in by_kind.items() if rows]
        plans = []
        for number in range(count if kinds else 0):
            kind = kinds[number % len(kinds)]
            row = by_kind[kind][number // len(kinds) % len(by_kind[kind])]
            up = kind == DelegationKind.FORWARDED
            plans.append(
                Plan(
                    road=kind,
                    centre=row.to_centre_code if up else row.from_centre_code,
                    other=row.from_centre_code if up else row.to_centre_code,
                    item_code=row.item_code,
                    applicant=self._chance.choice(self._applicants),
                    outcome="denied" if number % 9 == 8 else "granted",
                )
            )
        return plans

    def _joint_plans(self, count: int) -> list[Plan]:
        """Cases of today that the city's departments and the county decide together, at the desks of a fresh demo (H-08)."""
        lead, county = DESKS
        if not {lead, county} <= {centre.code for centre in self._centres}:
            return []
        with enter(lead):
            joint = [
                item.code for item in published_items() if item.current_version and item.current_version.decided_jointly
            ]
        return [
            Plan(
                "JOINT",
                lead,
                joint[number % len(joint)],
                self._chance.choice(self._applicants),
                "granted",
                county,
                steps=number,
            )
            for number in range(count if joint else 0)
        ]

    def _own_plan(self, most_days_back: int = DAYS_BEFORE) -> Plan:
        weights = [_WEIGHT[Level(centre.level)] for centre in self._centres]
        centre = self._chance.choices(self._centres, weights)[0]
        back = self._chance.choices(range(most_days_back + 1), [4] + [1] * most_days_back)[0]
        offer = self._chance.choice(self._items_decided_at(centre))
        outcome = self._chance.choice(_OUTCOMES)
        instant = offer.kind == CaseKind.INSTANT
        left = not instant and self._chance.random() < (0.3 if back else 0.6)
        steps = self._chance.choice((0, 1, 2, 2, 2, 3)) if left else ALL
        if left:
            back = min(back, days_an_open_case_may_be_old(offer, outcome, steps))
        pace = 0 if instant else min(self._chance.choice((1, 1, 1, 2, 3)), max(1, (offer.promised_days - 1) // 2))
        return self._alone(centre.code, offer, outcome=outcome, back=back, pace=pace, steps=steps)

    def _late_plans(self, count: int) -> list[Plan]:
        """Accepted cases on which nobody acts: near their limit, over it and long over it by turns (R-02)."""
        plans = []
        for number in range(count):
            centre = self._chance.choice([found for found in self._centres if found.level != Level.TOWNSHIP])
            short = [offer for offer in self._items_decided_at(centre) if 2 <= offer.promised_days <= 5]
            if not short:
                continue
            offer = self._chance.choice(short)
            back = max(1, offer.promised_days + (-1, 2, 6)[number % 3])
            plans.append(self._alone(centre.code, offer, back=back, steps=UP_TO_ACCEPTANCE))
        return plans

    def _silent_plans(self, count: int) -> list[Plan]:
        """Applications that nobody answered within five working days: they count as accepted (行政许可法 art. 32)."""
        unhurried = [
            (centre.code, offer)
            for centre in self._centres
            for offer in self._items_decided_at(centre)
            if offer.promised_days > ANSWER_WITHIN + _WELL_WITHIN
        ]
        chosen = [self._chance.choice(unhurried) for _ in range(count if unhurried else 0)]
        return [self._alone(code, offer, back=ANSWER_WITHIN + 1, steps=0) for code, offer in chosen]

    def _desk_plans(self, count: int) -> list[Plan]:
        """Open cases within their limits, at the desks by turns: to pre-review, accept, review, decide and seal."""
        plans = []
        here = [centre for centre in self._centres if centre.code in DESKS]
        for number in range(count if here else 0):
            centre, steps = here[number % len(here)], number // len(here) % _STEPS_TO_SEAL
            slow = [
                offer
                for offer in self._items_decided_at(centre)
                if offer.kind != CaseKind.INSTANT and offer.promised_days > _WELL_WITHIN + steps
            ]
            if slow:
                plans.append(self._alone(centre.code, self._chance.choice(slow), back=steps, steps=steps))
        return plans

    def _alone(
        self, centre_code: str, offer: Offer, *, back: int, steps: int, outcome: str = "granted", pace: int = 1
    ) -> Plan:
        """A case of one centre that was submitted so many working days ago."""
        today = calendar().subtract_working_days(clock.today(), 0)
        return Plan(
            road="OWN",
            centre=centre_code,
            item_code=offer.item_code,
            applicant=self._chance.choice(self._applicants),
            outcome=outcome,
            day=calendar().subtract_working_days(today, back) if back else None,
            pace=pace,
            steps=steps,
        )

    def _items_decided_at(self, centre: Centre) -> list[Offer]:
        """The items that nobody else takes part in."""
        if centre.code not in self._offered:
            with enter(centre):
                elsewhere = {row.item_code for row in delegations()}
                own = [item for item in published_items() if item.code not in elsewhere]
            self._offered[centre.code] = [
                Offer(item.code, item.current_version.kind, item.current_version.promised_days)
                for item in own
                if item.current_version
            ]
        return self._offered[centre.code]
