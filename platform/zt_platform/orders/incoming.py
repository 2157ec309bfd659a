"""Which message about an order leads to what. The files that it names are copied first, outside the transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from zt_interop.handlers import Message, register
from zt_platform.actors import Actor
from zt_platform.crossing_files import take_over
from zt_platform.orders import listeners, rules, telling
from zt_platform.orders.errors import OrderOfAnother
from zt_platform.orders.models import HistoryLine, SupervisionOrder
from zt_platform.orders.outgoing import ESCALATED, ORDER, REPLY, VERDICT, report_upwards
from zt_platform.orders.states import edge_from
from zt_platform.orders.vocabulary import ENDED, Act, Escalation, Side, Status
from zt_platform.organisation.queries import office_hours
from zt_platform.workcalendar.queries import calendar
from zt_storage.copies import AttachmentManifest
from zt_storage.models import Attachment
from zt_tenants.centres import ancestors, centre_by_code
from zt_tenants.clock import instant
from zt_tenants.context import current_centre
from zt_tenants.models import Level

_ACTS = {"ACCEPTED": Act.ACCEPT, "RETURNED": Act.RETURN, "WITHDRAWN": Act.WITHDRAW}


def register_handlers() -> None:
    """Register the handlers of every message type about orders."""
    register(ORDER, prepare=copy_files, apply=receive_order)
    register(REPLY, prepare=copy_files, apply=receive_reply)
    register(VERDICT, apply=receive_verdict)
    register(ESCALATED, apply=receive_escalation)


def copy_files(message: Message) -> None:
    """Copy the paper of an order or the files of an answer into the current centre, digests checked; repeatable."""
    _files_of(message)


def receive_order(message: Message) -> None:
    """A level above has given an order: it lies in the queue of supervision until it is answered.

    An order that is there already changes nothing. Raises OrderOfAnother: the sender does not supervise this centre;
    SubjectDiffers.
    """
    message.check_subject()
    data, centre = message.data, current_centre()
    above = {found.code: found for found in ancestors(centre) if found.level in (Level.CITY, Level.PROVINCE)}
    if message.source not in above:
        raise OrderOfAnother(source=message.source, order=data["order_id"])
    if SupervisionOrder.objects.filter(order_id=data["order_id"]).exists():
        _of_source(message, "issuer_code")
        return
    given_at = datetime.fromisoformat(data["issued_at"])
    due_at = instant(data.get("answer_due_at")) or _usual_due(given_at)
    issuer = above[message.source]
    order = SupervisionOrder(
        **_described(message),
        side=Side.RECEIVED,
        issuer_code=issuer.code,
        issuer_name=issuer.name,
        addressee_code=centre.code,
        addressee_name=centre.name,
        issued_at=given_at,
        issued_by=str(data.get("issued_by") or "")[:120],
        answer_due_at=due_at,
        red_at=rules.red_at(due_at, calendar(), office_hours()),
        paper_copy=next(iter(_files_of(message)), None),
    )
    order.note(HistoryLine(Act.ISSUE, given_at.isoformat(), order.issued_by, issuer.name, data["reason"]))
    order.save(force_insert=True)
    telling.tell_answerers(order, telling.given(order))
    listeners.tell(order, Act.ISSUE, order.reason, _speaker(message))


def receive_reply(message: Message) -> None:
    """The centre has answered. One that crossed a taking-back is kept in the history and changes nothing.

    Raises OrderOfAnother.
    """
    order = _of_source(message, "addressee_code")
    data, at = message.data, datetime.fromisoformat(message.data["replied_at"])
    if _said_before(order, Act.REPLY, at, data["explanation"]):
        return
    files = [file.pk for file in _files_of(message)]
    said = HistoryLine(
        Act.REPLY,
        at.isoformat(),
        str(data.get("replied_by") or "")[:120],
        order.addressee_name,
        data["explanation"],
        rectified=bool(data.get("rectified")),
        files=files,
    )
    edge = edge_from(order.status, Act.REPLY)
    if edge is not None:
        order.status, order.answered_at = edge.target, at
    order.note(said)
    order.save()
    if edge is not None:
        telling.tell_givers(order, telling.answered(order))
    if order.was_escalated:
        report_upwards(order, said)


def receive_verdict(message: Message) -> None:
    """Who gave the order has judged the answer, or taken the order back. Raises OrderOfAnother."""
    order = _of_source(message, "issuer_code")
    data, at = message.data, datetime.fromisoformat(message.data["given_at"])
    act, remark = _ACTS[data["verdict"]], str(data.get("remark") or "")
    if _said_before(order, act, at, remark):
        return
    edge = edge_from(order.status, act)
    due_at = instant(data.get("answer_due_at"))
    if edge is not None:
        order.status = edge.target
        if act is Act.RETURN:
            order.answered_at, order.answer_due_at = None, due_at or order.answer_due_at
            order.red_at = rules.red_at(order.answer_due_at, calendar(), office_hours())
        if order.status in ENDED:
            order.ended_at = at
    order.note(HistoryLine(act, at.isoformat(), str(data.get("given_by") or "")[:120], order.issuer_name, remark))
    order.save()
    if act is Act.RETURN:
        telling.tell_answerers(order, telling.given(order))
    listeners.tell(order, act, remark, _speaker(message))


def receive_escalation(message: Message) -> None:
    """A level below reports an order that nobody answered in time, and later how it went on. Raises OrderOfAnother,
    SubjectDiffers."""
    message.check_subject()
    data, centre = message.data, current_centre()
    source = centre_by_code(message.source)
    if centre.code not in {above.code for above in ancestors(source)}:
        raise OrderOfAnother(source=message.source, order=data["order_id"])
    at = datetime.fromisoformat(data["reported_at"])
    with transaction.atomic(savepoint=False):
        found = SupervisionOrder.objects.select_for_update().filter(order_id=data["order_id"]).first()
        if found is not None and (found.side, found.issuer_code) != (Side.ESCALATED, message.source):
            raise OrderOfAnother(source=message.source, order=data["order_id"])
        due_at = datetime.fromisoformat(data["answer_due_at"])
        order = found or SupervisionOrder(
            **_described(message),
            side=Side.ESCALATED,
            issuer_code=source.code,
            issuer_name=source.name,
            addressee_code=data["addressee"]["code"],
            addressee_name=data["addressee"]["name"],
            department_name=str(data.get("department") or "")[:100],
            issued_at=datetime.fromisoformat(data["issued_at"]),
        )
        before = (order.escalation, order.status)
        order.status, order.escalation = Status(data["status"]), Escalation(data["escalation"])
        order.answer_due_at, order.red_at = due_at, rules.red_at(due_at, calendar(), office_hours())
        order.ended_at = at if order.status in ENDED else None
        order.answered_at = at if order.status == Status.REPLIED else None
        if found is None or before != (order.escalation, order.status):
            order.note(HistoryLine(Act.ESCALATE, at.isoformat(), "", source.name, f"{order.escalation} {order.status}"))
        order.save()
    if order.is_waiting:
        telling.tell_givers(order, telling.unanswered(order))


def _described(message: Message) -> dict[str, Any]:
    data = message.data
    number = data["tracking_number"]
    return {
        "order_id": UUID(data["order_id"]),
        "kind": data["kind"],
        "subject": number,
        "tracking_number": number if data.get("about", "CASE") == "CASE" else "",
        "number": str(data.get("number") or "")[:80],
        "reason": data["reason"],
    }


def _files_of(message: Message) -> list[Attachment]:
    named = [message.data.get("paper"), *(message.data.get("files") or [])]
    return [take_over(message.source, AttachmentManifest.from_payload(line)) for line in named if line]


def _of_source(message: Message, part: str) -> SupervisionOrder:
    """The order a message speaks of, locked. Raises OrderOfAnother: none, or the sender has not this part in it;
    SubjectDiffers."""
    message.check_subject()
    found = SupervisionOrder.objects.select_for_update(of=("self",)).filter(order_id=message.data["order_id"]).first()
    if found is None or getattr(found, part) != message.source or found.side == Side.LOCAL:
        raise OrderOfAnother(source=message.source, order=message.data["order_id"])
    return found


def _said_before(order: SupervisionOrder, act: Act, at: datetime, text: str) -> bool:
    return any((line.act, line.moment, line.text) == (act, at, text) for line in order.lines)


def _usual_due(given_at: datetime) -> datetime:
    return rules.answer_due_at(given_at, rules.REPLY_DAYS, calendar(), office_hours())


def _speaker(message: Message) -> Actor:
    return Actor.remote(message.source, centre_by_code(message.source).name)
