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
_SENDING = _ROUTER | {ActingParty.SYSTEM.value}
_HANDING_DOWN = frozenset({Role.WINDOW_CLERK.value, ActingParty.SYSTEM.value})
_ACCEPTING_PARTY = frozenset({Role.WINDOW_CLERK.value, ActingParty.SYSTEM.value})
"""The system accepts what the law deems accepted (art. 32), and sends it on its way."""
_REMOTE = frozenset({ActingParty.CENTRE.value})
_DECIDERS = frozenset({Role.REVIEWER.value, Role.APPROVER.value})
_SYSTEM = frozenset({ActingParty.SYSTEM.value})
_HEAD = frozenset({Role.DEPARTMENT_HEAD.value})
_SUPERVISOR = frozenset({Role.SUPERVISOR.value})


@dataclass(frozen=True, slots=True)
class Transition:
    """One edge: while the centre's role is one of ``roles``, ``who`` may take the case from ``source`` to ``target``.

    ``source`` is None where the case comes into being. ``becomes`` is the centre's role afterwards when it changes.
    ``step`` is the timeline's line; None for an edge that leaves no line. ``suspended_from``: the edge is there only for
    a case whose special procedure began in that status; None where that does not matter.
    """

    source: Status | None
    action: Action
    target: Status
    who: frozenset[str]
    roles: frozenset[CaseRole]
    step: Step | None
    becomes: CaseRole | None = None
    suspended_from: Status | None = None


def _edges(
    sources: Iterable[Status | None],
    action: Action,
    target: Status | None,
    who: frozenset[str],
    roles: Iterable[CaseRole],
    step: Step | None,
    becomes: CaseRole | None = None,
    suspended_from: Status | None = None,
) -> list[Transition]:
    """One edge per source; ``target`` None means that the status stays."""
    found = []
    for source in sources:
        reached = target or source
        if reached is None:
            raise ValueError("an edge from nowhere needs a target")
        found.append(Transition(source, action, reached, who, frozenset(roles), step, becomes, suspended_from))
    return found


_OPEN = (Status.SUBMITTED, Status.PRE_REVIEWED)
_IN_HAND = (Status.SUBMITTED, Status.CORRECTING, Status.PRE_REVIEWED, Status.ACCEPTED, Status.REVIEWED)
_GRANTED = (Status.APPROVED, Status.COMPLETED, Status.POSTED, Status.DELIVERED)
_RULED = (Status.APPROVED, Status.REJECTED)

_UNDER_WAY = (Status.ACCEPTED, Status.REVIEWED)
_PAUSED = Status.SUSPENDED

