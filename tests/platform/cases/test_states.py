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


def edge_name(edge: object) -> str:
    return f"{edge.source}-{edge.action}" if isinstance(edge, Transition) else str(edge)


@pytest.mark.req("E-05")
@pytest.mark.parametrize(("edge", "role"), EDGES, ids=edge_name)
def test_every_edge_leads_where_the_table_says(edge: Transition, role: CaseRole) -> None:
    assert next_transition(edge.source, edge.action, role) is edge
    assert is_possible(edge.source, edge.action, role)


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
    assert len(IN_TABLE) == len(EDGES)


def test_everybody_who_may_act_is_known() -> None:
    known = {*Role.values, *(party.value for party in ActingParty)}
    assert all(edge.who and edge.who <= known for edge in TRANSITIONS)


def test_only_messages_take_the_edges_that_messages_bring() -> None:
    for edge in TRANSITIONS:
        brought = edge.action.startswith(("RECORD_", "RECEIVE_"))
        assert brought == (edge.who == {ActingParty.CENTRE})


def test_a_closed_case_moves_only_when_withdrawal_and_decision_crossed() -> None:
    leaving = {(edge.source, edge.action) for edge in TRANSITIONS if edge.source in CLOSED}
    assert leaving == {(Status.WITHDRAWN, Action.RECORD_GRANT), (Status.WITHDRAWN, Action.RECORD_DENIAL)}


def reachable(role: CaseRole, without: frozenset[Action]) -> set[Status | None]:
    """Every status a case can reach in a role when some actions are taken out of the table."""
    reached: set[Status | None] = {None}
    while True:
        more = {
            edge.target
            for edge in TRANSITIONS
            if edge.source in reached and role in edge.roles and edge.action not in without
        } - reached
        if not more:
            return reached
        reached |= more


ACCEPTING = frozenset({Action.ACCEPT, Action.ACCEPT_TO_PASS_ON})
ENDS = {Status.APPROVED, Status.REJECTED, Status.COMPLETED, Status.DELIVERED}


@pytest.mark.req("E-05", "R-02")
@pytest.mark.parametrize(
    ("role", "link", "behind"),
    [
        (CaseRole.SOLE, ACCEPTING, ENDS),
        (CaseRole.SOLE, frozenset({Action.REVIEW}), ENDS),
        (CaseRole.SOLE, frozenset({Action.GRANT, Action.DENY}), ENDS),
        (CaseRole.SOLE, frozenset({Action.COMPLETE}), {Status.COMPLETED, Status.DELIVERED}),
        (CaseRole.DECIDING, frozenset({Action.REVIEW}), ENDS),
    ],
)
def test_no_link_of_the_four_can_be_skipped(
    role: CaseRole, link: frozenset[Action], behind: set[Status | None]
) -> None:
    assert behind <= reachable(role, frozenset())
    assert not behind & reachable(role, link)


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
    ]
    assert possible_actions(Status.REVIEWED, CaseRole.SOLE, [Role.APPROVER]) == [Action.GRANT, Action.DENY]
    assert possible_actions(Status.TRANSFERRED, CaseRole.ACCEPTING, [ActingParty.APPLICANT]) == [Action.WITHDRAW]
    assert possible_actions(Status.DELIVERED, CaseRole.SOLE, Role.values) == []


def test_the_picture_in_the_documentation_is_the_table() -> None:
    page = Path(__file__).parents[3] / "docs" / "case-states.md"
    assert page.read_text(encoding="utf-8") == case_states_page()
