"""After acceptance: special procedures stop the clock (art. 45); the head of the organ may extend it (art. 42)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils.translation import override

from zt_platform.actors import Actor
from zt_platform.cases import course_papers, rules
from zt_platform.cases.commands.ledger import (
    Remark,
    advance,
    conclude,
    local_calendar,
    locked_case,
    permitted_edge,
    profile_for,
)
from zt_platform.cases.commands.timing import (
    apply_limits,
    ensure_basis,
    pauses_of,
)
from zt_platform.cases.errors import (
    ExtendedOnce,
    ExtensionAsked,
    ExtensionNotAsked,
    ExtensionTooLate,
    NoSuchProcedure,
    ProcedureRunning,
    SiteSurveyCounts,
)
from zt_platform.cases.limits import APPROVED, REFUSED, REQUESTED, Pause
from zt_platform.cases.models import Case
from zt_platform.cases.vocabulary import Action, SpecialProcedure, Status
from zt_tenants.clock import now
from zt_tenants.errors import InvalidInput

SITE_SURVEY = "SITE_SURVEY"
"""现场踏勘: named here only to be refused, because people ask for it (E-16)."""
LONGEST_PROCEDURE_DAYS = 1000


def pause_case(
    *,
    actor: Actor,
    case_id: int,
    procedure: str,
    expected_days: int,
    reason: str,
    expected_version: int | None = None,
) -> Case:
    """Begin a special procedure: from now on no time is counted, and the applicant is told how long it takes (art. 45).

    ``expected_days`` are the working days it will need; ``reason`` names the rule that asks for it, and both go to the
    applicant in writing. A second procedure may begin while one runs: their time counts once. It may begin after the limit
    ran over, but does not heal that. Raises CaseNotFound, NotPermitted, TransitionNotAllowed, Conflict, InvalidInput,
    SiteSurveyCounts, ProcedureRunning.
    """
    _check_procedure(procedure, expected_days, reason)
    with transaction.atomic():
        case = locked_case(case_id, actor=actor, expected_version=expected_version)
        permitted_edge(case, Action.PAUSE, actor)
        ensure_basis(case, profile_for(case))
        if any(pause.procedure == procedure and pause.until is None for pause in pauses_of(case)):
            raise ProcedureRunning(field="procedure")
        moment = now()
        pause = Pause(procedure, moment, expected_days, reason.strip())
        if case.status != Status.SUSPENDED:
            case.suspended_from, case.paused_at = case.status, moment
        case.pauses = [*case.pauses, pause.to_stored()]
        name = procedure_name(procedure)
        note = f"{name}，预计需要{expected_days}个工作日。{pause.reason}"
        data = {"procedure": procedure, "expected_days": expected_days, "reason": pause.reason}
        paused = advance(case, Action.PAUSE, actor, Remark(note=note, data=data))
        course_papers.issue_pause(case, actor, procedure=procedure, days=expected_days, reason=pause.reason)
        return conclude(case, paused)


def _check_procedure(procedure: str, expected_days: int, reason: str) -> None:
    if procedure == SITE_SURVEY:
        raise SiteSurveyCounts(field="procedure")
    if procedure not in SpecialProcedure.values:
        raise InvalidInput(
            field="procedure",
            zh="请选择行政许可法第四十五条列明的程序。",
            en="Choose one of the procedures that art. 45 of the Licensing Law lists.",
        )
    if not 1 <= expected_days <= LONGEST_PROCEDURE_DAYS:
        raise InvalidInput(
            field="expected_days",
            zh="请填写所需时间（工作日），申请人应当被书面告知。",
            en="Give the working days it needs: the applicant has to be told in writing.",
        )
    if not reason.strip():
        raise InvalidInput(
            field="reason",
            zh="请写明依法需要该程序的依据。",
            en="Name the rule that asks for this procedure.",
        )


def procedure_name(procedure: str) -> str:
    """The Chinese name of a special procedure, as papers and the log carry it."""
    with override("zh-hans"):
        return str(SpecialProcedure(procedure).label)


def resume_case(
    *, actor: Actor, case_id: int, procedure: str = "", note: str = "", expected_version: int | None = None
) -> Case:
    """End a special procedure. With the last one the clock runs again, and the limits move by the time not counted.

    ``procedure`` chooses among several that run. Raises CaseNotFound, NotPermitted, TransitionNotAllowed (nothing is
    suspended, or it is decided), Conflict, NoSuchProcedure.
    """
    with transaction.atomic():
        case = locked_case(case_id, actor=actor, expected_version=expected_version)
        permitted_edge(case, Action.RESUME, actor)
        ending = _running(case, procedure)
        moment = now()
        case.pauses = [
            (replace(pause, until=moment) if pause == ending else pause).to_stored() for pause in pauses_of(case)
        ]
        data = {"procedure": ending.procedure}
        remark = Remark(note=f"{procedure_name(ending.procedure)}结束。{note.strip()}", data=data)
        if any(pause.until is None for pause in pauses_of(case)):
            return conclude(case, advance(case, Action.END_PROCEDURE, actor, remark))
        event = advance(case, Action.RESUME, actor, remark)
        case.paused_at, case.suspended_from = None, ""
        apply_limits(case, local_calendar(case).days)
        course_papers.issue_resumption(case, actor, procedure=ending.procedure)
        return conclude(case, event)


def _running(case: Case, procedure: str) -> Pause:
    running = [pause for pause in pauses_of(case) if pause.until is None]
    if procedure:
        running = [pause for pause in running if pause.procedure == procedure]
    if len(running) != 1:
        raise NoSuchProcedure(field="procedure")
    return running[0]


def request_extension(
    *, actor: Actor, case_id: int, days: int, reason: str, expected_version: int | None = None
) -> Case:
    """Ask the head of the organ for more time, before the limit ends (art. 42). Nothing changes until it is approved.

    Raises CaseNotFound, NotPermitted, TransitionNotAllowed, Conflict, InvalidInput, ExtendedOnce, ExtensionAsked,
    ExtensionTooLate.
    """
    if not reason.strip():
        raise InvalidInput(
            field="reason",
            zh="请写明延长期限的理由，申请人会被告知。",
            en="State why more time is needed; the applicant is told.",
        )
    with transaction.atomic():
        case = locked_case(case_id, actor=actor, expected_version=expected_version)
        permitted_edge(case, Action.REQUEST_EXTENSION, actor)
        if case.extension.get("state") == REQUESTED:
            raise ExtensionAsked
        ensure_basis(case, profile_for(case))
        _check_extendable(case, days)
        case.extension = {
            "state": REQUESTED,
            "days": days,
            "reason": reason.strip(),
            "asked_at": now().isoformat(),
            "asked_by": actor.name,
        }
        data: dict[str, Any] = {"days": days, "reason": reason.strip()}
        note = f"提请延长{days}个工作日：{reason.strip()}"
        return conclude(
            case, advance(case, Action.REQUEST_EXTENSION, actor, Remark(note=note, data=data, public=False))
        )


def _check_extendable(case: Case, days: int) -> None:
    if case.extension.get("state") == APPROVED:
        raise ExtendedOnce
    longest = rules.longest_extension(decided_jointly=case.clock_basis["jointly"])
    if not 1 <= days <= longest:
        raise InvalidInput(
            field="days",
            zh="延长期限最多{longest}个工作日（行政许可法第四十二条）。",
            en="It may be extended by up to {longest} working days (Licensing Law, art. 42).",
            longest=longest,
        )
    if not rules.may_extend(case.paused_at or now(), case.statutory_due_at):
        raise ExtensionTooLate


def approve_extension(
    *, actor: Actor, case_id: int, government_approval: str = "", expected_version: int | None = None
) -> Case:
    """Approve, as head of the organ, the extension that was asked for; the applicant is told why (art. 42).

    Where several departments decide together the head of the *government* approves: ``government_approval`` then names that
    document (art. 42(2)). A promised limit that has run over already stays where it was; the statutory one moves.
    Raises CaseNotFound, NotPermitted, TransitionNotAllowed, Conflict, ExtensionNotAsked, ExtendedOnce, ExtensionTooLate,
    InvalidInput.
    """
    with transaction.atomic():
        case = locked_case(case_id, actor=actor, expected_version=expected_version)
        permitted_edge(case, Action.EXTEND, actor)
        asked = _asked(case)
        ensure_basis(case, profile_for(case))
        _check_extendable(case, asked["days"])
        if case.clock_basis["jointly"] and not government_approval.strip():
            raise InvalidInput(
                field="government_approval",
                zh="联合办理的期限延长须经本级人民政府负责人批准，请填写批准文号。",
                en="A joint decision is extended by the head of the government: give the number of that approval.",
            )
        moment, days = now(), asked["days"]
        in_promise = case.due_at is not None and (case.paused_at or moment) <= case.due_at
        case.extension = {
            **asked,
            "state": APPROVED,
            "answered_at": moment.isoformat(),
            "answered_by": actor.name,
            "ground": government_approval.strip(),
            "statutory": days,
            "promised": days if in_promise else 0,
        }
        apply_limits(case, local_calendar(case).days)
        note = f"延长{days}个工作日：{asked['reason']}"
        data = {"days": days, "reason": asked["reason"], "approved_by": actor.name}
        extended = advance(case, Action.EXTEND, actor, Remark(note=note, data=data))
        course_papers.issue_extension(case, actor)
        return conclude(case, extended)


def refuse_extension(*, actor: Actor, case_id: int, reason: str, expected_version: int | None = None) -> Case:
    """Refuse, as head of the organ, the extension that was asked for. It may be asked for again while the limit runs.

    Raises CaseNotFound, NotPermitted, TransitionNotAllowed, Conflict, ExtensionNotAsked, InvalidInput.
    """
    if not reason.strip():
        raise InvalidInput(field="reason", zh="请写明不同意延长的理由。", en="State why it is not extended.")
    with transaction.atomic():
        case = locked_case(case_id, actor=actor, expected_version=expected_version)
        permitted_edge(case, Action.REFUSE_EXTENSION, actor)
        asked = _asked(case)
        case.extension = {**asked, "state": REFUSED, "answered_at": now().isoformat(), "answered_by": actor.name}
        remark = Remark(note=reason.strip(), data={"days": asked["days"]}, public=False)
        return conclude(case, advance(case, Action.REFUSE_EXTENSION, actor, remark))


def _asked(case: Case) -> dict[str, Any]:
    if case.extension.get("state") == APPROVED:
        raise ExtendedOnce
    if case.extension.get("state") != REQUESTED:
        raise ExtensionNotAsked
    return dict(case.extension)
