"""Taking in what the centres report: batches of ``supervision.event.v1`` (R-03).

Whatever arrives twice, late or out of order leaves the same store behind: steps are unique by their place in the
feed, a record is written only by a newer event, and the day counters are the sum of what the records say.
A batch costs six SQL statements, whatever its size.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, Final, Protocol
from uuid import UUID

from django.db import connection, transaction

from zt_platform.supervision.errors import StepOfAnotherCentre
from zt_platform.supervision.models import CentreDay, Feed
from zt_platform.supervision.rules import STOPPING_STATUSES, contributions
from zt_tenants.arrays import plain_array, text_array
from zt_tenants.clock import instant, now
from zt_tenants.uuid7 import uuid7, uuid7s


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


_Key = tuple[str, str]
"""Centre and tracking number: one ledger of a case."""
_COVERAGE_FIELDS = ["last_sequence", "head_sequence", "gaps", "missing", "gap_since"]
_COUNTERS = [field.name for field in CentreDay._meta.concrete_fields if field.name not in ("id", "day", "centre_code")]


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


_INSERT_STEPS: Final = """
    INSERT INTO supervision.case_step (id, centre_code, sequence, message_id, tracking_number, step, status, role,
        department, actor_role, result, due_at, occurred_at, received_at)
    SELECT *, %s FROM unnest(%s::uuid[], %s::text[], %s::bigint[], %s::uuid[], %s::text[], %s::text[], %s::text[],
        %s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::timestamptz[])
    ON CONFLICT DO NOTHING
"""


def _insert_steps(messages: Sequence[StepMessage], received_at: datetime) -> None:
    """Instants travel on as they were written, after Python has read them: what it cannot read, nobody stores."""
    data = [message.data for message in messages]
    due = [part["clock"].get("due_at") for part in data]
    for part, moment in zip(data, due, strict=True):
        datetime.fromisoformat(part["occurred_at"])
        instant(moment)
    columns = [
        plain_array(id_.hex for id_ in uuid7s(len(messages))),
        text_array(message.source for message in messages),
        plain_array(message.sequence for message in messages),
        plain_array(message.id.hex for message in messages),
        *[text_array(part[name] for part in data) for name in ("tracking_number", "step", "status", "role")],
        *[text_array(part.get(name, "") for part in data) for name in ("department", "actor_role", "result")],
        plain_array(due),
        plain_array(part["occurred_at"] for part in data),
    ]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT_STEPS, [received_at, *columns])


@dataclass(slots=True)
class _State:
    """Of a case record what its contribution to the days and the next event depend on; in the order of ``_STATE``."""

    id: UUID
    last_sequence: int
    role: str
    status: str
    result: str
    instant: bool
    on_time: bool | None
    submitted_at: datetime | None
    accepted_at: datetime | None
    decided_at: datetime | None
    completed_at: datetime | None
    stopped_at: datetime | None


_STATE: Final = tuple(field.name for field in fields(_State))
_READ_STATES: Final = f"""
    SELECT record.centre_code, record.tracking_number, {", ".join(f"record.{name}" for name in _STATE)}
    FROM supervision.case_record AS record
    JOIN unnest(%s::text[], %s::text[]) AS wanted (centre_code, tracking_number)
        ON record.centre_code = wanted.centre_code AND record.tracking_number = wanted.tracking_number
