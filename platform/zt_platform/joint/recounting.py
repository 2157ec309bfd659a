"""When the work calendar changes, a joint task whose last day is no longer worked ends on the next working day (art. 82).

Its limit was told as a date, so it is never shortened, and moves only off a day on which nobody is at work: silence on such
a day is no neglect and no consent (G-06). Lead and participant hold the same limit and find the same day.
"""

from __future__ import annotations

from zt_platform.joint import rules
from zt_platform.joint.alarms import wait_for_answers
from zt_platform.joint.models import HistoryLine, JointTask
from zt_platform.joint.vocabulary import Act
from zt_platform.organisation.queries import office_hours
from zt_platform.workcalendar.queries import calendar
from zt_tenants.clock import CHINA, now
from zt_tenants.context import current_centre


def put_off_limits() -> None:
    """Move the limits of open tasks off days that are no longer worked; three statements, one when none moves."""
    days, moment = calendar(), now()
    waiting = JointTask.objects.open().filter(due_at__gte=moment).select_for_update(of=("self",)).defer("facts")
    moved = [task for task in waiting.order_by("pk") if days.off_days_off(task.due_at) != task.due_at]
    if not moved:
        return
    hours = office_hours()
    for task in moved:
        task.due_at = days.off_days_off(task.due_at)
        task.warning_at = rules.warning_at(task.asked_at, task.due_at, hours)
        task.red_at = rules.red_at(task.due_at, days, hours)
        until = task.due_at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
        task.note(HistoryLine(Act.PUT_OFF, moment.isoformat(), "", current_centre().name, until))
    JointTask.objects.bulk_update(moved, ["due_at", "warning_at", "red_at", "history", "lock_version"])
    wait_for_answers(moved)
