"""What becomes of cases about which somebody gives a supervision order: from above, inside, at a limit (decision 0028)."""

from __future__ import annotations

from uuid import UUID

from zt_platform.orders import commands
from zt_platform.orders.commands import Demand
from zt_platform.orders.models import SupervisionOrder
from zt_platform.orders.vocabulary import Kind, Side
from zt_platform.project.simulation.course import Course, Story
from zt_tenants.centres import province
from zt_tenants.context import enter

_REASON = "群众反映办理进度缓慢，请说明情况并限期办结。"
_ANSWER = "已约谈窗口人员，材料已补齐，三日内办结。"


def _given(course: Course, by: str, *, to: str = "", department: str = "") -> UUID:
    """An order about the case, given by one centre's supervisor to another centre or to a department of the own one."""
    demand = Demand(
        addressee_code=to or by,
        reason=_REASON,
        kind=Kind.ORDER,
        case_number=course.number,
        department_code=department,
    )
    with enter(by):
        return commands.give_order(actor=course.stage.supervisor(by), demand=demand).order_id


def _replied(course: Course, order: UUID, *, at: str, text: str = _ANSWER) -> None:
    with enter(at):
        actor = course.stage.staff("admin", at)
        commands.reply_to_order(actor=actor, order_id=order, explanation=text, rectified=True)


def _accepted(course: Course, order: UUID, *, at: str) -> None:
    with enter(at):
        commands.accept_reply(actor=course.stage.supervisor(at), order_id=order, remark="同意销号")


def _returned(course: Course, order: UUID, *, at: str) -> None:
    with enter(at):
        actor = course.stage.supervisor(at)
        commands.return_reply(actor=actor, order_id=order, reason="没有说明超期的原因", answer_days=3)


def _decided_and_handed_over(course: Course) -> Story:
    yield from course.decided()
    yield from course.handed_over()


def ordered_by_the_city(course: Course) -> Story:
    """The city orders its county: answered, returned with a new date, answered again, settled (G-04, R-12)."""
    course.submit()
    yield from course.accepted()
    order = _given(course, course.pair.upper, to=course.centre)
    yield 1
    _replied(course, order, at=course.centre, text="正在办理。")
    yield 1
    _returned(course, order, at=course.pair.upper)
    yield 1
    _replied(course, order, at=course.centre)
    yield 1
    _accepted(course, order, at=course.pair.upper)
    yield from _decided_and_handed_over(course)


def ordered_by_the_province(course: Course) -> Story:
    """The province orders a county, past the city (R-05, R-12)."""
    course.submit()
    yield from course.accepted()
    yield 0
    order = _given(course, province().code, to=course.centre)
    yield 2
    _replied(course, order, at=course.centre)
    yield 1
    _accepted(course, order, at=province().code)
    yield from _decided_and_handed_over(course)


def order_taken_back(course: Course) -> Story:
    """The city takes its order back: the complaint was about another case."""
    course.submit()
    yield from course.accepted()
    order = _given(course, course.pair.upper, to=course.centre)
    yield 1
    upper = course.pair.upper
    with enter(upper):
        commands.withdraw_order(actor=course.stage.supervisor(upper), order_id=order, reason="经核实不是本件")
    yield from _decided_and_handed_over(course)


def order_answered_late(course: Course) -> Story:
    """Nobody answers the city: yellow, red, the province hears of both; answered at last (R-02, R-12)."""
    course.submit()
    yield from course.accepted()
    order = _given(course, course.pair.upper, to=course.centre)
    yield from course.decided()
    yield from course.handed_over()
    yield 8
    _replied(course, order, at=course.centre)
    yield 1
    _accepted(course, order, at=course.pair.upper)


def ordered_inside(course: Course) -> Story:
    """The city's supervisor orders a department of the city; it answers twice, because the first answer says nothing."""
    course.submit()
    yield from course.accepted()
    with enter(course.centre):
        department = course.department_code()
    order = _given(course, course.centre, department=department)
    yield 0
    _replied(course, order, at=course.centre, text="已知悉。")
    yield 0
    _returned(course, order, at=course.centre)
    yield 1
    _replied(course, order, at=course.centre)
    yield 1
    _accepted(course, order, at=course.centre)
    yield from _decided_and_handed_over(course)


def overdue_and_explained(course: Course) -> Story:
    """Forgotten; the order that the limit gave by itself is answered by the unit and settled by the supervisor (F-04)."""
    course.submit()
    yield from course.accepted()
    yield 8
    with enter(course.centre):
        found = SupervisionOrder.objects.filter(tracking_number=course.number, side=Side.LOCAL).order_by("id")
        order = found.values_list("order_id", flat=True)[0]
    _replied(course, order, at=course.centre)
    yield 1
    _accepted(course, order, at=course.centre)
    yield from _decided_and_handed_over(course)
