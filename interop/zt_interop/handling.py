"""What operators do about messages that their destination refused for good: repair and send again, or close.

Both leave a line on the message (who, when, what, why). A repaired message keeps its event id. Closing takes two persons.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction

from zt_interop.confidential import is_sealed
from zt_interop.queue.models import MessageState, OutboxMessage
from zt_interop.schemas import check_data
from zt_interop.send import ring_on_commit
from zt_tenants.clock import now
from zt_tenants.context import current_centre
from zt_tenants.errors import Conflict, InvalidInput, NotFound

PROPOSED = "CLOSING_PROPOSED"
CLOSED = "CLOSED"
REPAIRED = "REPAIRED"
LONGEST_REASON = 1000


class ReasonNeeded(InvalidInput):
    """Why and who must be said."""

    code = "REASON_NEEDED"
    zh = "请填写经办人与理由(理由不超过 {limit} 字)。"
    en = "Name the person and give a reason of at most {limit} characters."


class SecondPersonNeeded(Conflict):
    """Whoever proposed the closing cannot confirm it."""

    code = "SECOND_PERSON_NEEDED"
    zh = "该报文由{by}提出结案,须由另一人复核确认。"
    en = "{by} proposed to close this message; somebody else must confirm it."


def repair_message(
    event_id: UUID, *, by: str, reason: str, data: dict[str, Any] | None = None, account: UUID | None = None
) -> OutboxMessage:
    """Send a refused message of the current centre again with corrected data; its event id stays.

    Without ``data`` what was sent goes out once more: the cause was at the destination and is mended there; what was
    encrypted for it goes as it is. A message that was refused in its place keeps that place in the history; the repaired
    one goes into a new one.

    Raises:
        NotFound: the current centre has no refused message with this id.
        SchemaInvalid: the new data do not match the type either; nothing was changed.
        ReasonNeeded.
    """
    _check(by, reason)
    with transaction.atomic():
        message = _refused(event_id)
        if data is not None or not is_sealed(message.data):  # what is encrypted was checked before
            check_data(message.type, message.data if data is None else data)
        data = message.data if data is None else data
        line = _line(REPAIRED, by, reason, account)
        if message.sequence is not None:
            message.state, message.handled = MessageState.CLOSED, [*message.handled, line]
            message.save(update_fields=["state", "handled"])
            message = OutboxMessage(
                event_id=message.event_id,
                stream=message.stream,
                type=message.type,
                subject=message.subject,
                time=message.time,
                traceparent=message.traceparent,
                queued_at=now(),
                handled=message.handled[:-1],
            )
        message.state, message.data, message.handled = MessageState.QUEUED, data, [*message.handled, line]
        message.outcome = message.refusal_code = message.refusal_zh = message.refusal_en = ""
        message.save()
        ring_on_commit(message.stream_id)
    return message


def close_message(event_id: UUID, *, by: str, reason: str, account: UUID | None = None) -> OutboxMessage:
    """Propose to close a refused message of the current centre, or confirm what somebody else has proposed.

    Two accounts are two persons, whatever their names; where one act has no account (command line), names must differ.

    Returns:
        The message: still REFUSED after the first, CLOSED after the second person.

    Raises:
        NotFound: the current centre has no refused message with this id.
        SecondPersonNeeded: the same person again; nothing was changed.
        ReasonNeeded.
    """
    _check(by, reason)
    with transaction.atomic():
        message = _refused(event_id)
        proposed = proposal_of(message)
        line = _line(CLOSED if proposed else PROPOSED, by, reason, account)
        if proposed is not None and _same_person(proposed, line):
            raise SecondPersonNeeded(by=proposed["by"])
        message.handled = [*message.handled, line]
        if proposed is not None:
            message.state = MessageState.CLOSED
        message.save(update_fields=["state", "handled"])
    return message


def proposal_of(message: OutboxMessage) -> dict[str, str] | None:
    """The open proposal to close a refused message: the last one since it was last sent."""
    for line in reversed(message.handled):
        if line["act"] == REPAIRED:
            return None
        if line["act"] == PROPOSED:
            return dict(line)
    return None


def _same_person(one: dict[str, str], other: dict[str, str]) -> bool:
    if "account" in one and "account" in other:
        return one["account"] == other["account"]
    return one["by"] == other["by"]


def _refused(event_id: UUID) -> OutboxMessage:
    own = OutboxMessage.objects.filter(
        event_id=event_id, state=MessageState.REFUSED, stream__source_code=current_centre().code
    )
    message = own.select_for_update(of=("self",)).select_related("stream").first()
    if message is None:
        raise NotFound
    return message


def _check(by: str, reason: str) -> None:
    if not by.strip() or not reason.strip() or len(reason) > LONGEST_REASON:
        raise ReasonNeeded(limit=LONGEST_REASON)


def _line(act: str, by: str, reason: str, account: UUID | None) -> dict[str, str]:
    line = {"at": now().isoformat(), "by": by, "act": act, "reason": reason}
    return {**line, "account": str(account)} if account else line
