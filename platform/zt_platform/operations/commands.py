"""What operators do about messages that stand: replay, repair and send again, close, try a destination again.

All of it belongs to the administrators of the centre whose message it is, leaves a line with the account on the message or
the stream, and closing takes two persons. The rules themselves are :mod:`zt_interop.handling`'s.
"""

from __future__ import annotations

import logging
from typing import Any
from uuid import UUID

from zt_interop import circuit, handling, inbox
from zt_interop.queue.models import OutboxMessage
from zt_platform.actors import Actor
from zt_platform.organisation.roles import Role
from zt_tenants.context import beside, current_centre
from zt_tenants.errors import InvalidInput, NotPermitted
from zt_tenants.models import Level
from zt_tenants.wall.access import DatabaseRole

logger = logging.getLogger(__name__)


def replay(*, actor: Actor, inbox_id: int) -> int:
    """Try a parked message of the current centre and all that wait behind it again; how many took effect.

    Raises NotPermitted (no administrator here), NotFound.
    """
    actor.require(Role.CENTRE_ADMIN)
    applied = inbox.replay(inbox_id, by=actor.name, account=actor.account_id)
    _say(actor, "replayed message %s: %s took effect", inbox_id, applied)
    return applied


def repair(*, actor: Actor, event_id: UUID, reason: str, data: dict[str, Any] | None = None) -> OutboxMessage:
    """Send a refused message of the current centre again, with corrected data or (None) as it was.

    Raises NotPermitted, NotFound, SchemaInvalid, ReasonNeeded.
    """
    actor.require(Role.CENTRE_ADMIN)
    message = handling.repair_message(event_id, data=data, by=actor.name, reason=reason, account=actor.account_id)
    _say(actor, "repaired message %s", event_id)
    return message


def close(*, actor: Actor, event_id: UUID, reason: str) -> OutboxMessage:
    """Propose to close a refused message of the current centre, or confirm what somebody else has proposed.

    Raises NotPermitted, NotFound, SecondPersonNeeded, ReasonNeeded.
    """
    actor.require(Role.CENTRE_ADMIN)
    message = handling.close_message(event_id, by=actor.name, reason=reason, account=actor.account_id)
    _say(actor, "closing message %s: %s", event_id, message.state)
    return message


def resume(*, actor: Actor, destination_code: str, reason: str) -> int:
    """Try a destination that did not answer again at once; how many streams had been waiting for it.

    A circuit belongs to the whole deployment, so only the province's administrators close it by hand.
    Raises NotPermitted, InvalidInput (no reason).
    """
    require_province(actor, zh="恢复对外连接", en="resumes a destination")
    reason = reason_of(reason)
    with beside(DatabaseRole.RELAY):
        waiting = circuit.resume(destination_code, by=actor.name, reason=reason, account=actor.account_id)
    _say(actor, "resumed destination %s: %s streams", destination_code, waiting)
    return waiting


def require_province(actor: Actor, *, zh: str, en: str) -> None:
    """The actor administers the provincial centre and is there. Raises NotPermitted, saying what only it does."""
    actor.require(Role.CENTRE_ADMIN)
    if current_centre().level != Level.PROVINCE:
        raise NotPermitted(
            zh="{act_zh}由省级中心操作，请联系省级中心。",
            en="Only the provincial centre {act_en}; ask it.",
            act_zh=zh,
            act_en=en,
        )


def reason_of(text: str) -> str:
    """The reason that is written down. Raises InvalidInput: none, or too long."""
    reason = text.strip()
    if not reason or len(reason) > handling.LONGEST_REASON:
        raise InvalidInput(
            field="reason",
            zh="请填写理由(不超过{limit}字)。",
            en="Give a reason of at most {limit} characters.",
            limit=handling.LONGEST_REASON,
        )
    return reason


def _say(actor: Actor, text: str, *values: object) -> None:
    logger.info(f"operator %s {text}", actor.account_id, *values)
