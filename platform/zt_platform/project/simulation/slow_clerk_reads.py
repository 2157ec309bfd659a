"""The slow clerk reads the log of every case of a centre and says which limits he finds, beside those that are stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Prefetch

from zt_platform.cases.models import Case, CaseEvent
from zt_platform.organisation.queries import centre_profile
from zt_platform.project.simulation.slow_clerk import CHINA, Office, Stop, limit, stops_of
from zt_tenants.context import current_centre, enter

_STOPPING = {
    *("APPROVED", "REJECTED", "DEEMED_GRANTED", "GRANTED_ON_COMMITMENT", "WITHDRAWN", "TERMINATED", "REFUSED"),
    "TRANSFERRED_BY_COMPETENCE",
}
_HANDED_IN = ("SUBMITTED", "RESUBMITTED")
_FAR = datetime(2100, 1, 1, tzinfo=CHINA)


@dataclass(frozen=True)
class DayOff:
    """A day that the province declared off, and the moment at which it did."""

    day: date
    declared: datetime


@dataclass(frozen=True)
class Found:
    """One limit of one case: what the clerk counts, and what is stored."""

    number: str
    role: str
    name: str
    counted: datetime
    stored: datetime | None

    @property
    def agrees(self) -> bool:
        return self.counted == self.stored


Hours = Mapping[str, tuple[time, time]]
"""When the windows of each centre open and close, by its code."""


def read_hours(codes: Iterable[str]) -> Hours:
    """The office hours of these centres."""
    found = {}
    for code in codes:
        with enter(code):
            profile = centre_profile()
        found[code] = (profile.opens_at, profile.closes_at)
    return found


def read_centre(day_off: DayOff, hours: Hours) -> Iterator[Found]:
    """Every limit of every case of the current centre. One look-up for the cases, one for each thousand logs."""
    cases = (
        Case.objects.submitted().order_by("pk").prefetch_related(Prefetch("events", CaseEvent.objects.order_by("id")))
    )
    for case in cases.iterator(chunk_size=1000):
        for name, counted, stored in countable(_Clerk(case, list(case.events.all()), hours, day_off).limits()):
            yield Found(str(case.tracking_number), case.role, name, counted, stored)


Limit = tuple[str, datetime, datetime | None]
"""Its name, as counted, as stored."""


def countable(limits: Iterator[Limit]) -> Iterator[Limit]:
    """The limits of a case up to the first that runs into a year whose calendar has not been published yet (art. 82)."""
    try:
        yield from limits
    except NotImplementedError:  # the published calendars end here
        return


class _Clerk:
    """One case. It is counted by the hours of the centre that received it, from acceptance on of the one that accepted.

    What was handed down is received anew, by the centre that has it, when its correction comes.
    """

    def __init__(self, case: Case, lines: list[CaseEvent], hours: Hours, off: DayOff) -> None:
        self._case, self._lines, self._hours, self._off = case, lines, hours, off

    def _office(self, closed_at: datetime, *, received: bool = False) -> Office:
        """By the calendar that counts: the new one for whatever was open when the day off was declared."""
        accepted_at = next((line.centre_code for line in self._lines if line.step == "ACCEPTED"), "")
        hours = self._hours[(not received and accepted_at) or self._received_by()]
        return Office(*hours, off=frozenset({self._off.day} if closed_at > self._off.declared else ()))

    def _received_by(self) -> str:
        last = max((line for line in self._lines if line.step in _HANDED_IN), key=lambda line: line.occurred_at)
        corrected_here = last.step == "RESUBMITTED" and self._case.role == "SOLE"
        return current_centre().code if corrected_here else last.centre_code

    def _first(self, *steps: str) -> datetime:
        """When this ledger wrote the first of these steps."""
        return min((line.recorded_at for line in self._lines if line.step in steps), default=_FAR)

    def _handed_in(self) -> datetime:
        return max(line.occurred_at for line in self._lines if line.step in _HANDED_IN)

    def limits(self) -> Iterator[Limit]:
        """Every limit of the case."""
        case = self._case
        if case.role != "PORTAL":
            office = self._office(min(self._first("ACCEPTED"), self._first(*_STOPPING)), received=True)
            counted = office.close_after(office.received(self._handed_in()).date(), 5)
            yield "acceptance", counted, case.acceptance_due_at
        if case.accepted_at is None:
            return
        accepted = self._accepted()
        yield "accepted", accepted, case.accepted_at
        office = self._office(self._first(*_STOPPING))
        stops = stops_of([(line.step, line.occurred_at) for line in self._lines], _FAR)
        more, promised_more = self._extension(accepted, stops, office)
        yield "promised", _counted(accepted, case.promised_days + promised_more, stops, office), case.due_at
        began = self._statutory_from(accepted)
        if began is not None:
            yield "statutory", _counted(began, case.statutory_days + more, stops, office), case.statutory_due_at
        if case.review_due_at is not None and case.role == "ACCEPTING":
            yield "review", limit(accepted, 20, stops, office), case.review_due_at
        if case.result == "GRANTED" and case.decided_at is not None:
            ended = {"DELIVERED", case.status} & {
                "DELIVERED",
                "WITHDRAWN",
                "TERMINATED",
            }  # a void decision has an end, too
            office = self._office(self._first(*ended))
            yield "delivery", office.close_after(case.decided_at.astimezone(CHINA).date(), 10), case.delivery_due_at

    def _accepted(self) -> datetime:
        line = next(line for line in self._lines if line.step == "ACCEPTED")
        deemed = bool(line.data.get("deemed")) or (
            self._case.acceptance_due_at is not None and line.occurred_at > self._case.acceptance_due_at
        )
        if not deemed:
            return line.occurred_at
        return self._office(line.recorded_at).received(self._handed_in())

    def _extension(self, accepted: datetime, stops: list[Stop], office: Office) -> tuple[int, int]:
        line = next((line for line in self._lines if line.step == "EXTENDED"), None)
        if line is None:
            return 0, 0
        days = int(line.data["days"])
        plain = _counted(accepted, self._case.promised_days, stops, office)
        return days, days if line.occurred_at <= plain else 0

    def _statutory_from(self, accepted: datetime) -> datetime | None:
        if self._case.delegation_kind != "FORWARDED":
            return accepted
        handed_up = [line.occurred_at for line in self._lines if line.step == "REVIEWED"]
        return handed_up[0] if handed_up else None


def _counted(start: datetime, days: int, stops: list[Stop], office: Office) -> datetime:
    """A limit of no days ends with the office day of the act itself."""
    if days:
        return limit(start, days, stops, office)
    day = office.received(start).date()
    return datetime.combine(day, office.closes, CHINA) + timedelta(0)
