"""The statutory clock of a case (行政许可法, Licensing Law). Pure: moments, calendar and office hours are passed in.

Days are working days (art. 82). The day of an event is not counted; a limit ends at the close of its last working day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import ceil
from typing import Any

from zt_platform.cases.errors import DestinationNeeded, EntrustedCannotBeEntrustedAgain
from zt_platform.cases.vocabulary import CaseRole
from zt_platform.catalogue.kinds import DelegationKind
from zt_platform.workcalendar.rules import OfficeHours, WorkCalendar
from zt_tenants.clock import CHINA

ACCEPTANCE_DAYS = 5
"""Art. 32: working days within which an applicant is told everything to be corrected."""
REVIEW_DAYS = 20
"""Art. 43: working days a lower organ has for the review before it hands a case up."""
EXTENSION_DAYS = 10
"""Art. 42(1): working days by which the head of the organ may extend a decision, once."""
JOINT_EXTENSION_DAYS = 15
"""Art. 42(2): working days by which the head of the government may extend a joint decision, once."""
RENEWAL_NOTICE_DAYS = 30
"""Art. 50: days before the permit ends by which its renewal is asked for, unless another rule says otherwise."""
DELIVERY_DAYS = 10
"""Art. 44: working days from the decision to the delivery of the certificate."""
WARNING_SHARE = 0.2
"""A case warns when less than this share of its limit is left, but at least one working day (domain.md, lights)."""
MOST_CORRECTIONS = 1
"""Art. 32: once."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working days and office hours of one centre: what every limit is counted with."""

    days: WorkCalendar
    hours: OfficeHours


@dataclass(frozen=True, slots=True)
class DecisionClock:
    """The limits of a decision and the moments at which the light changes. All aware datetimes."""

    due_at: datetime
    warning_at: datetime
    red_at: datetime
    statutory_due_at: datetime | None


def received_on(submitted_at: datetime, calendar: Calendar) -> date:
    """The working day on which an application counts as received: after hours and on holidays the next one (art. 82)."""
    return calendar.days.received_on(submitted_at, calendar.hours)


def acceptance_due_at(received: date, calendar: Calendar) -> datetime:
    """Art. 32: the close of the fifth working day after the day of receipt."""
    return _close_after(received, ACCEPTANCE_DAYS, calendar)


def acceptance_is_deemed(moment: datetime, due_at: datetime) -> bool:
    """Art. 32: true when the five days have passed without a word, so that the application counts as accepted."""
    return moment > due_at


def counted_acceptance(
    moment: datetime, *, received_at: datetime, received: date, due_at: datetime, calendar: Calendar
) -> datetime:
    """When the decision clock starts: at acceptance, or, when acceptance is deemed, on the day of receipt (art. 32).

    What came after hours or on a holiday counts as received at the opening of the next working day (art. 82).
    """
    if not acceptance_is_deemed(moment, due_at):
        return moment
    return max(received_at, datetime.combine(received, calendar.hours.opens, tzinfo=CHINA))


def may_ask_for_correction(corrections_asked: int) -> bool:
    """Art. 32: everything to be corrected is told once."""
    return corrections_asked < MOST_CORRECTIONS


def warning_days(limit_days: int, own_threshold: int | None) -> int:
    """Working days before the limit at which a case warns: the item's own, else 20 % of the limit, at least one."""
    if own_threshold is not None:
        return own_threshold
    return max(1, ceil(limit_days * WARNING_SHARE))


def decision_clock(
    accepted_at: datetime,
    *,
    promised_days: int,
    statutory_days: int | None,
    own_warning_days: int | None,
    red_days: int,
    calendar: Calendar,
) -> DecisionClock:
    """The clock that acceptance starts (art. 42; the promised limit is the one that is measured).

    A limit of zero days (an instant item) ends with the office day of acceptance and has no warning period.
    ``statutory_days`` is None where the statutory limit starts later (art. 43: after the lower organ's review).
    """
    due_on = _last_day(accepted_at, promised_days, calendar)
    threshold = warning_days(promised_days, own_warning_days) if promised_days else 0
    warning_on = calendar.days.subtract_working_days(due_on, threshold)
    red_on = calendar.days.add_working_days(due_on, red_days)
    return DecisionClock(
        due_at=calendar.days.close_of(due_on, calendar.hours),
        warning_at=max(calendar.days.close_of(warning_on, calendar.hours), accepted_at),
        red_at=calendar.days.close_of(red_on, calendar.hours),
        statutory_due_at=None if statutory_days is None else statutory_due_at(accepted_at, statutory_days, calendar),
    )


def statutory_due_at(started_at: datetime, statutory_days: int, calendar: Calendar) -> datetime:
    """Art. 42: the ceiling, counted from acceptance (or, for what was handed up under art. 43, from the hand-up)."""
    return calendar.days.close_of(_last_day(started_at, statutory_days, calendar), calendar.hours)


def longest_extension(*, decided_jointly: bool) -> int:
    """Art. 42: working days by which a decision may be extended: 10 by the organ's head, 15 by the government's head.

    Where another law sets the limit it may also set the extension (「法律、法规另有规定的，依照其规定」); as long as no
    item names one, these numbers count. For a jurist: whether they apply at all to a limit from another law.
    """
    return JOINT_EXTENSION_DAYS if decided_jointly else EXTENSION_DAYS


def may_extend(moment: datetime, statutory_due_at: datetime | None) -> bool:
    """Art. 42: extended is what cannot be decided *within* the limit, so before its end; afterwards it is overdue."""
    return statutory_due_at is not None and moment <= statutory_due_at


