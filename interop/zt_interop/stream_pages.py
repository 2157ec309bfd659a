"""The outgoing streams of many centres, page by page, and what they come to; for operators, over the relay's own role.

A page costs the same few statements whether a deployment has three streams or ten thousand: backlog and age are looked
up in partial indexes of the queue, and a page begins behind the last row of the one before (keyset), never by counting.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection, models
from django.db.models import F, Min, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from zt_interop.circuit import CircuitState, CircuitStatus, circuits
from zt_interop.queries import OutboundStatus, counted, outbound_status
from zt_interop.queue.models import PENDING, Channel, MessageState, OutboundStream, OutboxMessage
from zt_tenants.clock import now
from zt_tenants.context import beside
from zt_tenants.language import bilingual
from zt_tenants.wall.access import DatabaseRole

PAGE_ROWS: Final = 50
MOST_ROWS: Final = 10_000
_NEVER: Final = datetime(9999, 1, 1, tzinfo=UTC)
HOURS_SHOWN: Final = 24


class StreamFilter(models.TextChoices):
    """Which streams one wants to see."""

    FAILING = "FAILING", bilingual("未通", "Failing")
    WAITING = "WAITING", bilingual("有待发", "Messages waiting")
    REFUSED = "REFUSED", bilingual("有被拒收", "Messages refused")


class StreamOrder(models.TextChoices):
    """What comes first."""

    TROUBLE = "TROUBLE", bilingual("先看未通的", "Failing first")
    LAG = "LAG", bilingual("滞后最久", "Longest lag")
    BACKLOG = "BACKLOG", bilingual("待发最多", "Largest backlog")
    SOURCE = "SOURCE", bilingual("按中心", "By centre")


_ORDERS: Final[dict[str, tuple[str, ...]]] = {
    StreamOrder.TROUBLE: ("-failures", "waiting_since", "id"),
    StreamOrder.LAG: ("waiting_since", "id"),
    StreamOrder.BACKLOG: ("-backlog", "id"),
    StreamOrder.SOURCE: ("source_code", "destination_code", "channel"),
}
_FILTERS: Final[dict[str, Q]] = {
    StreamFilter.FAILING: Q(failures__gt=0),
    StreamFilter.WAITING: Q(backlog__gt=0),
    StreamFilter.REFUSED: Q(refused__gt=0),
}


@dataclass(frozen=True, slots=True)
class StreamWish:
    """Which streams, in which order, from where on. ``codes`` limits to streams from or to these centres (None: all)."""

    codes: Collection[str] | None = None
    source_code: str = ""
    only: str = ""
    channel: str = ""
    text: Collection[str] | None = None
    """Codes that were searched for: streams from or to one of them."""
    order: str = StreamOrder.TROUBLE
    after: str = ""


@dataclass(frozen=True, slots=True)
class StreamRow:
    """A stream and the circuit of its destination."""

    stream: OutboundStatus
    circuit: CircuitState


@dataclass(frozen=True, slots=True)
class StreamPage:
    """One page; ``next`` names where the following one begins."""

    rows: list[StreamRow]
    next: str


@dataclass(frozen=True, slots=True)
class StreamTotals:
    """What the streams of a wish come to."""

    streams: int
    failing: int
    backlog: int
    refused: int
    oldest: datetime | None
    lag: timedelta


@dataclass(frozen=True, slots=True)
class Hour:
    """Deliveries of one hour, and how long they had been under way: on average and at most."""

    begins: datetime
    delivered: int
    mean: timedelta
    longest: timedelta


@beside(DatabaseRole.RELAY)
def stream_page(wish: StreamWish, *, limit: int = PAGE_ROWS) -> StreamPage:
    """A page of streams; two statements."""
    moment = now()
    order = _ORDERS.get(wish.order, _ORDERS[StreamOrder.TROUBLE])
    found = counted(_wished(wish)).annotate(waiting_since=Coalesce(F("oldest"), Value(_NEVER)))
    if wish.only in _FILTERS:
        found = found.filter(_FILTERS[wish.only])
    last = _values(wish.after, len(order))
    if last is not None:
        found = found.filter(_behind(order, last))
    rows = list(found.order_by(*order)[: limit + 1])
    shut = {status.destination_code: status.state for status in circuits()}
    shown = [
        StreamRow(outbound_status(row, at=moment), shut.get(row.destination_code, CircuitState.CLOSED))
        for row in rows[:limit]
    ]
    return StreamPage(shown, _mark(order, rows[limit - 1]) if len(rows) > limit else "")


@beside(DatabaseRole.RELAY)
def stream_totals(wish: StreamWish) -> StreamTotals:
    """What all streams of a wish come to; three statements over streams and the queue's partial indexes."""
    streams = _wished(wish)
    number = streams.aggregate(all=models.Count("id"), failing=models.Count("id", filter=Q(failures__gt=0)))
    messages = OutboxMessage.objects.filter(stream__in=streams).order_by()
    waiting = messages.filter(state__in=PENDING).aggregate(number=models.Count("position"), oldest=Min("queued_at"))
    refused = messages.filter(state=MessageState.REFUSED).count()
    oldest = waiting["oldest"]
    lag = max(now() - oldest, timedelta()) if oldest else timedelta()
    return StreamTotals(number["all"], number["failing"], waiting["number"], refused, oldest, lag)


