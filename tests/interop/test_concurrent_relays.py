"""Many relays and senders at once: each message takes effect once, each case's order holds."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from zt_interop.queue.models import OutboundStream, OutboxMessage
from zt_interop.relay import relay_due
from zt_interop.send import send_message
from zt_interop.testing import PROGRESSED, progressed
from zt_tenants.context import enter
from zt_tenants.models import Centre

CASES, STEPS = 4, 5


def _closing(act: Callable[[], object]) -> None:
    try:
        act()
    finally:
        connection.close()


@pytest.mark.req("Y-01")
def test_relays_and_senders_at_once(committed_world, recorder) -> None:
    world = committed_world
    sent = threading.Event()

    def send_case(source: Centre, number: int) -> None:
        subject = f"{source.code}-20260302-{number:06d}-X"
        for step in range(STEPS):
            with enter(source):
                send_message(
                    destination=world.county.code,
                    type=PROGRESSED,
                    subject=subject,
                    data=progressed(f"STEP-{step}", subject),
                )

    def relay() -> None:
        while not sent.is_set():
            relay_due()
        relay_due()

    with ThreadPoolExecutor(8) as pool:
        relays = [pool.submit(_closing, relay) for _ in range(3)]
        senders = [
            pool.submit(_closing, lambda source=source, number=number: send_case(source, number))
            for source in (world.city, world.other_city)
            for number in range(CASES)
        ]
        for sender in senders:
            sender.result()
        sent.set()
        for running in relays:
            running.result()
    relay_due()

    by_case: dict[str, list[str]] = {}
    for message in recorder.applied:
        by_case.setdefault(message.subject, []).append(message.data["step"])
    assert len(by_case) == 2 * CASES
    assert all(steps == [f"STEP-{step}" for step in range(STEPS)] for steps in by_case.values())
    assert not OutboxMessage.objects.exclude(state="DELIVERED").exists()
    assert set(OutboundStream.objects.values_list("last_sequence", "failures")) == {(CASES * STEPS, 0)}
