"""All limits of a running decision from its facts: stops (art. 45), the extension (art. 42), step allowances. Pure.

Whoever holds a case computes the same limits from the same facts and the same calendar; that is why the facts travel
with the case and its limits are never sent to be believed (docs/decisions/0019).

**What a special procedure does to a limit.** The clock stands still from the moment a procedure begins to the moment it
ends, and the limit moves by the *working time* between the two: the office hours of the working days that lie between,
to the minute, so that half a day moves it by half a day. Procedures that overlap count once, those that follow one
another add up. Three things follow from the counting of days (art. 82):

* the day of acceptance is not counted, so a procedure on that day moves nothing;
* nights, days off and holidays inside a procedure move nothing, because no limit ran on them;
* a procedure that begins when a limit has run over does not heal it: that limit stays where it was.

The law counts in days and does not say what becomes of a part of a day. Counting minutes gives neither side anything;
whether a part of a day should be rounded in the applicant's favour is for a jurist.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from math import ceil
from typing import Any

from zt_platform.cases import rules
from zt_platform.cases.rules import Calendar, DecisionClock
from zt_platform.cases.vocabulary import Step
from zt_platform.workcalendar.rules import OfficeHours, WorkCalendar
from zt_tenants.clock import CHINA

Interval = tuple[datetime, datetime]
REQUESTED, APPROVED, REFUSED = "REQUESTED", "APPROVED", "REFUSED"
"""How the one extension of a case stands (art. 42)."""
REVIEW_SHARE = 2 / 3
"""Of a promised limit, what the review may take when the item does not say (E-24); the decision has the rest."""


@dataclass(frozen=True, slots=True)
class Pause:
    """One special procedure of a case (art. 45). ``until`` is None while it runs; ``expected_days`` are working days."""

    procedure: str
    since: datetime
    expected_days: int
    reason: str
    until: datetime | None = None

    def to_stored(self) -> dict[str, Any]:
        """As ``Case.pauses`` holds it and messages carry it."""
        return {
            "procedure": self.procedure,
            "since": self.since.isoformat(),
            "expected_days": self.expected_days,
            "reason": self.reason,
            "until": self.until.isoformat() if self.until else None,
        }

    @classmethod
    def from_stored(cls, stored: Mapping[str, Any]) -> Pause:
        """From ``Case.pauses``."""
        return cls(
            procedure=stored["procedure"],
            since=datetime.fromisoformat(stored["since"]),
            expected_days=stored["expected_days"],
            reason=stored["reason"],
            until=datetime.fromisoformat(stored["until"]) if stored["until"] else None,
        )


def ended_pauses(stored: Iterable[Mapping[str, Any]], at: datetime) -> list[dict[str, Any]]:
    """``Case.pauses`` with what still runs ended: nothing is counted any more once there is a decision."""
    return [dict(pause) if pause["until"] else {**pause, "until": at.astimezone(UTC).isoformat()} for pause in stored]


@dataclass(frozen=True, slots=True)
class StepTime:
    """How long one step took, beside its allowance in working days (E-24). ``ended`` is None while it runs."""

    step: str
    since: datetime
    days: int
    due: datetime
    ended: datetime | None = None

    def overran_at(self) -> datetime | None:
        """When the step ran over its allowance, or will, while it is still running; None when it ended in time."""
        return self.due if self.ended is None or self.ended > self.due else None

    def to_stored(self) -> dict[str, Any]:
        """As ``Case.step_times`` holds it and messages carry it."""
        return {
            "step": self.step,
            "since": self.since.isoformat(),
            "days": self.days,
            "due": self.due.isoformat(),
            "ended": self.ended.isoformat() if self.ended else None,
        }

    @classmethod
    def from_stored(cls, stored: Mapping[str, Any]) -> StepTime:
        """From ``Case.step_times``."""
        return cls(
            step=stored["step"],
            since=datetime.fromisoformat(stored["since"]),
            days=stored["days"],
            due=datetime.fromisoformat(stored["due"]),
            ended=datetime.fromisoformat(stored["ended"]) if stored["ended"] else None,
        )


@dataclass(frozen=True, slots=True)
class ClockFacts:
    """Everything a decision's limits follow from. Days are working days; ``hours`` and thresholds are those of acceptance.

    ``statutory_from`` is where the statutory limit begins: acceptance, or the hand-up under art. 43; None before it.
    """

    accepted_at: datetime
    promised_days: int
    statutory_days: int
    statutory_from: datetime | None
    hours: OfficeHours
    own_warning_days: int | None
    red_days: int
    promised_extension: int = 0
    statutory_extension: int = 0
    pauses: tuple[Pause, ...] = ()
    steps: tuple[StepTime, ...] = ()


def basis_hours(basis: Mapping[str, Any]) -> OfficeHours:
    """The office hours that a case is counted by."""
    return OfficeHours(opens=time.fromisoformat(basis["opens"]), closes=time.fromisoformat(basis["closes"]))


def hours_at_receipt(ends: datetime, hours: OfficeHours) -> OfficeHours:
    """The hours with the close of the centre that received an application, which its limit of art. 32 ends with.

    A centre to which it was handed down counts it by these, not by its own; nor do new hours of the windows move it.
    """
    return replace(hours, closes=ends.astimezone(CHINA).time())


def not_counted(pauses: Iterable[Pause]) -> list[Interval]:
    """The times of ended procedures, in order, overlapping ones joined. One that still runs is not among them.

    While one runs no limit does, so there is nothing to compute until it ends.
    """
    joined: list[Interval] = []
    ended = sorted((pause.since, pause.until) for pause in pauses if pause.until is not None)
    for since, until in ended:
        if joined and since <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], until))
        else:
            joined.append((since, until))
    return joined


def moved(limit: datetime, counts_from: datetime, stops: Sequence[Interval], calendar: Calendar) -> datetime:
    """A limit after the stops (in order, not overlapping) that fell between ``counts_from`` and the limit itself."""
    for since, until in stops:
        if since >= limit:
            break
        stood_still = calendar.days.worked_between(max(since, counts_from), until, calendar.hours)
        limit = calendar.days.add_working_time(limit, stood_still, calendar.hours)
    return limit


def counts_from(started_at: datetime, days: int) -> datetime:
    """When a limit begins to run: the day after its event, which is not counted; at once for a limit of no days."""
    if not days:
        return started_at
    day = started_at.astimezone(CHINA).date() + timedelta(days=1)
    return datetime.combine(day, time.min, tzinfo=CHINA)


def decision_limits(facts: ClockFacts, days: WorkCalendar) -> DecisionClock:
    """The promised and the statutory limit and the moments of the lights, after extension and stops (art. 42, 43, 45).

    The red light comes early when a second step of the case runs over its allowance (domain.md, *Lights*).
    """
    calendar = Calendar(days=days, hours=facts.hours)
    promised = facts.promised_days + facts.promised_extension
    plain = rules.decision_clock(
        facts.accepted_at,
        promised_days=promised,
        statutory_days=None,
        own_warning_days=facts.own_warning_days,
        red_days=facts.red_days,
        calendar=calendar,
    )
    stops, begins = not_counted(facts.pauses), counts_from(facts.accepted_at, promised)
    due_at = moved(plain.due_at, begins, stops, calendar)
    red_at = moved(plain.red_at, begins, stops, calendar)
    second_overrun = _second_overrun(retimed(facts.steps, stops, calendar))
    return DecisionClock(
        due_at=due_at,
        warning_at=moved(plain.warning_at, begins, stops, calendar),
        red_at=min(red_at, second_overrun) if second_overrun else red_at,
        statutory_due_at=_statutory(facts, stops, calendar),
    )


def _statutory(facts: ClockFacts, stops: Sequence[Interval], calendar: Calendar) -> datetime | None:
    if facts.statutory_from is None:
        return None
    allowed = facts.statutory_days + facts.statutory_extension
    limit = rules.statutory_due_at(facts.statutory_from, allowed, calendar)
    return moved(limit, counts_from(facts.statutory_from, allowed), stops, calendar)


def review_limit(accepted_at: datetime, pauses: Iterable[Pause], calendar: Calendar) -> datetime:
    """Art. 43: the lower organ's own twenty working days, moved by its special procedures (art. 45)."""
    limit = rules.review_due_at(accepted_at, calendar)
    return moved(limit, counts_from(accepted_at, rules.REVIEW_DAYS), not_counted(pauses), calendar)


