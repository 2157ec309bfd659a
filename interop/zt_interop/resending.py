"""Going back in a stream: what a receiver lacks is sent again, from the queue or, once pruned there, from the log."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from zt_interop import batch, signed
from zt_interop.canonical import parse_canonical
from zt_interop.envelope import Event
from zt_interop.errors import HistoryIncomplete
from zt_interop.log.models import Direction, MessageLogEntry
from zt_interop.opening import is_batch
from zt_interop.queue.models import PENDING, MessageState, OutboundStream, OutboxMessage

RESTORED_AT_ONCE: Final = 1000


def rewind(stream: OutboundStream, expected: int) -> bool:
    """Make everything from the sequence ``expected`` pending again; call it in the source centre, the row locked.

    Of what is only in the log a thousand messages are put back into the queue at once; when they have arrived, the
    receiver names the next it lacks.

    Returns:
        Whether there was anything to go back to.

    Raises:
        HistoryIncomplete: neither queue nor log has it; people must compare the two histories.
    """
    if not 1 <= expected <= stream.last_sequence:
        return False
    end = min(expected + RESTORED_AT_ONCE - 1, stream.last_sequence)
    kept = set(stream.messages.filter(sequence__range=(expected, end)).values_list("sequence", flat=True))
    lost = [sequence for sequence in range(expected, end + 1) if sequence not in kept]
    if lost:
        _put_back(stream, lost)
    resent = stream.messages.filter(sequence__gte=expected).exclude(state__in=PENDING)
    resent.update(state=MessageState.SIGNED)
    stream.acknowledged_sequence = expected - 1
    stream.save(update_fields=["acknowledged_sequence"])
    return True


def _put_back(stream: OutboundStream, sequences: list[int]) -> None:
    logged = _logged(stream, sequences[0], sequences[-1])
    missing = [sequence for sequence in sequences if sequence not in logged]
    broken = [
        later
        for earlier, later in pairwise(sequences)
        if later == earlier + 1
        and later in logged
        and earlier in logged
        and logged[later][0].prevhash != logged[earlier][0].digest()
    ]
    if missing or broken:
        raise HistoryIncomplete(sequence=(missing + broken)[0])
    OutboxMessage.objects.bulk_create([_row(stream, *logged[sequence]) for sequence in sequences])


def _row(stream: OutboundStream, event: Event, entry: MessageLogEntry) -> OutboxMessage:
    return OutboxMessage(
        event_id=event.id,
        stream=stream,
        type=event.type,
        subject=event.subject,
        time=event.time,
        traceparent=event.traceparent or "",
        data=event.data,
        state=MessageState.SIGNED,
        sequence=event.sequence,
        prevhash=event.prevhash or "",
        digest=event.digest(),
        queued_at=event.time,
        delivered_at=entry.logged_at,
    )


def _logged(stream: OutboundStream, first: int, last: int) -> dict[int, tuple[Event, MessageLogEntry]]:
    """The events of a range as they were sent, by sequence. What was logged later counts: a message that never entered
    the stream gave its sequence away."""
    entries = MessageLogEntry.objects.filter(
        direction=Direction.OUT,
        counterpart_code=stream.destination_code,
        channel=stream.channel,
        carrier__isnull=True,
        first_sequence__range=(first - batch.MAX_BATCH_EVENTS, last),
        last_sequence__gte=first,
    ).order_by("id")
    found: dict[int, tuple[Event, MessageLogEntry]] = {}
    for entry in entries:
        for event in _events(entry.delivered_bytes):
            if first <= (event.sequence or 0) <= last:
                found[event.sequence or 0] = (event, entry)
    return found


def _events(wire: bytes) -> list[Event]:
    if is_batch(wire):
        return [Event.from_json(event) for event in batch.parse(wire).events]
    payload = signed.parse(wire, typ=signed.EVENT_TYPE).payload
    return [Event.from_json(parse_canonical(payload)[0], canonical=payload)]
