"""A simulated year of a province: thousands of cases, every rule of the clock, real commands, timers and messages.

Deterministic by its seed. Nothing sleeps: the business clock jumps from one act to the next, and three times a day the
messages are carried and the timers ring, as relay and scanner do it. Stories that are not over on the last day stay open.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial

from zt_interop.relay import relay_due
from zt_platform.actors import Actor
from zt_platform.project.simulation import crossing_stories as crossing
from zt_platform.project.simulation import own_stories as own
from zt_platform.project.simulation import stage as items
from zt_platform.project.simulation.course import Course, Story, Wait
from zt_platform.project.simulation.stage import Stage
from zt_platform.workcalendar.commands import override_day
from zt_platform.workcalendar.queries import calendar
from zt_tenants import clock
from zt_tenants.context import outside_centres
from zt_tenants.errors import DomainError
from zt_tenants.timers import run_due

TICKS = (time(0, 10), time(12, 30), time(17, 30))
FIRST_HOUR, LAST_HOUR = 9, 15
_ANY = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """One story with the item it is about ("": any ordinary one), where it begins and how often."""

    tell: Callable[[Course], Story]
    item: str = _ANY
    where: str = "ANY"  # UPPER, LOWER or ANY
    weight: int = 2


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
)
"""Every way a case can go; the ordinary ones most often."""


@dataclass(order=True, slots=True)
class _Next:
    moment: datetime
    order: int
    name: str = field(compare=False)
    story: Iterator[Wait] | None = field(compare=False, default=None)
    begin: Callable[[], Story] | None = field(compare=False, default=None)


class Year:
    """The plan of a year, and playing it. ``told`` counts stories by name, ``surprises`` are acts that were refused."""

    def __init__(self, stage: Stage, *, first: date, last: date, cases: int) -> None:
        self.told: Counter[str] = Counter()
        self.surprises: list[str] = []
        self.acts = 0
        self._stage, self._first, self._last = stage, first, last
        self._heap: list[_Next] = []
        self._ticks = self._all_ticks()
        self._tick = next(self._ticks)
        self._plan(cases)

    @property
    def halls(self) -> list[str]:
        """Codes of the centres that handle cases."""
        return list(self._stage.halls)

    def _plan(self, cases: int) -> None:
        """Each story once in the first half of the time, so that all of them end; then by weight on any working day."""
        chance = self._stage.chance
        days = [day for day in self._days() if calendar().is_working_day(day)]
        early = days[: max(1, len(days) // 3)]
        names = list(KINDS)[:cases]
        names += chance.choices(KINDS, [kind.weight for kind in KINDS], k=max(0, cases - len(names)))
        for place, kind in enumerate(names):
            day = chance.choice(early if place < len(KINDS) else days)
            moment = datetime.combine(
                day, time(chance.randint(FIRST_HOUR, LAST_HOUR), chance.randrange(60)), clock.CHINA
            )
            self._push(moment, kind.tell.__name__, begin=partial(self._begin, kind))

    def _begin(self, kind: Kind) -> Story:
        chance, stage = self._stage.chance, self._stage
        pair = chance.choice(stage.pairs)
        where = kind.where if kind.where != "ANY" else chance.choice(("UPPER", "LOWER"))
        item = kind.item or chance.choice(items.ORDINARY)
        centre = pair.upper if where == "UPPER" else pair.lower
        return kind.tell(Course(stage, pair, centre, item, stage.applicant()))

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
        heapq.heappush(self._heap, _Next(moment, self.acts + len(self._heap), name, **what))  # type: ignore[arg-type]

    # --- playing ---------------------------------------------------------------------------------------------------------

    def declare_a_day_off(self, *, known_on: date, day: date) -> None:
        """The province declares a day off in the middle of the year: every running limit is counted anew (art. 82)."""

        def story() -> Story:
            override_day(actor=Actor.system(), day=day, working=False, reason="防台风停工")
            yield from ()

        self._push(datetime.combine(known_on, time(0, 5), clock.CHINA), "a day off", begin=story)

    def play(self, progress: Callable[[date], None] = lambda day: None) -> None:
        """Play to the last day; what was begun and is not over then stays open."""
        end = datetime.combine(self._last, time(23, 59), clock.CHINA)
        with outside_centres():
            while self._heap and self._heap[0].moment <= end:
                self._ring_until(self._heap[0].moment, progress)
                self._one(heapq.heappop(self._heap))
            self._ring_until(end, progress)
            with clock.at(end):
                _carry()

    def _ring_until(self, moment: datetime, progress: Callable[[date], None]) -> None:
        while self._tick is not None and self._tick <= moment:
            with clock.at(self._tick):
                _carry()
                while run_due():
                    _carry()
            progress(self._tick.date())
            self._tick = next(self._ticks, None)  # type: ignore[assignment]

    def _one(self, found: _Next) -> None:
        story = found.story or (found.begin() if found.begin else iter(()))
        with clock.at(found.moment):
            try:
                wait = next(story, None)
            except DomainError as refused:
                self.surprises.append(f"{found.name} {found.moment:%Y-%m-%d %H:%M}: {refused.code} {refused.text()}")
                wait = None
        self.acts += 1
        if found.story is None:
            self.told[found.name] += 1
        if wait is not None:
            self._push(_after(found.moment, wait), found.name, story=story)


def _after(moment: datetime, wait: Wait) -> datetime:
    if isinstance(wait, date):
        return datetime.combine(wait, time(10, moment.minute), clock.CHINA)
    if wait == 0:
        return moment + timedelta(minutes=35)
    day = calendar().add_working_days(moment.date(), wait)
    return datetime.combine(day, time(FIRST_HOUR + moment.minute % 2, moment.minute), clock.CHINA)


def _carry() -> None:
    """Take every message that is due to where it goes, and the answers back."""
    while relay_due():
        pass
