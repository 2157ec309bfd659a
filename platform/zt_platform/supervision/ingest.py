"""Taking in what the centres report: batches of ``supervision.event.v1`` (R-03).

Whatever arrives twice, late or out of order leaves the same store behind: steps are unique by their place in the
feed, a record is written only by a newer event, and the day counters are the sum of what the records say.
A batch costs six SQL statements, whatever its size.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from django.db import connection, transaction

from zt_platform.supervision.errors import StepOfAnotherCentre
from zt_platform.supervision.models import CaseRecord, CaseStep, CentreDay, Feed
from zt_platform.supervision.rules import STOPPING_STATUSES, contributions
from zt_tenants.clock import now
from zt_tenants.uuid7 import uuid7


class StepMessage(Protocol):
    """What ingest needs of a received message."""

    @property
    def id(self) -> UUID: ...
    @property
    def source(self) -> str: ...
    @property
    def destination(self) -> str: ...
    @property
    def sequence(self) -> int: ...
    @property
    def data(self) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Ingested:
    """What a batch changed."""

    steps: int
    records: int


_CLOCK_FIELDS = (
    "submitted_at",
    "accepted_at",
    "acceptance_due_at",
    "warning_at",
    "due_at",
    "red_at",
    "statutory_due_at",
    "decided_at",
    "completed_at",
)
_COVERAGE_FIELDS = ["last_sequence", "head_sequence", "gaps", "missing", "gap_since"]
_STATE_FIELDS = ("level", "role", "kind", "item_code", "item_name", "status")
_COUNTERS = [field.name for field in CentreDay._meta.concrete_fields if field.name not in ("id", "day", "centre_code")]
_RECORD_FIELDS = [
    field.name
    for field in CaseRecord._meta.concrete_fields
    if field.name not in ("id", "centre_code", "tracking_number")
]


def ingest(messages: Sequence[StepMessage]) -> Ingested:
    """Take a batch in, in one transaction. Repeating it changes nothing.

    Raises:
        StepOfAnotherCentre: a centre reported a step of another one; nothing of the batch is taken.
    """
    if not messages:
        return Ingested(steps=0, records=0)
    for message in messages:
        if message.data["centre_code"] != message.source:
            raise StepOfAnotherCentre(source=message.source, centre=message.data["centre_code"])
    ordered = sorted(messages, key=lambda message: (message.source, message.sequence))
    received_at = now()
    with transaction.atomic():
        feeds = _lock_feeds(sorted({(message.source, message.destination) for message in ordered}))
        _insert_steps(ordered, received_at)
        changed = _write_records(ordered)
        _advance_feeds(feeds, ordered, received_at)
    return Ingested(steps=len(ordered), records=changed)


def _lock_feeds(streams: Collection[tuple[str, str]]) -> dict[tuple[str, str], Feed]:
    """Make the feeds' rows if they are new and lock them: one batch of a centre at a time, in one statement."""
    rows = Feed.objects.raw(
        'INSERT INTO "supervision"."feed" (id, source_code, destination_code, last_sequence, head_sequence, gaps, missing)'
        " SELECT *, 0, 0, '[]'::jsonb, 0 FROM unnest(%s::uuid[], %s::text[], %s::text[])"
        " ON CONFLICT (source_code, destination_code) DO UPDATE SET source_code = EXCLUDED.source_code"
        " RETURNING *",
        [[uuid7() for _ in streams], [source for source, _ in streams], [destination for _, destination in streams]],
    )
    return {(feed.source_code, feed.destination_code): feed for feed in rows}


def _insert_steps(messages: Iterable[StepMessage], received_at: datetime) -> None:
    steps = [_step(message, received_at) for message in messages]
    CaseStep.objects.bulk_create(steps, ignore_conflicts=True)


def _step(message: StepMessage, received_at: datetime) -> CaseStep:
    data = message.data
    return CaseStep(
        centre_code=message.source,
        sequence=message.sequence,
        message_id=message.id,
        tracking_number=data["tracking_number"],
        step=data["step"],
        status=data["status"],
        role=data["role"],
        department=data.get("department", ""),
        actor_role=data.get("actor_role", ""),
        result=data.get("result", ""),
        due_at=_instant(data["clock"].get("due_at")),
        occurred_at=datetime.fromisoformat(data["occurred_at"]),
        received_at=received_at,
    )


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _write_records(messages: Sequence[StepMessage]) -> int:
    """Fold the events into the case records and the difference into the day counters; the number of records changed."""
    keys = {(message.source, message.data["tracking_number"]) for message in messages}
    before = {
        (record.centre_code, record.tracking_number): record
        for record in CaseRecord.objects.filter(
            tracking_number__in={tracking_number for _, tracking_number in keys},
            centre_code__in={centre for centre, _ in keys},
        )
    }
    after: dict[tuple[str, str], CaseRecord] = {}
    for message in messages:
        key = (message.source, message.data["tracking_number"])
        known = after.get(key) or before.get(key)
        if known is None or message.sequence > known.last_sequence:
            after[key] = _with_event(known, message)
    if not after:
        return 0
    CaseRecord.objects.bulk_create(
        after.values(),
        update_conflicts=True,
        unique_fields=["centre_code", "tracking_number"],
        update_fields=_RECORD_FIELDS,
    )
    _add_to_days(before, after)
    return len(after)


