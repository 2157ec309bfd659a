"""Taking delivered messages out of the queue: their permanent place is the log of their source.

A message goes when it was delivered longer ago than the retention and the log really has it. Usually that is so by
construction (the receipt and the log entry are written in one transaction); a centre that was restored from an archive
may have lost the entry, and then the queue keeps the only copy.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final, cast
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.db import connection

from zt_interop.batch import MAX_BATCH_EVENTS
from zt_interop.log.models import Direction, MessageLogEntry
from zt_interop.queue.models import MessageState, OutboundStream, OutboxMessage
from zt_tenants.centres import centre_by_code
from zt_tenants.clock import now
from zt_tenants.context import enter, outside_centres
from zt_tenants.errors import UnknownCentre
from zt_tenants.faults import crash_point

PAGE: Final = 2000
PAGES_AT_A_TIME: Final = 10
_DELETE: Final = "DELETE FROM shared.interop_queue_outboxmessage WHERE position = ANY(%s) AND state = %s"
_CURSOR: Final = "interop:prune-after"
_CURSOR_SECONDS: Final = 24 * 3600


def kept_for() -> timedelta:
    """How long a delivered message stays in the queue (setting ``INTEROP_OUTBOX_KEPT_DAYS``): longer than the oldest
    archive of a centre that might be restored."""
    return timedelta(days=float(getattr(settings, "INTEROP_OUTBOX_KEPT_DAYS", 30)))


@dataclass(frozen=True, slots=True)
class Pruned:
    """What a tick did; ``kept`` are messages whose time is over but which the log does not have."""

    deleted: int = 0
    kept: int = 0


@dataclass(frozen=True, slots=True)
class _Row:
    position: int
    stream_id: UUID
    sequence: int
    delivered_at: datetime


def prune_outbox() -> Pruned:
    """Delete up to 20,000 messages, oldest first, 2,000 to a transaction. Repeating or killing it does no harm."""
    deleted = kept = 0
    with outside_centres():
        after = cache.get(_CURSOR)
        for _ in range(PAGES_AT_A_TIME):
            rows = _page(after)
            if not rows:
                cache.delete(_CURSOR)  # begin again with what had to be kept
                break
            safe = _logged(rows)
            crash_point("in_prune")
            deleted += _deleted(safe)
            kept += len(rows) - len(safe)
            after = (rows[-1].delivered_at, rows[-1].position)
            cache.set(_CURSOR, after, _CURSOR_SECONDS)
    return Pruned(deleted, kept)


def _deleted(positions: Sequence[int]) -> int:
    """Delete without reading: this part of the house may not see what is in the messages."""
    with connection.cursor() as cursor:
        cursor.execute(_DELETE, [list(positions), MessageState.DELIVERED])
        return int(cursor.rowcount)


def _page(after: tuple[datetime, int] | None) -> list[_Row]:
    over = OutboxMessage.objects.filter(
        state=MessageState.DELIVERED, delivered_at__lt=now() - kept_for(), sequence__isnull=False
    ).order_by("delivered_at", "position")
    if after is not None:
        over = over.filter(delivered_at__gte=after[0]).exclude(delivered_at=after[0], position__lte=after[1])
    found = over.values_list("position", "stream_id", "sequence", "delivered_at")[:PAGE]
    return [_Row(*cast(tuple[int, UUID, int, datetime], row)) for row in found]


def _logged(rows: Sequence[_Row]) -> list[int]:
    """The positions of the rows that their source's log has, and whose receipt the stream has recorded."""
    of_stream: defaultdict[UUID, list[_Row]] = defaultdict(list)
    for row in rows:
        of_stream[row.stream_id].append(row)
    streams = OutboundStream.objects.filter(id__in=of_stream).order_by("source_code")
    safe: list[int] = []
    for source, own in groupby(streams, key=lambda stream: stream.source_code):
        try:
            with enter(centre_by_code(source)):
                for stream in own:
                    safe += _covered(stream, of_stream[stream.id])
        except UnknownCentre:
            continue  # a centre that is no more: its messages stay
    return safe


def _covered(stream: OutboundStream, rows: Sequence[_Row]) -> list[int]:
    wanted = {row.sequence: row.position for row in rows if row.sequence <= stream.acknowledged_sequence}
    if not wanted:
        return []
    entries = MessageLogEntry.objects.filter(
        direction=Direction.OUT,
        counterpart_code=stream.destination_code,
        channel=stream.channel,
        carrier__isnull=True,
        first_sequence__range=(min(wanted) - MAX_BATCH_EVENTS, max(wanted)),
    )
    covered: set[int] = set()
    for first, last in entries.values_list("first_sequence", "last_sequence"):
        covered.update(range(first, last + 1))
    return [position for sequence, position in wanted.items() if sequence in covered]
