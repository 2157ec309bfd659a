"""Celery beat: few ticks, none of which loops over the centres; idle centres cost nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from celery.schedules import crontab
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zt_interop.queue.models import OutboundStream, OutboxMessage
from zt_platform.project.celery import app
from zt_tenants import timers
from zt_tenants.clock import now
from zt_tenants.context import enter, outside_centres
from zt_tenants.models import Centre, Level
from zt_tenants.timers import tasks as timer_tasks

pytestmark = pytest.mark.req("A-01")
WITH_WORK = {"zt_interop.tasks.sweep", "zt_tenants.timers.tasks.scan"}
"""Ticks for which :func:`_give_work` makes work; the others are idle here, with many centres as with few."""


def _give_work(centre: Centre) -> None:
    """One message that waits and one timer that is due."""
    stream = OutboundStream.objects.create(source_code=centre.code, destination_code="000000", channel="case")
    OutboxMessage.objects.create(
        stream=stream, type="exchange.request.v1", subject="x", time=now(), data={}, queued_at=now()
    )
    with enter(centre):
        timers.schedule(kind="test.periodic", subject=str(uuid4()), due_at=now() - timedelta(minutes=1))


def _cost(task: Callable[[], object]) -> int:
    with outside_centres(), connection.cursor() as cursor:
        cursor.execute("SELECT 1")  # the connection comes back from the last centre
    with CaptureQueriesContext(connection) as captured:
        task()
    return len(captured)


@pytest.fixture
def quiet_queue(monkeypatch):
    """What ticks hand out is counted, not sent."""
    from zt_interop import tasks as interop_tasks

    handed: list[str] = []
    for task in (timer_tasks.handle, interop_tasks.relay_stream, interop_tasks.close_log, interop_tasks.renew_keys):
        monkeypatch.setattr(task, "apply_async", lambda task=task, **options: handed.append(task.name))
    timers.register("test.periodic", print)
    yield handed
    timers.unregister("test.periodic")


def test_the_ticks_are_these() -> None:
    """A new tick must be added here, and so comes under the tests below."""
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} == {
        "zt_interop.tasks.close_logs",
        "zt_interop.tasks.drain_data_calls",
        "zt_interop.tasks.exchange_heads",
        "zt_interop.tasks.pick_up_deliveries",
        "zt_interop.tasks.prune_outbox",
        "zt_interop.tasks.rotate_keys",
        "zt_interop.tasks.sweep",
        "zt_platform.notices.tasks.send",
        "zt_tenants.timers.tasks.scan",
    }


def test_a_tick_that_nobody_took_is_dropped_before_the_next() -> None:
    for entry in app.conf.beat_schedule.values():
        if not isinstance(entry["schedule"], crontab):  # one a day is no heap
            assert entry["options"]["expires"] <= entry["schedule"]


@pytest.mark.parametrize("name", sorted(entry["task"] for entry in app.conf.beat_schedule.values()))
def test_a_tick_costs_the_same_statements_with_one_centre_as_with_all(world, quiet_queue, name: str) -> None:
    app.loader.import_default_modules()
    task = app.tasks[name]
    task()
    costs = [_cost(task)]
    for number in range(12):  # more centres, without work
        Centre.objects.create(
            code=f"3498{number:02d}", schema_name=f"c_idle_{number}", name="空", short_name="空",
            level=Level.CITY, parent=world.province, opened_on=now().date(),
        )  # fmt: skip
    costs.append(_cost(task))
    _give_work(world.city)
    task()
    _give_work(world.county)
    costs.append(_cost(task))
    for centre in (world.province, world.township, world.other_city, world.other_county):
        _give_work(centre)
    quiet_queue.clear()
    costs.append(_cost(task))
    if name in WITH_WORK:
        assert len(quiet_queue) >= 4, "the tick found the work it should find"
    assert costs == [costs[0]] * 4
    assert costs[0] <= 4
