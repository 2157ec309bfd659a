"""What each app counts anew in a centre when the work calendar changes: one timer, one transaction, in one order.

Apps register themselves when they are ready; this one knows none of them. Orders come before cases and cases before joint
tasks, the order in which their commands lock.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from zt_platform.workcalendar.queries import fresh_calendar
from zt_tenants.timers import DueTimer

Recount = Callable[[], None]
_recounts: list[Recount] = []


def at_change(recount: Recount) -> None:
    """Call ``recount`` inside each centre when the calendar has changed; repeating it changes nothing. Safe to repeat."""
    if recount not in _recounts:
        _recounts.append(recount)


def count_anew(timers: Sequence[DueTimer]) -> None:
    """Let every app count what rests on the calendar in the current centre (the timer ``calendar.recompute``)."""
    del timers
    fresh_calendar()
    for recount in _recounts:
        recount()
