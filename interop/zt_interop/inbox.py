"""What becomes of verified messages: applied, parked with the reason, or waiting behind a parked one of their subject."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final
from uuid import UUID

from django.core.cache import cache
from django.db import InterfaceError, OperationalError, connection, transaction

from zt_interop.confidential import open_data
from zt_interop.counting import count_handled
from zt_interop.errors import NoHandler
from zt_interop.handlers import Message, batch_handler_for, handler_for
from zt_interop.log.models import UNAPPLIED, InboundStream, InboxMessage, InboxState, MessageLogEntry
from zt_interop.opening import logged_event
from zt_interop.tracing import traced_handling
from zt_tenants.arrays import plain_array, text_array
from zt_tenants.clock import now
from zt_tenants.context import current_centre
from zt_tenants.errors import DomainError, NotFound
from zt_tenants.faults import crash_point

logger = logging.getLogger(__name__)

MOST_ATTEMPTS: Final = 12
"""Attempts, about an hour with the relay's waits, until a message is parked that fails with what may pass: it must not hold
up its stream for ever."""
_COUNTED_FOR: Final = 24 * 3600
MOST_LINES = 50
"""Replays a message remembers."""


class InboxFault(DomainError):
    """A handler failed in a way it did not announce: a defect of the program, not of the message."""

    code = "INBOX_FAULT"
    zh = "处理报文时发生内部错误({kind}),已暂存，请联系系统管理员。"
    en = "Handling the message failed inside ({kind}); it is kept. Tell the operator."


class KeepsFailing(DomainError):
    """What may pass did not, in many attempts: the stream goes on without this message."""

    code = "KEEPS_FAILING"
    zh = "处理报文多次失败({kind}),已暂存并将自动重试；如持续失败，请联系系统管理员。"
    en = "Handling the message failed many times ({kind}); it is kept and tried again. Tell the operator if it lasts."


class Behind(DomainError):
    """An earlier message of the same subject is parked; this one waits for it."""

    code = "BEHIND_PARKED"
    zh = "办件{subject}有更早的报文暂存待处理，本报文排队等待。"
    en = "An earlier message of {subject} is parked; this one waits behind it."


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one message; ``reason`` says why it is parked."""

    state: InboxState
    reason: DomainError | None = None


def needs_preparation(type_: str) -> bool:
    """Whether something must be done for a message of this type before it is taken, outside the transaction."""
    handler = handler_for(type_)
    return handler is not None and handler.prepare is not None


def prepare(message: Message) -> DomainError | None:
    """Run the handler's preparation, outside any transaction; what it cannot do is returned as the reason to park.

    Raises:
        Exception: something that may pass (storage or database away): the sender will try again.
    """
    handler = handler_for(message.type)
    if handler is None or handler.prepare is None:
        return None
    try:
        handler.prepare(message)
    except Exception as error:
        return _reason(error, message)
    return None


def settle(
    messages: Sequence[Message], *, held: Collection[str], unprepared: Mapping[UUID, DomainError]
) -> dict[UUID, Fate]:
    """Let the handlers act on messages in order, inside the caller's transaction.

    ``held`` are subjects that already have a message waiting; ``unprepared`` are messages that must be parked, and why.
    Messages of one type that follow each other share a savepoint, because almost always all of them succeed; if one does
    not, all of them are undone and taken one by one, each in a savepoint of its own.

    Raises:
        Exception: something that may pass (database or storage away): everything is rolled back and tried again.
    """
    blocked, fates = set(held), dict[UUID, Fate]()
    apart = blocked | {message.subject for message in messages if unprepared and message.id in unprepared}
    applied = Fate(InboxState.APPLIED)
    for type_, same_type in groupby(messages, key=lambda message: message.type):
        group = list(same_type)
        held_back = blocked | apart
        free = [message for message in group if message.subject not in held_back]
        together = {message.id for message in free} if _apply_together(type_, free) else set()
        if len(together) == len(group):
            fates.update(dict.fromkeys(together, applied))
            continue
        for message in group:
            if message.id in together:
                fate = applied
            elif message.subject in blocked:
                fate = Fate(InboxState.WAITING, Behind(subject=message.subject))
            elif message.id in unprepared:
                fate = Fate(InboxState.PARKED, unprepared[message.id])
            else:
                fate = _apply_alone(message)
            fates[message.id] = fate
            if fate.state is not InboxState.APPLIED:
                blocked.add(message.subject)
    return fates


def _apply_together(type_: str, messages: Sequence[Message]) -> bool:
    """Whether all of them took effect; if not, none did.

    Raises:
        Exception: something that may pass.
    """
    handler, run = handler_for(type_), batch_handler_for(type_)
    if (handler is None and run is None) or len(messages) < 2:
        return False
    message = messages[0]
    try:
        with transaction.atomic():
            if run is not None:
                with traced_handling(type_, messages):
                    run(messages)
            elif handler is not None:
                for message in messages:
                    with traced_handling(type_, [message]):
                        handler.apply(message)
    except Exception as error:
        if is_transient(error) and not _lasts(message):
            raise
        return False
    return True


def _apply_alone(message: Message) -> Fate:
    handler, batch_handler = handler_for(message.type), batch_handler_for(message.type)
    try:
        with traced_handling(message.type, [message]), transaction.atomic():
            if batch_handler is not None:
                batch_handler([message])
            elif handler is not None:
                handler.apply(message)
            else:
                raise NoHandler(type=message.type)
    except Exception as error:
        return Fate(InboxState.PARKED, _reason(error, message))
    return Fate(InboxState.APPLIED)


