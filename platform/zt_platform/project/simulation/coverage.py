"""What a simulated year has made happen: steps, papers, alarms, edges of the table, messages. Read from the ledgers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from zt_interop.queue.models import OutboxMessage
from zt_platform.actors import ActorKind
from zt_platform.cases.alarms import AlarmKind
from zt_platform.cases.models import Case, CaseEvent
from zt_platform.cases.states import TRANSITIONS
from zt_platform.cases.vocabulary import Action, CaseRole, SpecialProcedure, Status, Step
from zt_platform.catalogue.kinds import JOINT_DEFAULTS
from zt_platform.joint.models import JointTask
from zt_platform.joint.vocabulary import Act as JointAct
from zt_platform.joint.vocabulary import Neglect, Opinion
from zt_platform.orders.models import SupervisionOrder
from zt_platform.orders.vocabulary import Act, Escalation, Side
from zt_platform.papers.kinds import PaperKind
from zt_platform.papers.models import Paper
from zt_tenants.centres import province
from zt_tenants.context import enter, outside_centres

Edge = tuple[str, str, str]
"""From, action and to."""
_ACTIONS = sorted({edge.action.value for edge in TRANSITIONS if edge.step is not None})
"""What leaves a line in the log."""
_JOINT = [
    *(word for words in (Opinion, Neglect, JointAct) for word in words.values if word not in ("", JointAct.NOTE)),
    *(kind.value for kind in JOINT_DEFAULTS),
]
"""A note is left by what crosses on the way, which is played out in tests/platform/joint/test_crossing.py."""
_BY_GROUND = {"RENEWAL": AlarmKind.RENEWAL_END, "OVERDUE_DEFAULT": AlarmKind.DEFAULT_END}
_LATE = (Escalation.YELLOW.value, Escalation.RED.value)
NOT_PLAYED = frozenset({Act.PUT_OFF.value})
"""Words outside the year, each with its reason.

PUT_OFF (of orders and of joint tasks): a day would have to be declared off on which something told as a date is due; the
year's one such day is declared before anything is due on it. tests/platform/orders/test_calendar.py and
tests/platform/joint/test_calendar.py play it.
"""


@dataclass(slots=True)
class Coverage:
    """How often each thing happened, over all halls."""

    statuses: Counter[str] = field(default_factory=Counter)
    roles: Counter[str] = field(default_factory=Counter)
    steps: Counter[str] = field(default_factory=Counter)
    papers: Counter[str] = field(default_factory=Counter)
    alarms: Counter[str] = field(default_factory=Counter)
    """By what they brought about: an alarm that was answered by doing nothing (a reminder too late to help) is none."""
    procedures: Counter[str] = field(default_factory=Counter)
    edges: Counter[Edge] = field(default_factory=Counter)
    messages: Counter[str] = field(default_factory=Counter)
    orders: Counter[str] = field(default_factory=Counter)
    """Supervision orders by side and by how late their answer was, and what was done with them."""
    joint: Counter[str] = field(default_factory=Counter)
    """Joint tasks by opinion, neglect and ground of what was deemed, and what was done with them."""

    def missing(self) -> dict[str, list[str]]:
        """What never happened, by what it is; nothing when every rule that is played has fired."""
        wanted: dict[str, tuple[Iterable[str], Counter[str]]] = {
            "steps": (Step.values, self.steps),
            "papers": (PaperKind.values, self.papers),
            "alarms": ([kind.value for kind in AlarmKind], self.alarms),
            "procedures": (SpecialProcedure.values, self.procedures),
            "statuses": (Status.values, self.statuses),
            "roles": (CaseRole.values, self.roles),
            "actions": (_ACTIONS, Counter(action for _, action, _ in self.edges)),
            "joint": (_JOINT, self.joint),
            "orders": ([*Side.values, *Act.values, *_LATE], self.orders),
        }
        found = {name: sorted(set(all_) - set(seen) - NOT_PLAYED) for name, (all_, seen) in wanted.items()}
        return {name: absent for name, absent in found.items() if absent}


def coverage_of(codes: Iterable[str]) -> Coverage:
    """Read it from these centres' ledgers, from the orders of the province, and from the queue."""
    found = Coverage()
    for code in codes:
        with enter(code):
            _read_centre(found)
    with enter(province()):
        _read_orders(found)
    with outside_centres():
        found.messages.update(OutboxMessage.objects.order_by().values_list("type", flat=True))
    return found


def _read_centre(found: Coverage) -> None:
    for role, pauses in Case.objects.order_by().values_list("role", "pauses"):
        found.roles[role] += 1
        found.procedures.update(pause["procedure"] for pause in pauses)
    lines = CaseEvent.objects.order_by().values_list("step", "from_status", "action", "to_status", "actor_kind", "data")
    for step, before, action, after, actor, data in lines.iterator(chunk_size=5000):
        found.steps[step] += 1
        if actor == ActorKind.SYSTEM:
            found.alarms.update(_brought_about(step, data))
        found.statuses[after] += 1
        if action:
            found.edges[before, Action(action).value, after] += 1
    _read_orders(found)
    for opinion, neglect, deemed, lines in JointTask.objects.order_by().values_list(
        "opinion", "neglect", "deemed__ground", "history"
    ):
        found.joint.update([opinion, neglect, deemed or "", *(line["act"] for line in lines)])
    found.papers.update(Paper.objects.order_by().values_list("kind", flat=True))


def _brought_about(step: str, data: dict[str, Any]) -> list[str]:
    """Which alarm of a case a line of the system is the effect of."""
    if step == Step.ACCEPTED and data.get("deemed"):
        return [AlarmKind.ACCEPTANCE_OVER.value]
    if step == Step.DEEMED_GRANTED:
        return [_BY_GROUND[data["ground"]].value]
    return [data["alarm"]] if "alarm" in data else []


def _read_orders(found: Coverage) -> None:
    for side, escalation, lines in SupervisionOrder.objects.order_by().values_list("side", "escalation", "history"):
        found.orders[side] += 1
        found.orders.update(line["act"] for line in lines)
        if escalation in _LATE:
            found.orders[escalation] += 1
