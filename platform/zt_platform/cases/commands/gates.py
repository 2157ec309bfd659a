"""Who else has a say in a case: what must hold before a grant, what silence has granted already, who hears of the end.

Apps that build on cases (joint handling) register themselves when they are ready; cases know none of them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from zt_platform.cases import rules
from zt_platform.cases.alarms import AlarmKind, due_alarms
from zt_platform.cases.errors import DeemedAccepted, DeemedGranted
from zt_platform.cases.models import Case
from zt_platform.cases.rules import Calendar
from zt_platform.cases.tolerance import open_debts
from zt_platform.cases.vocabulary import Status
from zt_tenants.clock import CHINA, now
from zt_tenants.errors import Conflict

Gate = Callable[[Case], None]
End = Callable[[Case], None]
_gates: list[Gate] = []
_ends: list[End] = []


def before_grant(gate: Gate) -> None:
    """Call ``gate`` with the locked case before it is granted; it raises Conflict when it must not be. Safe to repeat."""
    if gate not in _gates:
        _gates.append(gate)


def at_end(end: End) -> None:
    """Call ``end`` with the locked case once it has been decided or has ended, before it is saved. Safe to repeat."""
    if end not in _ends:
        _ends.append(end)


def require_grantable(case: Case) -> None:
    """Refuse to grant what somebody else still has a say in. Raises Conflict (the gate's own error)."""
    for gate in _gates:
        gate(case)


def is_grantable(case: Case) -> bool:
    """The same as an answer, for what is deemed by a centre's rule: nothing is granted while materials are owed, either."""
    if open_debts(case):
        return False
    try:
        require_grantable(case)
    except Conflict:
        return False
    return True


def require_not_accepted_by_silence(case: Case) -> None:
    """Art. 32: after five working days without a word an application can only be accepted. Raises DeemedAccepted."""
    waits = case.status in (Status.SUBMITTED, Status.PRE_REVIEWED)
    if waits and case.acceptance_due_at and rules.acceptance_is_deemed(now(), case.acceptance_due_at):
        raise DeemedAccepted


def granted_by_silence_at(case: Case, calendar: Calendar) -> datetime | None:
    """Since when an undecided case counts as granted (art. 50, G-05), whether its timer has said so yet or not."""
    for alarm in due_alarms(case, calendar, now()):
        by_rule = alarm.kind is AlarmKind.DEFAULT_END and is_grantable(case)
        if by_rule or alarm.kind is AlarmKind.RENEWAL_END:
            return alarm.limit
    return None


def require_not_granted_by_silence(case: Case, calendar: Calendar) -> None:
    """Let nobody deny, end or take back what counts as granted already. Raises DeemedGranted."""
    since = granted_by_silence_at(case, calendar)
    if since is not None:
        raise DeemedGranted(limit=since.astimezone(CHINA).strftime("%Y-%m-%d %H:%M"))


def end_if_over(case: Case) -> None:
    """Tell who is concerned, once the case has been decided or has ended."""
    if case.is_decided or case.is_closed:
        for end in _ends:
            end(case)
