"""Parked messages try again by themselves, because what they waited for may have come: a release, a case, a storage.

A timer (:mod:`zt_tenants.timers`) is set in the transaction that parks the message and rings for a replay at growing
distances; after the last one people must look. Nothing polls: one scan finds the timers of all centres.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from secrets import SystemRandom
from typing import Any, Final
from uuid import UUID

from zt_interop.attachments import patiently
from zt_interop.handlers import Message
from zt_interop.inbox import replay
from zt_interop.log.models import UNAPPLIED, InboxMessage
from zt_tenants import server_clock, timers
from zt_tenants.clock import now
from zt_tenants.context import current_centre, enter, on_commit
from zt_tenants.timers import DueTimer, NewTimer

logger = logging.getLogger(__name__)

KIND: Final = "interop.replay"
WAITS: Final = (
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(hours=24),
    timedelta(hours=72),
)
BY_ITSELF: Final = "system"
_BELL_FADES: Final = 600
_random: Final = SystemRandom()


def try_again_later(messages: Iterable[Message], *, at_once: Collection[UUID] = ()) -> None:
    """Set the first timer of each parked message, in the caller's transaction and the current centre.

    ``at_once``: ids of messages that only wait for work which the answer to their sender could not wait for.
    """
    parked = list(messages)
    if parked:
        moment = server_clock.read()
        timers.schedule_many([_first_timer(each, moment, at_once=each.id in at_once) for each in parked])


def try_rest_later(replayed: InboxMessage) -> None:
    """Set the first timer anew for what waits behind a message that took effect, in the transaction in which it did:
    whoever replays may die before the next one."""
    of = {"source": replayed.source_code, "channel": replayed.channel, "subject": replayed.subject}
    timers.schedule_many([_timer(of, 0, server_clock.read())])


def _first_timer(message: Message, moment: datetime, *, at_once: bool) -> NewTimer:
    of = {"source": message.source, "channel": message.channel, "subject": message.subject}
    timer = _timer(of, 0, moment)
    return replace(timer, due_at=moment, data={**of, "times": 0}) if at_once else timer


def _timer(of: dict[str, Any], times: int, moment: datetime) -> NewTimer:
    subject = f"{of['source']}:{of['channel']}:{of['subject']}"
    wait = WAITS[times] * _random.uniform(0.75, 1.25)
    return NewTimer(KIND, subject, moment + wait, {**of, "times": times + 1})


def handle(due: Sequence[DueTimer]) -> None:
    """Ring for each that still waits, and set its next timer: the bell may be lost, the timer is not."""
    waiting = set(
        InboxMessage.objects.filter(
            state__in=UNAPPLIED, subject__in={timer.data["subject"] for timer in due}
        ).values_list("source_code", "channel", "subject")
    )
    still = [timer for timer in due if (timer.data["source"], timer.data["channel"], timer.data["subject"]) in waiting]
    centre = current_centre().code
    for timer in still:
        on_commit(partial(_ring, centre, timer.data["source"], timer.data["channel"], timer.data["subject"]))
    moment = now()  # of the turn: the database's
    again = [_timer(_of(timer), timer.data["times"], moment) for timer in still if timer.data["times"] < len(WAITS)]
    if again:
        timers.schedule_many(again)


def _of(timer: DueTimer) -> dict[str, Any]:
    return {name: timer.data[name] for name in ("source", "channel", "subject")}


def _ring(centre: str, source: str, channel: str, subject: str) -> None:
    from zt_interop.tasks import replay_parked  # the task module imports this

    try:
        replay_parked.apply_async(
            args=[centre, source, channel, subject], retry=False, ignore_result=True, expires=_BELL_FADES
        )
    except Exception as error:
        logger.warning("replay of %s at %s not rung (%s); the next timer will", subject, centre, error)


def replay_subject(centre: str, source: str, channel: str, subject: str) -> int:
    """Replay what is parked of a subject at a centre, and what waits behind it; how many took effect.

    The first may be one that only waits: what was parked before it took effect, and then its replay died.
    """
    with enter(centre), patiently():
        head = (
            InboxMessage.objects.filter(source_code=source, channel=channel, subject=subject, state__in=UNAPPLIED)
            .order_by("id")
            .first()
        )
        return replay(head.id, by=BY_ITSELF) if head else 0
