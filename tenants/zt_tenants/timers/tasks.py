"""Celery entry points. Both are right when run twice, late or never."""

from __future__ import annotations

import logging
from typing import Final
from uuid import UUID

from celery import shared_task

from zt_tenants.context import outside_centres
from zt_tenants.timers.lanes import WAITING, Claim, claim_due, give_back
from zt_tenants.timers.turn import take_turn
from zt_tenants.wall.access import DatabaseRole

logger = logging.getLogger(__name__)

_CLAIM_FADES: Final = int(WAITING.total_seconds())


@shared_task(name="zt_tenants.timers.tasks.scan", ignore_result=True)  # type: ignore[untyped-decorator]
def scan() -> int:
    """The beat's tick: claim what is due in all centres and hand it to the workers; how many lanes."""
    with outside_centres(DatabaseRole.RELAY):
        claims = claim_due()
        return _hand_out(claims)


@shared_task(name="zt_tenants.timers.tasks.handle", ignore_result=True)  # type: ignore[untyped-decorator]
def handle(centre_id: str, kind: str, token: str) -> None:
    """A turn on one lane; what is left of its centre goes to the end of the queue, behind the other centres."""
    following = take_turn(Claim(UUID(centre_id), kind, UUID(token))).following
    if following is not None:
        with outside_centres(DatabaseRole.RELAY):
            _hand_out([following])


def _hand_out(claims: list[Claim]) -> int:
    for number, claim in enumerate(claims):
        arguments = [str(claim.centre_id), claim.kind, str(claim.token)]
        try:
            handle.apply_async(args=arguments, retry=False, ignore_result=True, expires=_CLAIM_FADES)
        except Exception as error:
            logger.warning("timers: the queue does not answer (%s); the next tick tries again", error)
            give_back(claims[number:])
            return number
    return len(claims)
