"""When the work calendar changes, the running limits of a centre are counted anew, set-based (art. 82).

Both centres of a case compute the same from the facts the case carries, so nothing is sent between them; the supervision
is told of every limit that moved.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db.models import Q

from zt_platform.actors import Actor
from zt_platform.cases import rules
from zt_platform.cases.commands.ledger import (
    Remark,
    earlier_timer,
    local_calendar,
    profile_for,
    running_limit,
    unsaved_fact,
)
from zt_platform.cases.commands.timing import apply_limits, ensure_basis
from zt_platform.cases.events.outgoing import tell_supervision
from zt_platform.cases.limits import hours_at_receipt
from zt_platform.cases.models import Case, CaseEvent
from zt_platform.cases.querysets import SEALED_FIELDS
from zt_platform.cases.rules import Calendar
from zt_platform.cases.vocabulary import CLOSED, Result, Status, Step
from zt_platform.workcalendar.queries import fresh_calendar
from zt_tenants.timers import DueTimer, schedule_many

CHUNK = 500
_LIMITS = (
    "received_on",
    "acceptance_due_at",
    "due_at",
    "warning_at",
    "red_at",
    "statutory_due_at",
    "review_due_at",
    "delivery_due_at",
    "running_due_at",
    "step_times",
    "clock_basis",
)
_NOTED = ("acceptance_due_at", "due_at", "statutory_due_at", "review_due_at", "delivery_due_at")
"""Moving one of these is a line of the log."""


def recompute_limits(timers: Sequence[DueTimer]) -> None:
    """Count every running limit of the current centre anew; those that move are logged and told (calendar.recompute).

    In the timer's transaction, a few statements for every 500 cases. Repeating it changes nothing. A case whose timer is
    missing (it was accepted by a release without) gets one.
    """
    del timers
    fresh_calendar()
    for cases in _chunks():
        _recompute(cases)


def _chunks() -> Iterator[list[Case]]:
    last = 0
    running = Case.objects.submitted().exclude(status__in=CLOSED).filter(~Q(status=Status.CORRECTING))
    while True:
        found = running.filter(pk__gt=last).with_limits().select_related("department").defer(*SEALED_FIELDS)
        cases = list(found.select_for_update(of=("self",)).order_by("pk")[:CHUNK])
        if not cases:
            return
        yield cases
        last = cases[-1].pk


def _recompute(cases: Sequence[Case]) -> None:
    changed, lines, timers = [], [], []
    for case in cases:
        before = {name: getattr(case, name) for name in _LIMITS}
        _count_anew(case)
        timer = earlier_timer(case, local_calendar(case))
        if timer is not None:
            timers.append(timer)
        moved = {name: getattr(case, name) for name in _LIMITS if getattr(case, name) != before[name]}
        if not moved and timer is None:
            continue
        case.lock_version += 1 if moved else 0
        changed.append(case)
        if any(name in moved for name in _NOTED):
            data = {name: before[name].isoformat() for name in _NOTED if name in moved and before[name]}
            lines.append((case, unsaved_fact(case, Step.LIMITS_RECOMPUTED, Actor.system(), Remark(data=data))))
    if changed:
        Case.objects.bulk_update(changed, [*_LIMITS, "lock_version", "timer_at"], batch_size=CHUNK)
        CaseEvent.objects.bulk_create([line for _, line in lines])
        tell_supervision(lines)
        schedule_many(timers)


def _count_anew(case: Case) -> None:
    calendar = local_calendar(case)
    waits = case.status in (Status.SUBMITTED, Status.PRE_REVIEWED)
    if waits and case.received_at is not None and case.acceptance_due_at is not None:
        received = Calendar(days=calendar.days, hours=hours_at_receipt(case.acceptance_due_at, calendar.hours))
        case.received_on = rules.received_on(case.received_at, received)
        case.acceptance_due_at = rules.acceptance_due_at(case.received_on, received)
    if case.is_decided:
        if case.result == Result.GRANTED and case.decided_at is not None:
            case.delivery_due_at = rules.delivery_due_at(case.decided_at, calendar)
    elif case.accepted_at is not None and case.due_at is not None:
        ensure_basis(case, profile_for(case))
        apply_limits(case, calendar.days)
    case.running_due_at = running_limit(case)