def _with_event(known: CaseRecord | None, message: StepMessage) -> CaseRecord:
    """The record as this event reports it; only the instant of a stop is kept from before."""
    data, clock = message.data, message.data["clock"]
    record = copy(known) if known is not None else CaseRecord(tracking_number=data["tracking_number"])
    record.centre_code = message.source
    for name in _STATE_FIELDS:
        setattr(record, name, data[name])
    for name in _CLOCK_FIELDS:
        setattr(record, name, _instant(clock.get(name)))
    record.department = data.get("department", "")
    record.result = data.get("result", "")
    record.instant = data.get("instant", data["kind"] == "INSTANT")
    record.on_time = data.get("on_time")
    record.last_step = data["step"]
    record.last_occurred_at = datetime.fromisoformat(data["occurred_at"])
    record.last_sequence = message.sequence
    record.stopped_at = _instant(clock.get("paused_at")) or record.decided_at or record.completed_at
    if record.stopped_at is None and record.status in STOPPING_STATUSES:
        stopped_before = known.stopped_at if known is not None and known.status == record.status else None
        record.stopped_at = stopped_before or record.last_occurred_at
    return record


def _add_to_days(before: dict[tuple[str, str], CaseRecord], after: dict[tuple[str, str], CaseRecord]) -> None:
    days: defaultdict[tuple[date, str], Counter[str]] = defaultdict(Counter)
    for key, record in after.items():
        difference = contributions(record)
        if key in before:
            difference.subtract(contributions(before[key]))
        for (day, counter), count in difference.items():
            days[day, record.centre_code][counter] += count
    changed = {key: counters for key, counters in sorted(days.items()) if any(counters.values())}
    if not changed:
        return
    columns = ", ".join(_COUNTERS)
    arrays = ", ".join(["%s::uuid[]", "%s::date[]", "%s::text[]", *["%s::int[]"] * len(_COUNTERS)])
    added = ", ".join(f"{name} = centre_day.{name} + EXCLUDED.{name}" for name in _COUNTERS)
    # Only names of our own model's columns are put into the text.
    statement = (
        f'INSERT INTO "supervision"."centre_day" AS centre_day (id, day, centre_code, {columns})'  # noqa: S608
        f" SELECT * FROM unnest({arrays}) ON CONFLICT (day, centre_code) DO UPDATE SET {added}"
    )
    values = [[counters[name] for counters in changed.values()] for name in _COUNTERS]
    with connection.cursor() as cursor:
        cursor.execute(
            statement, [[uuid7() for _ in changed], [day for day, _ in changed], [code for _, code in changed], *values]
        )


def _advance_feeds(feeds: dict[tuple[str, str], Feed], messages: Iterable[StepMessage], received_at: datetime) -> None:
    arrived: defaultdict[tuple[str, str], list[StepMessage]] = defaultdict(list)
    for message in messages:
        arrived[message.source, message.destination].append(message)
    for stream, parts in arrived.items():
        feed = feeds[stream]
        newest = max(parts, key=lambda part: part.sequence)
        if newest.sequence > feed.last_sequence:
            feed.last_event_at = datetime.fromisoformat(newest.data["occurred_at"])
        feed.cover(feed.coverage.with_arrived(part.sequence for part in parts), at=received_at)
        feed.last_received_at = received_at
    Feed.objects.bulk_update(feeds.values(), [*_COVERAGE_FIELDS, "last_event_at", "last_received_at"])


def note_head(*, source: str, destination: str, sequence: int) -> None:
    """Remember that an event of a feed exists which could not be taken, because others before it are missing."""
    with transaction.atomic():
        feed = _lock_feeds([(source, destination)])[source, destination]
        feed.cover(feed.coverage.with_head(sequence), at=now())
        feed.save(update_fields=_COVERAGE_FIELDS)
