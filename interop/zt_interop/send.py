"""Sending: a command puts its message into the queue in its own transaction, and a doorbell rings on commit."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from zt_interop import signed
from zt_interop.canonical import canonical_bytes
from zt_interop.confidential import GROWTH, must_be_sealed
from zt_interop.envelope import CASE_CHANNEL, FIRST_LINK, Event
from zt_interop.errors import EnvelopeInvalid, TooLarge
from zt_interop.pending import queue_messages
from zt_interop.queue.models import OutboxMessage
from zt_interop.schemas import check_data, envelope_problem
from zt_interop.streams import streams_of
from zt_tenants.centres import centre_by_code
from zt_tenants.clock import now
from zt_tenants.context import current_centre, on_commit
from zt_tenants.faults import crash_point
from zt_tenants.models import Centre
from zt_tenants.telemetry import tracing
from zt_tenants.uuid7 import uuid7s

logger = logging.getLogger(__name__)

_HEADER_ROOM: Final = 4096
_BELL_FADES: Final = 300
"""Seconds after which a bell nobody answered is dropped; the sweep rings again for what is still due."""
MAX_EVENT_BYTES: Final = (signed.MAX_MESSAGE_BYTES - _HEADER_ROOM) * 3 // 4
"""What fits into a message of 1 MiB once it is base64url."""
MAX_SEALED_BYTES: Final = (MAX_EVENT_BYTES - GROWTH) * 3 // 4
"""What fits once it is encrypted and base64url twice."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to be sent: to which centre, what, about which subject (the tracking number)."""

    destination: str
    type: str
    subject: str
    data: dict[str, Any]
    channel: str = CASE_CHANNEL
    traceparent: str = ""


def send_message(
    *,
    destination: str,
    type: str,
    subject: str,
    data: dict[str, Any],
    channel: str = CASE_CHANNEL,
    traceparent: str = "",
) -> OutboxMessage:
    """Queue one message; see :func:`send_messages`."""
    return send_messages([Outgoing(destination, type, subject, data, channel, traceparent)])[0]


def send_messages(outgoing: Sequence[Outgoing]) -> list[OutboxMessage]:
    """Queue messages of the current centre for others, in this order, inside the caller's transaction.

    They leave after the commit, or not at all if the transaction rolls back. Messages of one subject (the tracking
    number) arrive in the order in which their commands committed.

    Raises:
        UnknownCentre: there is no open centre with the code ``destination``.
        SchemaInvalid, TypeUnknown, MajorUnknown: ``data`` does not match the type's schema.
        Malformed, TooDeep: ``data`` holds what the protocol's JSON cannot (fractions travel as text).
        TooLarge: it would not fit into a message.
        NoCentre: no centre was entered.
    """
    source = current_centre().code
    texts = {id(message.data): canonical_bytes(message.data).decode() for message in outgoing}
    destinations = {code: centre_by_code(code) for code in {message.destination for message in outgoing}}
    events = [
        _event(id_, source, message, texts[id(message.data)], destination=destinations[message.destination])
        for id_, message in zip(uuid7s(len(outgoing)), outgoing, strict=True)
    ]
    _check_payloads(outgoing)
    if not events:
        return []
    with transaction.atomic(savepoint=False):
        streams = streams_of(source, {(event.destination, event.channel) for event in events})
        rows = [
            OutboxMessage(
                event_id=event.id,
                stream_id=streams[event.destination, event.channel],
                type=event.type,
                subject=event.subject,
                time=event.time,
                traceparent=event.traceparent or "",
                data=event.data,
                queued_at=event.time,
            )
            for event in events
        ]
        queue_messages(rows, [texts[id(message.data)] for message in outgoing])
        for stream_id in dict.fromkeys(streams.values()):
            ring_on_commit(stream_id)
    return rows


def ring_on_commit(stream_id: UUID) -> None:
    """Ring the relay's doorbell for a stream once the caller's transaction has committed."""
    on_commit(partial(_ring_now, stream_id))


def _ring_now(stream_id: UUID) -> None:
    crash_point("after_step_commit")
    ring(stream_id)


def _check_payloads(outgoing: Sequence[Outgoing]) -> None:
    """Check each payload once; a step that two centres are told has one."""
    for type_, data in {
        (message.type, id(message.data)): (message.type, message.data) for message in outgoing
    }.values():
        check_data(type_, data)


def _event(id_: UUID, source: str, message: Outgoing, text: str, *, destination: Centre) -> Event:
    event = Event(
        id=id_,
        type=message.type,
        source=source,
        destination=destination.code,
        channel=message.channel,
        subject=message.subject,
        time=now(),
        data=message.data,
        sequence=signed.MAX_SEQUENCE,
        prevhash=FIRST_LINK,
        traceparent=message.traceparent or _begun_trace(message, source) or None,
    )
    problem = envelope_problem("event", event.to_json())
    if problem:
        raise EnvelopeInvalid(detail=problem)
    limit = MAX_SEALED_BYTES if must_be_sealed(destination, message.channel, message.type) else MAX_EVENT_BYTES
    # A character has four bytes at most, the rest of an event a few hundred: only near the limit they are counted.
    if 4 * len(text) > limit - _HEADER_ROOM and len(event.canonical()) > limit:
        raise TooLarge(limit=limit)
    return event


def _begun_trace(message: Outgoing, source: str) -> str:
    """The place in the current trace that the message carries with it; empty while nothing is traced."""
    if not tracing.is_on():
        return ""
    way = {"zhengtong.source": source, "zhengtong.destination": message.destination}
    with tracing.span(f"send {message.type}", way, kind=tracing.PRODUCER):
        return tracing.traceparent()


def ring(stream_id: UUID) -> None:
    """Ring the relay's doorbell for a stream. A bell nobody hears is no loss: the sweep finds the message."""
    from zt_interop.tasks import relay_stream  # the task module imports the relay, which imports this

    try:
        relay_stream.apply_async(args=[str(stream_id)], retry=False, ignore_result=True, expires=_BELL_FADES)
    except Exception as error:
        logger.warning("doorbell of stream %s not rung (%s); the sweep will find it", stream_id, error)
