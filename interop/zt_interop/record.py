"""Recording what a receipt says about a shipment, in the transaction that holds the stream's lock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import connection

from zt_interop import batch
from zt_interop.canonical import sha256_hex
from zt_interop.envelope import CASE_CHANNEL, SUPERVISION_CHANNEL
from zt_interop.errors import BatchInvalid, SequenceGap, TooLarge
from zt_interop.log.models import BATCH_LOG_TYPE, Direction, MessageLogEntry
from zt_interop.pending import save_arrived
from zt_interop.queue.models import MessageState, OutboundStream, OutboxMessage
from zt_interop.receipts import Outcome, Receipt
from zt_interop.resending import rewind
from zt_interop.shipment import Shipment
from zt_tenants.arrays import plain_array, text_array
from zt_tenants.clock import now
from zt_tenants.errors import DomainError


class StandsRefused(DomainError):
    """The destination refuses for a reason that is not the message's fault; the stream waits."""

    code = "STANDS_REFUSED"
    zh = "对方中心暂不接收：{reason_zh}"
    en = "The destination does not take it for now: {reason_en}"


class DestinationBusy(StandsRefused):
    """The destination asks to come back later (``until``); that is no failure."""

    code = "DESTINATION_BUSY"
    zh = "对方中心繁忙：{reason_zh}"
    en = "The destination is busy: {reason_en}"

    def until(self, moment: datetime) -> datetime:
        """When to come back: what it asked for, within :data:`SHORTEST_BUSY` and :data:`LONGEST_BUSY` from ``moment``."""
        asked: datetime = self.data["until"]
        return min(max(asked, moment + SHORTEST_BUSY), moment + LONGEST_BUSY)


SHORTEST_BUSY: Final = timedelta(seconds=1)
LONGEST_BUSY: Final = timedelta(minutes=15)
HEAD_AFTER: Final = timedelta(minutes=15)
"""How long after a delivery the receiver is asked how far it has come."""


def record_receipt(
    stream: OutboundStream, shipment: Shipment, receipt: Receipt, *, answer: bytes, transport: str
) -> bool:
    """Note the outcome on the messages and the stream, and log the delivery in the source centre (which is current).

    Returns:
        Whether the stream went on and was saved; False when it went back to a sequence that the receiver lacks.

    Raises:
        StandsRefused, DestinationBusy, HistoryIncomplete: the stream must wait; nothing is recorded.
    """
    if receipt.outcome is not Outcome.REFUSED:
        _record_delivered(stream, shipment, receipt)
    elif receipt.code == SequenceGap.code and _go_back(stream, shipment, receipt.expected_sequence):
        return False
    elif receipt.retry and receipt.retry_at is not None:
        raise DestinationBusy(reason_zh=receipt.reason_zh, reason_en=receipt.reason_en, until=receipt.retry_at)
    elif receipt.retry or (stream.channel == SUPERVISION_CHANNEL and not _is_too_much(shipment, receipt)):
        raise StandsRefused(reason_zh=receipt.reason_zh, reason_en=receipt.reason_en)
    elif shipment.is_batch and not receipt.recorded:
        _go_singly(stream)
        return False
    else:
        _record_refused(stream, shipment, receipt)
    log_delivery(stream, shipment, receipt, answer, transport)
    return True


def _is_too_much(shipment: Shipment, receipt: Receipt) -> bool:
    """Whether a batch of supervision may be refused only for its length: by a destination that is older than its last
    receipt. Then the next one has as many as every receiver takes."""
    return (
        len(shipment.messages) > batch.FIRST_BATCH_EVENTS
        and not receipt.recorded
        and receipt.code in (BatchInvalid.code, TooLarge.code)
    )


def _go_singly(stream: OutboundStream) -> None:
    """The destination takes no batch, or one message spoils it: one at a time (of supervision as few as every receiver
    takes), each has an answer of its own."""
    stream.batch_limit = 1
    stream.save(update_fields=["batch_limit"])


_EXCEPTIONS: Final = """
    UPDATE interop_queue_outboxmessage AS message
    SET state = CASE WHEN found.outcome = 'refused' THEN 'REFUSED' ELSE 'DELIVERED' END, outcome = found.outcome,
        refusal_code = found.code, refusal_zh = found.zh, refusal_en = found.en, delivered_at = %s
    FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[]) AS found (event_id, outcome, code, zh, en)
    WHERE message.event_id = found.event_id AND message.position = ANY(%s)
"""


def _record_delivered(stream: OutboundStream, shipment: Shipment, receipt: Receipt) -> None:
    """All messages by one statement, and one more for those that were not simply accepted."""
    exceptions: dict[str, Any] = {entry["event_id"]: entry for entry in receipt.exceptions}
    usual = [message.position for message in shipment.messages if message.id not in exceptions]
    moment = now()
    if stream.channel == SUPERVISION_CHANNEL:
        attempts = shipment.in_flight.attempts if shipment.in_flight else 1
        save_arrived(shipment.messages, outcome=receipt.outcome.value, attempts=attempts, at=moment)
        _keep_places(stream, shipment)
    elif usual:
        OutboxMessage.objects.filter(position__in=usual).update(
            state=MessageState.DELIVERED,
            outcome=receipt.outcome.value,
            refusal_code=receipt.code,
            refusal_zh=receipt.reason_zh,
            refusal_en=receipt.reason_en,
            delivered_at=moment,
        )
    if exceptions:
        found = list(exceptions.values())
        reasons = [entry.get("reason") or {"zh": "", "en": ""} for entry in found]
        columns = [[entry[name] for entry in found] for name in ("event_id", "outcome", "code")]
        words = [[reason[name] for reason in reasons] for name in ("zh", "en")]
        positions = [message.position for message in shipment.messages]
        with connection.cursor() as cursor:
            cursor.execute(_EXCEPTIONS, [moment, *columns, *words, positions])
    if stream.channel == SUPERVISION_CHANNEL:
        taken = receipt.supervision_limit or batch.FIRST_BATCH_EVENTS
        stream.batch_limit = min(taken, batch.MAX_BATCH_EVENTS, 2 * max(batch.FIRST_BATCH_EVENTS, stream.batch_limit))
    elif receipt.batch_limit is not None or not shipment.is_batch:
        stream.batch_limit = min(receipt.batch_limit or 1, max(1, 2 * stream.batch_limit))
    _acknowledge(stream, shipment.last_sequence)


