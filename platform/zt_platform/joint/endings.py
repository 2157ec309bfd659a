"""The case has been decided or has ended: open tasks are recalled, every participant hears of it."""

from __future__ import annotations

from zt_platform.cases.models import Case
from zt_platform.cases.vocabulary import Status as CaseStatus
from zt_platform.joint import outgoing, telling
from zt_platform.joint.casebook import end_register, register_of
from zt_platform.joint.models import HistoryLine, JointTask
from zt_platform.joint.vocabulary import Act, Side, Status
from zt_tenants.clock import now
from zt_tenants.context import current_centre


def end_tasks(case: Case) -> None:
    """End joint handling of a case, once; the case is locked and saved by the caller.

    What was owed is recalled, what was answered stays as it was said. Set-based: five statements at most.
    """
    if case.joint_opened_at is None or (register := register_of(case)).ended_at is not None:
        return
    end_register(case, register)
    moment, centre = now(), current_centre()
    tasks = list(JointTask.objects.of_case(case.tracking_number or "").select_for_update(of=("self",)))
    open_before = [task for task in tasks if task.is_open]
    for task in tasks:
        task.ended_at, task.ended_as = moment, case.status
        if task.is_open:
            task.status, task.recalled_at = Status.RECALLED, moment
        task.note(HistoryLine(Act.END, moment.isoformat(), "", centre.name, text=case.status))
    if not tasks:
        return
    JointTask.objects.bulk_update(tasks, ["ended_at", "ended_as", "status", "recalled_at", "history", "lock_version"])
    outgoing.send_ends([task for task in tasks if task.side == Side.LEAD], CaseStatus(case.status))
    telling.tell_participants([task for task in open_before if task.side == Side.LOCAL], telling.recalled)
