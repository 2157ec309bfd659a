"""Pure rules of supervision: rates, what a case adds to a day's counters, gaps in a feed.

No I/O. The light of a case is :func:`zt_platform.lights.light`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from zt_platform.case_vocabulary import CLOSED, DECIDED, CaseRole, Result, Status
from zt_platform.lights import Light
from zt_tenants.clock import CHINA

PRIMARY_ROLES = frozenset({CaseRole.SOLE.value, CaseRole.ACCEPTING.value})
"""The ledger that accepted the case: every tracking number has one at most, so that counting these counts cases."""

DECIDING_ROLES = frozenset({CaseRole.SOLE.value, CaseRole.DECIDING.value})
STOPPING_STATUSES = (CLOSED - DECIDED) | {Status.HANDED_DOWN}
"""Ends without a decision: the clock of 行政许可法 art. 42 no longer runs in this ledger."""


OVERDUE = frozenset({Light.YELLOW, Light.RED})


@dataclass(frozen=True, slots=True)
class Rate:
    """A share with its numerator and denominator, because a rate without them says nothing."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        """Percent, or None when nothing was counted."""
        return 100 * self.part / self.whole if self.whole else None

    @property
    def text(self) -> str:
        """``98.5 %``, floored so that 99.96 never reads as 100; ``–`` when nothing was counted."""
        if not self.whole:
            return "–"
        tenths = self.part * 1000 // self.whole
        return f"{tenths // 10}%" if tenths % 10 == 0 else f"{tenths / 10:.1f}%"


def on_time_rate(*, on_time: int, late: int) -> Rate:
    """按时办结率 (E-21): cases completed whose decision fell inside the promised limit, of those that had a limit."""
    return Rate(on_time, on_time + late)


def instant_rate(*, instant: int, completed: int) -> Rate:
    """现场办结率 (E-21): cases decided on the spot, of all completed."""
    return Rate(instant, completed)


def completion_rate(*, completed: int, accepted: int) -> Rate:
    """办结率 (E-21): cases completed in the period, of those accepted in it. May pass 100 % when a backlog shrinks."""
    return Rate(completed, accepted)


class Countable(Protocol):
    """What :func:`contributions` needs of a case record."""

    role: str
    status: str
    result: str
    instant: bool
    on_time: bool | None
    submitted_at: datetime | None
    accepted_at: datetime | None
    decided_at: datetime | None
    completed_at: datetime | None
    stopped_at: datetime | None


def china_day(moment: datetime) -> date:
    """The date in Asia/Shanghai."""
    return moment.astimezone(CHINA).date()


def contributions(record: Countable) -> Counter[tuple[date, str]]:
    """What one case record adds to its centre's days: (day, counter) → 1.

    A function of the state alone: the rollup is kept by adding this after a change and subtracting it before, so that
    repeated, late or missing events cannot make it drift.
    """
    added: Counter[tuple[date, str]] = Counter()

    def add(moment: datetime | None, *counters: str) -> None:
        if moment is not None:
            added.update((china_day(moment), counter) for counter in counters)

    if record.role == CaseRole.PORTAL:
        if record.status == Status.HANDED_DOWN:
            add(record.stopped_at, "handed_down")
        return added
    if record.role in DECIDING_ROLES:
        add(record.decided_at, "decided")
    if record.role not in PRIMARY_ROLES:
        return added
    add(record.submitted_at, "submitted")
    add(record.accepted_at, "accepted")
    if record.status in (Status.REFUSED, Status.WITHDRAWN):
        add(record.stopped_at, record.status.lower())
    add(record.completed_at, *_completion_counters(record))
    return added


def _completion_counters(record: Countable) -> list[str]:
    counters = ["completed"]
    if record.instant:
        counters.append("instant")
    if record.on_time is not None:
        counters.append("on_time" if record.on_time else "late")
    if record.result in (Result.GRANTED, Result.DENIED):
        counters.append(record.result.lower())
    return counters


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which sequences of a feed have arrived: all up to ``last`` except those inside ``gaps``.

    ``head`` is the highest sequence known to exist, also when it was refused because something before it is missing:
    comparing it with ``last`` shows a lost tail.
    """

    last: int = 0
    gaps: tuple[tuple[int, int], ...] = ()
    head: int = 0

    @property
    def open_gaps(self) -> tuple[tuple[int, int], ...]:
        """Everything that is missing, as pairs of first and last sequence."""
        return (*self.gaps, (self.last + 1, self.head)) if self.head > self.last else self.gaps

    @property
    def missing(self) -> int:
        """How many events have not arrived."""
        return sum(end - start + 1 for start, end in self.open_gaps)

    def with_arrived(self, sequences: Iterable[int]) -> Coverage:
        """The coverage after these sequences arrived, in any order, possibly again."""
        last, gaps = self.last, list(self.gaps)
        for sequence in sorted(set(sequences)):
            if sequence > last:
                if sequence > last + 1:
                    gaps.append((last + 1, sequence - 1))
                last = sequence
            elif gaps:
                gaps = [piece for gap in gaps for piece in _without(gap, sequence)]
        return Coverage(last, tuple(gaps), max(self.head, last))

    def with_head(self, sequence: int) -> Coverage:
        """The coverage after an event was seen to exist that could not be taken yet."""
        return Coverage(self.last, self.gaps, max(self.head, sequence))


def _without(gap: tuple[int, int], sequence: int) -> list[tuple[int, int]]:
    start, end = gap
    if not start <= sequence <= end:
        return [gap]
    return [piece for piece in ((start, sequence - 1), (sequence + 1, end)) if piece[0] <= piece[1]]
