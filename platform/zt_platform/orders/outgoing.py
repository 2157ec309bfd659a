"""What crosses because of a supervision order, inside the transaction of the act (docs/protocol.md)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from zt_interop.envelope import CASE_CHANNEL, instant_text
from zt_interop.send import Outgoing, send_messages
from zt_platform.crossing_files import offer_named_files
from zt_platform.orders.models import HistoryLine, SupervisionOrder
from zt_platform.orders.vocabulary import Act, Side
from zt_storage.copies import manifest
from zt_storage.models import Attachment
from zt_tenants.centres import ancestors
from zt_tenants.context import current_centre
from zt_tenants.models import Centre, Level

ORDER, REPLY = "supervision.order.v1", "supervision.reply.v1"
VERDICT, ESCALATED = "supervision.verdict.v1", "supervision.escalated.v1"
_VERDICTS = {Act.ACCEPT: "ACCEPTED", Act.RETURN: "RETURNED", Act.WITHDRAW: "WITHDRAWN"}


def send_order(order: SupervisionOrder, paper: Attachment) -> None:
    """Down: the order, with its paper."""
    _send(
        order.addressee_code,
        ORDER,
        order,
        {
            "kind": order.kind,
            "about": _about(order),
            "reason": order.reason,
            "number": order.number,
            "paper": manifest([paper])[0].to_payload(),
            "issued_at": instant_text(order.issued_at),
            "answer_due_at": instant_text(order.answer_due_at),
            "issued_by": order.issued_by,
        },
    )


def send_reply(order: SupervisionOrder, line: HistoryLine, files: list[Attachment]) -> None:
    """Up: the answer, with its files."""
    _send(
        order.issuer_code,
        REPLY,
        order,
        {
            "explanation": line.text,
            "rectified": bool(line.rectified),
            "files": [entry.to_payload() for entry in manifest(files)],
            "replied_at": instant_text(line.moment),
            "replied_by": line.by,
        },
    )


def send_verdict(order: SupervisionOrder, act: Act, line: HistoryLine) -> None:
    """Down: the answer is accepted or returned, or the order is taken back."""
    _send(
        order.addressee_code,
        VERDICT,
        order,
        {
            "verdict": _VERDICTS[act],
            "remark": line.text,
            "given_at": instant_text(line.moment),
            "given_by": line.by,
            "answer_due_at": instant_text(order.answer_due_at) if act is Act.RETURN else None,
        },
    )


def report_upwards(order: SupervisionOrder, line: HistoryLine) -> None:
    """Up, to the next level that supervises: nobody has answered, or how it went on. Nothing above the province."""
    report_many([(order, line)])


def report_many(found: Sequence[tuple[SupervisionOrder, HistoryLine]]) -> None:
    """The same for many orders, by the statements of one."""
    above = level_above(current_centre())
    given = [(order, line) for order, line in found if order.side in (Side.ISSUED, Side.LOCAL)]
    if above is not None and given:
        send_messages([_message(above.code, ESCALATED, order, _escalation(order, line)) for order, line in given])


def _escalation(order: SupervisionOrder, line: HistoryLine) -> dict[str, Any]:
    return {
        "kind": order.kind,
        "about": _about(order),
        "reason": order.reason,
        "number": order.number,
        "escalation": order.escalation,
        "status": order.status,
        "addressee": {"code": order.addressee_code, "name": order.addressee_name},
        "department": order.department_name,
        "issued_at": instant_text(order.issued_at),
        "answer_due_at": instant_text(order.answer_due_at),
        "reported_at": instant_text(line.moment),
    }


def level_above(centre: Centre) -> Centre | None:
    """The nearest centre above that supervises: the city, or the province; None for the province itself."""
    return next((above for above in ancestors(centre) if above.level in (Level.CITY, Level.PROVINCE)), None)


def _about(order: SupervisionOrder) -> str:
    return "CASE" if order.tracking_number else "CENTRE"


def _send(destination: str, type_: str, order: SupervisionOrder, data: dict[str, Any]) -> None:
    message = _message(destination, type_, order, data)
    offer_named_files([message])
    send_messages([message])


def _message(destination: str, type_: str, order: SupervisionOrder, data: dict[str, Any]) -> Outgoing:
    named = {"tracking_number": order.subject, "order_id": str(order.order_id), **data}
    return Outgoing(destination, type_, order.subject, named, CASE_CHANNEL)
