"""What happens at the limits of cases by itself: reminder, supervision order, cards, and what the law deems (F-03, F-04).

One handler for the one timer of each case, set-based: the cases of up to 500 timers are read, judged and written together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from zt_platform.cases import papers
from zt_platform.cases.alarms import Alarm, AlarmKind, due_alarms, is_late_reminder
from zt_platform.cases.commands.batch import Batch
from zt_platform.cases.commands.deeming import Roads, deem_accepted
from zt_platform.cases.commands.ledger import Remark, local_calendar, unsaved_fact
from zt_platform.cases.models import Case
from zt_platform.cases.vocabulary import Step
from zt_platform.papers.content import Bilingual
from zt_platform.papers.kinds import PaperKind
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
}
"""What an alarm is about, as its paper names it."""
TWO_STEPS = Bilingual("两个环节的时限", "allowances of two steps")


def act_at_limits(timers: Sequence[DueTimer]) -> None:
    """Do what the limits of these cases call for now, once for each limit; the cases' timers are set anew.

    In the timers' transaction. A timer whose case was decided, ended or given more time meanwhile does nothing.
    """
    batch, moment, roads = Batch.of(timers), now(), Roads()
    for case in batch.cases:
        for alarm in due_alarms(case, local_calendar(case), moment):
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
    name = LIMIT_NAMES[alarm.kind]
    batch.paper(PaperKind.REMINDER, case, papers.reminder_content(case, name, alarm.limit), by_centre=True)
    _note(batch, case, Step.REMINDED, alarm)


def _order(batch: Batch, case: Case, alarm: Alarm) -> None:
    """F-04: to the window's unit, over the limit."""
    red, name, limit = alarm.kind is AlarmKind.DECISION_RED, LIMIT_NAMES[alarm.kind], alarm.limit
    if red and case.due_at is not None:
        # Red before the limit itself: a second step has run over its allowance (domain.md, lights).
        name, limit = (TWO_STEPS, limit) if limit < case.due_at else (name, case.due_at)
    content = papers.supervision_order_content(case, name, limit, red=red)
    batch.paper(PaperKind.SUPERVISION_ORDER, case, content, by_centre=True)
    _note(batch, case, Step.RED_CARDED if red else Step.SUPERVISION_ORDERED, alarm)


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
}
