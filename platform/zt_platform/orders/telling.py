"""Which colleagues find an order in their inbox: who has to answer, and who gave it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from zt_platform.notices.commands import NewNotice, put_up
from zt_platform.notices.kinds import ORDER_SUBJECT, Event
from zt_platform.notices.quiet_hours import QuietHours
from zt_platform.orders.models import SupervisionOrder
from zt_platform.orders.vocabulary import Act, Side
from zt_platform.organisation.models import StaffMember
from zt_platform.organisation.queries import holders_of
from zt_platform.organisation.roles import Role
from zt_tenants.clock import CHINA

GIVERS = (Role.SUPERVISOR,)
GIVERS_INSIDE = (Role.SUPERVISOR, Role.CENTRE_ADMIN)
"""Inside a centre its administrators too: a county has no supervisors of its own, and F-04 is the centre's paper."""
ANSWERERS = (Role.SUPERVISOR, Role.CENTRE_ADMIN)
ANSWERERS_INSIDE = (Role.DEPARTMENT_HEAD, Role.CENTRE_ADMIN)
FINDERS = (Role.SUPERVISOR, Role.CENTRE_ADMIN)
"""Who finds, and reads, which member of staff answers for what an order was about (P-06)."""
Told = tuple[Event, str]


def roles_of(side: str, *, answerers: bool) -> tuple[Role, ...]:
    """Who answers an order at this side, or who gives it and judges the answer."""
    if answerers:
        return ANSWERERS_INSIDE if side == Side.LOCAL else ANSWERERS
    return GIVERS_INSIDE if side == Side.LOCAL else GIVERS


def given(order: SupervisionOrder) -> Told:
    """An order has been given, or its answer returned; what it says and which telling it is."""
    return Event.ORDER_GIVEN, f"{Act.ISSUE}:{len(order.history)}"


def answered(order: SupervisionOrder) -> Told:
    """An answer has come."""
    return Event.ORDER_ANSWERED, f"{Act.REPLY}:{len(order.history)}"


def unanswered(order: SupervisionOrder) -> Told:
    """No answer has come in time."""
    return Event.ORDER_UNANSWERED, f"{Act.ESCALATE}:{order.escalation}"


def tell_answerers(order: SupervisionOrder, told: Told) -> None:
    """Tell those who may answer it at the current centre."""
    tell_many([(order, told)], answerers=True)


def tell_givers(order: SupervisionOrder, told: Told) -> None:
    """Tell the supervisors of the current centre."""
    tell_many([(order, told)], answerers=False)


def tell_many(orders: Sequence[tuple[SupervisionOrder, Told]], *, answerers: bool) -> None:
    """Tell the colleagues concerned of many orders; two statements, whatever their number."""
    roles = {*ANSWERERS, *ANSWERERS_INSIDE} if answerers else set(GIVERS_INSIDE)
    if not orders:
        return
    posts = holders_of(roles)
    put_up(
        [
            _notice(order, told, account)
            for order, told in orders
            for account in _concerned(order, posts, answerers=answerers)
        ],
        quiet=QuietHours(),
    )


def _concerned(order: SupervisionOrder, posts: Iterable[StaffMember], *, answerers: bool) -> list[UUID]:
    inside = order.side == Side.LOCAL
    wanted = set(roles_of(order.side, answerers=answerers))
    found = []
    for post in posts:
        held = wanted & set(post.roles)
        if inside and answerers and held == {Role.DEPARTMENT_HEAD} and post.department_id != order.department_id:
            continue
        if held:
            found.append(post.account_id)
    return found


def _notice(order: SupervisionOrder, told: Told, account_id: UUID) -> NewNotice:
    event, key = told
    return NewNotice(
        key=f"order:{order.order_id}:{key}:{account_id.hex[:12]}"[:100],
        event=event,
        subject=f"{ORDER_SUBJECT}{order.order_id.hex}",
        facts={
            "number": order.number or order.subject,
            "issuer": order.issuer_name,
            "unit": order.department_name or order.addressee_name,
            "due": f"{order.answer_due_at.astimezone(CHINA):%Y-%m-%d %H:%M}",
        },
        account_id=account_id,
    )
