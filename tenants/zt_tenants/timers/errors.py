"""What can be wrong with a timer."""

from __future__ import annotations

from zt_tenants.errors import InvalidInput, NotFound


class TimerInvalid(InvalidInput):
    """A timer cannot be kept like this: a bug in the caller."""

    code = "TIMER_INVALID"
    zh = "定时任务的“{what}”无效。"
    en = "The timer's {what} is not valid."


class TimerKindUnknown(InvalidInput):
    """Nobody registered a handler for this kind, so the timer would never be handled."""

    code = "TIMER_KIND_UNKNOWN"
    zh = "没有登记“{kind}”类定时任务的处理程序。"
    en = "No handler is registered for timers of the kind “{kind}”."


class ParkedTimerNotFound(NotFound):
    """There is no parked timer with this id."""

    code = "PARKED_TIMER_NOT_FOUND"
    zh = "没有编号为“{timer}”的搁置定时任务，请用 zhengtong timers --parked 查看。"
    en = "There is no parked timer “{timer}”; zhengtong timers --parked lists them."
