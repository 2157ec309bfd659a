"""When the work calendar changes, the running limits of a centre are counted anew, set-based (art. 82).

Both centres of a case compute the same from the facts the case carries, so nothing is sent between them; the supervision
is told of every limit that moved.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db.models import Q

from zt_platform.actors import Actor
from zt_platform.cases import rules, tolerance
from zt_platform.cases.commands.ledger import (
    Remark,
    earlier_timer,
    index_entry,
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
from zt_platform.cases.telling import moved_notice, tell_applicants
from zt_platform.cases.vocabulary import CLOSED, Result, Status, Step
from zt_platform.index.commands import upsert_case_entries
from zt_platform.organisation.queries import centre_profile
from zt_tenants.clock import now
from zt_tenants.timers import schedule_many

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
    "debts",
)
_INSTANTS = ("acceptance_due_at", "due_at", "statutory_due_at", "review_due_at", "delivery_due_at")
_NOTED = (*_INSTANTS, "debts")
"""Moving one of these is a line of the log."""


def recompute_limits() -> None:
    """Count every running limit of the current centre anew; those that move are logged and told.

    In the transaction of the timer calendar.recompute, a few statements for every 500 cases. Repeating it changes nothing.
    A case whose timer is missing (it was accepted by a release without), or should have rung before now and was parked, gets
    one again.
    """
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
    changed, lines, timers, duties, moment = [], [], [], [], now()
    for case in cases:
        if case.timer_at is not None and case.timer_at < moment:
            case.timer_at = None
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
            data = {name: before[name].isoformat() for name in _INSTANTS if name in moved and before[name]}
            line = unsaved_fact(case, Step.LIMITS_RECOMPUTED, Actor.system(), Remark(data=data))
            lines.append((case, line))
            duties.append(index_entry(case, line.recorded_at) if "debts" in moved else None)
    if changed:
        Case.objects.bulk_update(changed, [*_LIMITS, "lock_version", "timer_at"], batch_size=CHUNK)
        CaseEvent.objects.bulk_create([line for _, line in lines])
        tell_supervision(lines)
        told = [moved_notice(case, line) for case, line in lines if "due_at" in line.data]
        tell_applicants(told, centre_profile)
        schedule_many(timers)
        upsert_case_entries([entry for entry in duties if entry is not None])


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
        tolerance.count_anew(case, calendar)  # what a commitment still owes
    elif case.accepted_at is not None and case.due_at is not None:
        ensure_basis(case, profile_for(case))
        apply_limits(case, calendar.days)
        tolerance.count_anew(case, calendar)
    case.running_due_at = running_limit(case)
