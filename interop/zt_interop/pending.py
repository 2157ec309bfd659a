"""What waits in a stream: read and saved without the ORM, because a batch is five hundred of them.

The data of a queued message are opened but not parsed: their sealed text is canonical JSON already, written when the message
was checked and queued (or taken from a delivery that was verified), and goes into the event as it stands.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from zt_interop.confidential import SEALED
from zt_interop.envelope import Event, canonical_event
from zt_interop.queue.models import OutboundStream, OutboxMessage
from zt_tenants.arrays import bytes_array, plain_array, text_array
from zt_tenants.vault import open_sealed, seal


@dataclass(slots=True)
class Waiting:
    """A queued message on its way out; ``text`` are its data as JSON."""

    position: int
    event_id: UUID
    type: str
    subject: str
    time: datetime
    traceparent: str
    text: str
    sequence: int | None
    prevhash: str
    digest: str
    changed: bool = False
    """Whether ``text`` is no longer what the queue holds."""

    @property
    def data(self) -> dict[str, Any]:
        """The data, parsed."""
        return dict(json.loads(self.text))

    @property
    def is_sealed(self) -> bool:
        """Whether the data were encrypted for their destination."""
        return self.text.startswith(f'{{"{SEALED}":') and self.data.keys() == {SEALED}

    def in_place(self, stream: OutboundStream) -> Event:
        """The message as an event in its place: the one it has, or the stream's next."""
        has_place = self.sequence is not None
        return Event(
            id=self.event_id,
            type=self.type,
            source=stream.source_code,
            destination=stream.destination_code,
            channel=stream.channel,
            subject=self.subject,
            time=self.time,
            data=self.data,
            sequence=self.sequence if has_place else stream.last_sequence + 1,
            prevhash=self.prevhash if has_place else stream.last_hash,
            traceparent=self.traceparent or None,
        )

    def bytes_in_place(self, stream: OutboundStream) -> bytes:
        """The canonical bytes of :meth:`in_place`, mostly without parsing the data."""
        has_place = self.sequence is not None
        written = canonical_event(
            id=self.event_id,
            type=self.type,
            source=stream.source_code,
            destination=stream.destination_code,
            channel=stream.channel,
            subject=self.subject,
            time=self.time,
            data=self.text,
            sequence=(self.sequence or 0) if has_place else stream.last_sequence + 1,
            prevhash=self.prevhash if has_place else stream.last_hash,
            traceparent=self.traceparent,
        )
        return self.in_place(stream).canonical() if written is None else written


_COLUMNS: Final = "position, event_id, type, subject, time, traceparent, data, sequence, prevhash, digest"
_PENDING: Final = f"""
    (SELECT {_COLUMNS} FROM interop_queue_outboxmessage
        WHERE stream_id = %s AND state = 'SIGNED' ORDER BY sequence LIMIT %s)
    UNION ALL
    (SELECT {_COLUMNS} FROM interop_queue_outboxmessage
        WHERE stream_id = %s AND state = 'QUEUED' ORDER BY position LIMIT %s)
"""  # noqa: S608 - names of columns


def read_pending(stream: OutboundStream, most: int) -> list[Waiting]:
    """The next messages: first those that have a place, then the others as they were queued.

    Two index scans of at most ``most`` rows, so that the length of the backlog costs nothing.

    Raises:
        SealBroken: what the queue holds does not open.
    """
    with connection.cursor() as cursor:
        cursor.execute(_PENDING, [stream.id, most, stream.id, most])
        rows = cursor.fetchall()
    rows.sort(key=lambda row: (row[7] is None, row[7] or row[0]))
    purpose = _purpose()
    return [
        Waiting(position, id_, type_, subject, time, trace, open_sealed(data, purpose=purpose), sequence, link, digest)
        for position, id_, type_, subject, time, trace, data, sequence, link, digest in rows[:most]
    ]


_SAVE_PLACES: Final = """
    UPDATE interop_queue_outboxmessage AS message
    SET state = 'SIGNED', attempts = attempts + 1,
        sequence = place.sequence, prevhash = place.prevhash, digest = place.digest,
        data = coalesce(place.data, message.data)
    FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::bytea[])
        AS place (position, sequence, prevhash, digest, data)
    WHERE message.position = place.position
"""  # one statement for 500 rows; the ORM's bulk_update takes a second for them


def save_places(messages: Sequence[Waiting]) -> None:
    """Keep the places that messages were given, and their data where they were encrypted."""
    purpose = _purpose()
    with connection.cursor() as cursor:
        cursor.execute(
            _SAVE_PLACES,
            [
                plain_array(message.position for message in messages),
                plain_array(message.sequence for message in messages),
                plain_array(message.prevhash for message in messages),
                plain_array(message.digest for message in messages),
                bytes_array(seal(message.text, purpose=purpose) if message.changed else None for message in messages),
            ],
        )


_QUEUE: Final = """
    INSERT INTO interop_queue_outboxmessage (event_id, stream_id, type, subject, time, traceparent, data, state,
        prevhash, digest, attempts, outcome, refusal_code, refusal_zh, refusal_en, queued_at)
    SELECT event_id, stream_id, type, subject, time, traceparent, data, 'QUEUED', '', '', 0, '', '', '', '', time
    FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::timestamptz[], %s::text[], %s::bytea[])
        WITH ORDINALITY AS queued (event_id, stream_id, type, subject, time, traceparent, data, place)
    ORDER BY place
    RETURNING position
"""


def queue_messages(rows: Sequence[OutboxMessage], texts: Sequence[str]) -> None:
    """Insert messages in this order, in one statement, their data as these JSON texts; they get their positions."""
    purpose = _purpose()
    with connection.cursor() as cursor:
        cursor.execute(
            _QUEUE,
            [
                plain_array(row.event_id for row in rows),
                plain_array(row.stream_id for row in rows),
                text_array(row.type for row in rows),
                text_array(row.subject for row in rows),
                plain_array(row.time.isoformat() for row in rows),
                text_array(row.traceparent for row in rows),
                bytes_array(seal(text, purpose=purpose) for text in texts),
            ],
        )
        for row, (position,) in zip(rows, cursor.fetchall(), strict=True):
            row.position = position
            row._state.adding = False


def _purpose() -> str:
    return f"{OutboxMessage._meta.label_lower}.data"