def step_allowances(promised_days: int, own: Mapping[str, int]) -> dict[str, int]:
    """Working days for review and decision: the item's own (E-24), else two thirds and the rest of the promise.

    Each has a day at least. An item decided on the spot has no allowances: there is nothing to divide.
    """
    if not promised_days:
        return {}
    review = own.get(Step.REVIEWED, max(1, ceil(promised_days * REVIEW_SHARE)))
    return {Step.REVIEWED: review, Step.APPROVED: own.get(Step.APPROVED, max(1, promised_days - review))}


def begun_step(step: str, since: datetime, days: int, calendar: Calendar) -> StepTime:
    """A step that begins, with the end of its allowance."""
    return StepTime(step=step, since=since, days=days, due=rules.statutory_due_at(since, days, calendar))


def ended_steps(steps: Iterable[StepTime], at: datetime) -> list[StepTime]:
    """The same steps with the running one ended."""
    return [step if step.ended else replace(step, ended=at) for step in steps]


def retimed(steps: Iterable[StepTime], stops: Sequence[Interval], calendar: Calendar) -> list[StepTime]:
    """The same steps with the ends of their allowances computed anew, moved by the stops."""
    found = []
    for step in steps:
        plain = _allowance_end(step, calendar)
        found.append(replace(step, due=moved(plain, counts_from(step.since, step.days), stops, calendar)))
    return found


