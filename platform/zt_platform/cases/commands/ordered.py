"""What a supervision order about a case leaves in the case's log: lines inside the house, which the supervision hears of."""

from __future__ import annotations

from zt_platform.actors import Actor
from zt_platform.cases.commands.ledger import Remark, conclude, note_fact
from zt_platform.cases.models import Case
from zt_platform.cases.vocabulary import Step
from zt_platform.orders.models import SupervisionOrder
from zt_platform.orders.vocabulary import Act, Side

_STEPS = {
    Act.REPLY: Step.ORDER_ANSWERED,
    Act.RETURN: Step.ORDER_RETURNED,
    Act.ACCEPT: Step.ORDER_ENDED,
    Act.WITHDRAW: Step.ORDER_ENDED,
}


def note_order(order: SupervisionOrder, act: Act, text: str, actor: Actor) -> None:
    """Note an act on an order in the log of the case it is about, in the act's transaction; nothing when no such case is
    here. The order itself, with its answers, lies in its own table.
    """
    found = Case.objects.filter(tracking_number=order.tracking_number).with_limits().select_related("department")
    case = found.select_for_update(of=("self",)).first()
    if case is None:
        return
    case.remember()
    given = Step.ORDERED_INSIDE if order.side == Side.LOCAL else Step.ORDERED_FROM_ABOVE
    data = {"order": str(order.order_id), "number": order.number, "act": act.value, "issuer": order.issuer_name}
    system = Actor.system(order.issuer_name)
    speaker = actor if actor.account_id is not None else system
    conclude(case, note_fact(case, _STEPS.get(act, given), speaker, Remark(note=text, data=data, public=False)))
