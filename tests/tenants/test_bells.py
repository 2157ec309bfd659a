"""A heap of old bells is answered once; a worker, or a beat, whose clock is wrong goes on hearing every one of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from celery.worker.state import revoked
from kombu.message import Message

from zt_platform.project.celery import app
from zt_tenants import bells

pytestmark = pytest.mark.req("Y-01")
SWEEP = "zt_interop.tasks.sweep"


@pytest.fixture(autouse=True)
def _nothing_answered() -> Iterator[None]:
    app.loader.import_default_modules()
    bells._answered.clear()
    yield
    bells._answered.clear()


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch):
    """Lets the steady clock run on by so many seconds."""
    ahead = [0.0]
    right = bells.time.monotonic
    monkeypatch.setattr(bells.time, "monotonic", lambda: right() + ahead[0])

    def run_on(seconds: float) -> None:
        ahead[0] += seconds

    return run_on


def _bell(ends_in: float, *, name: str = SWEEP, arguments: tuple[str, ...] = ()):
    """A request as a worker makes it of a message whose end is so many seconds away by this host's clock."""
    end = datetime.now(UTC) + timedelta(seconds=ends_in)
    sent = app.amqp.as_task_v2(str(uuid4()), name, args=arguments, expires=end)
    message = Message(body=sent.body, headers=sent.headers, delivery_info={}, properties={})
    return app.tasks[name].Request(
        message, app=app, task=app.tasks[name], headers=sent.headers, decoded=True, body=sent.body
    )


def test_tasks_are_bells() -> None:
    assert app.tasks[SWEEP].Request is bells.Bell
    assert isinstance(_bell(10), bells.Bell)


def test_of_a_heap_of_old_bells_one_is_answered() -> None:
    heap = [_bell(-3600) for _ in range(50)]
    thrown = [bell.revoked() for bell in heap]
    assert thrown == [False] + [True] * 49
    assert heap[-1].id in revoked


def test_a_clock_that_is_an_hour_wrong_costs_no_tick(later) -> None:
    heard = []
    for _ in range(20):
        heard.append(not _bell(-3600).revoked())
        later(3.0)
    assert heard == [True] * 20


def test_a_bell_is_judged_once_though_celery_asks_twice() -> None:
    bell = _bell(-3600)
    assert [bell.revoked(), bell.revoked()] == [False, False]


def test_what_is_not_over_is_answered_however_often_it_rings() -> None:
    assert [_bell(10).revoked() for _ in range(3)] == [False] * 3


def test_bells_with_other_arguments_are_other_bells() -> None:
    streams = [str(uuid4()) for _ in range(3)]
    rung = [_bell(-3600, name="zt_interop.tasks.relay_stream", arguments=(stream,)) for stream in streams * 2]
    assert [bell.revoked() for bell in rung] == [False] * 3 + [True] * 3


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bells, "_MOST_REMEMBERED", 5)
    assert not any(bells.answered_lately("bell", str(number)) for number in range(100))
    assert len(bells._answered) <= 5
