"""The table of an order edge by edge, and the denial of every other one by its commands (nothing changes)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import product

import pytest

from zt_platform.cases.testing import relay_all
from zt_platform.orders import commands, states
from zt_platform.orders.errors import OrderStandsElsewhere
from zt_platform.orders.models import SupervisionOrder
from zt_platform.orders.outgoing import report_upwards
from zt_platform.orders.states import TRANSITIONS, edge_from
from zt_platform.orders.vocabulary import Act, Side, Status
from zt_storage.uploads import put_bytes
from zt_tenants.context import enter
from zt_tenants.errors import Conflict, InvalidInput, NotPermitted

ACTS: dict[Act, Callable[..., SupervisionOrder]] = {
    Act.REPLY: lambda **who: commands.reply_to_order(explanation="已整改", **who),
    Act.RETURN: lambda **who: commands.return_reply(reason="不完整", **who),
    Act.ACCEPT: lambda **who: commands.accept_reply(**who),
    Act.WITHDRAW: lambda **who: commands.withdraw_order(reason="情况不实", **who),
}
PEOPLE = {Side.ISSUED: "city", Side.RECEIVED: "county", Side.LOCAL: "county", Side.ESCALATED: "province"}
EDGES = {(edge.source, edge.act, side): edge.target for edge in TRANSITIONS if edge.source for side in edge.sides}


def standing(cast, side: Side, status: Status) -> SupervisionOrder:
    """An order that lies so at the place of this side."""
    if side is Side.LOCAL:
        order = cast.give(by="county", to="340123", department_code="SC")
    else:
        order = cast.give(by="city")
    if side is Side.ESCALATED:
        with enter(cast.places["city"]):
            report_upwards(order, order.lines[0])
        relay_all()
    with enter(cast.places[PEOPLE[side]]):
        SupervisionOrder.objects.update(status=status)
        return SupervisionOrder.objects.get(order_id=order.order_id)


def person(cast, act: Act, side: Side):
    """Who may take the act at this side."""
    if side is Side.LOCAL and act is Act.REPLY:
        return cast.head.actor
    return getattr(cast, PEOPLE[side]).actor


@pytest.mark.req("G-04", "R-05")
@pytest.mark.parametrize("place", sorted(EDGES), ids=lambda place: "-".join(place))
def test_each_edge_of_the_table(cast, place) -> None:
    status, act, side = place
    order = standing(cast, side, status)
    with enter(cast.places[PEOPLE[side]]):
        after = ACTS[act](actor=person(cast, act, side), order_id=order.order_id)
    assert after.status == EDGES[place]
    assert after.lines[-1].act == act


@pytest.mark.req("G-04")
@pytest.mark.parametrize("side", list(Side))
def test_every_other_edge_is_denied_and_changes_nothing(cast, side) -> None:
    place = PEOPLE[side]
    order = standing(cast, side, Status.ISSUED)
    refused = 0
    for status, act in product(Status, ACTS):
        if (status, act, side) in EDGES:
            continue
        with enter(cast.places[place]):
            SupervisionOrder.objects.update(status=status)
        before = cast.rows(place)
        with enter(cast.places[place]), pytest.raises((OrderStandsElsewhere, NotPermitted)):
            ACTS[act](actor=person(cast, act, side), order_id=order.order_id)
        assert cast.rows(place) == before
        refused += 1
    assert refused == len(Status) * len(ACTS) - sum(1 for edge in EDGES if edge[2] is side)


@pytest.mark.req("A-09")
@pytest.mark.parametrize("who", ["clerk", "head", "other_head", "neighbour"])
@pytest.mark.parametrize("act", [Act.RETURN, Act.ACCEPT, Act.WITHDRAW])
def test_only_supervisors_and_administrators_of_the_centre_judge(cast, who, act) -> None:
    order = standing(cast, Side.LOCAL, Status.REPLIED)
    before = cast.rows("county")
    with enter(cast.places["county"]), pytest.raises(NotPermitted):
        ACTS[act](actor=getattr(cast, who).actor, order_id=order.order_id)
    assert cast.rows("county") == before


@pytest.mark.req("A-09")
@pytest.mark.parametrize("who", ["clerk", "head", "neighbour"])
def test_only_supervisors_and_administrators_give_an_order(cast, who) -> None:
    before = cast.rows("county")
    demand = commands.Demand(addressee_code="340123", reason="x", department_code="SC")
    with enter(cast.places["county"]), pytest.raises(NotPermitted):
        commands.give_order(actor=getattr(cast, who).actor, demand=demand)
    assert cast.rows("county") == before


@pytest.mark.req("A-09", "R-12")
def test_an_administrator_gives_no_order_to_a_centre_below(cast) -> None:
    before = cast.rows("city")
    admin = replace(cast.city.actor, roles=frozenset({"CENTRE_ADMIN"}))
    with enter(cast.places["city"]), pytest.raises(NotPermitted):
        commands.give_order(actor=admin, demand=commands.Demand(addressee_code="340123", reason="x"))
    assert cast.rows("city") == before


@pytest.mark.req("F-04")
def test_an_administrator_orders_a_department_of_the_own_centre(cast) -> None:
    """A county has no supervisors of its own."""
    demand = commands.Demand(addressee_code="340123", reason="请说明", department_code="SC")
    with enter(cast.places["county"]):
        given = commands.give_order(actor=cast.county_admin.actor, demand=demand)
        commands.reply_to_order(actor=cast.head.actor, order_id=given.order_id, explanation="已整改")
        settled = commands.accept_reply(actor=cast.county_admin.actor, order_id=given.order_id)
    assert settled.status == "CLOSED"


@pytest.mark.req("G-04")
@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"reason": " "}, "reason"),
        ({"reason": "长" * 4001}, "reason"),
        ({"kind": "REMINDER"}, "kind"),
        ({"answer_days": 0}, "answer_days"),
        ({"answer_days": 61}, "answer_days"),
        ({"case_number": "办件"}, "tracking_number"),
        ({"department_code": ""}, "department_code"),
    ],
)
def test_what_is_missing_is_named_and_nothing_is_given(cast, wrong, field) -> None:
    before = cast.rows("county")
    with pytest.raises(InvalidInput) as refused:
        cast.give(by="county", **{"department_code": "SC", **wrong})
    assert refused.value.field == field
    assert cast.rows("county") == before


@pytest.mark.req("G-04")
def test_who_acts_on_an_older_page_is_told_so(cast) -> None:
    order = standing(cast, Side.LOCAL, Status.ISSUED)
    before = cast.rows("county")
    with enter(cast.places["county"]), pytest.raises(Conflict):
        commands.withdraw_order(
            actor=cast.county.actor, order_id=order.order_id, reason="x", expected_version=order.lock_version - 1
        )
    assert cast.rows("county") == before


@pytest.mark.req("G-04")
def test_a_file_of_somebody_else_does_not_go_with_an_answer(cast) -> None:
    order = standing(cast, Side.LOCAL, Status.ISSUED)
    with enter(cast.places["county"]):
        file = put_bytes(data=b"x", file_name="a.txt", content_type="text/plain", owner_account_id=None)
        with pytest.raises(InvalidInput) as refused:
            commands.reply_to_order(
                actor=cast.head.actor, order_id=order.order_id, explanation="x", attachment_ids=[file.pk]
            )
    assert refused.value.field == "files"
    assert cast.at("county", order).status == "ISSUED"


def test_an_ended_order_has_no_edge() -> None:
    for status, act in product((Status.CLOSED, Status.WITHDRAWN), Act):
        assert edge_from(status, act) is None
    assert states.acts_at(Status.CLOSED, Side.ISSUED) == []