"""  # noqa: S608 - names of our own columns


def _read_states(keys: Collection[_Key]) -> dict[_Key, _State]:
    with connection.cursor() as cursor:
        cursor.execute(_READ_STATES, [text_array(centre for centre, _ in keys), text_array(case for _, case in keys)])
        return {(centre, case): _State(*state) for centre, case, *state in cursor.fetchall()}


def _write_records(messages: Sequence[StepMessage]) -> int:
    """Fold the events into the case records and the difference into the day counters; the number of records changed."""
    keys = {(message.source, message.data["tracking_number"]) for message in messages}
    before = _read_states(keys)
    new_ids = iter(uuid7s(len(keys) - len(before)))
    after: dict[_Key, _State] = {}
    newest: dict[_Key, StepMessage] = {}
    for message in messages:
        key = (message.source, message.data["tracking_number"])
        known = after.get(key) or before.get(key)
        if known is None or message.sequence > known.last_sequence:
            after[key] = _with_event(known, message, known.id if known else next(new_ids))
            newest[key] = message
    if after:
        _upsert_records(after, newest)
        _add_to_days(before, after)
    return len(after)


def _with_event(known: _State | None, message: StepMessage, id_: UUID) -> _State:
    """The state as this event reports it; only the instant of a stop is kept from before."""
    data, clock = message.data, message.data["clock"]
    status, decided_at = data["status"], instant(clock.get("decided_at"))
    completed_at = instant(clock.get("completed_at"))
    stopped_at = instant(clock.get("paused_at")) or decided_at or completed_at
    if stopped_at is None and status in STOPPING_STATUSES:
        stopped_before = known.stopped_at if known is not None and known.status == status else None
        stopped_at = stopped_before or datetime.fromisoformat(data["occurred_at"])
    return _State(
        id_,
        message.sequence,
        data["role"],
        status,
        data.get("result", ""),
        data.get("instant", data["kind"] == "INSTANT"),
        data.get("on_time"),
        instant(clock.get("submitted_at")),
        instant(clock.get("accepted_at")),
        decided_at,
        completed_at,
        stopped_at,
    )


_RECORD_TEXTS: Final = ("level", "kind", "item_code", "item_name")
_ONLY_SHOWN: Final = ("acceptance_due_at", "warning_at", "due_at", "red_at", "statutory_due_at")
"""Instants of the clock that no counter depends on."""
_RECORD_COLUMNS: Final = (
    *[(name, "text") for name in ("centre_code", "tracking_number", *_RECORD_TEXTS, "department", "last_step")],
    *[(name, "timestamptz") for name in (*_ONLY_SHOWN, "last_occurred_at")],
    *[(name, "text") for name in ("role", "status", "result")],
    *[(name, "boolean") for name in ("instant", "on_time")],
    *[(name, "timestamptz") for name in _STATE if name.endswith("_at")],
    ("id", "uuid"),
    ("last_sequence", "bigint"),
)
_KEY_COLUMNS: Final = ("id", "centre_code", "tracking_number")
_UPSERT_RECORDS: Final = f"""
    INSERT INTO supervision.case_record ({", ".join(name for name, _ in _RECORD_COLUMNS)})
    SELECT * FROM unnest({", ".join(f"%s::{kind}[]" for _, kind in _RECORD_COLUMNS)})
    ON CONFLICT (centre_code, tracking_number) DO UPDATE
    SET {", ".join(f"{name} = EXCLUDED.{name}" for name, _ in _RECORD_COLUMNS if name not in _KEY_COLUMNS)}
"""  # noqa: S608 - names of our own columns


def _upsert_records(after: Mapping[_Key, _State], newest: Mapping[_Key, StepMessage]) -> None:
    data = [message.data for message in newest.values()]
    for part in data:
        for name in _ONLY_SHOWN:
            instant(part["clock"].get(name))
    states = [after[key] for key in newest]
    columns = [
        text_array(centre for centre, _ in newest),
        text_array(case for _, case in newest),
        *[text_array(part[name] for part in data) for name in _RECORD_TEXTS],
        text_array(part.get("department", "") for part in data),
        text_array(part["step"] for part in data),
        *[plain_array(part["clock"].get(name) for part in data) for name in _ONLY_SHOWN],
        plain_array(part["occurred_at"] for part in data),
        *[text_array(getattr(state, name) for state in states) for name in ("role", "status", "result")],
        *[plain_array(getattr(state, name) for state in states) for name in ("instant", "on_time")],
        *[_instants(getattr(state, name) for state in states) for name in _STATE if name.endswith("_at")],
        plain_array(state.id for state in states),
        plain_array(state.last_sequence for state in states),
    ]
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT_RECORDS, columns)


def _instants(moments: Iterable[datetime | None]) -> str:
    return plain_array(None if moment is None else moment.isoformat() for moment in moments)


def _add_to_days(before: Mapping[_Key, _State], after: Mapping[_Key, _State]) -> None:
    days: defaultdict[tuple[date, str], Counter[str]] = defaultdict(Counter)
    for key, state in after.items():
        difference = contributions(state)
        if key in before:
            difference.subtract(contributions(before[key]))
        for (day, counter), count in difference.items():
            days[day, key[0]][counter] += count
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
