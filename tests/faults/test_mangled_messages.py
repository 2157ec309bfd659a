"""A line that truncates, alters, doubles, replays and loses, between clocks an hour apart: one effect a message."""

from __future__ import annotations

import random
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest

from zt_interop.errors import NoAnswer
from zt_interop.log.models import InboundStream, InboxMessage, MessageLogEntry
from zt_interop.queue.models import PENDING, OutboundStream, OutboxMessage
from zt_interop.relay import relay_due
from zt_interop.send import send_message
from zt_interop.testing import PROGRESSED, handling, progressed
from zt_interop.transports.local import LocalTransport
from zt_tenants.clock import at, now
from zt_tenants.context import enter
from zt_tenants.models import Centre

pytestmark = [pytest.mark.faults, pytest.mark.req("Y-01", "C-06")]
MESSAGES, ROUNDS = 24, 120
STEP = timedelta(minutes=20)
"""More than the longest wait after a failure: each message finds its stream ready, and none waits for a batch."""
FAULTS = ["truncate", "alter", "double", "replay", "lose", "cut", "ahead", "behind"]
HOUR = timedelta(hours=1)
Carry = Callable[[bytes], bytes]


class BadLine:
    """Carries by the real transport, with a fault on four of five deliveries; no kind comes again before all others came."""

    def __init__(self, seed: int) -> None:
        self.happened: Counter[str] = Counter()
        self._chance = random.Random(seed)
        self._carried: list[bytes] = []
        self._carry = LocalTransport.deliver
        self._next: list[str] = []

    def deliver(self, transport: LocalTransport, wire: bytes, *, destination: Centre) -> bytes:
        """As :meth:`LocalTransport.deliver`."""

        def carry(bytes_: bytes) -> bytes:
            return self._carry(transport, bytes_, destination=destination)

        if not self._next:
            self._next = self._chance.sample([*FAULTS, "none", "none"], len(FAULTS) + 2)
        fault = self._next.pop()
        answer = self._with(fault, wire, carry)
        self._carried.append(wire)
        return answer

    def _with(self, fault: str, wire: bytes, carry: Carry) -> bytes:
        self.happened[fault] += 1
        match fault:
            case "truncate":
                return carry(wire[: self._chance.randrange(len(wire))])
            case "alter":
                place = self._chance.randrange(len(wire))
                return carry(wire[:place] + bytes([wire[place] ^ 1]) + wire[place + 1 :])
            case "double":
                carry(wire)
            case "replay" if self._carried:
                carry(self._chance.choice(self._carried))  # out of its order, too
            case "lose":
                raise NoAnswer(detail="lost")
            case "cut":
                carry(wire)
                raise NoAnswer(detail="the answer was lost")
            case "ahead" | "behind":
                with at(now() + (HOUR if fault == "ahead" else -HOUR)):  # the receiver's clock
                    return carry(wire)
        return carry(wire)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_bad_line_loses_and_doubles_nothing(world, monkeypatch, seed: int) -> None:
    seen: list[str] = []
    line = BadLine(seed)
    monkeypatch.setattr(
        LocalTransport, "deliver", lambda self, wire, *, destination: line.deliver(self, wire, destination=destination)
    )
    with handling(lambda message: seen.append(str(message.data["note"]))):
        began = now()
        for number in range(MESSAGES):
            with at(began + number * STEP):
                with enter(world.city):
                    data = {**progressed("REVIEWED"), "note": str(number)}
                    subject = f"case-{uuid.uuid4().hex[:8]}"
                    send_message(destination=world.county.code, type=PROGRESSED, subject=subject, data=data)
                relay_due()
        for rounds in range(MESSAGES, ROUNDS):
            if not OutboxMessage.objects.filter(state__in=PENDING).exists():
                break
            with at(began + rounds * STEP):
                relay_due()

    assert seen == [str(number) for number in range(MESSAGES)], line.happened
    sent = list(OutboxMessage.objects.values_list("state", "sequence", "event_id"))
    assert [(state, place) for state, place, _ in sent] == [("DELIVERED", place) for place in range(1, MESSAGES + 1)]
    heads = list(OutboundStream.objects.values_list("last_sequence", "last_hash"))
    with enter(world.county):
        inbox = InboxMessage.objects.filter(state="APPLIED").order_by("sequence").values_list("sequence", "event_id")
        assert list(inbox) == [(place, event_id) for _, place, event_id in sent]
        assert list(InboundStream.objects.values_list("last_sequence", "last_hash")) == heads
        logged = MessageLogEntry.objects.filter(direction="IN", type=PROGRESSED)
        assert sorted(logged.values_list("first_sequence", flat=True)) == list(range(1, MESSAGES + 1))
    assert min(line.happened[fault] for fault in FAULTS) >= 2, f"the line was too good: {line.happened}"
