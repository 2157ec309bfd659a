"""What happens at the limits of cases by itself: reminder, supervision order, cards, and what the law deems (F-03, F-04).

One handler for the one timer of each case, set-based: the cases of up to 500 timers are read, judged and written together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from zt_platform.cases import limit_papers
from zt_platform.cases.alarms import Alarm, AlarmKind, default_rule, due_alarms, is_late_reminder
from zt_platform.cases.commands.batch import Batch
from zt_platform.cases.commands.deeming import RENEWAL, Roads, deem_accepted, deem_granted, overdue_default
from zt_platform.cases.commands.gates import is_grantable
from zt_platform.cases.commands.ledger import Remark, local_calendar, unsaved_fact
from zt_platform.cases.models import Case
from zt_platform.cases.tolerance import open_debts
from zt_platform.cases.vocabulary import PERMIT_ENDED, Step
from zt_platform.orders.automatic import AtLimit
from zt_platform.papers.content import Bilingual
from zt_platform.papers.kinds import PaperKind
from zt_platform.papers.models import Paper
from zt_tenants.clock import now
from zt_tenants.timers import DueTimer

LIMIT_NAMES: dict[AlarmKind, Bilingual] = {
    AlarmKind.ACCEPTANCE_NEAR: Bilingual("受理时限", "limit of acceptance"),
    AlarmKind.ACCEPTANCE_OVER: Bilingual("受理时限", "limit of acceptance"),
    AlarmKind.REVIEW_OVER: Bilingual("初审时限", "limit of the review"),
    AlarmKind.DECISION_NEAR: Bilingual("承诺办结时限", "promised limit"),
    AlarmKind.DECISION_OVER: Bilingual("承诺办结时限", "promised limit"),
    AlarmKind.DECISION_RED: Bilingual("承诺办结时限", "promised limit"),
    AlarmKind.PROCEDURE_LONG: Bilingual("告知申请人的特别程序所需时间", "time told for the special procedure"),
    AlarmKind.DELIVERY_NEAR: Bilingual("送达时限", "limit of delivery"),
    AlarmKind.DELIVERY_OVER: Bilingual("送达时限", "limit of delivery"),
    AlarmKind.PERMIT_NEAR: Bilingual("临时许可核查换证期限", "end of the temporary permit"),
    AlarmKind.PERMIT_OVER: Bilingual("临时许可核查换证期限", "end of the temporary permit"),
}
"""What an alarm is about, as its paper names it."""
TWO_STEPS = Bilingual("两个环节的时限", "allowances of two steps")


def act_at_limits(timers: Sequence[DueTimer]) -> None:
    """Do what the limits of these cases call for now, once for each limit; the cases' timers are set anew.

    In the timers' transaction. A timer whose case was decided, ended or given more time meanwhile does nothing.
    """
    batch, moment, roads = Batch.of(timers), now(), Roads()
    for case in batch.cases:
        # Looked at anew after each act: one may bring others (an acceptance its clock) or end them (a decision).
        while due := due_alarms(case, local_calendar(case), moment):
            alarm = due[0]
            case.marks = {**case.marks, alarm.kind.value: alarm.mark}
            if not is_late_reminder(alarm, moment):
                _act(batch, case, alarm, roads)
    batch.conclude()


def _act(batch: Batch, case: Case, alarm: Alarm, roads: Roads) -> None:
    if alarm.kind is AlarmKind.ACCEPTANCE_OVER:
        if not deem_accepted(batch, case, roads):
            _order(batch, case, alarm)
        return
    _WRITTEN[alarm.kind](batch, case, alarm)


def _remind(batch: Batch, case: Case, alarm: Alarm) -> None:
    """F-03: to the window, before the limit."""
    content = limit_papers.reminder_content(case, LIMIT_NAMES[alarm.kind], alarm.limit, local_calendar(case))
    batch.paper(PaperKind.REMINDER, case, content, by_centre=True)
    _note(batch, case, Step.REMINDED, alarm)


def _order(batch: Batch, case: Case, alarm: Alarm) -> None:
    """F-04: to the window's unit, over the limit."""
    red, name, limit = alarm.kind is AlarmKind.DECISION_RED, LIMIT_NAMES[alarm.kind], alarm.limit
    if red and case.due_at is not None:
        # Red before the limit itself: a second step has run over its allowance (domain.md, lights).
        name, limit = (TWO_STEPS, limit) if limit < case.due_at else (name, case.due_at)
    answer_due_at = limit_papers.answer_due_at(local_calendar(case))
    content = limit_papers.supervision_order_content(case, name, limit, local_calendar(case), red=red)

    def keep(paper: Paper) -> None:
        reason = "\n".join(paragraph.zh for paragraph in content.paragraphs)
        batch.order(case, AtLimit(paper, case.department, case.tracking_number or "", reason, answer_due_at, red))

    batch.paper(PaperKind.SUPERVISION_ORDER, case, content, by_centre=True, then=keep)
    _note(batch, case, Step.RED_CARDED if red else Step.SUPERVISION_ORDERED, alarm)


