"""A simulated year of a province: thousands of cases, every rule of the clock, real commands, timers and messages.

Deterministic by its seed. Nothing sleeps: the business clock jumps from one act to the next, and twice a day the
messages are carried and the timers ring, as relay and scanner do it. Stories that are not over on the last day stay open.
Several processes can play it, each some of the pairs of centres, with one calendar for all (:mod:`.in_step`).
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from time import process_time

from zt_platform.actors import Actor
from zt_platform.project.simulation import crossing_stories as crossing
from zt_platform.project.simulation import joint_stories as joint
from zt_platform.project.simulation import order_stories as orders
from zt_platform.project.simulation import own_stories as own
from zt_platform.project.simulation import stage as items
from zt_platform.project.simulation.course import Course, Story, Wait
from zt_platform.project.simulation.in_step import WHOLE, Alone, InStep, Share
from zt_platform.project.simulation.messengers import Messengers
from zt_platform.project.simulation.stage import Stage
from zt_platform.project.simulation.year_plan import FIRST_HOUR, Kind, Planned, plan_year
from zt_platform.workcalendar.commands import override_day
from zt_platform.workcalendar.queries import calendar
from zt_tenants import clock
from zt_tenants.context import outside_centres
from zt_tenants.errors import DomainError

TICKS = (time(0, 10), time(17, 30))
"""After midnight, when permits have ended, and after the windows have closed; what crosses is there on the next day."""
A_DAY_OFF = "a day off"

KINDS: tuple[Kind, ...] = (
    Kind(own.granted, weight=60),
    Kind(own.denied, weight=8),
    Kind(own.on_the_spot, items.INSTANT, weight=40),
    Kind(own.corrected, weight=8),
    Kind(own.told_twice, where="UPPER", weight=1),
    Kind(own.refused, weight=4),
    Kind(own.told_elsewhere),
    Kind(own.deemed_accepted),
    Kind(own.paused, items.LONGER, weight=3),
    Kind(own.extended),
    Kind(own.extended_jointly, items.JOINT),
    *(Kind(tell, items.JOINT) for tell in (joint.joint_granted, joint.joint_denied, joint.joint_deemed)),
    Kind(joint.joint_withdrawn, items.JOINT, weight=1),
    Kind(own.not_extended),
    Kind(own.overdue),
    Kind(own.not_collected),
    *(Kind(tell, weight=1) for tell in (own.withdrawn_submitted, own.withdrawn_in_correction)),
    *(Kind(tell, weight=1) for tell in (own.withdrawn_pre_reviewed, own.withdrawn_accepted, own.withdrawn_reviewed)),
    Kind(own.withdrawn_paused, items.LONGER, weight=1),
    *(Kind(tell, weight=1) for tell in (own.terminated_early, own.terminated)),
    Kind(own.terminated_paused, items.LONGER, weight=1),
    Kind(own.owed_and_paid, items.TOLERANT),
    Kind(own.owed_and_unpaid, items.TOLERANT, weight=1),
    Kind(own.more_materials),
    Kind(own.commitment_kept, items.COMMITTED),
    Kind(own.commitment_broken, items.COMMITTED, weight=1),
    Kind(own.commitment_forgotten, items.COMMITTED, weight=1),
    Kind(own.specially_approved, weight=1),
    Kind(own.renewal_deemed, items.RENEWED),
    Kind(own.overdue_deemed, items.DEFAULTED),
    Kind(own.held, weight=2),
    *(Kind(tell) for tell in (own.posted, own.posted_in_vain)),
    Kind(crossing.devolved_posted, items.DEVOLVED, "UPPER"),
    *(Kind(tell, where="LOWER", weight=1) for tell in (orders.ordered_by_the_city, orders.ordered_by_the_province)),
    *(Kind(tell, where="LOWER", weight=1) for tell in (orders.order_taken_back, orders.order_answered_late)),
    *(Kind(tell, where="UPPER", weight=1) for tell in (orders.ordered_inside, orders.overdue_and_explained)),
    Kind(own.two_steps_late, weight=1),
    Kind(crossing.entrusted, items.ENTRUSTED, "UPPER", 8),
    *(Kind(tell, items.ENTRUSTED, "UPPER") for tell in (crossing.entrusted_denied, crossing.entrusted_paused)),
    *(Kind(tell, items.ENTRUSTED, "UPPER") for tell in (crossing.entrusted_withdrawn, crossing.entrusted_void)),
    *(Kind(tell, items.ENTRUSTED, "UPPER") for tell in (crossing.entrusted_declined, crossing.entrusted_terminated)),
    Kind(crossing.entrusted_too_late, items.ENTRUSTED, "UPPER"),
    Kind(crossing.kept_here, items.NOT_YET, "UPPER", 1),
    Kind(crossing.entrusted_with_more, items.ENTRUSTED, "UPPER"),
    Kind(crossing.devolved, items.DEVOLVED, "UPPER", 8),
    *(Kind(tell, items.DEVOLVED, "UPPER") for tell in (crossing.devolved_corrected, crossing.devolved_refused)),
    *(Kind(tell, items.DEVOLVED, "UPPER") for tell in (crossing.devolved_elsewhere, crossing.devolved_declined)),
    *(Kind(tell, items.DEVOLVED, "UPPER") for tell in (crossing.devolved_withdrawn, crossing.devolved_paused)),
    Kind(crossing.forwarded, items.FORWARDED, "LOWER", 8),
    *(Kind(tell, items.FORWARDED, "LOWER") for tell in (crossing.forwarded_late, crossing.forwarded_withdrawn)),
    *(Kind(tell, items.ENTRUSTED, "UPPER", 1) for tell in (crossing.permit_kept, crossing.permit_forgotten)),
    Kind(crossing.permit_broken, items.DEVOLVED, "UPPER", 1),
)
"""Every way a case can go; the ordinary ones most often."""


@dataclass(order=True, slots=True)
class _Next:
    moment: datetime
    order: int
    name: str = field(compare=False)
    story: Iterator[Wait] | None = field(compare=False, default=None)
    begin: Callable[[], Story] | None = field(compare=False, default=None)


@dataclass(slots=True)
class Played:
    """What was played: stories by name, how many are over, how many acts, the acts that were refused, and what it took."""

    told: Counter[str] = field(default_factory=Counter)
    over: int = 0
    acts: int = 0
    surprises: list[str] = field(default_factory=list)
    processor_seconds: float = 0.0

    @property
    def begun(self) -> int:
        """Applications handed in."""
        return self.told.total() - self.told[A_DAY_OFF]

    def __add__(self, other: Played) -> Played:
        return Played(
            self.told + other.told,
            self.over + other.over,
            self.acts + other.acts,
            [*self.surprises, *other.surprises],
            self.processor_seconds + other.processor_seconds,
        )


class Year:
    """A share of the plan of a year, and playing it."""

    def __init__(
        self,
        stage: Stage,
        *,
        first: date,
        last: date,
        cases: int,
        share: Share = WHOLE,
        in_step: InStep | None = None,
    ) -> None:
        self.played = Played()
        self._stage, self._first, self._last = stage, first, last
        self._share, self._in_step = share, in_step or Alone()
        own_pairs = [pair for number, pair in enumerate(stage.pairs) if share.has(number)]
        own_halls = {code for pair in own_pairs for code in (pair.upper, pair.lower)}
        self._messengers = Messengers(stage.halls, own_halls, with_the_rest=share.is_first)
        self._heap: list[_Next] = []
        self._pushed = 0
        self._ticks = self._all_ticks()
        self._tick = next(self._ticks)
        for planned in self._plan(cases):
            if share.has(planned.pair):
                self._push(planned.moment, planned.kind.name, begin=partial(self._begin, planned))

    @property
    def told(self) -> Counter[str]:
        """How often each story was begun."""
        return self.played.told

    @property
    def surprises(self) -> list[str]:
        """Acts that were refused; a story has none."""
        return self.played.surprises

    @property
    def acts(self) -> int:
        """How many acts there were."""
        return self.played.acts

    @property
    def halls(self) -> list[str]:
        """Codes of the centres that handle cases."""
        return list(self._stage.halls)

    def _plan(self, cases: int) -> list[Planned]:
        days = [day for day in self._days() if calendar().is_working_day(day)]
        people = len(self._stage.players.applicants)
        return plan_year(KINDS, self._stage.pairs, days=days, cases=cases, people=people, chance=self._stage.chance)

    def _begin(self, planned: Planned) -> Story:
        stage = self._stage
        applicant = stage.players.applicants[planned.applicant]
        return planned.kind.tell(Course(stage, stage.pairs[planned.pair], planned.centre, planned.item, applicant))

    def _days(self) -> Iterator[date]:
        day = self._first
        while day <= self._last:
            yield day
            day += timedelta(days=1)

    def _all_ticks(self) -> Iterator[datetime]:
        for day in self._days():
            for at in TICKS:
                yield datetime.combine(day, at, clock.CHINA)

    def _push(self, moment: datetime, name: str, **what: object) -> None:
        self._pushed += 1
        heapq.heappush(self._heap, _Next(moment, self._pushed, name, **what))  # type: ignore[arg-type]

    # --- playing ---------------------------------------------------------------------------------------------------------

    def declare_a_day_off(self, *, known_on: date, day: date) -> None:
        """The province declares a day off in the middle of the year: every running limit is counted anew (art. 82)."""

        def story() -> Story:
            override_day(actor=Actor.system(), day=day, working=False, reason="防台风停工")
            yield from ()

        if self._share.is_first:
            self._push(declared_at(known_on), A_DAY_OFF, begin=story)

    def play(self, progress: Callable[[date], None] = lambda day: None) -> None:
        """Play to the last day; what was begun and is not over then stays open."""
        end, began = datetime.combine(self._last, time(23, 59), clock.CHINA), process_time()
        with outside_centres():
            while self._heap and self._heap[0].moment <= end:
                self._ring_until(self._heap[0].moment, progress)
                self._one(heapq.heappop(self._heap))
            self._ring_until(end, progress)
            self._settle(end)
        self.played.processor_seconds = process_time() - began

    def _ring_until(self, moment: datetime, progress: Callable[[date], None]) -> None:
        while self._tick is not None and self._tick <= moment:
            self._settle(self._tick)
            progress(self._tick.date())
            self._tick = next(self._ticks, None)  # type: ignore[assignment]

    def _settle(self, moment: datetime) -> None:
        """Once all shares have come as far: carry and ring, wherever, until nothing is due any more."""
        self._in_step.meet()
        with clock.at(moment):
            while self._in_step.any_of(self._messengers.carry_and_ring()):
                pass

    def _one(self, found: _Next) -> None:
        story = found.story or (found.begin() if found.begin else iter(()))
        with clock.at(found.moment):
            try:
                wait = next(story, None)
            except DomainError as refused:
                self.surprises.append(f"{found.name} {found.moment:%Y-%m-%d %H:%M}: {refused.code} {refused.text()}")
                wait = None
        self.played.acts += 1
        if found.story is None:
            self.told[found.name] += 1
        if wait is not None:
            self._push(_after(found.moment, wait), found.name, story=story)
        elif found.name != A_DAY_OFF:
            self.played.over += 1


def declared_at(known_on: date) -> datetime:
    """The moment at which the province declares a day off."""
    return datetime.combine(known_on, time(0, 5), clock.CHINA)


def _after(moment: datetime, wait: Wait) -> datetime:
    if isinstance(wait, date):
        return datetime.combine(wait, time(10, moment.minute), clock.CHINA)
    if wait == 0:
        return moment + timedelta(minutes=35)
    day = calendar().add_working_days(moment.date(), wait)
    return datetime.combine(day, time(FIRST_HOUR + moment.minute % 2, moment.minute), clock.CHINA)
