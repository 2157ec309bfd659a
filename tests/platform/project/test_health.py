"""``/health/``: 200 when everything answers and all centres have the newest tables, else 503."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from zt_interop.keys.models import PublicKey
from zt_platform.workcalendar.queries import calendar
from zt_storage.objects import ensure_bucket
from zt_tenants import timers
from zt_tenants.clock import at, now
from zt_tenants.context import enter
from zt_tenants.models import Centre, Timer

pytestmark = pytest.mark.req("A-01")


def test_a_whole_fleet_is_healthy(world, client) -> None:
    ensure_bucket()
    answer = client.get("/health/")
    assert answer.status_code == 200
    body = answer.json()
    assert (body["ok"], body["database"], body["cache"]) == (True, {"ok": True}, {"ok": True})
    schema = body["schema"]
    assert (schema["centres"], schema["behind"], schema["failed"], schema["not_rolled_out"]) == (6, 0, 0, 0)
    assert "no-store" in answer["Cache-Control"]


def test_a_mixed_fleet_is_not(world, client) -> None:
    Centre.objects.filter(code="340123").update(schema_ordinal=1)
    answer = client.get("/health/")
    assert answer.status_code == 503
    assert answer.json()["schema"]["behind"] == 1
    assert answer.json()["database"]["ok"]


def test_a_storage_that_does_not_answer_is_named(world, client, settings) -> None:
    settings.S3_ENDPOINT = "127.0.0.1:1"
    answer = client.get("/health/")
    assert answer.status_code == 503
    assert answer.json()["storage"] == {"ok": False}
    assert answer.json()["schema"]["ok"]


def test_it_costs_few_statements(world, client, django_assert_num_queries) -> None:
    calendar()  # remembered by a process that has served before
    with django_assert_num_queries(10):
        answer = client.get("/health/")
    assert answer.json()["database"]["ok"]


@pytest.mark.req("Y-01")
@pytest.mark.parametrize(("ahead", "well"), [(59, True), (-59, True), (3600, False), (-3600, False)])
def test_a_host_whose_clock_is_wrong_is_not_well(world, client, monkeypatch, ahead: int, well: bool) -> None:
    ensure_bucket()
    monkeypatch.setattr("zt_platform.project.health.server_clock.lead", lambda: timedelta(seconds=ahead))
    answer = client.get("/health/")
    assert answer.json()["clock"] == {"ok": well, "ahead_seconds": ahead}
    assert answer.status_code == (200 if well else 503)


def test_a_centre_that_cannot_sign_is_not_healthy_and_what_ends_soon_is_counted(world, client) -> None:
    ensure_bucket()
    moment = now()
    keys = PublicKey.objects.filter(centre_id=world.county.id)
    keys.filter(usage="encryption").update(not_after=moment + timedelta(days=5))
    found = client.get("/health/").json()["keys"]
    assert (found["ok"], found["without"], found["ending_within_7_days"], found["ending_within_60_days"]) == (
        True,
        0,
        1,
        1,
    )
    assert found["root_until"].startswith("2045")

    Centre.objects.filter(code="340123").update(ready_at=moment)
    keys.filter(usage="message").delete()
    answer = client.get("/health/")
    assert answer.status_code == 503
    assert answer.json()["keys"]["without"] == 1


@pytest.fixture
def timer_kind() -> Iterator[str]:
    timers.register("test.watched", print)
    yield "test.watched"
    timers.unregister("test.watched")


def test_timers_that_wait_too_long_are_not_healthy(world, client, timer_kind) -> None:
    ensure_bucket()
    with enter(world.county):
        timers.schedule(kind=timer_kind, subject="case-1", due_at=now() - timedelta(minutes=9))
    body = client.get("/health/").json()
    assert (body["ok"], body["timers"]["due"], body["timers"]["unhandled"]) == (True, 1, 0)
    assert 540 <= body["timers"]["lag_seconds"] < 600
    timers.unregister(timer_kind)
    with at(now() + timedelta(minutes=2)):
        answer = client.get("/health/")
    assert answer.status_code == 503
    assert answer.json()["timers"]["unhandled"] == 1


def test_parked_timers_are_counted_and_named_nowhere(world, client, timer_kind) -> None:
    ensure_bucket()
    with enter(world.county):
        timers.schedule(kind=timer_kind, subject="340123-secret", due_at=now())
    Timer.objects.update(parked_at=now())
    answer = client.get("/health/")
    assert answer.json()["timers"] == {"ok": True, "due": 0, "lag_seconds": 0, "unhandled": 0, "parked": 1}
    assert b"secret" not in answer.content