_CLOCK: tuple[Transition, ...] = (
    # Special procedures stop the clock after acceptance (art. 45); the reviewing lower organ may need one too (art. 43).
    *_edges(_UNDER_WAY, Action.PAUSE, _PAUSED, _DECIDERS, [S, D], Step.PAUSED),
    *_edges([Status.ACCEPTED], Action.PAUSE, _PAUSED, _DECIDERS, [A], Step.PAUSED),
    *_edges([_PAUSED], Action.PAUSE, None, _DECIDERS, [S, D], Step.PAUSED),
    *_edges([_PAUSED], Action.PAUSE, None, _DECIDERS, [A], Step.PAUSED, suspended_from=Status.ACCEPTED),
    *_edges([_PAUSED], Action.END_PROCEDURE, None, _DECIDERS, [S, D], Step.PROCEDURE_ENDED),
    *_edges(
        [_PAUSED], Action.END_PROCEDURE, None, _DECIDERS, [A], Step.PROCEDURE_ENDED, suspended_from=Status.ACCEPTED
    ),
    *_edges(
        [_PAUSED],
        Action.RESUME,
        Status.ACCEPTED,
        _DECIDERS,
        [S, A, D],
        Step.RESUMED,
        suspended_from=Status.ACCEPTED,
    ),
    *_edges([_PAUSED], Action.RESUME, Status.REVIEWED, _DECIDERS, [S, D], Step.RESUMED, suspended_from=Status.REVIEWED),
    # One extension of the decision: the reviewer asks, the head of the organ approves (art. 42).
    *_edges((*_UNDER_WAY, _PAUSED), Action.REQUEST_EXTENSION, None, _DECIDERS, [S, D], Step.EXTENSION_REQUESTED),
    *_edges((*_UNDER_WAY, _PAUSED), Action.EXTEND, None, _HEAD, [S, D], Step.EXTENDED),
    *_edges((*_UNDER_WAY, _PAUSED), Action.REFUSE_EXTENSION, None, _HEAD, [S, D], Step.EXTENSION_REFUSED),
    # Ways out without a decision. Who has the case ends it; the other side is told.
    *_edges(
        [Status.SUBMITTED, Status.CORRECTING, Status.PRE_REVIEWED],
        Action.TERMINATE,
        Status.TERMINATED,
        _SEAL_KEEPER,
        [S],
        Step.TERMINATED,
    ),
    *_edges((*_UNDER_WAY, _PAUSED), Action.TERMINATE, Status.TERMINATED, _APPROVER, [S, D], Step.TERMINATED),
    *_edges([Status.ACCEPTED], Action.TERMINATE, Status.TERMINATED, _APPROVER, [A], Step.TERMINATED),
    *_edges(
        [_PAUSED],
        Action.TERMINATE,
        Status.TERMINATED,
        _APPROVER,
        [A],
        Step.TERMINATED,
        suspended_from=Status.ACCEPTED,
    ),
    *_edges(
        _OPEN,
        Action.TRANSFER_BY_COMPETENCE,
        Status.TRANSFERRED_BY_COMPETENCE,
        _CLERK,
        [S],
        Step.TRANSFERRED_BY_COMPETENCE,
    ),
    *_edges([_PAUSED], Action.WITHDRAW, Status.WITHDRAWN, _APPLICANT_SIDE, [S, A, P], Step.WITHDRAWN),
    # Everything to be corrected is told once; a second notice is the supervisor's and a recorded violation (art. 32).
    *_edges(
        _OPEN,
        Action.SECOND_CORRECTION_NOTICE,
        Status.CORRECTING,
        _SUPERVISOR,
        [S],
        Step.SECOND_CORRECTION_REQUESTED,
    ),
    *_edges((*_UNDER_WAY, _PAUSED), Action.ADD_MATERIALS, None, _APPLICANT_SIDE, [S, D], Step.MATERIALS_ADDED),
    *_edges(
        [Status.ACCEPTED, Status.TRANSFERRED, _PAUSED],
        Action.ADD_MATERIALS,
        None,
        _APPLICANT_SIDE,
        [A],
        Step.MATERIALS_ADDED,
    ),
    *_edges([Status.HANDED_DOWN, _PAUSED], Action.ADD_MATERIALS, None, _APPLICANT_SIDE, [P], Step.MATERIALS_ADDED),
    # The same, told by the other centre.
    *_edges([Status.TRANSFERRED], Action.RECORD_PAUSE, _PAUSED, _REMOTE, [A], Step.PAUSED),
    *_edges([Status.HANDED_DOWN], Action.RECORD_PAUSE, _PAUSED, _REMOTE, [P], Step.PAUSED),
    *_edges([_PAUSED], Action.RECORD_PAUSE, None, _REMOTE, [A, P], Step.PAUSED),
    *_edges(
        [_PAUSED],
        Action.RECORD_RESUMPTION,
        Status.TRANSFERRED,
        _REMOTE,
        [A],
        Step.RESUMED,
        suspended_from=Status.TRANSFERRED,
    ),
    *_edges(
        [_PAUSED],
        Action.RECORD_RESUMPTION,
        Status.HANDED_DOWN,
        _REMOTE,
        [P],
        Step.RESUMED,
        suspended_from=Status.HANDED_DOWN,
    ),
    *_edges([Status.TRANSFERRED, _PAUSED], Action.RECORD_EXTENSION, None, _REMOTE, [A], Step.EXTENDED),
    *_edges([Status.HANDED_DOWN, _PAUSED], Action.RECORD_EXTENSION, None, _REMOTE, [P], Step.EXTENDED),
    *_edges(
        [Status.TRANSFERRED, _PAUSED, Status.WITHDRAWN],
        Action.RECORD_TERMINATION,
        Status.TERMINATED,
        _REMOTE,
        [A],
        Step.TERMINATED,
    ),
    *_edges(
        [Status.HANDED_DOWN, Status.CORRECTING, _PAUSED, Status.WITHDRAWN],
        Action.RECORD_TERMINATION,
        Status.TERMINATED,
        _REMOTE,
        [P],
        Step.TERMINATED,
    ),
    *_edges(
        [Status.HANDED_DOWN],
        Action.RECORD_TRANSFER_BY_COMPETENCE,
        Status.TRANSFERRED_BY_COMPETENCE,
        _REMOTE,
        [P],
        Step.TRANSFERRED_BY_COMPETENCE,
    ),
    *_edges([_PAUSED, Status.TERMINATED], Action.RECORD_WITHDRAWAL, Status.WITHDRAWN, _REMOTE, [S, D], Step.WITHDRAWN),
    *_edges((*_UNDER_WAY, _PAUSED), Action.RECORD_MATERIALS, None, _REMOTE, [S, D], Step.MATERIALS_ADDED),
    *_edges([Status.TRANSFERRED, _PAUSED], Action.RECORD_MATERIALS, None, _REMOTE, [A], Step.MATERIALS_ADDED),
    *_edges([Status.HANDED_DOWN, _PAUSED], Action.RECORD_MATERIALS, None, _REMOTE, [P], Step.MATERIALS_ADDED),
)
"""The clock's stops, its extension, and the ends without a decision (art. 32, 42, 45)."""

