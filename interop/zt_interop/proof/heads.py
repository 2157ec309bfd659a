"""Closing the message log: once a day all new deliveries of a centre go under one Merkle root, which a witness receipts.

A centre's witness is the province; the province's witnesses are its cities. The receipt of a ``log.head.v1`` is the
countersignature: signed by the witness over exactly the bytes of the head, and only given when the head continues the
one before. Whoever changes, adds or removes an entry later would need the witness's key as well.

A head covers what was logged between two instants, not a calendar day, so a day on which nobody closed the log is
covered by the next head. It is closed some time after its end, when whatever was logged before has committed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from zt_interop.handlers import Message
from zt_interop.log.models import Direction, InboxMessage, MessageLogEntry
from zt_interop.merkle import merkle_root
from zt_interop.opening import logged_event
from zt_interop.proof.errors import ForkedLog, NotTheWitness
from zt_interop.proof.leaves import FIRST_PREVIOUS, HEAD_EVENT, Head, Leaf
from zt_interop.queue.models import OutboundStream, OutboxMessage
from zt_interop.send import Outgoing, send_messages
from zt_tenants.centres import centre_by_code, province
from zt_tenants.clock import now
from zt_tenants.context import current_centre, outside_centres
from zt_tenants.models import Centre, Level

SETTLED: Final = timedelta(minutes=20)
"""A head ends at least this long ago: longer than any transaction that writes the log lives."""

BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LOCK: Final = 0x6C6F6768  # "logh": one closing of a centre's log at a time


def close_log(*, until: datetime) -> Head | None:
    """Close the current centre's log up to ``until`` and send the head to its witness; None: nothing new was logged.

    Right when called twice or at once by two workers: what a head covers is covered once.

    Raises:
        ValueError: ``until`` is too young; entries of before may still be on their way into the log.
    """
    if until > now() - SETTLED:
        raise ValueError(f"a log is closed at least {SETTLED} after the end of what is closed")
    centre = current_centre()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_LOCK, str(centre.id)])
        before = last_head()
        start = before.until if before else BEGINNING
        leaves = [leaf.to_bytes() for _, leaf in leaves_between(start, until)] if start < until else []
        if not leaves:
            return None
        head = Head(
            centre=centre.code,
            from_=start,
            until=until,
            entries=len(leaves),
            merkle_root=merkle_root(leaves).hex(),
            previous=before.digest() if before else FIRST_PREVIOUS,
        )
        subject = f"{_subjects_of(centre.code)}{until.astimezone(UTC):%Y%m%d%H%M}"
        data = head.to_data()
        send_messages([Outgoing(witness.code, HEAD_EVENT, subject, data) for witness in witnesses_of(centre)])
    return head


def witnesses_of(centre: Centre) -> list[Centre]:
    """Who receipts a centre's heads: the province; the province's own go to its cities."""
    if centre.level == Level.PROVINCE:
        return list(Centre.objects.open().filter(parent_id=centre.id, level=Level.CITY).order_by("code"))
    return [province()]


def active_centres(*, since: datetime) -> list[str]:
    """Codes of the centres of this deployment that sent or were sent something since; one statement, no schema is
    entered."""
    with outside_centres():
        busy = OutboundStream.objects.filter(last_delivered_at__gte=since)
        codes = {code for pair in busy.values_list("source_code", "destination_code") for code in pair}
        return list(Centre.objects.open().here().filter(code__in=codes).order_by("code").values_list("code", flat=True))


def leaves_between(start: datetime, end: datetime) -> Iterator[tuple[int, Leaf]]:
    """The log entries of a span as leaves with their row's id, in the order of their tree; the bytes stay in the
    database."""
    digest = RawSQL("encode(sha256(convert_to(receipt, 'UTF8')), 'hex')", [])
    rows = (
        MessageLogEntry.objects.filter(carrier__isnull=True, logged_at__gte=start, logged_at__lt=end)
        .order_by("logged_at", "id")
        .annotate(receipt_sha256=digest)
        .values_list(
            "id",
            "direction",
            "event_id",
            "channel",
            "counterpart_code",
            "first_sequence",
            "last_sequence",
            "wire_sha256",
            "receipt_sha256",
        )
    )
    for id_, direction, event_id, *rest in rows.iterator(chunk_size=2000):
        yield id_, Leaf(direction, str(event_id), *rest)


def last_head() -> Head | None:
    """The newest head of the current centre's own log, also when its witness has not answered yet."""
    prefix, code = _subjects_of(current_centre().code), current_centre().code
    queued = OutboxMessage.objects.filter(subject__startswith=prefix, type=HEAD_EVENT, stream__source_code=code)
    newest = queued.order_by("-subject").first()
    if newest is not None:
        return Head.from_data(newest.data)
    logged = own_heads_logged(since=None).last()
    return head_of(logged) if logged else None


def own_heads_logged(*, since: datetime | None) -> QuerySet[MessageLogEntry]:
    """Log entries of the current centre's own heads that their witness has receipted, oldest first."""
    prefix = _subjects_of(current_centre().code)
    found = MessageLogEntry.objects.filter(direction=Direction.OUT, subject__startswith=prefix, type=HEAD_EVENT)
    if since is not None:
        found = found.filter(subject__gte=f"{prefix}{since.astimezone(UTC):%Y%m%d%H%M}")
    return found.select_related("carrier").order_by("subject", "id")


def head_of(entry: MessageLogEntry) -> Head:
    """The head in a log entry."""
    return Head.from_data(logged_event(entry.delivered_bytes, entry.first_sequence).data)


def witness_head(message: Message) -> None:
    """The witness's part: take a head that continues the centre's log as it is known here; the receipt says so.

    Raises:
        ForkedLog: it does not. The message is parked, so its receipt is no countersignature, until people have compared.
        NotTheWitness: this centre is not asked to witness; who knows nothing of a log would agree to any.
    """
    head = Head.from_data(message.data)
    if head.centre != message.source:
        raise ForkedLog(centre=message.source)
    here, source = current_centre(), centre_by_code(message.source)
    if here.level != Level.PROVINCE and (source.level, source.id) != (Level.PROVINCE, here.parent_id):
        raise NotTheWitness(centre=source.code, witness=here.code)
    known = _newest_known(message)
    if known is None:
        return  # the first that this witness sees: what came before was another witness's, or nobody's
    if head.previous != known.digest() or head.from_ != known.until:
        raise ForkedLog(centre=message.source)


def _newest_known(message: Message) -> Head | None:
    """The sender's newest head received here; one that was parked counts: what continues it is no second fork."""
    rows = InboxMessage.objects.filter(
        subject__startswith=_subjects_of(message.source), source_code=message.source, type=HEAD_EVENT
    )
    newest = rows.exclude(event_id=message.id).select_related("log_entry__carrier").order_by("-id").first()
    return Head.from_data(logged_event(newest.log_entry.delivered_bytes, newest.sequence).data) if newest else None


def _subjects_of(code: str) -> str:
    return f"LOG-{code}-"