def _keep_places(stream: OutboundStream, shipment: Shipment) -> None:
    """The stream's own rows now say where the messages are; it goes on behind them (saved with what is acknowledged)."""
    arrived = [message.position for message in shipment.messages if (message.sequence or 0) > stream.last_sequence]
    if not arrived or shipment.in_flight is None:
        return
    stream.in_flight = shipment.in_flight.behind(arrived)
    stream.last_sequence, stream.last_hash = shipment.last_sequence, shipment.messages[-1].digest


def _record_refused(stream: OutboundStream, shipment: Shipment, receipt: Receipt) -> None:
    """A message refused for good. If it never entered the stream, its sequence goes to the next message."""
    message = shipment.messages[0]
    row = OutboxMessage.objects.filter(position=message.position)
    refused = {
        "state": MessageState.REFUSED,
        "outcome": Outcome.REFUSED.value,
        "refusal_code": receipt.code,
        "refusal_zh": receipt.reason_zh,
        "refusal_en": receipt.reason_en,
    }
    if receipt.recorded:
        row.update(**refused)
        _acknowledge(stream, shipment.last_sequence)
        return
    behind = stream.messages.filter(sequence__gt=message.sequence)
    if behind.filter(delivered_at__isnull=False).exists():
        # Only possible after going back for a gap: messages behind it were taken before, linked to it.
        raise StandsRefused(reason_zh=receipt.reason_zh, reason_en=receipt.reason_en)
    # The receiver takes only the next sequence, so nothing behind this one was ever taken: places are given anew.
    behind.update(state=MessageState.QUEUED, sequence=None, prevhash="", digest="")
    stream.last_sequence, stream.last_hash = (message.sequence or 1) - 1, message.prevhash
    row.update(**refused, sequence=None, prevhash="", digest="")
    _acknowledge(stream, stream.last_sequence)


def _acknowledge(stream: OutboundStream, sequence: int) -> None:
    stream.acknowledged_sequence = sequence
    stream.failures, stream.last_error, stream.failing_since = 0, "", None
    stream.last_delivered_at = now()
    stream.head_due_at = stream.head_due_at or stream.last_delivered_at + HEAD_AFTER
    stream.save()


def _go_back(stream: OutboundStream, shipment: Shipment, expected: int | None) -> bool:
    """Go back to the sequence the receiver expects; False when it names none before this shipment."""
    return expected is not None and expected < shipment.first_sequence and rewind(stream, expected)


def log_delivery(stream: OutboundStream, shipment: Shipment, receipt: Receipt, answer: bytes, transport: str) -> None:
    """Keep the bytes and the receipt for ever, and an entry for each message of a case that travelled in a batch."""
    first = shipment.messages[0]
    entry = MessageLogEntry.objects.create(
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
    if not shipment.is_batch or stream.channel != CASE_CHANNEL:
        return
    outcomes = {found["event_id"]: found["outcome"] for found in receipt.exceptions}
    log_carried(
        entry,
        [
            Carried(
                message.event_id,
                message.type,
                message.subject,
                message.sequence or 0,
                outcomes.get(str(message.event_id), receipt.outcome.value),
            )
            for message in shipment.messages
        ],
    )


class Carried(NamedTuple):
    """One message that travelled in a batch."""

    event_id: UUID
    type: str
    subject: str
    sequence: int
    outcome: str


_LOG_CARRIED: Final = """
    INSERT INTO interop_log_messagelogentry (direction, event_id, type, subject, channel, counterpart_code,
        first_sequence, last_sequence, transport, outcome, wire, carrier_id, wire_sha256, receipt, logged_at)
    SELECT carrier.direction, carried.event_id, carried.type, carried.subject, carrier.channel, carrier.counterpart_code,
        carried.sequence, carried.sequence, carrier.transport, carried.outcome, NULL, carrier.id, carrier.wire_sha256, '',
        carrier.logged_at
    FROM interop_log_messagelogentry AS carrier, unnest(%s::uuid[], %s::text[], %s::text[], %s::bigint[], %s::text[])
        WITH ORDINALITY AS carried (event_id, type, subject, sequence, outcome, place)
    WHERE carrier.id = %s
    ORDER BY carried.place
"""


def log_carried(carrier: MessageLogEntry, messages: Sequence[Carried]) -> None:
    """An entry for each message of a batch, by one statement; the bytes are its carrier's."""
    ids, types, subjects, sequences, outcomes = zip(*messages, strict=True)
    columns = [plain_array(ids), text_array(types), text_array(subjects), plain_array(sequences), text_array(outcomes)]
    with connection.cursor() as cursor:
        cursor.execute(_LOG_CARRIED, [*columns, carrier.id])
