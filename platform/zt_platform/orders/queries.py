"""Reading supervision orders of the current centre."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q

from zt_platform.actors import Actor
from zt_platform.orders import states, telling
from zt_platform.orders.errors import OrderNotFound
from zt_platform.orders.models import Finding, OrderQuerySet, SupervisionOrder
from zt_platform.orders.vocabulary import Act, Ground, Side, Status
from zt_platform.organisation.roles import Role
from zt_storage.models import Attachment
from zt_tenants.centres import ancestors, centre_by_code
from zt_tenants.clock import now
from zt_tenants.context import current_centre
from zt_tenants.errors import NotFound
from zt_tenants.models import Centre, Level

READERS = (Role.SUPERVISOR, Role.CENTRE_ADMIN, Role.DEPARTMENT_HEAD)


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """What a list is narrowed to; unknown words count as none."""

    side: str = ""
    status: str = ""
    text: str = ""
    overdue: bool = False


def orders_for(actor: Actor, wanted: OrderFilter = OrderFilter()) -> OrderQuerySet:
    """The orders that the actor may read, the newest first: heads of departments those of their own. Raises NotPermitted."""
    actor.require(*READERS)
    found = SupervisionOrder.objects.order_by("-id")
    if not actor.has(Role.SUPERVISOR, Role.CENTRE_ADMIN):
        found = found.filter(side=Side.LOCAL, department_id=actor.department_id or 0)
    if wanted.side in Side.values:
        found = found.filter(side=wanted.side)
    if wanted.status in Status.values:
        found = found.filter(status=wanted.status)
    if wanted.overdue:
        found = found.overdue(now())
    if wanted.text:
        plain = wanted.text.replace(" ", "")
        found = found.filter(
            Q(tracking_number=plain.replace("-", ""))
            | Q(subject=plain)
            | Q(number__icontains=plain)
            | Q(addressee_name__icontains=plain)
            | Q(department_name__icontains=plain)
        )
    return found


def order_for(actor: Actor, order_id: UUID) -> SupervisionOrder:
    """One of :func:`orders_for`, with its papers. Raises NotPermitted, OrderNotFound."""
    found = orders_for(actor).select_related("paper", "paper_copy").filter(order_id=order_id).first()
    if found is None:
        raise OrderNotFound
    return found


def orders_about(tracking_number: str) -> list[SupervisionOrder]:
    """The orders about a case at the current centre, the newest first; for a page whose reader may see the case."""
    current_centre()
    return list(SupervisionOrder.objects.about(tracking_number).order_by("-id")) if tracking_number else []


def findings_for(actor: Actor, order: SupervisionOrder) -> list[Finding]:
    """Who was found to answer for it (G-11): for supervisors and administrators of the centre, nobody else."""
    return order.found if actor.has(*telling.FINDERS) else []


def may_find(actor: Actor, order: SupervisionOrder) -> bool:
    """Whether the actor may find who answers for what an order was about."""
    return (
        actor.has(*telling.FINDERS) and order.side in (Side.LOCAL, Side.RECEIVED) and order.status != Status.WITHDRAWN
    )


def orders_with_findings(actor: Actor, *, ground: str = "", text: str = "") -> OrderQuerySet:
    """The register of findings: orders with at least one, the newest order first; by ground, by name or case.

    Raises NotPermitted unless a supervisor or administrator of the centre.
    """
    actor.require(*telling.FINDERS)
    found = SupervisionOrder.objects.with_findings().order_by("-id")
    if ground in Ground.values:
        found = found.filter(findings__contains=[{"ground": ground}])
    if text:
        found = found.filter(Q(findings__contains=[{"name": text}]) | Q(tracking_number=text.replace("-", "")))
    return found


def files_of(order: SupervisionOrder) -> dict[int, Attachment]:
    """The files of all answers to an order and of its findings, by key; one statement."""
    return files_of_all([order])


def files_of_all(orders: Collection[SupervisionOrder]) -> dict[int, Attachment]:
    """The files of all answers to these orders and of their findings, by key; one statement."""
    wanted = {file for order in orders for line in order.lines for file in line.files}
    wanted |= {file for order in orders for found in order.found for file in found.files}
    return Attachment.objects.in_bulk(wanted) if wanted else {}


def acts_for(actor: Actor, order: SupervisionOrder) -> list[Act]:
    """What the actor may do with an order now."""
    found = []
    for act in states.acts_at(order.status, order.side):
        if act is Act.REPLY:
            may = _answers(actor, order)
        else:
            own = act is not Act.WITHDRAW and order.side == Side.LOCAL and order.is_of(actor.account_id)
            may = actor.has(*telling.roles_of(order.side, answerers=False)) and not own
        if may:
            found.append(act)
    return found


def _answers(actor: Actor, order: SupervisionOrder) -> bool:
    if order.side != Side.LOCAL:
        return actor.has(*telling.ANSWERERS)
    own = order.department_id in (None, actor.department_id)
    return actor.has(Role.CENTRE_ADMIN) or (actor.has(Role.DEPARTMENT_HEAD) and own)


@dataclass(frozen=True, slots=True)
class OrderCounts:
    """How many orders wait for whom."""

    to_answer: int
    to_judge: int
    overdue: int
    escalated: int


def order_counts(actor: Actor) -> OrderCounts:
    """Counts of what the actor may read; one statement. Raises NotPermitted."""
    mine, given = Q(side__in=[Side.RECEIVED, Side.LOCAL]), Q(side__in=[Side.ISSUED, Side.LOCAL])
    waiting = Q(status__in=[Status.ISSUED, Status.RETURNED])
    found = orders_for(actor).order_by()
    return OrderCounts(
        **found.aggregate(
            to_answer=Count("id", filter=mine & waiting),
            to_judge=Count("id", filter=given & Q(status=Status.REPLIED)),
            overdue=Count("id", filter=waiting & Q(answer_due_at__lt=now())),
            escalated=Count("id", filter=Q(side=Side.ESCALATED) & waiting),
        )
    )


def addressee_meant(text: str) -> Centre:
    """The centre below (or the own one) that a code or name means. Raises NotFound."""
    plain = text.strip()
    here = current_centre()
    if not plain or plain in (here.code, here.name):
        return here
    if plain.isascii() and plain.isdecimal():
        return centre_by_code(plain)
    named = Centre.objects.open().filter(Q(name=plain) | Q(name__startswith=plain))[:20]
    below = [found for found in named if here.id in {above.id for above in ancestors(found)}]
    exact = [found for found in below if found.name == plain] or below
    if len(exact) != 1:
        raise NotFound(
            field="addressee",
            zh="没有找到唯一对应“{text}”的下级中心，请填写中心代码。",
            en="“{text}” names no single centre below; enter its code.",
            text=plain[:40],
        )
    return exact[0]


def may_order_below(centre: Centre) -> bool:
    """Whether a centre's supervisors order other centres."""
    return centre.level in (Level.PROVINCE, Level.CITY)
