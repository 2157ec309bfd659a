"""Which step of a case its applicant is told of, by which of its centres, and with which facts (L-07, E-25, F-06).

The centre where the application was made tells; what can be collected is told by the centre that hands it out. So a case
over two levels is told once. Of several steps in one act the last is told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from zt_platform.cases.alarms import AlarmKind
from zt_platform.cases.commands.pickup import code_to_show
from zt_platform.cases.models import Case, CaseEvent
from zt_platform.cases.numbers import grouped
from zt_platform.cases.postal import is_by_post, postal_of
from zt_platform.cases.tolerance import Debt, open_debts
from zt_platform.cases.vocabulary import CaseRole, Channel, Step
from zt_platform.notices.commands import NewNotice, put_up
from zt_platform.notices.kinds import Event
from zt_platform.notices.quiet_hours import QuietHours
from zt_platform.organisation.models import CentreProfile
from zt_tenants.clock import CHINA, now
from zt_tenants.context import current_centre

HOTLINE: Final = "12345"
"""The nationwide hotline of governments, where a department has no number of its own."""

_TOLD: Final[Mapping[Step, Event]] = {
    Step.SUBMITTED: Event.SUBMITTED,
    Step.CORRECTION_REQUESTED: Event.CORRECTION_WANTED,
    Step.SECOND_CORRECTION_REQUESTED: Event.CORRECTION_WANTED,
    Step.ACCEPTED: Event.ACCEPTED,
    Step.REFUSED: Event.REFUSED,
    Step.TRANSFERRED_BY_COMPETENCE: Event.APPLY_ELSEWHERE,
    Step.PAUSED: Event.PAUSED,
    Step.RESUMED: Event.RESUMED,
    Step.EXTENDED: Event.EXTENDED,
    Step.MATERIALS_REMINDED: Event.MATERIALS_NEAR,
    Step.MATERIALS_OVERDUE: Event.MATERIALS_OVERDUE,
    Step.MATERIALS_ADDED: Event.MATERIALS_RECEIVED,
    Step.GRANTED_ON_COMMITMENT: Event.PERMIT_GRANTED,
    Step.PERMIT_REMINDED: Event.PERMIT_NEAR,
    Step.PERMIT_ENDED: Event.PERMIT_ENDED,
    Step.PERMIT_CONVERTED: Event.PERMIT_CONVERTED,
    Step.PERMIT_WITHDRAWN: Event.PERMIT_WITHDRAWN,
    Step.DEEMED_GRANTED: Event.DEEMED_GRANTED,
    Step.TERMINATED: Event.TERMINATED,
    Step.WITHDRAWN: Event.WITHDRAWN,
    Step.DELIVERED: Event.DELIVERED,
}

_HANDING_OUT: Final = frozenset({Step.COMPLETED, Step.DELIVERY_CHOSEN, Step.POSTED, Step.RETURNED})
_ELSEWHERE: Final[Mapping[Step, Event]] = {
    Step.COMPLETED: Event.READY_ELSEWHERE,
    Step.POSTED: Event.POSTED_ELSEWHERE,
}
_ABOUT_PERMITS: Final = frozenset({Event.PERMIT_GRANTED, Event.PERMIT_NEAR, Event.PERMIT_ENDED})


def owed_notice(case: Case, lines: Sequence[CaseEvent]) -> NewNotice | None:
    """The notice that new lines of one case's log owe its applicant, if any."""
    for line in reversed(lines):
        event = _event(case, line)
        if event is not None:
            return _notice(case, line, event)
    return None


def moved_notice(case: Case, line: CaseEvent) -> NewNotice | None:
    """That the promised day, which its applicant was told, is another one since the calendar changed; on the site only.

    From what no seal covers, because a change of the calendar moves thousands at once.
    """
    if case.due_at is None or case.paused_at is not None:  # told again when a special procedure ends
        return None
    if case.channel == Channel.MESSAGE or case.applicant_account_id is None:
        return None
    return NewNotice(
        key=_key(case, line),
        event=Event.LIMIT_MOVED,
        subject=case.tracking_number or "",
        facts={
            "number": grouped(case.tracking_number or ""),
            "item": case.item_name,
            "due": case.due_at.astimezone(CHINA).date().isoformat(),
        },
        account_id=case.applicant_account_id,
    )


