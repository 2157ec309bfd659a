"""Relays whose clocks are an hour apart work on the same streams in turn: the order holds, nothing is lost or doubled."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from zt_interop.claiming import LEASE
from zt_interop.log.models import InboundStream, InboxMessage, MessageLogEntry
from zt_interop.queue.models import OutboundStream, OutboxMessage
from zt_interop.relay import relay_due
from zt_interop.send import send_message
from zt_interop.testing import PROGRESSED, handling, progressed, relay_all
from zt_tenants.clock import at, now
from zt_tenants.context import enter

pytestmark = [pytest.mark.faults, pytest.mark.req("Y-01")]
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    "shifts", [(HOUR, -HOUR, timedelta(0)), (-HOUR, HOUR, timedelta(0))], ids=["fast first", "slow first"]
)
def test_relays_with_other_clocks_take_turns_on_a_stream(world, shifts: tuple[timedelta, ...]) -> None:
    seen: list[str] = []
    with handling(lambda message: seen.append(str(message.data["note"]))):
        for number, shift in enumerate(shifts):
            with enter(world.city):
                for part in "ab":
                    subject = f"case-{uuid.uuid4().hex[:8]}"
                    data = {**progressed("REVIEWED"), "note": f"{number}{part}"}
                    send_message(destination=world.county.code, type=PROGRESSED, subject=subject, data=data)
            with at(now() + shift):
                relay_all()
        with at(now() + LEASE + timedelta(seconds=1)):
            relay_due()

    assert seen == [f"{number}{part}" for number in range(3) for part in "ab"]
    assert list(OutboxMessage.objects.values_list("state", "sequence")) == [
        ("DELIVERED", place) for place in range(1, 7)
    ]
    stream = OutboundStream.objects.get()
    assert (stream.last_sequence, stream.acknowledged_sequence, stream.lease_until) == (6, 6, None)
    with enter(world.county):
        assert InboundStream.objects.get().last_sequence == 6
        assert InboxMessage.objects.filter(state="APPLIED").count() == 6
        assert MessageLogEntry.objects.filter(direction="IN", type=PROGRESSED).count() == 6