def _ask_for_materials(batch: Batch, case: Case, alarm: Alarm) -> None:
    """The applicant is told that the date for what is owed is near."""
    _tell_applicant(batch, case, alarm, Step.MATERIALS_REMINDED)


def _materials_overdue(batch: Batch, case: Case, alarm: Alarm) -> None:
    """The date has passed: nothing can be granted; the approver denies or terminates, or the applicant still supplies."""
    _tell_applicant(batch, case, alarm, Step.MATERIALS_OVERDUE)


def _tell_applicant(batch: Batch, case: Case, alarm: Alarm, step: Step) -> None:
    owed = [debt.line for debt in open_debts(case)]
    data = {"alarm": alarm.kind.value, "limit": alarm.mark, "materials": owed}
    batch.line(case, unsaved_fact(case, step, batch.actor, Remark(note="；".join(owed), data=data)))


def _end_permit(batch: Batch, case: Case, alarm: Alarm) -> None:
    """A temporary permit has ended unverified: it is void from now on, and the unit has to answer for it (I-05)."""
    permit = case.temporary_permit
    case.temporary_permit = {**permit, "state": PERMIT_ENDED, "answered_at": now().isoformat()}
    data = {"permit": permit["number"], "until": permit["until"]}
    batch.line(case, unsaved_fact(case, Step.PERMIT_ENDED, batch.actor, Remark(note=permit["number"], data=data)))
    _order(batch, case, alarm)


def _tell_of_permit(batch: Batch, case: Case, alarm: Alarm) -> None:
    """A temporary permit that another centre granted ends soon, or has ended: here only the applicant is told."""
    permit, over = case.temporary_permit, alarm.kind is AlarmKind.PERMIT_OVER_TOLD
    if over:
        case.temporary_permit = {**permit, "state": PERMIT_ENDED, "answered_at": now().isoformat()}
    data = {"alarm": alarm.kind.value, "permit": permit["number"], "until": permit["until"]}
    step = Step.PERMIT_ENDED if over else Step.PERMIT_REMINDED
    batch.line(case, unsaved_fact(case, step, batch.actor, Remark(note=permit["number"], data=data)))


def _grant_by_law(batch: Batch, case: Case, alarm: Alarm) -> None:
    deem_granted(batch, case, RENEWAL, alarm.limit)


def _grant_by_rule(batch: Batch, case: Case, alarm: Alarm) -> None:
    rule = default_rule(case)
    if rule is not None and is_grantable(case):
        deem_granted(batch, case, overdue_default(rule), alarm.limit)


def _note(batch: Batch, case: Case, step: Step, alarm: Alarm) -> None:
    data = {"alarm": alarm.kind.value, "limit": alarm.mark}
    remark = Remark(note=LIMIT_NAMES[alarm.kind].zh, data=data, public=False)
    batch.line(case, unsaved_fact(case, step, batch.actor, remark))


_WRITTEN: dict[AlarmKind, Callable[[Batch, Case, Alarm], None]] = {
    AlarmKind.ACCEPTANCE_NEAR: _remind,
    AlarmKind.REVIEW_OVER: _order,
    AlarmKind.DECISION_NEAR: _remind,
    AlarmKind.DECISION_OVER: _order,
    AlarmKind.DECISION_RED: _order,
    AlarmKind.PROCEDURE_LONG: _remind,
    AlarmKind.DELIVERY_NEAR: _remind,
    AlarmKind.DELIVERY_OVER: _order,
    AlarmKind.DEBT_NEAR: _ask_for_materials,
    AlarmKind.DEBT_OVER: _materials_overdue,
    AlarmKind.PERMIT_NEAR: _remind,
    AlarmKind.PERMIT_OVER: _end_permit,
    AlarmKind.PERMIT_NEAR_TOLD: _tell_of_permit,
    AlarmKind.PERMIT_OVER_TOLD: _tell_of_permit,
    AlarmKind.RENEWAL_END: _grant_by_law,
    AlarmKind.DEFAULT_END: _grant_by_rule,
}