def _allowance_end(step: StepTime, calendar: Calendar) -> datetime:
    if step.step == Step.ACCEPTED:
        received = Calendar(days=calendar.days, hours=hours_at_receipt(step.due, calendar.hours))
        return rules.acceptance_due_at(rules.received_on(step.since, received), received)
    return rules.statutory_due_at(step.since, step.days, calendar)


def _second_overrun(steps: Iterable[StepTime]) -> datetime | None:
    """When the second step runs over its allowance, if every step that still runs went on for ever."""
    overruns = sorted(at for step in steps if (at := step.overran_at()) is not None)
    return overruns[1] if len(overruns) > 1 else None


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of a limit in whole working days and hours; ``over`` when it is what the limit was missed by."""

    days: int
    hours: int
    over: bool
    provisional: bool
    """The limit, or what leads to it, falls into a year whose calendar has not been published."""


def time_left(moment: datetime, due_at: datetime, calendar: Calendar) -> Left:
    """Working days and hours from a moment to a limit (rounded down), or since it passed (rounded up to the hour)."""
    over = moment > due_at
    start, end = (due_at, moment) if over else (moment, due_at)
    span = calendar.days.worked_between(start, end, calendar.hours)
    days, rest = divmod(span, calendar.hours.length)
    full_hours, minutes = divmod(rest, timedelta(hours=1))
    hours = full_hours + (1 if over and minutes else 0)
    if timedelta(hours=hours) >= calendar.hours.length:
        days, hours = days + 1, 0
    provisional = calendar.days.rests_on_provisional(_day(start), _day(end))
    return Left(days=days, hours=hours, over=over, provisional=provisional)


def _day(moment: datetime) -> date:
    return moment.astimezone(CHINA).date()