def _reason(error: Exception, message: Message) -> DomainError:
    """The reason a failed message is parked with.

    Raises:
        Exception: the error itself, when trying the delivery again may help.
    """
    if is_transient(error) and _lasts(message):
        logger.error("handler of %s kept failing", message.type, exc_info=error)
        return KeepsFailing(kind=type(error).__name__)
    return reason_to_park(error, message.type)


def _lasts(message: Message) -> bool:
    """Count one more attempt that failed with what may pass; whether it has been tried often enough.

    The count lies in the cache: the attempt's transaction is rolled back, and a count that is lost costs some attempts more.
    """
    key = f"interop:failed:{current_centre().code}:{message.source}:{message.id}"
    cache.add(key, 0, timeout=_COUNTED_FOR)
    return cache.incr(key) >= MOST_ATTEMPTS


def reason_to_park(error: Exception, type_: str) -> DomainError:
    """The reason a failed message is parked with.

    Raises:
        Exception: the error itself, when trying the delivery again may help.
    """
    if is_transient(error):
        raise error
    if isinstance(error, DomainError):
        return error
    logger.error("handler of %s failed", type_, exc_info=error)
    return InboxFault(kind=type(error).__name__)


def is_transient(error: Exception) -> bool:
    """Whether the same thing may work later: a server is away, or the error says so of itself."""
    passing = isinstance(error, OperationalError | InterfaceError | ConnectionError | TimeoutError)
    return passing or bool(getattr(error, "transient", False))


def inbox_row(message: Message, fate: Fate, entry: MessageLogEntry) -> InboxMessage:
    """The row that keeps a message's fate (not saved)."""
    row = InboxMessage(
        event_id=message.id,
        source_code=message.source,
        channel=message.channel,
        type=message.type,
        subject=message.subject,
        sequence=message.sequence,
        time=message.time,
        digest=message.digest,
        received_at=now(),
        log_entry=entry,
    )
    _note(row, fate)
    return row


_KEEP_APPLIED: Final = """
    INSERT INTO interop_log_inboxmessage (event_id, source_code, channel, type, subject, sequence, time, digest, state,
        reason_code, reason_zh, reason_en, attempts, received_at, applied_at, log_entry_id)
    SELECT event_id, %s, %s, type, subject, sequence, time, digest, 'APPLIED', '', '', '', 1, %s, %s, %s
    FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::bigint[], %s::timestamptz[], %s::text[])
        AS taken (event_id, type, subject, sequence, time, digest)
"""


def keep_applied(messages: Sequence[Message], entry: MessageLogEntry) -> None:
    """Keep the rows of messages of one delivery that took effect, by one statement."""
    if not messages:
        return
    first, moment = messages[0], now()
    columns = [
        plain_array(message.id for message in messages),
        text_array(message.type for message in messages),
        text_array(message.subject for message in messages),
        plain_array(message.sequence for message in messages),
        plain_array(message.time.isoformat() for message in messages),
        plain_array(message.digest for message in messages),
    ]
    with connection.cursor() as cursor:
        cursor.execute(_KEEP_APPLIED, [first.source, first.channel, moment, moment, entry.id, *columns])


def _note(row: InboxMessage, fate: Fate) -> None:
    row.state = fate.state
    row.attempts += fate.state is not InboxState.WAITING
    row.applied_at = now() if fate.state is InboxState.APPLIED else None
    row.reason_code = fate.reason.code if fate.reason else ""
    row.reason_zh = fate.reason.zh_text if fate.reason else ""
    row.reason_en = fate.reason.en_text if fate.reason else ""


def replay(inbox_id: int, *, by: str = "", account: UUID | None = None) -> int:
    """Try the parked message and all that wait behind it again, in order, in the current centre.

    Stops at the first that is parked again; its new reason is kept. ``by`` is who asked for it; each message keeps when
    it was tried and by whom.

    Returns:
        How many were applied.

    Raises:
        NotFound: the current centre has no such message.
    """
    row = InboxMessage.objects.filter(id=inbox_id).first()
    if row is None:
        raise NotFound
    applied = 0
    who = {"by": by, "account": str(account)} if account else {"by": by}
    while _replay_next(row, who):
        applied += 1
    return applied


def _replay_next(of: InboxMessage, who: Mapping[str, str]) -> bool:
    """Replay the first unapplied message of the subject; False when there is none or it is parked again."""
    from zt_interop.parked import try_rest_later  # which replays by this module

    queue = InboxMessage.objects.filter(
        source_code=of.source_code, channel=of.channel, subject=of.subject, state__in=UNAPPLIED
    ).order_by("id")
    head = queue.select_related("log_entry").first()
    if head is None:
        return False
    event = logged_event(head.log_entry.delivered_bytes, head.sequence)
    message = Message.of(event, open_data(event))
    problem = prepare(message)
    with transaction.atomic():
        # The stream's lock keeps a delivery from slipping in between this subject's messages.
        InboundStream.objects.select_for_update(no_key=True).get(source_code=of.source_code, channel=of.channel)
        first = list(queue[:2])
        if not first or first[0].id != head.id:
            return bool(first)
        locked = first[0]
        unprepared = {message.id: problem} if problem else {}
        fate = settle([message], held=(), unprepared=unprepared)[message.id]
        _note(locked, fate)
        count_handled([(message.type, fate.state.value)])
        line = {"at": now().isoformat(), **who, "act": "REPLAYED", "reason": locked.reason_code}
        locked.handled = [*locked.handled, line][-MOST_LINES:]
        locked.save()
        if len(first) > 1 and fate.state is InboxState.APPLIED:
            try_rest_later(locked)
        crash_point("replay_before_commit")
    crash_point("replay_after_commit")
    return fate.state is InboxState.APPLIED
