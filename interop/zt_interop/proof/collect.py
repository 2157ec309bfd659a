"""Taking what concerns one subject out of a centre's message log: the content of ``proof.json``.

Of a batch only the subject's own events are taken, each with its audit path, so a bundle never shows another case.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Q

from zt_interop import batch, signed
from zt_interop.canonical import parse_strict
from zt_interop.envelope import SUPERVISION_CHANNEL, instant_text
from zt_interop.keys.models import KeyUsage, PublicKey
from zt_interop.log.models import BATCH_LOG_TYPE, Direction, InboxMessage, MessageLogEntry
from zt_interop.merkle import merkle_proof
from zt_interop.opening import is_batch
from zt_interop.proof.bundle import FORMAT, VERSION
from zt_interop.proof.errors import NothingLogged
from zt_interop.proof.heads import head_of, leaves_between, own_heads_logged
from zt_interop.queue.models import OutboxMessage
from zt_tenants.clock import now
from zt_tenants.context import current_centre

_BATCHES_SEARCHED: Final = 200


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message lies: the stream as this centre sees it, and its sequence."""

    direction: str
    counterpart: str
    channel: str
    sequence: int


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that belongs to the subject, by digest (hexadecimal SHA-256); ``size`` in bytes."""

    sha256: str
    size: int
    file_name: str


def proof_of(
    subject: str,
    *,
    attachments: Collection[Attachment] = (),
    places: Iterable[Place] = (),
    supervised_since: datetime | None = None,
    redact: bool = False,
) -> dict[str, Any]:
    """The content of a bundle about one subject, from the current centre's log.

    Args:
        attachments: files of the subject, whose digests the messages name.
        places: messages the caller knows of that the log cannot find by subject (a province's received batches).
        supervised_since: when the subject's first supervision event can have left; batches are searched from there
            once the queue has been pruned.
        redact: leave the content of single messages out; signature of receipts, log and witness still bind its digest.

    Raises:
        NothingLogged: the log holds nothing about the subject.
    """
    entries = _entries(subject, places, supervised_since)
    if not entries:
        raise NothingLogged(subject=subject)
    deliveries = [_delivery(entry, subject, redact=redact) for entry in entries]
    heads = _put_under_heads(entries, deliveries)
    texts = [part[name] for part in (*deliveries, *heads) for name in ("wire", "manifest", "receipt")]
    centre = current_centre()
    return {
        "format": FORMAT,
        "version": VERSION,
        "subject": subject,
        "centre": {"code": centre.code, "name": centre.name},
        "made_at": instant_text(now()),
        "keys": _statements(texts),
        "deliveries": deliveries,
        "heads": heads,
        "attachments": [
            {"sha256": file.sha256, "size": file.size, "file_name": file.file_name}
            for file in sorted(attachments, key=lambda file: (file.sha256, file.file_name))
        ],
    }


def _entries(subject: str, places: Iterable[Place], since: datetime | None) -> list[MessageLogEntry]:
    logged = [
        entry.carrier or entry for entry in MessageLogEntry.objects.filter(subject=subject).select_related("carrier")
    ]
    received = InboxMessage.objects.filter(subject=subject).select_related("log_entry__carrier")
    logged += [row.log_entry.carrier or row.log_entry for row in received]
    known = [*_queued_places(subject), *places]
    for place in known:
        logged += _holding(place)
    if since is not None and not any(place.channel == SUPERVISION_CHANNEL for place in known):
        logged += _batches_about(subject, since)
    found = {entry.id: entry for entry in logged}
    return [found[id_] for id_ in sorted(found)]


def _queued_places(subject: str) -> Iterator[Place]:
    """Where our own messages of the subject went, as long as the queue remembers them."""
    code = current_centre().code
    sent = OutboxMessage.objects.filter(subject=subject, stream__source_code=code, sequence__isnull=False)
    for row in sent.select_related("stream").defer("data"):
        yield Place(Direction.OUT, row.stream.destination_code, row.stream.channel, row.sequence or 0)


def _holding(place: Place) -> Iterable[MessageLogEntry]:
    return MessageLogEntry.objects.filter(
        carrier__isnull=True,
        direction=place.direction,
        counterpart_code=place.counterpart,
        channel=place.channel,
        first_sequence__lte=place.sequence,
        last_sequence__gte=place.sequence,
    ).order_by("-first_sequence")[:4]


def _batches_about(subject: str, since: datetime) -> Iterator[MessageLogEntry]:
    """Batches that hold an event of the subject, searched from an instant on; bounded."""
    sent = MessageLogEntry.objects.filter(
        type=BATCH_LOG_TYPE, channel=SUPERVISION_CHANNEL, direction=Direction.OUT, logged_at__gte=since
    )
    for entry in sent.order_by("id")[:_BATCHES_SEARCHED].iterator(chunk_size=10):
        if f'"{subject}"' in str(entry.wire):
            yield entry


def _delivery(entry: MessageLogEntry, subject: str, *, redact: bool) -> dict[str, Any]:
    wire = entry.delivered_bytes
    manifest, events = _batched(wire, subject) if is_batch(wire) else ("", [])
    return {
        "direction": entry.direction,
        "counterpart": entry.counterpart_code,
        "channel": entry.channel,
        "first_sequence": entry.first_sequence,
        "last_sequence": entry.last_sequence,
        "event_id": str(entry.event_id),
        "wire": "" if manifest or redact else wire.decode(),
        "wire_sha256": entry.wire_sha256,
        "manifest": manifest,
        "events": [] if redact and entry.channel != SUPERVISION_CHANNEL else events,
        "receipt": entry.receipt,
        "head": None,
    }


def _batched(wire: bytes, subject: str) -> tuple[str, list[dict[str, Any]]]:
    """The signed manifest of a batch, and the subject's own events in it with their audit paths."""
    parsed = batch.parse(wire)
    manifest = batch.Manifest.from_bytes(parsed.signed.payload)
    events = batch.check_events(manifest, parsed.events, leaves=parsed.leaves)
    leaves = [event.canonical() for event in events]
    own = [
        {
            "event": leaves[index].decode(),
            "index": index,
            "path": [node.hex() for node in merkle_proof(leaves, index)],
        }
        for index, event in enumerate(events)
        if event.subject == subject
    ]
    return str(parse_strict(wire)["manifest"]), own


def _put_under_heads(entries: list[MessageLogEntry], deliveries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give each delivery its audit path in the witnessed head that covers it, and return the heads from the first to the
    last that is needed, so that their chain can be followed."""
    logged = list(own_heads_logged(since=min(entry.logged_at for entry in entries)))
    by_digest: dict[str, int] = {}
    shown: list[MessageLogEntry] = []
    for row in logged:
        by_digest.setdefault(head_of(row).digest(), len(by_digest))
        if len(by_digest) > len(shown):
            shown.append(row)
    last = -1
    for number, row in enumerate(shown):
        head = head_of(row)
        covered = [place for place, entry in enumerate(entries) if head.covers(entry.logged_at)]
        if not covered:
            continue
        last = number
        numbered = list(leaves_between(head.from_, head.until))
        tree = [leaf.to_bytes() for _, leaf in numbered]
        position = {id_: index for index, (id_, _) in enumerate(numbered)}
        for place in covered:
            index = position[entries[place].id]
            path = [node.hex() for node in merkle_proof(tree, index)]
            deliveries[place]["head"] = {"number": number, "index": index, "path": path}
    return [_delivery(row.carrier or row, row.subject, redact=False) for row in shown[: last + 1]]


def _statements(texts: Iterable[str]) -> list[dict[str, str]]:
    """The registry's statements and revocations of every key that signed something here, and of the roots above."""
    kids = {_kid(text) for text in texts if text}
    rows = {row.kid: row for row in PublicKey.objects.filter(Q(kid__in=kids) | Q(usage=KeyUsage.ROOT))}
    roots = {_kid(row.statement) for row in rows.values()}
    wanted = [rows[kid] for kid in sorted(kids | roots) if kid in rows]
    return [{"statement": row.statement, "revocation": row.revocation} for row in wanted]


def _kid(jws: str) -> str:
    header = parse_strict(signed.decode(jws.partition(".")[0].encode()))
    return str(header["kid"])
