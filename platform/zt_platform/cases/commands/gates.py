"""Who else has a say in a case: what must hold before a grant, and who is told that a case has been decided or has ended.

Apps that build on cases (joint handling) register themselves when they are ready; cases know none of them.
"""

from __future__ import annotations

from collections.abc import Callable

from zt_platform.cases.models import Case
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
    """The same as an answer, for what is deemed by a centre's rule."""
    try:
        require_grantable(case)
    except Conflict:
        return False
    return True


def end_if_over(case: Case) -> None:
    """Tell who is concerned, once the case has been decided or has ended."""
    if case.is_decided or case.is_closed:
        for end in _ends:
            end(case)
