"""What a case's log implies: how the case must stand, which papers there must be, what must have been sent. Pure.

The log is append-only, the row is not; reading it anew is the check of the row and of everything that was written beside
it (E-20, R-03). The checks themselves are in :mod:`zt_platform.cases.queries.ledger_checks`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from zt_platform.actors import ActorKind
from zt_platform.cases.events.outgoing import KEPT_BY_THE_ACCEPTING, MESSAGE_OF, NOT_SUPERVISED, REPORTED_BELOW
from zt_platform.cases.states import TRANSITIONS
from zt_platform.cases.vocabulary import Action, CaseRole, Step
from zt_platform.papers.kinds import PaperKind

_PAPERS_OF_ACTIONS: dict[str, tuple[PaperKind, ...]] = {
    Action.SUBMIT: (PaperKind.MATERIALS_RECEIPT,),
    Action.ACCEPT: (PaperKind.ACCEPTANCE,),
    Action.ACCEPT_TO_PASS_ON: (PaperKind.ACCEPTANCE,),
    Action.RETURN_FOR_CORRECTION: (PaperKind.CORRECTION,),
    Action.SECOND_CORRECTION_NOTICE: (PaperKind.CORRECTION,),
    Action.REFUSE: (PaperKind.REFUSAL,),
    Action.TRANSFER_BY_COMPETENCE: (PaperKind.REFUSAL,),
    Action.GRANT: (PaperKind.GRANT, PaperKind.CERTIFICATE),
    Action.DENY: (PaperKind.DENIAL,),
    Action.DEEM_GRANTED: (PaperKind.DEEMED,),
    Action.GRANT_ON_COMMITMENT: (PaperKind.TEMPORARY_PERMIT, PaperKind.GRANT),
    Action.CONVERT_PERMIT: (PaperKind.CERTIFICATE,),
    Action.WITHDRAW_PERMIT: (PaperKind.TERMINATION,),
    Action.PAUSE: (PaperKind.PAUSE,),
    Action.RESUME: (PaperKind.RESUMPTION,),
    Action.EXTEND: (PaperKind.EXTENSION,),
    Action.TERMINATE: (PaperKind.TERMINATION,),
    Action.DELIVER: (PaperKind.DELIVERY_RECEIPT,),
}
_PAPERS_OF_FACTS: dict[str, tuple[PaperKind, ...]] = {
    Step.REMINDED: (PaperKind.REMINDER,),
    Step.SUPERVISION_ORDERED: (PaperKind.SUPERVISION_ORDER,),
    Step.RED_CARDED: (PaperKind.SUPERVISION_ORDER,),
    Step.OPINIONS_ASKED: (PaperKind.JOINT_CONTACT,),
    Step.OPINION_DEEMED: (PaperKind.JOINT_DEEMED,),
}
_ARRIVALS: dict[str, frozenset[CaseRole]] = {
    Action.CONFIRM_RECEIPT: frozenset({CaseRole.SOLE, CaseRole.ACCEPTING}),
    Action.RECORD_DELIVERY: frozenset({CaseRole.SOLE}),
}
_INSIDE = frozenset({Step.CLAIMED.value, Step.RELEASED.value, Step.ASSIGNED.value, Step.NOTED.value})
"""Between colleagues: reported to nobody."""
_OPENING = frozenset({Action.RECEIVE_APPLICATION.value, Action.RECEIVE_CASE.value})
_LEAVING = {Action.HAND_DOWN.value: CaseRole.PORTAL, Action.TRANSFER.value: CaseRole.ACCEPTING}
_EDGES = frozenset((edge.source or "", edge.action.value, edge.target.value) for edge in TRANSITIONS)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a log, as far as it implies anything, in the order in which it was written."""

    step: str
    action: str
    from_status: str
    to_status: str
    actor_kind: str


@dataclass(slots=True)
class Reading:
    """What one case's log implies. ``broken`` are steps whose beginning is not the end of the one before."""

    status: str = ""
    came_in: bool = False
    accepted: bool = False
    reported_status: str = ""
    """How the case stood when the supervision last heard of it."""
    supervised: int = 0
    papers: Counter[PaperKind] = field(default_factory=Counter)
    messages: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    """Steps that the table does not have."""
    confirmed_elsewhere: bool = False
    """The applicant confirmed at the other centre what came by post from here: this one issues the receipt."""


def read_log(lines: Iterable[Line]) -> Reading:
    """Read the lines of one case, the oldest first."""
    found, role, shared = Reading(), CaseRole.SOLE, False
    for line in lines:
        told = line.actor_kind == ActorKind.CENTRE.value
        if not line.action and not line.to_status:
            found.accepted |= line.step == Step.ACCEPTED  # carried here from the other centre's log
            continue
        _follow(found, line)
        role, shared = _place(line, role, shared)
        found.papers.update(_papers(line, role))
        found.confirmed_elsewhere |= line.action == Action.RECORD_DELIVERY and role == CaseRole.SOLE
        if shared and line.action and (not told or line.action in _OPENING) and line.action in MESSAGE_OF:
            # The review before handing up travels inside case.transferred.v1 (art. 43).
            found.messages.update([] if _travels_inside(line, role) else [MESSAGE_OF[Action(line.action)]])
        moved_nothing = line.from_status == line.to_status or role == CaseRole.PORTAL
        below = role == CaseRole.PORTAL and line.action in REPORTED_BELOW
        if line.step not in NOT_SUPERVISED and line.step not in _INSIDE and not below and not (told and moved_nothing):
            found.supervised += 1
            found.reported_status = line.to_status
        if line.action == Action.RECORD_DECLINE:
            role, shared = CaseRole.SOLE, False
    return found


def _follow(found: Reading, line: Line) -> None:
    if line.action:
        edge = (line.from_status, line.action, line.to_status)
        if edge not in _EDGES:
            found.foreign.append(f"{line.from_status or '–'} {line.action} {line.to_status}")
    if line.from_status != found.status:
        found.broken.append(f"{found.status or '–'} / {line.from_status or '–'} {line.step}")
    found.status = line.to_status
    found.came_in |= line.action == Action.SUBMIT or line.action in _OPENING
    found.accepted |= line.step == Step.ACCEPTED or line.action == Action.RECEIVE_CASE


def _papers(line: Line, role: CaseRole) -> tuple[PaperKind, ...]:
    if line.action in _ARRIVALS:
        # The centre that posted the result issues its receipt, wherever the arrival was confirmed.
        return (PaperKind.DELIVERY_RECEIPT,) if role in _ARRIVALS[line.action] else ()
    return _PAPERS_OF_ACTIONS.get(line.action, ()) if line.action else _PAPERS_OF_FACTS.get(line.step, ())


def _place(line: Line, role: CaseRole, shared: bool) -> tuple[CaseRole, bool]:
    """The role in the case from this line on, and whether another centre holds it too."""
    if line.action in _OPENING:
        return CaseRole.DECIDING if line.action == Action.RECEIVE_CASE else CaseRole.SOLE, True
    if line.action in _LEAVING:
        return _LEAVING[line.action], True
    if line.action == Action.RECORD_DECLINE:
        return CaseRole.SOLE, shared
    return role, shared


def _travels_inside(line: Line, role: CaseRole) -> bool:
    return line.action in KEPT_BY_THE_ACCEPTING and role == CaseRole.ACCEPTING
