"""Recording what a receipt says about a shipment, in the transaction that holds the stream's lock."""

from __future__ import annotations

from typing import Any, Final

from zt_interop.canonical import sha256_hex
from zt_interop.errors import SequenceGap
from zt_interop.log.models import BATCH_LOG_TYPE, Direction, MessageLogEntry
from zt_interop.queue.models import MessageState, OutboundStream, OutboxMessage
from zt_interop.receipts import Outcome, Receipt
from zt_interop.shipment import Shipment
from zt_tenants.clock import now
from zt_tenants.errors import DomainError


class StandsRefused(DomainError):
    """The destination refuses for a reason that is not the message's fault; the stream waits."""

    code = "STANDS_REFUSED"
    zh = "对方中心暂不接收：{reason_zh}"
    en = "The destination does not take it for now: {reason_en}"


_RESENDABLE: Final = (MessageState.DELIVERED, MessageState.REFUSED)


def record_receipt(
    stream: OutboundStream, shipment: Shipment, receipt: Receipt, *, answer: bytes, transport: str
) -> bool:
    """Note the outcome on the messages and the stream, and log the delivery in the source centre (which is current).

    Returns:
        Whether the stream went on and was saved; False when it went back to a sequence that the receiver lacks.

    Raises:
        StandsRefused: the stream must wait; nothing is recorded.
    """
    if receipt.outcome is not Outcome.REFUSED:
        _record_delivered(stream, shipment, receipt)
    elif receipt.code == SequenceGap.code and _go_back(stream, shipment, receipt.expected_sequence):
        return False
    elif receipt.retry or (shipment.is_batch and not receipt.recorded):
        raise StandsRefused(reason_zh=receipt.reason_zh, reason_en=receipt.reason_en)
    else:
        _record_refused(stream, shipment, receipt)
    _log(stream, shipment, receipt, answer, transport)
    return True


def _record_delivered(stream: OutboundStream, shipment: Shipment, receipt: Receipt) -> None:
    exceptions: dict[str, Any] = {entry["event_id"]: entry for entry in receipt.exceptions}
    usual = [message.position for message in shipment.messages if str(message.event_id) not in exceptions]
    OutboxMessage.objects.filter(position__in=usual).update(
        state=MessageState.DELIVERED,
        outcome=receipt.outcome.value,
        refusal_code=receipt.code,
        refusal_zh=receipt.reason_zh,
        refusal_en=receipt.reason_en,
        delivered_at=now(),
    )
    for event_id, exception in exceptions.items():
        is_refused = exception["outcome"] == Outcome.REFUSED
        stream.messages.filter(event_id=event_id).update(
            state=MessageState.REFUSED if is_refused else MessageState.DELIVERED,
            outcome=exception["outcome"],
            refusal_code=exception["code"],
            delivered_at=now(),
        )
    _acknowledge(stream, shipment.last_sequence)


def _record_refused(stream: OutboundStream, shipment: Shipment, receipt: Receipt) -> None:
    """A message refused for good. If it never entered the stream, its sequence goes to the next message."""
    message = shipment.messages[0]
    message.state, message.outcome = MessageState.REFUSED, Outcome.REFUSED.value
    message.refusal_code, message.refusal_zh, message.refusal_en = receipt.code, receipt.reason_zh, receipt.reason_en
    if receipt.recorded:
        message.save()
        _acknowledge(stream, shipment.last_sequence)
        return
    is_head = message.sequence == stream.last_sequence
    if not is_head:
        # Only possible after going back for a gap: messages behind it are linked to it and must keep their places.
        raise StandsRefused(reason_zh=receipt.reason_zh, reason_en=receipt.reason_en)
    stream.last_sequence, stream.last_hash = stream.last_sequence - 1, message.prevhash
    message.sequence, message.prevhash, message.digest = None, "", ""
    message.save()
    _acknowledge(stream, stream.last_sequence)


def _acknowledge(stream: OutboundStream, sequence: int) -> None:
    stream.acknowledged_sequence = sequence
    stream.failures, stream.last_error = 0, ""
    stream.last_delivered_at = now()
    stream.save()


def _go_back(stream: OutboundStream, shipment: Shipment, expected: int | None) -> bool:
    """Make everything from the sequence the receiver expects pending again; False when we no longer have it."""
    if expected is None or expected >= shipment.first_sequence:
        return False
    if not stream.messages.filter(sequence=expected).exists():
        return False
    stream.messages.filter(sequence__gte=expected, state__in=_RESENDABLE).update(state=MessageState.SIGNED)
    stream.acknowledged_sequence = expected - 1
    stream.save(update_fields=["acknowledged_sequence"])
    return True


def _log(stream: OutboundStream, shipment: Shipment, receipt: Receipt, answer: bytes, transport: str) -> None:
    first = shipment.messages[0]
    MessageLogEntry.objects.create(
        direction=Direction.OUT,
        event_id=shipment.id,
        type=BATCH_LOG_TYPE if shipment.is_batch else first.type,
        subject="" if shipment.is_batch else first.subject,
        channel=stream.channel,
        counterpart_code=stream.destination_code,
        first_sequence=shipment.first_sequence,
        last_sequence=shipment.last_sequence,
        transport=transport,
        outcome=receipt.outcome.value,
        wire=shipment.wire.decode(),
        wire_sha256=sha256_hex(shipment.wire),
        receipt=answer.decode(),
        logged_at=now(),
    )
