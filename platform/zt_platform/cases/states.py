"""The one table of what can happen to a case: from, action, to, by whom, and where the case plays which role.

Nothing else decides a status. ``next_transition`` is asked by every command; :mod:`zt_platform.cases.picture` draws the
table into the documentation.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from zt_platform.cases.errors import TransitionNotAllowed
from zt_platform.cases.vocabulary import ActingParty, Action, CaseRole, Status, Step
from zt_platform.organisation.roles import Role

S, A, D, P = CaseRole.SOLE, CaseRole.ACCEPTING, CaseRole.DECIDING, CaseRole.PORTAL
_APPLICANT_SIDE = frozenset({ActingParty.APPLICANT.value, Role.WINDOW_CLERK.value})
_CLERK = frozenset({Role.WINDOW_CLERK.value})
_REVIEWER = frozenset({Role.REVIEWER.value})
_APPROVER = frozenset({Role.APPROVER.value})
_SEAL_KEEPER = frozenset({Role.WINDOW_CLERK.value, Role.APPROVER.value})
_ROUTER = frozenset({Role.WINDOW_CLERK.value, Role.REVIEWER.value})
_HANDING_DOWN = frozenset({Role.WINDOW_CLERK.value, ActingParty.SYSTEM.value})
_REMOTE = frozenset({ActingParty.CENTRE.value})


@dataclass(frozen=True, slots=True)
class Transition:
    """One edge: while the centre's role is one of ``roles``, ``who`` may take the case from ``source`` to ``target``.

    ``source`` is None where the case comes into being. ``becomes`` is the centre's role afterwards when it changes.
    ``step`` is the timeline's line; None for an edge that leaves no line.
    """

    source: Status | None
    action: Action
    target: Status
    who: frozenset[str]
    roles: frozenset[CaseRole]
    step: Step | None
    becomes: CaseRole | None = None


def _edges(
    sources: Iterable[Status | None],
    action: Action,
    target: Status | None,
    who: frozenset[str],
    roles: Iterable[CaseRole],
    step: Step | None,
    becomes: CaseRole | None = None,
) -> list[Transition]:
    """One edge per source; ``target`` None means that the status stays."""
    found = []
    for source in sources:
        reached = target or source
        if reached is None:
            raise ValueError("an edge from nowhere needs a target")
        found.append(Transition(source, action, reached, who, frozenset(roles), step, becomes))
    return found


_OPEN = (Status.SUBMITTED, Status.PRE_REVIEWED)
_IN_HAND = (Status.SUBMITTED, Status.CORRECTING, Status.PRE_REVIEWED, Status.ACCEPTED, Status.REVIEWED)
_RULED = (Status.APPROVED, Status.REJECTED)

TRANSITIONS: tuple[Transition, ...] = (
    # The applicant and the window (L-01, E-11, art. 32).
    *_edges([None], Action.START, Status.DRAFT, _APPLICANT_SIDE, [S], Step.DRAFTED),
    *_edges([Status.DRAFT], Action.AMEND, None, _APPLICANT_SIDE, [S], None),
    *_edges([Status.CORRECTING], Action.AMEND, None, _APPLICANT_SIDE, [S, P], None),
    *_edges([Status.DRAFT], Action.SUBMIT, Status.SUBMITTED, _APPLICANT_SIDE, [S], Step.SUBMITTED),
    *_edges(_OPEN, Action.RETURN_FOR_CORRECTION, Status.CORRECTING, _CLERK, [S], Step.CORRECTION_REQUESTED),
    *_edges([Status.CORRECTING], Action.RESUBMIT, Status.SUBMITTED, _APPLICANT_SIDE, [S], Step.RESUBMITTED),
    *_edges([Status.CORRECTING], Action.RESUBMIT, Status.HANDED_DOWN, _APPLICANT_SIDE, [P], Step.RESUBMITTED),
    *_edges([Status.SUBMITTED], Action.PASS_PRE_REVIEW, Status.PRE_REVIEWED, _CLERK, [S], Step.PRE_REVIEWED),
    *_edges(_OPEN, Action.ACCEPT, Status.ACCEPTED, _CLERK, [S], Step.ACCEPTED),
    *_edges(_OPEN, Action.ACCEPT_TO_PASS_ON, Status.ACCEPTED, _CLERK, [S], Step.ACCEPTED, becomes=A),
    *_edges(_OPEN, Action.REFUSE, Status.REFUSED, _CLERK, [S], Step.REFUSED),
    # Between centres, by us.
    *_edges(_OPEN, Action.HAND_DOWN, Status.HANDED_DOWN, _HANDING_DOWN, [S], Step.HANDED_DOWN, becomes=P),
    *_edges([Status.ACCEPTED, Status.REVIEWED], Action.TRANSFER, Status.TRANSFERRED, _ROUTER, [A], Step.TRANSFERRED),
    *_edges(_OPEN, Action.DECLINE, Status.DECLINED, _ROUTER, [S], Step.DECLINED, becomes=D),
    *_edges([Status.ACCEPTED], Action.DECLINE, Status.DECLINED, _ROUTER, [D], Step.DECLINED),
    # Review, decision, completion, delivery (E-05, art. 42 to 44).
    *_edges([Status.ACCEPTED], Action.REVIEW, Status.REVIEWED, _REVIEWER, [S, A, D], Step.REVIEWED),
    *_edges([Status.REVIEWED], Action.GRANT, Status.APPROVED, _APPROVER, [S, D], Step.APPROVED),
    *_edges([Status.REVIEWED], Action.DENY, Status.REJECTED, _APPROVER, [S, D], Step.REJECTED),
    *_edges(_RULED, Action.COMPLETE, Status.COMPLETED, _SEAL_KEEPER, [S, A], Step.COMPLETED),
    *_edges([Status.COMPLETED], Action.DELIVER, Status.DELIVERED, _CLERK, [S, A], Step.DELIVERED),
    *_edges(_IN_HAND, Action.WITHDRAW, Status.WITHDRAWN, _APPLICANT_SIDE, [S, A], Step.WITHDRAWN),
    *_edges([Status.TRANSFERRED], Action.WITHDRAW, Status.WITHDRAWN, _APPLICANT_SIDE, [A], Step.WITHDRAWN),
    *_edges(
        [Status.HANDED_DOWN, Status.CORRECTING], Action.WITHDRAW, Status.WITHDRAWN, _APPLICANT_SIDE, [P], Step.WITHDRAWN
    ),
    # What another centre's message brings.
    *_edges([None], Action.RECEIVE_APPLICATION, Status.SUBMITTED, _REMOTE, [S], Step.RECEIVED),
    *_edges([None], Action.RECEIVE_CASE, Status.ACCEPTED, _REMOTE, [D], Step.RECEIVED),
    *_edges([Status.TRANSFERRED], Action.RECORD_RECEIPT, None, _REMOTE, [A], Step.RECEIVED),
    *_edges([Status.HANDED_DOWN], Action.RECORD_RECEIPT, None, _REMOTE, [P], Step.RECEIVED),
    *_edges([Status.HANDED_DOWN], Action.RECORD_CORRECTION, Status.CORRECTING, _REMOTE, [P], Step.CORRECTION_REQUESTED),
    *_edges([Status.CORRECTING], Action.RECORD_RESUBMISSION, Status.HANDED_DOWN, _REMOTE, [P], Step.RESUBMITTED),
    *_edges([Status.CORRECTING], Action.RECORD_RESUBMISSION, Status.SUBMITTED, _REMOTE, [S], Step.RESUBMITTED),
    *_edges([Status.HANDED_DOWN], Action.RECORD_REFUSAL, Status.REFUSED, _REMOTE, [P], Step.REFUSED),
    *_edges([Status.TRANSFERRED, Status.WITHDRAWN], Action.RECORD_GRANT, Status.APPROVED, _REMOTE, [A], Step.APPROVED),
    *_edges([Status.TRANSFERRED, Status.WITHDRAWN], Action.RECORD_DENIAL, Status.REJECTED, _REMOTE, [A], Step.REJECTED),
    *_edges([Status.HANDED_DOWN, Status.WITHDRAWN], Action.RECORD_GRANT, Status.APPROVED, _REMOTE, [P], Step.APPROVED),
    *_edges([Status.HANDED_DOWN, Status.WITHDRAWN], Action.RECORD_DENIAL, Status.REJECTED, _REMOTE, [P], Step.REJECTED),
    *_edges(_RULED, Action.RECORD_COMPLETION, Status.COMPLETED, _REMOTE, [P, D], Step.COMPLETED),
    *_edges([Status.COMPLETED], Action.RECORD_DELIVERY, Status.DELIVERED, _REMOTE, [P, D], Step.DELIVERED),
    *_edges(
        (*_IN_HAND, *_RULED, Status.COMPLETED),
        Action.RECORD_WITHDRAWAL,
        Status.WITHDRAWN,
        _REMOTE,
        [S, D],
        Step.WITHDRAWN,
    ),
    *_edges(
        [Status.HANDED_DOWN, Status.CORRECTING],
        Action.RECORD_WITHDRAWAL,
        Status.WITHDRAWN,
        _REMOTE,
        [P],
        Step.WITHDRAWN,
    ),
    *_edges([Status.TRANSFERRED], Action.RECORD_DECLINE, Status.ACCEPTED, _REMOTE, [A], Step.DECLINED, becomes=S),
    *_edges([Status.HANDED_DOWN], Action.RECORD_DECLINE, Status.SUBMITTED, _REMOTE, [P], Step.DECLINED, becomes=S),
)

_BY_KEY: dict[tuple[Status | None, Action, CaseRole], Transition] = {
    (edge.source, edge.action, role): edge for edge in TRANSITIONS for role in edge.roles
}


def next_transition(status: str | None, action: Action, role: str) -> Transition:
    """The edge that ``action`` takes from a status in a role.

    Raises TransitionNotAllowed naming the status and the action when the table has none.
    """
    source = None if status is None else Status(status)
    edge = _BY_KEY.get((source, action, CaseRole(role)))
    if edge is None:
        raise TransitionNotAllowed(status=source, action=action)
    return edge


def is_possible(status: str | None, action: Action, role: str) -> bool:
    """Whether the table has an edge; for pages that show only what can be done."""
    return (None if status is None else Status(status), action, CaseRole(role)) in _BY_KEY


def possible_actions(status: str, role: str, who: Iterable[str]) -> list[Action]:
    """What holders of ``who`` (staff roles, or APPLICANT) can do from here, in the table's order."""
    holders = frozenset(who)
    return [
        edge.action
        for edge in TRANSITIONS
        if edge.source == status and role in edge.roles and edge.who & holders and edge.action is not Action.TRANSFER
    ]
