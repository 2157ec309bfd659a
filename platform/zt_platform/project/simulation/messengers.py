"""Who carries the messages of a simulated year and rings its timers: relay and timers themselves, for some of the centres.

Each process that plays a year serves its own centres, so that what the people of one pair of centres do never depends on
how far another process has come. The province belongs to one of them; the others only reach its inbox.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models import Q

from zt_interop.claiming import due_streams
from zt_interop.envelope import CASE_CHANNEL, SUPERVISION_CHANNEL
from zt_interop.relay import relay_stream
from zt_tenants.clock import now
from zt_tenants.context import outside_centres
from zt_tenants.models import Centre, Timer
from zt_tenants.timers.lanes import Claim, claim_due
from zt_tenants.timers.turn import take_turn
from zt_tenants.wall.access import DatabaseRole


class Messengers:
    """Of the ``own`` ones among these ``halls``; ``with_the_rest`` also of every centre that is no hall."""

    def __init__(self, halls: Collection[str], own: Collection[str], *, with_the_rest: bool) -> None:
        wanted = Q(code__in=own) | (~Q(code__in=halls) if with_the_rest else Q())
        with outside_centres():
            centres = list(Centre.objects.open().here().filter(wanted).order_by("code"))
        self._codes = [centre.code for centre in centres]
        self._ids = [centre.id for centre in centres]

    def carry_and_ring(self) -> bool:
        """Carry every message and ring every timer that is due, until there are none; whether there were any.

        Messages about cases go before the timers: what was decided elsewhere in time must not look late here. What the
        supervision hears goes last, so that a tick is one batch.
        """
        busy = False
        while self._carry(CASE_CHANNEL) or self._ring():
            busy = True
        return bool(self._carry(SUPERVISION_CHANNEL)) or busy

    def _carry(self, channel: str) -> int:
        """Relay what is due from these centres; how many shipments were answered."""
        shipments = 0
        with outside_centres(DatabaseRole.RELAY):
            streams = due_streams().filter(source_code__in=self._codes, channel=channel)
            due = list(streams.values_list("id", flat=True))
        for stream_id in due:
            shipments += _relayed(stream_id)
        return shipments

    def _ring(self) -> int:
        """Ring what is due at these centres; how many timers were handled."""
        handled = 0
        for centre_id in self._due():
            with outside_centres(DatabaseRole.RELAY):
                claims = claim_due(limit=1, centre_id=centre_id)
            handled += sum(_rung(claim) for claim in claims)
        return handled

    def _due(self) -> list[UUID]:
        """Which of the centres have something to ring."""
        ripe = Timer.objects.filter(centre_id__in=self._ids, parked_at__isnull=True, next_attempt_at__lte=now())
        with outside_centres(DatabaseRole.RELAY):
            return list(ripe.order_by("centre_id").values_list("centre_id", flat=True).distinct())


def _relayed(stream_id: UUID) -> int:
    turn = relay_stream(stream_id)
    shipments = turn.shipments
    while turn.more:
        turn = relay_stream(stream_id)
        shipments += turn.shipments
    return shipments


def _rung(claim: Claim) -> int:
    """Every lane of a centre, one after the other."""
    turn = take_turn(claim)
    handled = turn.handled
    while turn.following is not None:
        turn = take_turn(turn.following)
        handled += turn.handled
    return handled
