"""The figures of a process's database connections follow what its threads hold, and count who got none."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest
from django.conf import settings

from zt_tenants.backend import pool as pools
from zt_tenants.backend.pool import ConnectionPool, ConnectionsTaken
from zt_tenants.telemetry.instruments import REGISTRY

pytestmark = pytest.mark.req("A-01")


def _figure(name: str) -> float:
    return REGISTRY.get_sample_value(f"zhengtong_pool_{name}") or 0.0


def _connect() -> psycopg.Connection:
    given = settings.DATABASES["default"]
    return psycopg.connect(
        host=given["HOST"], port=given["PORT"], user=given["USER"], password=given["PASSWORD"], dbname="postgres"
    )


@pytest.fixture
def small() -> ConnectionPool:
    return ConnectionPool(most=1, wait=0.05, lifetime=600)


def test_what_is_held_is_counted_until_it_is_given_back(small) -> None:
    before = _figure("connections_in_use")
    held = small.check_out("a", _connect)
    assert _figure("connections_in_use") == before + 1
    small.check_in("a", held)
    assert _figure("connections_in_use") == before
    again = small.check_out("a", _connect)
    assert (again is held, _figure("connections_in_use")) == (True, before + 1)
    small.check_in("a", again)
    small.close_idle()


def test_who_gets_none_in_time_is_counted_with_the_wait(small) -> None:
    exhausted, waits, held_before = (
        _figure("exhausted_total"),
        _figure("wait_seconds_count"),
        _figure("connections_in_use"),
    )
    held = small.check_out("a", _connect)
    with pytest.raises(ConnectionsTaken):
        small.check_out("b", _connect)
    assert _figure("exhausted_total") == exhausted + 1
    assert _figure("wait_seconds_count") > waits
    assert _figure("connections_in_use") == held_before + 1
    small.check_in("a", held)
    small.close_idle()


def test_a_connection_that_cannot_be_opened_is_not_held(small) -> None:
    before = _figure("connections_in_use")

    def away() -> psycopg.Connection:
        raise psycopg.OperationalError("away")

    fail: Callable[[], psycopg.Connection] = away
    with pytest.raises(psycopg.OperationalError):
        small.check_out("a", fail)
    assert (_figure("connections_in_use"), small.size) == (before, 0)


def test_the_bound_is_that_of_all_pools_of_the_process(monkeypatch) -> None:
    monkeypatch.setattr(pools, "_pools", {})
    for name, most in (("one", 3), ("two", 4)):
        pools.pool(name, lambda most=most: ConnectionPool(most=most, wait=1, lifetime=60))
    assert _figure("connections_most") == 7
