"""The transition table, edge by edge, and the denial of everything that is not in it."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from zt_platform.cases.errors import TransitionNotAllowed
from zt_platform.cases.picture import case_states_page
from zt_platform.cases.states import TRANSITIONS, Transition, is_possible, next_transition, possible_actions
from zt_platform.cases.vocabulary import CLOSED, ActingParty, Action, CaseRole, Status
from zt_platform.organisation.roles import Role

EDGES = [(edge, role) for edge in TRANSITIONS for role in sorted(edge.roles)]
IN_TABLE = {(edge.source, edge.action, role) for edge, role in EDGES}
DENIED = sorted(
    set(product([None, *Status], Action, CaseRole)) - IN_TABLE, key=lambda key: (str(key[0]), key[1], key[2])
)
BEGAN_IN = (Status.ACCEPTED, Status.REVIEWED, Status.TRANSFERRED, Status.HANDED_DOWN)
"""The statuses in which a special procedure can begin: from there a case is suspended."""


def edge_name(edge: object) -> str:
    return f"{edge.source}-{edge.action}" if isinstance(edge, Transition) else str(edge)


@pytest.mark.req("E-05")
@pytest.mark.parametrize(("edge", "role"), EDGES, ids=edge_name)
def test_every_edge_leads_where_the_table_says(edge: Transition, role: CaseRole) -> None:
    began_in = edge.suspended_from or ""
    assert next_transition(edge.source, edge.action, role, suspended_from=began_in) is edge
    assert is_possible(edge.source, edge.action, role, suspended_from=began_in)


@pytest.mark.req("E-05")
@pytest.mark.parametrize("edge", [edge for edge in TRANSITIONS if edge.suspended_from], ids=edge_name)
def test_what_depends_on_where_the_procedure_began_is_denied_elsewhere(edge: Transition) -> None:
    elsewhere = {edge.suspended_from for edge in TRANSITIONS} | set(BEGAN_IN)
    for role in edge.roles:
        for began_in in elsewhere - {edge.suspended_from}:
            others = [
                e for e in TRANSITIONS if (e.source, e.action, e.suspended_from) == (edge.source, edge.action, began_in)
            ]
            if not any(role in other.roles for other in others):
                assert not is_possible(edge.source, edge.action, role, suspended_from=began_in or "")


@pytest.mark.req("E-05", "R-02")
def test_every_other_edge_is_denied_and_names_status_and_action() -> None:
    assert len(DENIED) + len(IN_TABLE) == (len(Status) + 1) * len(Action) * len(CaseRole)
    for status, action, role in DENIED:
        assert not is_possible(status, action, role)
        with pytest.raises(TransitionNotAllowed) as refused:
            next_transition(status, action, role)
        assert refused.value.data["action"] == action.value
        assert refused.value.data["status"] == (status.value if status else "NEW")
        assert refused.value.zh_text
        assert refused.value.en_text


def test_no_edge_is_declared_twice() -> None:
    keys = {(edge.source, edge.action, role, edge.suspended_from) for edge, role in EDGES}
    assert len(keys) == len(EDGES)
    unconditional = {(edge.source, edge.action, role) for edge, role in EDGES if edge.suspended_from is None}
    conditional = {(edge.source, edge.action, role) for edge, role in EDGES if edge.suspended_from is not None}
    assert not unconditional & conditional


def test_everybody_who_may_act_is_known() -> None:
    known = {*Role.values, *(party.value for party in ActingParty)}
    assert all(edge.who and edge.who <= known for edge in TRANSITIONS)


def test_only_messages_take_the_edges_that_messages_bring() -> None:
    for edge in TRANSITIONS:
        brought = edge.action.startswith(("RECORD_", "RECEIVE_"))
        assert brought == (edge.who == {ActingParty.CENTRE})


def test_a_closed_case_moves_only_when_withdrawal_and_decision_crossed() -> None:
    leaving = {(edge.source, edge.action) for edge in TRANSITIONS if edge.source in CLOSED}
    assert leaving == {
        (Status.WITHDRAWN, Action.RECORD_GRANT),
        (Status.WITHDRAWN, Action.RECORD_DENIAL),
        (Status.WITHDRAWN, Action.RECORD_TERMINATION),
        (Status.TERMINATED, Action.RECORD_WITHDRAWAL),
        (Status.DELIVERED, Action.CONVERT_PERMIT),
        (Status.DELIVERED, Action.WITHDRAW_PERMIT),
        (Status.DELIVERED, Action.ADD_MATERIALS),
        (Status.DELIVERED, Action.RECORD_CONVERSION),
        (Status.DELIVERED, Action.RECORD_PERMIT_WITHDRAWAL),
        (Status.DELIVERED, Action.RECORD_MATERIALS),
    }


def reachable(role: CaseRole, without: frozenset[Action]) -> set[Status | None]:
    """Every status a case can reach in a role when some actions are taken out of the table."""
    reached: set[tuple[Status | None, Status | None]] = {(None, None)}  # with the status a procedure began in
    while True:
        more = {
            (edge.target, (began_in or source) if edge.target is Status.SUSPENDED else None)
            for edge in TRANSITIONS
            for source, began_in in reached
            if edge.source is source
            and role in edge.roles
            and edge.action not in without
            and edge.suspended_from in (None, began_in)
        } - reached
        if not more:
            return {status for status, _ in reached}
        reached |= more


ACCEPTING = frozenset({Action.ACCEPT, Action.ACCEPT_TO_PASS_ON})
DECIDING = frozenset({Action.GRANT, Action.DENY, Action.GRANT_ON_COMMITMENT})
ENDS = {Status.APPROVED, Status.REJECTED, Status.COMPLETED, Status.DELIVERED}


@pytest.mark.req("E-05", "R-02")
@pytest.mark.parametrize(
    ("role", "link", "behind"),
    [
        (CaseRole.SOLE, ACCEPTING, ENDS),
        (CaseRole.SOLE, frozenset({Action.REVIEW}), ENDS),
        (CaseRole.SOLE, DECIDING, ENDS),
        (CaseRole.SOLE, frozenset({Action.COMPLETE}), {Status.COMPLETED, Status.DELIVERED}),
        (CaseRole.DECIDING, frozenset({Action.REVIEW}), ENDS),
    ],
)
def test_no_link_of_the_four_can_be_skipped(
    role: CaseRole, link: frozenset[Action], behind: set[Status | None]
) -> None:
    """By people; what is deemed because nobody acted in time is the system's alone (art. 50, G-05)."""
    assert behind <= reachable(role, frozenset())
    assert not behind & reachable(role, link | {Action.DEEM_GRANTED})
    assert {edge.who for edge in TRANSITIONS if edge.action is Action.DEEM_GRANTED} == {frozenset({"SYSTEM"})}