def tell_applicants(owed: Sequence[NewNotice | None], profile: Callable[[], CentreProfile]) -> None:
    """Put notices up in the caller's transaction, by one statement.

    ``profile`` is the centre's, asked for only when there is something to tell.
    """
    notices = [notice for notice in owed if notice is not None]
    if notices:
        hours = profile()
        put_up(notices, quiet=QuietHours(hours.quiet_from, hours.quiet_until))


def _event(case: Case, line: CaseEvent) -> Event | None:
    step, at_origin = Step(line.step), case.channel != Channel.MESSAGE
    if step == Step.REMINDED:
        return _reminded(case, line, at_origin)
    if step == Step.APPROVED and case.temporary_permit:
        return Event.PERMIT_GRANTED if at_origin else None  # the other centre's decision came back with a permit
    if step not in _HANDING_OUT:
        return _TOLD.get(step) if at_origin else None
    if case.role in (CaseRole.SOLE, CaseRole.ACCEPTING):
        return _handed_out(case, step)
    return _ELSEWHERE.get(step) if at_origin and case.role == CaseRole.PORTAL else None


def _handed_out(case: Case, step: Step) -> Event | None:
    """What the centre that hands the result out says about it."""
    if step == Step.DELIVERY_CHOSEN:
        return Event.READY if code_to_show(case) else None
    if step != Step.COMPLETED:
        return Event(step.value)
    if is_by_post(case):
        return Event.READY_TO_POST
    return Event.READY_EARLY if _is_early(case) else Event.READY


def _reminded(case: Case, line: CaseEvent, at_origin: bool) -> Event | None:
    """What the applicant hears when the unit is reminded: a permit that ends, a result that waits to be collected."""
    alarm = line.data.get("alarm")
    if alarm == AlarmKind.PERMIT_NEAR:
        return Event.PERMIT_NEAR if at_origin else None
    return Event.COLLECT_REMINDED if alarm == AlarmKind.DELIVERY_NEAR and code_to_show(case) else None


def _is_early(case: Case) -> bool:
    """Completed on an earlier day than was promised (提前办结)."""
    done = (case.completed_at or now()).astimezone(CHINA).date()
    return case.due_at is not None and done < case.due_at.astimezone(CHINA).date()


def _notice(case: Case, line: CaseEvent, event: Event) -> NewNotice:
    party = case.applicant
    return NewNotice(
        key=_key(case, line),
        event=event,
        subject=case.tracking_number or "",
        facts=_facts(case, event),
        account_id=case.applicant_account_id,
        phone=str(party.get("agent_phone") or party.get("phone") or ""),
    )


def _key(case: Case, line: CaseEvent) -> str:
    return f"{case.tracking_number}:{line.pk}:{line.recorded_at.timestamp():.6f}"


def _facts(case: Case, event: Event) -> dict[str, Any]:
    centre = case.counterpart_name if event in _ELSEWHERE.values() else current_centre().name
    owed, where = open_debts(case), postal_of(case)
    return {
        "number": grouped(case.tracking_number or ""),
        "item": case.item_name,
        "centre": centre,
        "count": len(case.correction_defects) if event is Event.CORRECTION_WANTED else len(owed),
        "due": _due(case, event, owed),
        "code": (case.pickup or {}).get("code", ""),
        "carrier": where.carrier if where else "",
        "post_number": where.post_number if where else "",
        "telephone": (case.department.telephone if case.department else "") or HOTLINE,
    }


def _due(case: Case, event: Event, owed: Sequence[Debt]) -> str:
    """The day that an event names: the end of what it is about."""
    if event in _ABOUT_PERMITS:
        return str(case.temporary_permit.get("until", ""))
    if event in (Event.MATERIALS_NEAR, Event.MATERIALS_OVERDUE):
        dates = [debt.due_at for debt in owed if debt.due_at is not None]
        limit = min(dates) if dates else now()
    elif event is Event.COLLECT_REMINDED:
        limit = case.delivery_due_at or now()
    else:
        moved = case.extension.get("promised", True) if event is Event.EXTENDED else True
        limit = (case.due_at if moved else case.statutory_due_at) or now()
    return limit.astimezone(CHINA).date().isoformat()
