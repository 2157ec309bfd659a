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
from zt_interop.errors import HistoryIncomplete
from zt_interop.queue.models import InFlight, OutboundStream, OutboxMessage
from zt_tenants.arrays import bytes_array, plain_array, text_array
from zt_tenants.vault import open_all, seal, seal_all


@dataclass(slots=True)
class Waiting:
    """A queued message on its way out; ``text`` are its data as JSON, ``id`` and ``when`` its id and time as they are
    written."""

    position: int
    id: str
    type: str
    subject: str
    when: str
    traceparent: str
    text: str
    sequence: int | None
    prevhash: str
    digest: str
    changed: bool = False
    """Whether ``text`` is no longer what the queue holds."""

    @property
    def event_id(self) -> UUID:
        """The event's id."""
        return UUID(self.id)

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
            time=datetime.fromisoformat(self.when),
            data=self.data,
            sequence=self.sequence if has_place else stream.last_sequence + 1,
            prevhash=self.prevhash if has_place else stream.last_hash,
            traceparent=self.traceparent or None,
        )

    def bytes_in_place(self, stream: OutboundStream) -> bytes:
        """The canonical bytes of :meth:`in_place`, mostly without parsing the data."""
        has_place = self.sequence is not None
        written = canonical_event(
            id=self.id,
            type=self.type,
            source=stream.source_code,
            destination=stream.destination_code,
            channel=stream.channel,
            subject=self.subject,
            time=self.when,
            data=self.text,
            sequence=(self.sequence or 0) if has_place else stream.last_sequence + 1,
            prevhash=self.prevhash if has_place else stream.last_hash,
            traceparent=self.traceparent,
        )
        return self.in_place(stream).canonical() if written is None else written


# Id and time come as the text they are written with: the driver would make objects of them that are written back.
_COLUMNS: Final = (
    "position, event_id::text, type, subject,"
    """ to_char(time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), traceparent, data, sequence, prevhash, digest"""
)
_PENDING: Final = f"""
    (SELECT {_COLUMNS} FROM interop_queue_outboxmessage
        WHERE stream_id = %s AND state = 'SIGNED' ORDER BY sequence LIMIT %s)
    UNION ALL
    (SELECT {_COLUMNS} FROM interop_queue_outboxmessage
        WHERE stream_id = %s AND state = 'QUEUED' ORDER BY position LIMIT %s)
"""  # noqa: S608 - names of columns
_IN_FLIGHT: Final = f"""
    (SELECT {_COLUMNS} FROM interop_queue_outboxmessage
        WHERE stream_id = %s AND state = 'SIGNED' ORDER BY sequence LIMIT %s)
    UNION ALL
    (SELECT {_COLUMNS} FROM interop_queue_outboxmessage
        WHERE stream_id = %s AND state = 'QUEUED' AND position = ANY(%s::bigint[]))
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
    return _waiting(rows[:most])


def read_in_flight(stream: OutboundStream, in_flight: InFlight, most: int) -> list[Waiting]:
    """The next messages of a stream some of which are in flight: those with a place of their own, then those in flight,
    in their order. What was queued since waits until they have arrived.

    Raises:
        SealBroken: what the queue holds does not open.
        HistoryIncomplete: one that is in flight is in the queue no more; people must compare the two histories.
    """
    positions = in_flight.positions[:most]
    with connection.cursor() as cursor:
        cursor.execute(_IN_FLIGHT, [stream.id, most, stream.id, plain_array(positions)])
        rows = cursor.fetchall()
    places = {position: place for place, position in enumerate(positions)}
    rows.sort(key=lambda row: (row[7] is None, row[7] or places[row[0]]))
    if len(places) != sum(row[7] is None for row in rows):
        raise HistoryIncomplete(sequence=in_flight.after + 1)
    return _waiting(rows[:most])


def _waiting(rows: Sequence[Any]) -> list[Waiting]:
    texts = open_all((row[6] for row in rows), purpose=_purpose())
    return [
        Waiting(position, id_, type_, subject, when, trace, text, sequence, link, digest)
        for (position, id_, type_, subject, when, trace, _, sequence, link, digest), text in zip(
            rows, texts, strict=True
        )
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


_DELIVERED: Final = """
    UPDATE interop_queue_outboxmessage AS message
    SET state = 'DELIVERED', attempts = message.attempts + %s, outcome = %s, delivered_at = %s,
        refusal_code = '', refusal_zh = '', refusal_en = '',
        sequence = place.sequence, prevhash = place.prevhash, digest = place.digest
    FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[]) AS place (position, sequence, prevhash, digest)
    WHERE message.position = place.position
"""


def save_arrived(messages: Sequence[Waiting], *, outcome: str, attempts: int, at: datetime) -> None:
    """Keep that messages of a batch have arrived, and where in their stream: all by one statement."""
    columns = [
        plain_array(message.position for message in messages),
        plain_array(message.sequence for message in messages),
        plain_array(message.prevhash for message in messages),
        plain_array(message.digest for message in messages),
    ]
    with connection.cursor() as cursor:
        cursor.execute(_DELIVERED, [attempts, outcome, at, *columns])


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
                bytes_array(seal_all(texts, purpose=_purpose())),
            ],
        )
        for row, (position,) in zip(rows, cursor.fetchall(), strict=True):
            row.position = position
            row._state.adding = False


def _purpose() -> str:
    return f"{OutboxMessage._meta.label_lower}.data"
