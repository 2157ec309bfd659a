"""Sending: a command puts its message into the queue in its own transaction, and a doorbell rings on commit."""

from __future__ import annotations

import logging
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from zt_interop import signed
from zt_interop.envelope import CASE_CHANNEL, FIRST_LINK, Event
from zt_interop.errors import TooLarge
from zt_interop.queue.models import OutboundStream, OutboxMessage
from zt_interop.schemas import check_data
from zt_tenants.centres import centre_by_code
from zt_tenants.clock import now
from zt_tenants.context import current_centre, on_commit
from zt_tenants.uuid7 import uuid7

logger = logging.getLogger(__name__)

_HEADER_ROOM: Final = 4096
_BELL_FADES: Final = 300
"""Seconds after which a bell nobody answered is dropped; the sweep rings again for what is still due."""
MAX_EVENT_BYTES: Final = (signed.MAX_MESSAGE_BYTES - _HEADER_ROOM) * 3 // 4
"""What fits into a message of 1 MiB once it is base64url."""


def send_message(
    *,
    destination: str,
    type: str,
    subject: str,
    data: dict[str, Any],
    channel: str = CASE_CHANNEL,
    traceparent: str = "",
) -> OutboxMessage:
    """Queue a message of the current centre for another one, inside the caller's transaction.

    It leaves after the commit, or not at all if the transaction rolls back. Messages of one subject (the tracking
    number) arrive in the order in which their commands committed.

    Raises:
        UnknownCentre: there is no open centre with the code ``destination``.
        SchemaInvalid, TypeUnknown, MajorUnknown: ``data`` does not match the type's schema.
        Malformed, TooDeep: ``data`` holds what the protocol's JSON cannot (fractions travel as text).
        TooLarge: it would not fit into a message.
        NoCentre: no centre was entered.
    """
    source = current_centre()
    check_data(type, data)
    event = Event(
        id=uuid7(),
        type=type,
        source=source.code,
        destination=centre_by_code(destination).code,
        channel=channel,
        subject=subject,
        time=now(),
        data=data,
        sequence=signed.MAX_SEQUENCE,
        prevhash=FIRST_LINK,
        traceparent=traceparent or None,
    )
    Event.from_json(event.to_json())
    if len(event.canonical()) > MAX_EVENT_BYTES:
        raise TooLarge(limit=MAX_EVENT_BYTES)
    with transaction.atomic(savepoint=False):
        stream = _stream(source.code, destination, channel)
        message = OutboxMessage.objects.create(
            event_id=event.id,
            stream=stream,
            type=type,
            subject=subject,
            time=event.time,
            traceparent=traceparent,
            data=data,
            queued_at=event.time,
        )
        on_commit(lambda: ring(stream.id))
    return message


def _stream(source: str, destination: str, channel: str) -> OutboundStream:
    key = {"source_code": source, "destination_code": destination, "channel": channel}
    stream = OutboundStream.objects.filter(**key).first()
    if stream is None:
        OutboundStream.objects.bulk_create([OutboundStream(**key)], ignore_conflicts=True)
        stream = OutboundStream.objects.get(**key)
    return stream


def ring(stream_id: UUID) -> None:
    """Ring the relay's doorbell for a stream. A bell nobody hears is no loss: the sweep finds the message."""
    from zt_interop.tasks import relay_stream  # the task module imports the relay, which imports this

    try:
        relay_stream.apply_async(args=[str(stream_id)], retry=False, ignore_result=True, expires=_BELL_FADES)
    except Exception as error:
        logger.warning("doorbell of stream %s not rung (%s); the sweep will find it", stream_id, error)