@beside(DatabaseRole.RELAY)
def open_circuits(codes: Collection[str] | None = None) -> list[CircuitStatus]:
    """The destinations that did not answer lately, among these centres."""
    return [status for status in circuits() if codes is None or status.destination_code in codes]


_HOURS: Final = """
    SELECT date_trunc('hour', delivered_at) AS hour, count(*), avg(delivered_at - queued_at), max(delivered_at - queued_at)
    FROM shared.interop_queue_outboxmessage
    WHERE state IN ('DELIVERED', 'CLOSED') AND delivered_at > %(since)s
    GROUP BY hour
"""


@beside(DatabaseRole.RELAY)
def hours() -> list[Hour]:
    """The deliveries of the last 24 hours, hour by hour, empty ones included; one statement over one index."""
    first = now().replace(minute=0, second=0, microsecond=0) - timedelta(hours=HOURS_SHOWN - 1)
    with connection.cursor() as cursor:
        cursor.execute(_HOURS, {"since": first})
        found = {row[0]: row[1:] for row in cursor.fetchall()}
    nothing = (0, timedelta(), timedelta())
    moments = [first + timedelta(hours=number) for number in range(HOURS_SHOWN)]
    return [Hour(moment, *found.get(moment, nothing)) for moment in moments]


def _wished(wish: StreamWish) -> QuerySet[OutboundStream]:
    streams = OutboundStream.objects.all()
    if wish.source_code:
        streams = streams.filter(source_code=wish.source_code)
    for codes in (wish.codes, wish.text):
        if codes is not None:
            streams = streams.filter(Q(source_code__in=codes) | Q(destination_code__in=codes))
    return streams.filter(channel=wish.channel) if wish.channel in Channel.values else streams


def _mark(order: tuple[str, ...], row: Any) -> str:
    values = [getattr(row, name.lstrip("-")) for name in order]
    text = json.dumps([value.isoformat() if isinstance(value, datetime) else str(value) for value in values])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _values(mark: str, length: int) -> list[str] | None:
    """The sort keys that a mark holds; None for none, or for one that nobody made."""
    try:
        values = json.loads(base64.urlsafe_b64decode(mark + "=" * (-len(mark) % 4)))
    except (ValueError, binascii.Error):
        return None
    fits = isinstance(values, list) and len(values) == length and all(isinstance(value, str) for value in values)
    return values if fits else None


_LARGEST: Final = 2**31 - 1


def _number(text: str) -> int:
    return min(int(text), _LARGEST)


_READ: Final[dict[str, Callable[[str], Any]]] = {
    "failures": _number,
    "backlog": _number,
    "waiting_since": datetime.fromisoformat,
    "id": UUID,
}


def _behind(order: tuple[str, ...], last: list[str]) -> Q:
    """Rows behind the last one of a page; nothing for a mark that nobody made."""
    condition = Q()
    try:
        for key, text in reversed(list(zip(order, last, strict=True))):
            name = key.lstrip("-")
            value = _READ.get(name, str)(text)
            beyond = Q(**{f"{name}__{'lt' if key.startswith('-') else 'gt'}": value})
            condition = beyond | (Q(**{name: value}) & condition) if condition else beyond
    except ValueError:
        return Q(pk__in=[])
    return condition
