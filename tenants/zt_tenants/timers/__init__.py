"""Timers: what a centre has to do at a moment, found by one scan over all centres and handled once.

An app registers a handler for each kind of timer; its commands schedule and cancel timers in their own transactions.
How a due timer comes to its handler: ``turn``.
"""

from zt_tenants.timers.commands import NewTimer, cancel, schedule, schedule_everywhere, schedule_many
from zt_tenants.timers.registry import DueTimer, Handle, register, unregister
from zt_tenants.timers.turn import run_due

__all__ = [
    "DueTimer",
    "Handle",
    "NewTimer",
    "cancel",
    "register",
    "run_due",
    "schedule",
    "schedule_everywhere",
    "schedule_many",
    "unregister",
]
