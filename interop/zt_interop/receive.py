"""Receiving: verify, find the message's place, let its handler act, answer with a signed receipt.

1. Open the delivery (:mod:`zt_interop.opening`): nothing is believed before the signature is.
2. Known already? The same content is answered as a duplicate, other content under the same id is refused.
3. Is it next in its stream? A gap is refused with the sequence that is expected.
4. Open what is encrypted, check type and payload. What fails here was authentic, so it keeps its sequence and the
   stream goes on.
5. Let the handler prepare if it must (outside the transaction), then lock the stream, check 2 and 3 under the lock,
   and write log, inbox and the handler's effect together.
6. Answer. Whoever dies before the answer is asked again and answers "duplicate".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from secrets import SystemRandom
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet

from zt_interop import batch
from zt_interop.canonical import sha256_hex
from zt_interop.confidential import open_data
from zt_interop.counting import count_handled
from zt_interop.envelope import Event, instant_text
from zt_interop.errors import (
    Busy,
    ContentConflict,
    LinkBroken,
    MessageRefused,
    SequenceGap,
    SequenceReused,
)
from zt_interop.handlers import Message, gap_witness_for
from zt_interop.heads import is_head, take_head
from zt_interop.inbox import Fate, inbox_row, keep_applied, needs_preparation, prepare, settle
from zt_interop.keys.signing import signer_for
from zt_interop.known import Known, known_of
from zt_interop.log.models import (
    BATCH_LOG_TYPE,
    UNAPPLIED,
    Direction,
    InboundStream,
    InboxMessage,
    InboxState,
    MessageLogEntry,
)
from zt_interop.opening import Delivery, Sighting, open_delivery
from zt_interop.parked import try_again_later
from zt_interop.receipts import UNKNOWN_SENDER, Outcome, Receipt, refusal_receipt, sign_receipt
from zt_interop.record import Carried, log_carried
from zt_interop.refusals import keep_recorded_refusal, keep_refusal, recorded_refusals, told_refusal
from zt_interop.schemas import check_data, check_type
from zt_interop.tracing import traced_delivery
from zt_tenants.clock import now
from zt_tenants.context import enter
from zt_tenants.errors import DomainError
from zt_tenants.faults import crash_point
from zt_tenants.models import Centre
from zt_tenants.telemetry.instruments import DELIVERIES_REFUSED
from zt_tenants.uuid7 import uuid7

_MOST_WORDS: Final = 1000
BUSY_SECONDS: Final = 10.0
FULL_SECONDS: Final = 600.0
_random: Final = SystemRandom()


def receive(wire: bytes, *, at: Centre, transport: str) -> bytes:
    """Take a delivery at a centre of this deployment and answer it.

    Returns:
        A signed receipt: accepted, duplicate, parked or refused (with the reason; nothing was created).

    Raises:
        Exception: something that may pass (database or storage away). Nothing was created; the sender tries again.
    """
    sighting, moment = Sighting(), now()
    with enter(at):
        try:
            if is_head(wire):
                receipt = _sign(take_head(wire, at=at, sighting=sighting), at, sighting.source)
            else:
                delivery = open_delivery(wire, at=at, now=moment, sighting=sighting)
                with traced_delivery(delivery, at=at.code, transport=transport):
                    receipt = _take_or_tell(delivery, at=at, transport=transport)
        except MessageRefused as refusal:
            keep_refusal(refusal, wire, sighting, transport)
            DELIVERIES_REFUSED.labels(refusal.code).inc()
            answer = refusal_receipt(refusal, wire=wire, event_id=sighting.event_id, received_at=moment)
            receipt = _sign(answer, at, sighting.source if sighting.authentic else UNKNOWN_SENDER)
        crash_point("after_receive_commit")
        return receipt


def busy_receipt(wire: bytes, *, at: Centre) -> bytes:
    """The signed answer of a centre that takes nothing at the moment; the bytes are not looked at."""
    answer = refusal_receipt(_busy(BUSY_SECONDS), wire=wire, event_id=None, received_at=now())
    with enter(at):
        return _sign(answer, at, UNKNOWN_SENDER)


def _busy(seconds: float) -> Busy:
    return Busy(retry_at=instant_text(now() + timedelta(seconds=seconds * _random.uniform(0.5, 1.5))))


def _refuse_when_full(fates: Mapping[UUID, Fate]) -> None:
    """Take nothing more that would only wait, when too much waits already: the sender keeps it and comes back.

    Raises:
        Busy: asked only when something of the delivery would be parked, so it costs the others nothing.
    """
    if _all_applied(fates):
        return
    most = int(getattr(settings, "INTEROP_MOST_UNAPPLIED", 10_000))
    if InboxMessage.objects.filter(state__in=UNAPPLIED)[: most + 1].count() > most:
        raise _busy(FULL_SECONDS)


def _sign(receipt: Receipt, at: Centre, sender: str) -> bytes:
    signer = signer_for(at, at=receipt.received_at)
    return sign_receipt(receipt, receipt_id=uuid7(), source=at.code, destination=sender, signer=signer)


def _take_or_tell(delivery: Delivery, *, at: Centre, transport: str) -> bytes:
    """Take the delivery; a gap before it is told to whoever watches the channel."""
    try:
        return _take(delivery, at=at, transport=transport)
    except SequenceGap:
        _count_gap(delivery)
        witness = gap_witness_for(delivery.channel)
        if witness is not None:
            witness(delivery.source, at.code, delivery.last_sequence)
        raise


def _count_gap(delivery: Delivery) -> None:
    stream, _ = InboundStream.objects.get_or_create(source_code=delivery.source, channel=delivery.channel)
    InboundStream.objects.filter(id=stream.id).update(gaps=F("gaps") + 1)


def _take(delivery: Delivery, *, at: Centre, transport: str) -> bytes:
    """Steps 2 to 5 for a verified delivery."""
    clear, found = _clear_data(delivery)
    while True:
        plan = _plan(delivery, clear)
        with transaction.atomic():
            stream = _stream(delivery, InboundStream.objects.select_for_update(no_key=True))
            known = known_of(delivery)
            fresh = _fresh_events(delivery, stream, known)
            if plan.held - known.held:
                continue  # a replay emptied a subject's queue meanwhile: what waited must now be prepared
            if not fresh:
                return _sign(_repeated_answer(delivery), at, delivery.source)
            problems = {event.id: found[event.id] for event in fresh if event.id in found} if found else {}
            messages = [Message.of(event, data) for event in fresh if (data := clear.get(event.id)) is not None]
            fates = settle(messages, held=known.held, unprepared=plan.unprepared)
            _refuse_when_full(fates)
            receipt = _receipt(delivery, problems, fates)
            answer = _sign(receipt, at, delivery.source)
            entry = _log(delivery, fresh, receipt, answer, transport)
            _keep(delivery, messages, fates, entry)
            count_handled((message.type, fates[message.id].state.value) for message in messages)
            if parked := _parked(messages, fates):
                try_again_later(parked, at_once=_only_slow(fates))
            for event in fresh if problems else ():
                if event.id in problems:
                    keep_recorded_refusal(problems[event.id], event, delivery, transport)
            _advance(stream, fresh[-1], receipt.received_at)
            crash_point("before_receive_commit")
            return answer


def _all_applied(fates: Mapping[UUID, Fate]) -> bool:
    return all(fate.state is InboxState.APPLIED for fate in fates.values())


def _parked(messages: list[Message], fates: Mapping[UUID, Fate]) -> list[Message]:
    if _all_applied(fates):
        return []
    return [message for message in messages if fates[message.id].state is InboxState.PARKED]


def _only_slow(fates: Mapping[UUID, Fate]) -> set[UUID]:
    return {id_ for id_, fate in fates.items() if getattr(fate.reason, "tries_again_at_once", False)}


@dataclass(frozen=True, slots=True)
class _Plan:
    """What was found out before the lock: subjects that wait, preparations that failed."""

    held: frozenset[str] = frozenset()
    unprepared: Mapping[UUID, DomainError] = field(default_factory=dict)


def _plan(delivery: Delivery, clear: Mapping[UUID, dict[str, Any]]) -> _Plan:
    """Let handlers prepare what they must before the transaction; for most types there is nothing to prepare."""
    if not any(needs_preparation(event.type) for event in delivery.events):
        return _Plan()
    known = known_of(delivery)
    unprepared: dict[UUID, DomainError] = {}
    stopped = set(known.held)
    for event in _fresh_events(delivery, _stream(delivery, InboundStream.objects.all()), known):
        if event.id not in clear or event.subject in stopped:
            continue
        reason = prepare(Message.of(event, clear[event.id]))
        if reason:
            unprepared[event.id] = reason
            stopped.add(event.subject)
    return _Plan(known.held, unprepared)


def _stream(delivery: Delivery, rows: QuerySet[InboundStream]) -> InboundStream:
    stream, _ = rows.get_or_create(source_code=delivery.source, channel=delivery.channel)
    return stream


def _clear_data(delivery: Delivery) -> tuple[dict[UUID, dict[str, Any]], dict[UUID, MessageRefused]]:
    """The data in clear of the events that can be taken, and why the others cannot; by event id.

    Raises:
        SealKeyUnknown: a key is missing here; once it is there the same delivery can be taken.
    """
    clear: dict[UUID, dict[str, Any]] = {}
    problems: dict[UUID, MessageRefused] = {}
    for event in delivery.events:
        try:
            check_type(event.type)
            data = open_data(event)
            check_data(event.type, data)
        except MessageRefused as problem:
            if not problem.recorded:
                raise
            problems[event.id] = problem
        else:
            clear[event.id] = data
    return clear, problems


def _fresh_events(delivery: Delivery, stream: InboundStream, known: Known) -> list[Event]:
    """The events that were not taken before, checked to be next in their stream; none of them: a duplicate.

    Raises:
        ContentConflict, SequenceReused, LinkBroken: the sender's history differs from what was received.
        SequenceGap: events before these are missing.
    """
    expected = stream.last_sequence + 1
    fresh = [event for event in delivery.events if (event.sequence or 0) >= expected]
    for event in delivery.events if known.digests else ():
        if known.digests.get(event.id, event.digest()) != event.digest():
            raise ContentConflict(event_id=str(event.id))
    if not fresh and not _is_known(delivery, known):
        raise SequenceReused(sequence=delivery.last_sequence, expected=expected)
    for event in delivery.events:
        if event.sequence == stream.last_sequence and event.digest() != stream.last_hash:
            raise SequenceReused(sequence=event.sequence, expected=expected)
    if not fresh:
        return []
    if fresh[0].sequence != expected:
        raise SequenceGap(sequence=fresh[0].sequence, expected=expected)
    if fresh[0].prevhash != stream.last_hash:
        raise LinkBroken(sequence=fresh[0].sequence)
    return fresh


def _is_known(delivery: Delivery, known: Known) -> bool:
    """Whether a delivery whose places are taken took them itself (or was refused in them). Of supervision only the
    last event can be told, by its digest."""
    if not delivery.keeps_each:
        return True
    others = [event for event in delivery.events if event.id not in known.digests]
    return not others or len(recorded_refusals(delivery, others)) == len(others)


def _repeated_answer(delivery: Delivery) -> Receipt:
    """The answer to a delivery that was taken before: a duplicate, with the same refusals as the first time."""
    receipt = replace(_plain_receipt(delivery), outcome=Outcome.DUPLICATE)
    refused = recorded_refusals(delivery, delivery.events)
    if delivery.is_batch:
        return replace(receipt, exceptions=[told_refusal(id_, row) for id_, row in refused.items()])
    for row in refused.values():
        return replace(
            receipt,
            outcome=Outcome.REFUSED,
            code=row.code,
            reason_zh=row.reason_zh,
            reason_en=row.reason_en,
            recorded=True,
        )
    return receipt


def _plain_receipt(delivery: Delivery) -> Receipt:
    return Receipt(
        outcome=Outcome.ACCEPTED,
        sha256=sha256_hex(delivery.wire),
        received_at=now(),
        event_id=delivery.id,
        batch_limit=batch.MAX_BATCH_CASES if delivery.keeps_each else None,
        supervision_limit=None if delivery.keeps_each else batch.MAX_BATCH_EVENTS,
    )


def _keep(delivery: Delivery, messages: list[Message], fates: dict[UUID, Fate], entry: MessageLogEntry) -> None:
    """Keep what became of each message. Supervision events that took effect need no row of their own: the stream's
    sequence already tells that they were taken."""
    if not delivery.keeps_each and _all_applied(fates):
        return
    kept = [message for message in messages if delivery.keeps_each or fates[message.id].state is not InboxState.APPLIED]
    keep_applied([message for message in kept if fates[message.id].state is InboxState.APPLIED], entry)
    # A subject's unapplied messages stay in order among themselves; those applied came before them.
    others = [message for message in kept if fates[message.id].state is not InboxState.APPLIED]
    InboxMessage.objects.bulk_create([inbox_row(message, fates[message.id], entry) for message in others])


def _receipt(delivery: Delivery, problems: dict[UUID, MessageRefused], fates: dict[UUID, Fate]) -> Receipt:
    receipt = _plain_receipt(delivery)
    if delivery.is_batch:
        refused = [_exception(id_, Outcome.REFUSED, problem) for id_, problem in problems.items()]
        parked = [_exception(id_, Outcome.PARKED, fate.reason) for id_, fate in fates.items() if fate.reason]
        return replace(receipt, exceptions=(*refused, *parked))
    problem = problems.get(delivery.id)
    if problem:
        return refusal_receipt(problem, wire=delivery.wire, event_id=delivery.id, received_at=receipt.received_at)
    reason = fates[delivery.id].reason
    if reason is None:
        return receipt
    return replace(
        receipt, outcome=Outcome.PARKED, code=reason.code, reason_zh=reason.zh_text, reason_en=reason.en_text
    )


def _exception(event_id: UUID, outcome: Outcome, reason: DomainError | None) -> dict[str, Any]:
    if reason is None:
        return {"event_id": str(event_id), "outcome": outcome.value, "code": ""}
    words = {"zh": reason.zh_text[:_MOST_WORDS], "en": reason.en_text[:_MOST_WORDS]}
    return {"event_id": str(event_id), "outcome": outcome.value, "code": reason.code, "reason": words}


def _advance(stream: InboundStream, last: Event, received_at: datetime) -> None:
    stream.last_sequence = last.sequence or 0
    stream.last_hash = last.digest()
    stream.last_received_at = received_at
    stream.last_event_time = last.time
    stream.save(update_fields=["last_sequence", "last_hash", "last_received_at", "last_event_time"])


def _log(delivery: Delivery, fresh: list[Event], receipt: Receipt, answer: bytes, transport: str) -> MessageLogEntry:
    first = delivery.events[0]
    entry = MessageLogEntry.objects.create(
        direction=Direction.IN,
        event_id=delivery.id,
        type=BATCH_LOG_TYPE if delivery.is_batch else first.type,
        subject="" if delivery.is_batch else first.subject,
        channel=delivery.channel,
        counterpart_code=delivery.source,
        first_sequence=fresh[0].sequence or 0,
        last_sequence=delivery.last_sequence,
        transport=transport,
        outcome=receipt.outcome.value,
        wire=delivery.wire.decode(),
        wire_sha256=receipt.sha256,
        receipt=answer.decode(),
        logged_at=receipt.received_at,
    )
    if delivery.is_batch and delivery.keeps_each:
        outcomes = {found["event_id"]: found["outcome"] for found in receipt.exceptions}
        log_carried(
            entry,
            [
                Carried(
                    event.id,
                    event.type,
                    event.subject,
                    event.sequence or 0,
                    outcomes.get(str(event.id), receipt.outcome.value),
                )
                for event in fresh
            ],
        )
    return entry