_ROAD: tuple[Transition, ...] = (
    # The applicant and the window (L-01, E-11, art. 32).
    *_edges([None], Action.START, Status.DRAFT, _APPLICANT_SIDE, [S], Step.DRAFTED),
    *_edges([Status.DRAFT], Action.AMEND, None, _APPLICANT_SIDE, [S], None),
    *_edges([Status.CORRECTING], Action.AMEND, None, _APPLICANT_SIDE, [S, P], None),
    *_edges([Status.DRAFT], Action.SUBMIT, Status.SUBMITTED, _APPLICANT_SIDE, [S], Step.SUBMITTED),
    *_edges(_OPEN, Action.RETURN_FOR_CORRECTION, Status.CORRECTING, _CLERK, [S], Step.CORRECTION_REQUESTED),
    *_edges([Status.CORRECTING], Action.RESUBMIT, Status.SUBMITTED, _APPLICANT_SIDE, [S], Step.RESUBMITTED),
    *_edges([Status.CORRECTING], Action.RESUBMIT, Status.HANDED_DOWN, _APPLICANT_SIDE, [P], Step.RESUBMITTED),
    *_edges([Status.SUBMITTED], Action.PASS_PRE_REVIEW, Status.PRE_REVIEWED, _CLERK, [S], Step.PRE_REVIEWED),
    *_edges(_OPEN, Action.ACCEPT, Status.ACCEPTED, _ACCEPTING_PARTY, [S], Step.ACCEPTED),
    *_edges(_OPEN, Action.ACCEPT_TO_PASS_ON, Status.ACCEPTED, _ACCEPTING_PARTY, [S], Step.ACCEPTED, becomes=A),
    *_edges(_OPEN, Action.REFUSE, Status.REFUSED, _CLERK, [S], Step.REFUSED),
    # Between centres, by us.
    *_edges(_OPEN, Action.HAND_DOWN, Status.HANDED_DOWN, _HANDING_DOWN, [S], Step.HANDED_DOWN, becomes=P),
    *_edges([Status.ACCEPTED, Status.REVIEWED], Action.TRANSFER, Status.TRANSFERRED, _SENDING, [A], Step.TRANSFERRED),
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
    # A renewal may be deemed granted in the middle of a special procedure (art. 50): then it is told here as well.
    *_edges(
        [Status.TRANSFERRED, _PAUSED, Status.WITHDRAWN],
        Action.RECORD_GRANT,
        Status.APPROVED,
        _REMOTE,
        [A],
        Step.APPROVED,
    ),
    *_edges([Status.TRANSFERRED, Status.WITHDRAWN], Action.RECORD_DENIAL, Status.REJECTED, _REMOTE, [A], Step.REJECTED),
    *_edges(
        [Status.HANDED_DOWN, _PAUSED, Status.WITHDRAWN],
        Action.RECORD_GRANT,
        Status.APPROVED,
        _REMOTE,
        [P],
        Step.APPROVED,
    ),
    *_edges([Status.HANDED_DOWN, Status.WITHDRAWN], Action.RECORD_DENIAL, Status.REJECTED, _REMOTE, [P], Step.REJECTED),
    *_edges(_RULED, Action.RECORD_COMPLETION, Status.COMPLETED, _REMOTE, [P, D], Step.COMPLETED),
    *_edges(
        [Status.COMPLETED, Status.POSTED], Action.RECORD_DELIVERY, Status.DELIVERED, _REMOTE, [P, D], Step.DELIVERED
    ),
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

_WITH_ACCEPTING = (*_UNDER_WAY, Status.TRANSFERRED, _PAUSED)

_WAYS: tuple[Transition, ...] = (
    # What is deemed because nothing was decided in time (art. 50; a centre's own rule, G-05).
    *_edges((*_UNDER_WAY, _PAUSED), Action.DEEM_GRANTED, Status.APPROVED, _SYSTEM, [S, D], Step.DEEMED_GRANTED),
    *_edges([Status.ACCEPTED], Action.DEEM_GRANTED, Status.APPROVED, _SYSTEM, [A], Step.DEEMED_GRANTED),
    *_edges(
        [_PAUSED],
        Action.DEEM_GRANTED,
        Status.APPROVED,
        _SYSTEM,
        [A],
        Step.DEEMED_GRANTED,
        suspended_from=Status.ACCEPTED,
    ),
    # A temporary permit on a commitment, and what becomes of it (I-04, I-05): signed where the applicant is, granted,
    # verified, exchanged or withdrawn where it is decided.
    *_edges((*_OPEN, *_UNDER_WAY, _PAUSED), Action.SIGN_COMMITMENT, None, _APPLICANT_SIDE, [S], Step.COMMITMENT_SIGNED),
    *_edges(_WITH_ACCEPTING, Action.SIGN_COMMITMENT, None, _APPLICANT_SIDE, [A], Step.COMMITMENT_SIGNED),
    *_edges([Status.HANDED_DOWN], Action.SIGN_COMMITMENT, None, _APPLICANT_SIDE, [P], Step.COMMITMENT_SIGNED),
    *_edges([Status.HANDED_DOWN], Action.RECORD_COMMITMENT, None, _REMOTE, [P], Step.COMMITMENT_SIGNED),
    *_edges(
        [Status.REVIEWED], Action.GRANT_ON_COMMITMENT, Status.APPROVED, _APPROVER, [S, D], Step.GRANTED_ON_COMMITMENT
    ),
    *_edges(_GRANTED, Action.CONVERT_PERMIT, None, _APPROVER, [S, D], Step.PERMIT_CONVERTED),
    *_edges(_GRANTED, Action.WITHDRAW_PERMIT, None, _APPROVER, [S, D], Step.PERMIT_WITHDRAWN),
    # The same, told by the other centre.
    *_edges((*_OPEN, *_UNDER_WAY, _PAUSED), Action.RECORD_COMMITMENT, None, _REMOTE, [S, D], Step.COMMITMENT_SIGNED),
    *_edges(_GRANTED, Action.RECORD_CONVERSION, None, _REMOTE, [A, P], Step.PERMIT_CONVERTED),
    *_edges(_GRANTED, Action.RECORD_PERMIT_WITHDRAWAL, None, _REMOTE, [A, P], Step.PERMIT_WITHDRAWN),
    # What is still owed when the temporary permit is granted follows before its verification (I-06).
    *_edges(_GRANTED, Action.ADD_MATERIALS, None, _APPLICANT_SIDE, [S, A, P], Step.MATERIALS_ADDED),
    *_edges(_GRANTED, Action.RECORD_MATERIALS, None, _REMOTE, [S, D], Step.MATERIALS_ADDED),
    # Special handling, on the approval of the organ's head (E-17).
    *_edges((*_OPEN, *_UNDER_WAY), Action.APPROVE_SPECIALLY, None, _HEAD, [S], Step.SPECIALLY_APPROVED),
)
"""What is out of the ordinary: deemed by silence, granted on a commitment, handled at once."""

_BEFORE_DELIVERY = (*_IN_HAND, _PAUSED, *_RULED, Status.COMPLETED)
_AT_PORTAL = (Status.HANDED_DOWN, Status.CORRECTING, _PAUSED, *_RULED, Status.COMPLETED)

_DELIVERY: tuple[Transition, ...] = (
    # The applicant chooses how to get the result, in the draft or until it is on its way (art. 44).
    *_edges([Status.DRAFT], Action.CHOOSE_DELIVERY, None, _APPLICANT_SIDE, [S], None),
    *_edges(_BEFORE_DELIVERY, Action.CHOOSE_DELIVERY, None, _APPLICANT_SIDE, [S], Step.DELIVERY_CHOSEN),
    *_edges(
        (*_WITH_ACCEPTING, *_RULED, Status.COMPLETED),
        Action.CHOOSE_DELIVERY,
        None,
        _APPLICANT_SIDE,
        [A],
        Step.DELIVERY_CHOSEN,
    ),
    *_edges(_AT_PORTAL, Action.CHOOSE_DELIVERY, None, _APPLICANT_SIDE, [P], Step.DELIVERY_CHOSEN),
    # Posted; received, or come back: then it is kept at the window.
    *_edges([Status.COMPLETED], Action.POST_RESULT, Status.POSTED, _CLERK, [S, A], Step.POSTED),
    *_edges([Status.POSTED], Action.CONFIRM_RECEIPT, Status.DELIVERED, _APPLICANT_SIDE, [S, A, P], Step.DELIVERED),
    *_edges([Status.POSTED], Action.TAKE_BACK, Status.COMPLETED, _CLERK, [S, A], Step.RETURNED),
    # The same, told by the other centre: who delivers tells who decided and the portal; the portal tells back.
    *_edges(_BEFORE_DELIVERY, Action.RECORD_DELIVERY_CHOICE, None, _REMOTE, [S], Step.DELIVERY_CHOSEN),
    *_edges(_AT_PORTAL, Action.RECORD_DELIVERY_CHOICE, None, _REMOTE, [P], Step.DELIVERY_CHOSEN),
    *_edges([Status.COMPLETED], Action.RECORD_POSTING, Status.POSTED, _REMOTE, [P, D], Step.POSTED),
    *_edges([Status.POSTED], Action.RECORD_RETURN, Status.COMPLETED, _REMOTE, [P, D], Step.RETURNED),
    *_edges([Status.POSTED], Action.RECORD_DELIVERY, Status.DELIVERED, _REMOTE, [S], Step.DELIVERED),
)
"""How the result reaches the applicant by post (art. 44); handing it over at the window is on the road."""

TRANSITIONS: tuple[Transition, ...] = (*_ROAD, *_CLOCK, *_WAYS, *_DELIVERY)

_Key = tuple[Status | None, Action, CaseRole, Status | None]
_BY_KEY: dict[_Key, Transition] = {
    (edge.source, edge.action, role, edge.suspended_from): edge for edge in TRANSITIONS for role in edge.roles
}


def next_transition(status: str | None, action: Action, role: str, *, suspended_from: str = "") -> Transition:
    """The edge that ``action`` takes from a status in a role; ``suspended_from`` is where a special procedure began.

    Raises TransitionNotAllowed naming the status and the action when the table has none.
    """
    edge = _edge(status, action, role, suspended_from)
    if edge is None:
        raise TransitionNotAllowed(status=None if status is None else Status(status), action=action)
    return edge


def is_possible(status: str | None, action: Action, role: str, *, suspended_from: str = "") -> bool:
    """Whether the table has an edge; for pages that show only what can be done."""
    return _edge(status, action, role, suspended_from) is not None


def _edge(status: str | None, action: Action, role: str, suspended_from: str) -> Transition | None:
    source = None if status is None else Status(status)
    here, began_in = CaseRole(role), Status(suspended_from) if suspended_from else None
    return _BY_KEY.get((source, action, here, began_in)) or _BY_KEY.get((source, action, here, None))


def possible_actions(status: str, role: str, who: Iterable[str], *, suspended_from: str = "") -> list[Action]:
    """What holders of ``who`` (staff roles, or APPLICANT) can do from here, in the table's order."""
    holders = frozenset(who)
    return [
        edge.action
        for edge in TRANSITIONS
        if edge.source == status
        and role in edge.roles
        and edge.who & holders
        and edge.action is not Action.TRANSFER
        and edge.suspended_from in (None, suspended_from)
    ]
