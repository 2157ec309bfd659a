"""The facts of a case's clock, as its row holds them, and the limits that follow (:mod:`zt_platform.cases.limits`).

Shared by the commands and the message handlers; not for callers outside.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from zt_platform.cases import limits, rules
from zt_platform.cases.limits import APPROVED, ClockFacts, Pause, StepTime, basis_hours
from zt_platform.cases.models import Case
from zt_platform.cases.rules import ACCEPTANCE_DAYS, Calendar
from zt_platform.cases.vocabulary import CaseRole, Status, Step
from zt_platform.catalogue.kinds import DelegationKind
from zt_platform.organisation.models import CentreProfile
from zt_platform.workcalendar.rules import WorkCalendar
from zt_tenants.clock import CHINA, instant

_STEP_OF = {
    Status.SUBMITTED: Step.ACCEPTED,
    Status.PRE_REVIEWED: Step.ACCEPTED,
    Status.ACCEPTED: Step.REVIEWED,
    Status.REVIEWED: Step.APPROVED,
}
"""The step whose time runs in a status."""


def new_basis(case: Case, profile: CentreProfile, *, forwarded: bool) -> dict[str, Any]:
    """By what the limits of a case are counted from its acceptance on, wherever it goes: hours, thresholds, allowances.

    ``statutory_from`` is null until a forwarded case is handed up (art. 43).
    """
    item: Mapping[str, Any] = getattr(case, "item_clock", None) or {}
    accepted_at = case.accepted_at
    return {
        "opens": profile.opens_at.isoformat(),
        "closes": profile.closes_at.isoformat(),
        "warning_days": case.own_warning_days,
        "red_days": profile.red_threshold_days,
        "statutory_from": None if forwarded or accepted_at is None else accepted_at.isoformat(),
        "jointly": bool(item.get("jointly", False)),
        "step_days": dict(item.get("step_days") or {}),
        "renewal_until": _renewal_until(case, (item.get("ways") or {}).get("renewal_field", "")),
    }


def _renewal_until(case: Case, form_field: str) -> str | None:
    """The end of the permit whose renewal is asked for, when it was asked for in time (art. 50); None otherwise."""
    answer = str(case.form.get(form_field, "")) if form_field else ""
    if not answer or case.submitted_at is None:
        return None
    until = date.fromisoformat(answer)
    asked_on = case.submitted_at.astimezone(CHINA).date()
    return until.isoformat() if rules.renewal_asked_in_time(asked_on, until) else None


def ensure_basis(case: Case, profile: CentreProfile) -> None:
    """Give a case that was accepted by an older release the basis its limits were counted by."""
    if case.clock_basis or case.accepted_at is None:
        return
    if not hasattr(case, "own_warning_days"):
        case.own_warning_days = None
    forwarded = case.delegation_kind == DelegationKind.FORWARDED and case.role != CaseRole.SOLE
    case.clock_basis = new_basis(case, profile, forwarded=forwarded)
    if forwarded and case.transferred_at is not None:
        case.clock_basis = {**case.clock_basis, "statutory_from": case.transferred_at.isoformat()}


def facts_of(case: Case) -> ClockFacts:
    """The facts of an accepted case whose basis is known."""
    if case.accepted_at is None:
        raise ValueError("the decision clock starts with acceptance")
    basis = case.clock_basis
    began = basis["statutory_from"]
    granted = case.extension if case.extension.get("state") == APPROVED else {}
    return ClockFacts(
        accepted_at=case.accepted_at,
        promised_days=case.promised_days,
        statutory_days=case.statutory_days,
        statutory_from=instant(began),
        hours=basis_hours(basis),
        own_warning_days=basis["warning_days"],
        red_days=basis["red_days"],
        promised_extension=granted.get("promised", 0),
        statutory_extension=granted.get("statutory", 0),
        pauses=tuple(pauses_of(case)),
        steps=tuple(StepTime.from_stored(step) for step in case.step_times),
    )


def pauses_of(case: Case) -> list[Pause]:
    """The special procedures of a case, in the order in which they began."""
    return [Pause.from_stored(pause) for pause in case.pauses]


def apply_limits(case: Case, days: WorkCalendar) -> None:
    """Compute all limits of an accepted case anew from its facts, and write them into it."""
    facts = facts_of(case)
    calendar = Calendar(days=days, hours=facts.hours)
    clock = limits.decision_limits(facts, days)
    case.due_at, case.warning_at, case.red_at = clock.due_at, clock.warning_at, clock.red_at
    case.statutory_due_at = clock.statutory_due_at
    if case.review_due_at is not None:
        case.review_due_at = limits.review_limit(facts.accepted_at, facts.pauses, calendar)
    stops = limits.not_counted(facts.pauses)
    case.step_times = [step.to_stored() for step in limits.retimed(facts.steps, stops, calendar)]


def follow_steps(case: Case, moment: datetime, calendar: Calendar) -> bool:
    """End the step that ran and begin the one that runs in the case's status; whether anything changed (E-24).

    A special procedure interrupts no step: its time is taken out of the allowance when it ends. Where another centre has
    the case, its steps are that one's to follow.
    """
    elsewhere = case.role == CaseRole.PORTAL or (case.status == Status.TRANSFERRED and case.arrived_at is not None)
    if case.status == Status.SUSPENDED or elsewhere:
        return False
    steps = [StepTime.from_stored(step) for step in case.step_times]
    running = steps[-1].step if steps and steps[-1].ended is None else None
    wanted = _STEP_OF.get(Status(case.status))
    if running == (wanted.value if wanted else None):
        return False
    steps = limits.ended_steps(steps, moment)
    begun = _begun(case, wanted, moment, calendar) if wanted else None
    if begun is not None:
        steps.append(begun)
    case.step_times = [step.to_stored() for step in steps]
    return True


def _begun(case: Case, step: Step, moment: datetime, calendar: Calendar) -> StepTime | None:
    if step is Step.ACCEPTED:
        received_at, due_at = case.received_at or moment, case.acceptance_due_at
        return None if due_at is None else StepTime(step, received_at, ACCEPTANCE_DAYS, due_at)
    allowances = limits.step_allowances(case.promised_days, case.clock_basis.get("step_days", {}))
    if step.value not in allowances:
        return None
    since = moment
    if step is Step.REVIEWED and case.accepted_at is not None and case.role != CaseRole.DECIDING:
        since = case.accepted_at if case.reviewed_at is None and not case.declined_by else moment
    return limits.begun_step(step.value, since, allowances[step.value], calendar)