def test_what_a_clerk_an_approver_and_an_applicant_can_do() -> None:
    assert possible_actions(Status.SUBMITTED, CaseRole.SOLE, [Role.WINDOW_CLERK]) == [
        Action.RETURN_FOR_CORRECTION,
        Action.PASS_PRE_REVIEW,
        Action.ACCEPT,
        Action.ACCEPT_TO_PASS_ON,
        Action.REFUSE,
        Action.HAND_DOWN,
        Action.DECLINE,
        Action.WITHDRAW,
        Action.TERMINATE,
        Action.TRANSFER_BY_COMPETENCE,
        Action.SIGN_COMMITMENT,
        Action.CHOOSE_DELIVERY,
    ]
    assert possible_actions(Status.REVIEWED, CaseRole.SOLE, [Role.APPROVER]) == [
        Action.GRANT,
        Action.DENY,
        Action.PAUSE,
        Action.REQUEST_EXTENSION,
        Action.TERMINATE,
        Action.GRANT_ON_COMMITMENT,
    ]
    assert possible_actions(Status.TRANSFERRED, CaseRole.ACCEPTING, [ActingParty.APPLICANT]) == [
        Action.WITHDRAW,
        Action.ADD_MATERIALS,
        Action.SIGN_COMMITMENT,
        Action.CHOOSE_DELIVERY,
    ]
    assert possible_actions(Status.ACCEPTED, CaseRole.DECIDING, [Role.DEPARTMENT_HEAD]) == [
        Action.EXTEND,
        Action.REFUSE_EXTENSION,
    ]
    assert (
        possible_actions(Status.SUSPENDED, CaseRole.ACCEPTING, [Role.REVIEWER], suspended_from=Status.TRANSFERRED) == []
    )
    assert possible_actions(Status.DELIVERED, CaseRole.SOLE, Role.values) == [
        Action.CONVERT_PERMIT,
        Action.WITHDRAW_PERMIT,
        Action.ADD_MATERIALS,
    ]


def test_the_picture_in_the_documentation_is_the_table() -> None:
    page = Path(__file__).parents[3] / "docs" / "case-states.md"
    assert page.read_text(encoding="utf-8") == case_states_page()