def renewal_asked_in_time(asked_on: date, valid_until: date, notice_days: int = RENEWAL_NOTICE_DAYS) -> bool:
    """Art. 50(1): asked for thirty days before the permit ends, or by what another law, regulation or rule says.

    Calendar days: art. 82 counts the *organ's* limits in working days and this is the holder's. For a jurist: whether a
    last day that is a holiday moves to the next working day.
    """
    return (valid_until - asked_on).days >= notice_days


def renewal_due_at(valid_until: date) -> datetime:
    """Art. 50(2): the organ decides on a renewal before the permit ends: by the end of its last day, worked or not.

    Asked for in time and not decided by then, it counts as granted from that moment; asked for too late, it is an ordinary
    application (:func:`renewal_asked_in_time`).
    """
    return datetime.combine(valid_until + timedelta(days=1), time.min, tzinfo=CHINA)


def review_due_at(accepted_at: datetime, calendar: Calendar) -> datetime:
    """Art. 43: the lower organ's own limit for reviewing what it hands up."""
    return _close_after(_local_day(accepted_at), REVIEW_DAYS, calendar)


def delivery_due_at(decided_at: datetime, calendar: Calendar) -> datetime:
    """Art. 44: the certificate is issued and delivered within ten working days of the decision to grant."""
    return _close_after(_local_day(decided_at), DELIVERY_DAYS, calendar)


def decided_on_time(decided_at: datetime | None, due_at: datetime | None) -> bool | None:
    """Whether the decision came within the promised limit; None while there is no decision or no limit."""
    if decided_at is None or due_at is None:
        return None
    return decided_at <= due_at


def working_days_left(moment: datetime, due_at: datetime, calendar: Calendar) -> int:
    """Working days from today to the last day of a limit: 0 on that day, negative when overdue."""
    return calendar.days.working_days_between(_local_day(moment), _local_day(due_at))


def decision_after_withdrawal_stands(decided_at: datetime, withdrawn_at: datetime) -> bool:
    """When decision and withdrawal crossed on the way: the earlier of the two counts, and the withdrawal on a tie."""
    return decided_at < withdrawn_at


@dataclass(frozen=True, slots=True)
class Delegated:
    """A delegation in force, as far as routing is concerned."""

    kind: str
    from_centre: str
    to_centre: str


@dataclass(frozen=True, slots=True)
class Route:
    """Where a case goes: ``role`` is this centre's, ``destination`` the other centre's code (empty: it stays)."""

    role: CaseRole
    destination: str
    kind: str


STAYS = Route(CaseRole.SOLE, "", "")


def route(here: str, delegations: Iterable[Delegated], *, wanted: str = "", names: Mapping[str, str]) -> Route:
    """Where an application made at centre ``here`` is decided, by the delegations in force (domain.md).

    DEVOLVED: from the upper centre down, before acceptance (role PORTAL). ENTRUSTED: down after acceptance.
    FORWARDED: up, after the lower centre's review. ``wanted`` chooses among several receivers; ``names`` are for the error.

    Raises EntrustedCannotBeEntrustedAgain (art. 24), DestinationNeeded.
    """
    known = list(delegations)
    entrusted_to_us = any(d.kind == DelegationKind.ENTRUSTED and d.to_centre == here for d in known)
    outward = {d.to_centre: d for d in known if d.kind != DelegationKind.FORWARDED and d.from_centre == here}
    upward = {d.from_centre: d for d in known if d.kind == DelegationKind.FORWARDED and d.to_centre == here}
    if entrusted_to_us and any(d.kind == DelegationKind.ENTRUSTED for d in outward.values()):
        raise EntrustedCannotBeEntrustedAgain
    choices = outward or upward
    if not choices:
        return STAYS
    if not wanted and len(choices) > 1:
        raise DestinationNeeded(
            field="to_centre_code", centres="、".join(f"{names.get(code, code)}({code})" for code in sorted(choices))
        )
    chosen = choices.get(wanted) if wanted else next(iter(choices.values()))
    if chosen is None:
        raise DestinationNeeded(
            field="to_centre_code", centres="、".join(f"{names.get(code, code)}({code})" for code in sorted(choices))
        )
    destination = next(code for code, delegated in choices.items() if delegated is chosen)
    role = CaseRole.PORTAL if chosen.kind == DelegationKind.DEVOLVED else CaseRole.ACCEPTING
    return Route(role, destination, chosen.kind)


def missing_materials(required: Iterable[tuple[str, str]], attached: Iterable[str]) -> list[str]:
    """Names of required materials ``(code, name)`` of which nothing is attached, all at once (E-12)."""
    present = set(attached)
    return [name for code, name in required if code not in present]


def cleaned_defects(defects: Iterable[Any]) -> list[str]:
    """The lines of a correction notice: trimmed, without empty ones and repetitions, in order."""
    lines = (" ".join(str(defect).split()) for defect in defects)
    return list(dict.fromkeys(line for line in lines if line))


def _local_day(moment: datetime) -> date:
    if moment.tzinfo is None:
        raise ValueError("the clock of the law needs an aware datetime")
    return moment.astimezone(CHINA).date()


def _close_after(day: date, days: int, calendar: Calendar) -> datetime:
    return calendar.days.close_after(day, days, calendar.hours)


def _last_day(started_at: datetime, days: int, calendar: Calendar) -> date:
    """The last day of a limit that the organ's own act started: counted from the calendar day of the act.

    With zero days the office day of the act itself, or the next one when the windows had closed.
    """
    if days == 0:
        return calendar.days.received_on(started_at, calendar.hours)
    return calendar.days.add_working_days(_local_day(started_at), days)
