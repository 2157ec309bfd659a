"""Asking receivers how far they have come, and asking sources for what is missing here (see :mod:`zt_interop.heads`)."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from secrets import SystemRandom
from typing import Final
from uuid import UUID

from django.db import transaction

from zt_interop import circuit
from zt_interop.errors import DeliveryFailed, NoAnswer, ReceiptInvalid, SequenceGap
from zt_interop.heads import head_of, request_of
from zt_interop.keys.signing import signer_for
from zt_interop.log.models import InboundStream
from zt_interop.queue.models import AT_ONCE, PENDING, OutboundStream
from zt_interop.receipts import Outcome, Receipt
from zt_interop.record import HEAD_AFTER, StandsRefused
from zt_interop.relay import verified_receipt
from zt_interop.resending import rewind
from zt_interop.send import ring
from zt_interop.transports.base import transport_for
from zt_tenants.centres import centre_by_code
from zt_tenants.clock import now
from zt_tenants.context import current_centre, enter, outside_centres
from zt_tenants.errors import DomainError, NotFound
from zt_tenants.faults import crash_point
from zt_tenants.models import Centre

logger = logging.getLogger(__name__)

IDLE: Final = timedelta(hours=24)
"""A stream without traffic is asked about once a day, because its receiver may have been set back meanwhile."""
IDLE_FOR: Final = timedelta(days=30)
AT_A_TIME: Final = 200
_random: Final = SystemRandom()


def exchange_heads(limit: int = AT_A_TIME) -> int:
    """Ask the receivers of the streams that are due how far they have come; how many had lost something.

    One index scan finds them. Streams with pending messages are left out: their next delivery shows a gap by itself.
    """
    moment = now()
    with outside_centres():
        due = OutboundStream.objects.filter(head_due_at__lte=moment, lease_token__isnull=True)
        due = due.exclude(circuit.is_blocked()).order_by("head_due_at")
        found = list(due[:limit])
        busy = set(
            OutboundStream.objects.filter(id__in=[stream.id for stream in found], messages__state__in=PENDING)
            .values_list("id", flat=True)
            .distinct()
        )
        OutboundStream.objects.filter(id__in=busy).update(head_due_at=moment + HEAD_AFTER)
        return sum(_exchange(stream) for stream in found if stream.id not in busy)


def expect_heads(destination: str) -> int:
    """Ask about every stream to a centre at the next tick: it was restored from an archive."""
    with outside_centres():
        return OutboundStream.objects.filter(destination_code=destination, last_sequence__gt=0).update(
            head_due_at=AT_ONCE
        )


def _exchange(stream: OutboundStream) -> bool:
    """Tell one receiver how far the stream has come; whether it had lost something, which is then on its way."""
    try:
        source, destination = centre_by_code(stream.source_code), centre_by_code(stream.destination_code)
        wire = head_of(stream).signed_by(signer_for(source, at=now()))
        answer = transport_for(destination).deliver(wire, destination=destination)
        with enter(source):
            receipt = verified_receipt(answer, wire=wire, source=source.code, destination=destination.code)
            return _act_on(stream, receipt)
    except DomainError as error:
        if isinstance(error, NoAnswer | ReceiptInvalid):
            circuit.note_silence(stream.destination_code, f"{error.zh_text}\n{error.en_text}")
        if not isinstance(error, DeliveryFailed):
            logger.warning("head of %s not exchanged: %s", stream, error)
        _note(stream.id, next_at=now() + HEAD_AFTER, error=error)
        return False


def _act_on(stream: OutboundStream, receipt: Receipt) -> bool:
    if receipt.outcome is not Outcome.REFUSED:
        _note(stream.id, next_at=_idle(stream), confirmed=stream.last_sequence)
        return False
    if receipt.code != SequenceGap.code or receipt.expected_sequence is None:
        raise StandsRefused(reason_zh=receipt.reason_zh, reason_en=receipt.reason_en)
    with transaction.atomic():
        locked = OutboundStream.objects.select_for_update(no_key=True).get(id=stream.id)
        crash_point("before_rewind")
        if not rewind(locked, receipt.expected_sequence):
            return False
        locked.head_due_at = now() + HEAD_AFTER
        locked.save(update_fields=["head_due_at"])
    crash_point("after_rewind")
    ring(stream.id)
    return True


def _idle(stream: OutboundStream) -> datetime | None:
    """When to ask again about a stream that had no traffic since; never about one that is long out of use."""
    moment = now()
    if stream.last_delivered_at is None or moment - stream.last_delivered_at > IDLE_FOR:
        return None
    return moment + IDLE * _random.uniform(0.75, 1.25)


def _note(
    stream_id: UUID, *, next_at: datetime | None, confirmed: int | None = None, error: DomainError | None = None
) -> None:
    changes: dict[str, object] = {"head_due_at": next_at}
    row = OutboundStream.objects.filter(id=stream_id)
    if confirmed is not None:
        changes["head_confirmed_at"] = now()
        row = row.filter(last_sequence=confirmed)  # otherwise there was traffic meanwhile, which is asked about later
    if error is not None:
        changes |= {"last_error": f"{error.zh_text}\n{error.en_text}", "last_error_at": now()}
    row.update(**changes)


def request_resend(source_code: str, channel: str) -> Receipt:
    """Ask a source for everything behind what the current centre has of its stream.

    Raises:
        NotFound: nothing was ever received from it on this channel.
        DeliveryFailed, ReceiptInvalid: no answer.
        StandsRefused: it refuses, because the two histories differ.
    """
    here = current_centre()
    stream = InboundStream.objects.filter(source_code=source_code, channel=channel).first()
    if stream is None:
        raise NotFound
    source: Centre = centre_by_code(source_code)
    wire = request_of(stream, here=here.code).signed_by(signer_for(here, at=now()))
    with outside_centres():
        answer = transport_for(source).deliver(wire, destination=source)
    receipt = verified_receipt(answer, wire=wire, source=here.code, destination=source.code)
    if receipt.outcome is Outcome.REFUSED:
        raise StandsRefused(reason_zh=receipt.reason_zh, reason_en=receipt.reason_en)
    return receipt
