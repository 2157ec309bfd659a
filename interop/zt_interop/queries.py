"""What pages, the command line and operators see of the messages. Each reads what the current centre may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from zt_interop.circuit import has_given_up
from zt_interop.keys.models import KeyUsage, PublicKey
from zt_interop.keys.registry import is_vouched_for
from zt_interop.log.models import UNAPPLIED, Direction, InboundStream, InboxMessage, MessageLogEntry, Refusal
from zt_interop.queue.models import PENDING, MessageState, OutboundStream, OutboxMessage
from zt_tenants.clock import now
from zt_tenants.context import current_centre


@dataclass(frozen=True, slots=True)
class OutboundStatus:
    """How an outgoing stream stands; ``lag`` is the age of the oldest message that has not arrived."""

    stream_id: str
    source_code: str
    destination_code: str
    channel: str
    last_sequence: int
    acknowledged_sequence: int
    backlog: int
    refused: int
    oldest_pending_at: datetime | None
    lag: timedelta
    failures: int
    next_attempt_at: datetime
    last_error: str
    last_delivered_at: datetime | None
    given_up: bool
    """Failing for so long that it is tried about once an hour only."""
    handled: tuple[dict[str, str], ...] = ()
    """What people did about it: ``{"at", "by", "account", "act", "reason"}``."""


@dataclass(frozen=True, slots=True)
class InboundStatus:
    """How an incoming stream stands at the current centre."""

    source_code: str
    channel: str
    last_sequence: int
    last_received_at: datetime | None
    last_event_time: datetime | None
    gaps: int
    unapplied: int
    missing: int
    """Messages that its source says it has sent and that have not arrived."""


@dataclass(frozen=True, slots=True)
class TrailEntry:
    """One message about a subject, as the current centre sent or received it."""

    direction: str
    event_id: str
    type: str
    counterpart_code: str
    sequence: int | None
    time: datetime
    state: str
    reason_zh: str
    reason_en: str
    inbox_id: int | None = None


@dataclass(frozen=True, slots=True)
class Totals:
    """Messages of all centres of this deployment."""

    queued: int
    delivered: int
    refused: int
    streams: int
    failing_streams: int


def outbound_streams(*, source_code: str | None = None) -> list[OutboundStatus]:
    """The outgoing streams of a centre (default: the current one), those that stand still first."""
    code = source_code or current_centre().code
    return _outbound(OutboundStream.objects.filter(source_code=code))


def outbound_streams_of_all() -> list[OutboundStatus]:
    """The outgoing streams of every centre of this deployment (operators only)."""
    return _outbound(OutboundStream.objects.all())


def _outbound(streams: QuerySet[OutboundStream]) -> list[OutboundStatus]:
    moment = now()
    rows = counted(streams).order_by("-failures", F("oldest").asc(nulls_last=True), "destination_code", "channel")
    return [outbound_status(row, at=moment) for row in rows]


def counted(streams: QuerySet[OutboundStream]) -> QuerySet[OutboundStream]:
    """Streams with their ``backlog``, ``refused`` and ``oldest`` (when the first pending message was queued).

    Each is looked up by a partial index of the queue, so that a page costs its own streams and never the whole queue.
    """
    messages = OutboxMessage.objects.filter(stream=OuterRef("pk")).order_by()
    number = messages.values("stream").annotate(number=Count("position")).values("number")
    pending = messages.filter(state__in=PENDING)
    return streams.annotate(
        backlog=Coalesce(Subquery(number.filter(state__in=PENDING)), 0),
        refused=Coalesce(Subquery(number.filter(state=MessageState.REFUSED)), 0),
        oldest=Subquery(pending.order_by("position").values("queued_at")[:1]),
    )


def outbound_status(row: Any, *, at: datetime) -> OutboundStatus:
    """How a stream of :func:`counted` stands at a moment."""
    return OutboundStatus(
        stream_id=str(row.id),
        source_code=row.source_code,
        destination_code=row.destination_code,
        channel=row.channel,
        last_sequence=row.last_sequence,
        acknowledged_sequence=row.acknowledged_sequence,
        backlog=row.backlog,
        refused=row.refused,
        oldest_pending_at=row.oldest,
        lag=max(at - row.oldest, timedelta()) if row.oldest else timedelta(),
        failures=row.failures,
        next_attempt_at=row.next_attempt_at,
        last_error=row.last_error,
        last_delivered_at=row.last_delivered_at,
        given_up=has_given_up(row.failing_since, at=at),
        handled=tuple(row.handled),
    )


def inbound_streams() -> list[InboundStatus]:
    """The streams the current centre receives, with what waits on them."""
    waiting = (
        InboxMessage.objects.filter(
            source_code=OuterRef("source_code"), channel=OuterRef("channel"), state__in=UNAPPLIED
        )
        .order_by()
        .values("source_code")
        .annotate(number=Count("id"))
        .values("number")
    )
    rows = InboundStream.objects.annotate(unapplied=Coalesce(Subquery(waiting), 0)).order_by("source_code", "channel")
    return [
        InboundStatus(
            source_code=row.source_code,
            channel=row.channel,
            last_sequence=row.last_sequence,
            last_received_at=row.last_received_at,
            last_event_time=row.last_event_time,
            gaps=row.gaps,
            unapplied=row.unapplied,
            missing=max(row.head_sequence - row.last_sequence, 0),
        )
        for row in rows
    ]


def unapplied_messages() -> QuerySet[InboxMessage]:
    """Messages the current centre received and could not yet act on, oldest first (``replay`` tries them again)."""
    return InboxMessage.objects.filter(state__in=UNAPPLIED).order_by("id")


def refusals() -> QuerySet[Refusal]:
    """What the current centre would not take, newest first."""
    return Refusal.objects.order_by("-id")


def refused_messages() -> QuerySet[OutboxMessage]:
    """Messages of the current centre that their destination refused for good, newest first."""
    mine = OutboxMessage.objects.filter(stream__source_code=current_centre().code, state=MessageState.REFUSED)
    return mine.select_related("stream").order_by("-position")


def trail(subject: str) -> list[TrailEntry]:
    """Every message about a subject (tracking number) that the current centre sent or received, in time order."""
    return sorted(_received(subject) + _sent(subject), key=lambda entry: (entry.time, entry.event_id))


def _received(subject: str) -> list[TrailEntry]:
    return [
        TrailEntry(
            direction=Direction.IN,
            event_id=str(row.event_id),
            type=row.type,
            counterpart_code=row.source_code,
            sequence=row.sequence,
            time=row.time,
            state=row.state,
            reason_zh=row.reason_zh,
            reason_en=row.reason_en,
            inbox_id=row.id,
        )
        for row in InboxMessage.objects.filter(subject=subject)
    ]


def _sent(subject: str) -> list[TrailEntry]:
    mine = OutboxMessage.objects.filter(subject=subject, stream__source_code=current_centre().code)
    return [
        TrailEntry(
            direction=Direction.OUT,
            event_id=str(row.event_id),
            type=row.type,
            counterpart_code=row.stream.destination_code,
            sequence=row.sequence,
            time=row.time,
            state=row.state,
            reason_zh=row.refusal_zh,
            reason_en=row.refusal_en,
        )
        for row in mine.select_related("stream").defer("data")
    ]


def log_entries(subject: str) -> QuerySet[MessageLogEntry]:
    """The permanent records (bytes and receipts) of a subject's messages at the current centre, oldest first."""
    return MessageLogEntry.objects.filter(subject=subject).select_related("carrier").order_by("id")


def totals() -> Totals:
    """How the messages of all centres of this deployment stand, in numbers."""
    by_state = dict(OutboxMessage.objects.order_by().values_list("state").annotate(number=Count("position")))
    streams = OutboundStream.objects.aggregate(all=Count("id"), failing=Count("id", filter=Q(failures__gt=0)))
    return Totals(
        queued=sum(by_state.get(state, 0) for state in PENDING),
        delivered=by_state.get(MessageState.DELIVERED, 0),
        refused=by_state.get(MessageState.REFUSED, 0),
        streams=streams["all"],
        failing_streams=streams["failing"],
    )


def root_key_ids() -> list[str]:
    """The ids of the root keys that are believed here: what a proof bundle is checked against."""
    rows = PublicKey.objects.filter(usage=KeyUsage.ROOT, revoked_at__isnull=True)
    return [row.kid for row in rows.order_by("kid") if is_vouched_for(row)]
