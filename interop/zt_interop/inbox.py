"""What becomes of verified messages: applied, parked with the reason, or waiting behind a parked one of their subject."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from django.db import InterfaceError, OperationalError, transaction

from zt_interop.confidential import open_data
from zt_interop.errors import NoHandler
from zt_interop.handlers import Message, batch_handler_for, handler_for
from zt_interop.log.models import UNAPPLIED, InboundStream, InboxMessage, InboxState, MessageLogEntry
from zt_interop.opening import logged_event
from zt_tenants.clock import now
from zt_tenants.errors import DomainError, NotFound

logger = logging.getLogger(__name__)

MOST_LINES = 50
"""Replays a message remembers."""


class InboxFault(DomainError):
    """A handler failed in a way it did not announce: a defect of the program, not of the message."""

    code = "INBOX_FAULT"
    zh = "处理报文时发生内部错误({kind}),已暂存，请联系系统管理员。"
    en = "Handling the message failed inside ({kind}); it is kept. Tell the operator."


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
        return reason_to_park(error, message.type)
    return None


def settle(
    messages: Sequence[Message], *, held: Collection[str], unprepared: Mapping[UUID, DomainError]
) -> dict[UUID, Fate]:
    """Let the handlers act on messages in order, each in a savepoint of the caller's transaction.

    ``held`` are subjects that already have a message waiting; ``unprepared`` are messages that must be parked, and why.
    Messages of one type with a batch handler are handed over together; if that fails they are taken one by one.

    Raises:
        Exception: something that may pass (database or storage away): everything is rolled back and tried again.
    """
    blocked, fates = set(held), dict[UUID, Fate]()
    apart = blocked | {message.subject for message in messages if message.id in unprepared}
    for type_, same_type in groupby(messages, key=lambda message: message.type):
        group = list(same_type)
        free = [message for message in group if message.subject not in blocked | apart]
        together = {message.id for message in free} if _apply_together(type_, free) else set()
        for message in group:
            if message.id in together:
                fate = Fate(InboxState.APPLIED)
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
    run = batch_handler_for(type_)
    if run is None or len(messages) < 2:
        return False
    try:
        with transaction.atomic():
            run(messages)
    except Exception as error:
        reason_to_park(error, type_)
        return False
    return True


def _apply_alone(message: Message) -> Fate:
    handler, batch_handler = handler_for(message.type), batch_handler_for(message.type)
    try:
        with transaction.atomic():
            if batch_handler is not None:
                batch_handler([message])
            elif handler is not None:
                handler.apply(message)
            else:
                raise NoHandler(type=message.type)
    except Exception as error:
        return Fate(InboxState.PARKED, reason_to_park(error, message.type))
    return Fate(InboxState.APPLIED)


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


def _note(row: InboxMessage, fate: Fate) -> None:
    row.state = fate.state
    row.attempts += fate.state is not InboxState.WAITING
    row.applied_at = now() if fate.state is InboxState.APPLIED else None
    row.reason_code = fate.reason.code if fate.reason else ""
    row.reason_zh = fate.reason.zh_text if fate.reason else ""
    row.reason_en = fate.reason.en_text if fate.reason else ""


def replay(inbox_id: int, *, by: str = "") -> int:
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
    while _replay_next(row, by):
        applied += 1
    return applied


def _replay_next(of: InboxMessage, by: str) -> bool:
    """Replay the first unapplied message of the subject; False when there is none or it is parked again."""
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
        locked = queue.first()
        if locked is None or locked.id != head.id:
            return locked is not None
        unprepared = {message.id: problem} if problem else {}
        fate = settle([message], held=(), unprepared=unprepared)[message.id]
        _note(locked, fate)
        line = {"at": now().isoformat(), "by": by, "act": "REPLAYED", "reason": locked.reason_code}
        locked.handled = [*locked.handled, line][-MOST_LINES:]
        locked.save()
    return fate.state is InboxState.APPLIED
