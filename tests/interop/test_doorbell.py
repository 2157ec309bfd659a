"""The doorbell rings on commit, and nothing depends on its being heard."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import transaction
from kombu import Connection

from zt_interop import claiming, relay, tasks
from zt_interop.queue.models import OutboundStream, OutboxMessage
from zt_interop.send import send_message
from zt_interop.testing import PROGRESSED, SUBJECT, progressed
from zt_platform.project.celery import app
from zt_tenants.clock import at, now
from zt_tenants.context import enter

pytestmark = pytest.mark.req("Y-01")
QUEUE = "doorbell-test"


class Bell:
    """Counts what lies in a queue of its own at the broker, which other tests share."""

    def __init__(self, connection: Connection) -> None:
        self._client = connection.default_channel.client

    def rung(self) -> int:
        return int(self._client.llen(QUEUE))

    def silence(self) -> None:
        self._client.delete(QUEUE)


@pytest.fixture
def bell() -> Iterator[Bell]:
    kept, app.conf.task_default_queue = app.conf.task_default_queue, QUEUE
    app.amqp.__dict__.pop("queues", None)
    app.amqp.__dict__.pop("router", None)
    with app.connection_for_write() as connection:
        bell = Bell(connection)
        yield bell
        bell.silence()
    app.conf.task_default_queue = kept
    app.amqp.__dict__.pop("queues", None)
    app.amqp.__dict__.pop("router", None)


def _send(world) -> OutboxMessage:
    with enter(world.city):
        return send_message(destination="340123", type=PROGRESSED, subject=SUBJECT, data=progressed())


def test_the_bell_rings_when_the_command_commits_and_not_before(committed_world, bell) -> None:
    with enter(committed_world.city), transaction.atomic():
        send_message(destination="340123", type=PROGRESSED, subject=SUBJECT, data=progressed())
        assert bell.rung() == 0

    assert bell.rung() == 1


def test_a_command_that_rolls_back_rings_nothing(committed_world, bell) -> None:
    with enter(committed_world.city), pytest.raises(RuntimeError), transaction.atomic():
        send_message(destination="340123", type=PROGRESSED, subject=SUBJECT, data=progressed())
        raise RuntimeError("the command failed")

    assert bell.rung() == 0


def test_a_command_does_not_fail_because_the_broker_is_away(committed_world, bell, recorder, caplog) -> None:
    kept, app.conf.broker_write_url = app.conf.broker_write_url, "redis://127.0.0.1:9/0"
    app._after_fork()  # forget open connections
    try:
        message = _send(committed_world)
    finally:
        app.conf.broker_write_url = kept
        app._after_fork()

    assert "the sweep will find it" in caplog.text
    assert OutboxMessage.objects.filter(pk=message.pk, state="QUEUED").exists()
    assert relay.relay_due() == 1


def test_the_sweep_rings_for_every_stream_that_is_due(committed_world, bell, recorder) -> None:
    _send(committed_world)
    stream = OutboundStream.objects.get()
    claiming.claim(stream.id)
    assert tasks.sweep.run() == 0

    with at(now() + claiming.LEASE + timedelta(seconds=1)):
        assert tasks.sweep.run() == 1
        tasks.relay_stream.run(str(stream.id))

    assert recorder.steps == ["REVIEWED"]
    assert bell.rung() == 2


def test_a_turn_that_was_not_enough_rings_again(committed_world, bell, recorder, monkeypatch) -> None:
    monkeypatch.setattr(relay, "SHIPMENTS_PER_TURN", 1)
    _send(committed_world)
    _send(committed_world)
    before = bell.rung()

    tasks.relay_stream.run(str(OutboundStream.objects.get().id))

    assert bell.rung() == before + 1
    assert len(recorder.applied) == 1
