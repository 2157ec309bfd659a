"""The cast of every test: a province with two cities, each with a county, and a township.

All centres are made once per process. A test that uses ``world`` runs in a transaction that is rolled back;
``committed_world`` commits for real (threads, celery, crash tests) and empties the tables afterwards.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import LiteralString

import psycopg
import pytest
from django.conf import settings
from django.core.cache import cache, caches
from django.db import connection, transaction
from django.test.utils import override_settings, setup_databases, teardown_databases
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from psycopg import sql

from zt_interop.keys.commands import ensure_keys
from zt_interop.streams import forget_streams
from zt_interop.testing import Recorder, recording
from zt_tenants import remembered
from zt_tenants.backend.pool import close_pools
from zt_tenants.models import Centre, Level
from zt_tenants.provisioning import provision_centre
from zt_tenants.remembered import forget_centres

hypothesis_settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("untimed")
"""A slow machine is no failure: no property is timed."""

_KEPT_TABLES = {"tenants_centre", "tenants_schemastep", "django_migrations", "django_content_type", "auth_permission"}


@dataclass(frozen=True, slots=True)
class World:
    """The centres of a test world."""

    province: Centre
    city: Centre
    county: Centre
    township: Centre
    other_city: Centre
    other_county: Centre

    @property
    def all(self) -> list[Centre]:
        """Every centre, the province first."""
        return [self.province, self.city, self.county, self.township, self.other_city, self.other_county]


def _make_world() -> World:
    province = provision_centre(code="340000", name="安徽省政务服务中心", level=Level.PROVINCE, parent=None)
    city = provision_centre(code="340100", name="合肥市政务服务中心", level=Level.CITY, parent=province)
    county = provision_centre(code="340123", name="肥西县政务服务中心", level=Level.COUNTY, parent=city)
    township = provision_centre(code="340123101", name="桃花镇便民服务中心", level=Level.TOWNSHIP, parent=county)
    other_city = provision_centre(code="341700", name="池州市政务服务中心", level=Level.CITY, parent=province)
    other_county = provision_centre(code="341702", name="贵池区政务服务中心", level=Level.COUNTY, parent=other_city)
    return World(province, city, county, township, other_city, other_county)


def _seed(world: World) -> None:
    """Base rows that every world starts with: the centres' keys, valid on every day a test may set the clock to."""
    ensure_keys(world.all, not_before=datetime(2015, 1, 1, tzinfo=UTC), not_after=datetime(2045, 1, 1, tzinfo=UTC))


_EMPTY: LiteralString = """
    DO $empty$
    DECLARE named text; filled text[] := '{{}}'; has_rows boolean;
    BEGIN
        FOR named IN SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
            WHERE schemaname = ANY({schemas}) AND NOT tablename = ANY({kept})
        LOOP
            EXECUTE 'SELECT EXISTS (SELECT FROM ' || named || ')' INTO has_rows;
            IF has_rows THEN filled := filled || named; END IF;
        END LOOP;
        IF filled <> '{{}}' THEN
            EXECUTE 'TRUNCATE ' || array_to_string(filled, ', ') || ' RESTART IDENTITY CASCADE';
        END IF;
    END $empty$
"""
"""Truncating all of the world's two hundred tables takes ten times as long as looking which of them have rows."""


def _empty_tables(world: World) -> None:
    schemas = ["shared", "keystore", "supervision", *(centre.schema_name for centre in world.all)]
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(_EMPTY).format(schemas=schemas, kept=sorted(_KEPT_TABLES)))


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_modify_db_settings, django_db_blocker) -> Iterator[None]:
    """Make the test database; pytest-django's own fixture does so only if some test asks for its ``db``."""
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, aliases={"default"})
    yield
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)


@pytest.fixture(scope="session")
def _session_world(django_db_setup, django_db_blocker) -> World:
    with django_db_blocker.unblock():
        world = _make_world()
        _seed(world)
        return world


@contextmanager
def _rolled_back() -> Iterator[None]:
    forget_centres()
    forget_streams()  # of the test before, whose rows are gone
    block = transaction.atomic()
    block._from_testcase = True  # a transaction of the tests, inside which centres may be switched
    with block:
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="session")
def rolled_back() -> Callable[[], AbstractContextManager[None]]:
    """A block whose writes are undone: around what a module makes once, and inside it around each of its tests."""
    return _rolled_back


@pytest.fixture
def world(_session_world, db) -> World:
    """The cast, inside a transaction that is rolled back after the test."""
    return _session_world


@pytest.fixture
def committed_world(_session_world, django_db_blocker) -> Iterator[World]:
    """The cast with real commits, every role logged in by itself, as in production.

    All tables but the centres' own are emptied and seeded again afterwards.
    """
    with django_db_blocker.unblock():
        connection.close()
        try:
            with override_settings(ZT_WALL="login"):
                yield _session_world
                connection.close()
                close_pools()
        finally:
            _empty_tables(_session_world)
            _seed(_session_world)


@pytest.fixture
def superuser(committed_world) -> Iterator[psycopg.Connection]:
    """A session of the server's superuser in the test's database: for what an operator of the server does."""
    named = connection.settings_dict
    with psycopg.connect(
        host=named["HOST"], port=named["PORT"], dbname=named["NAME"], **settings.ZT_SESSION_LOGIN, autocommit=True
    ) as session:
        yield session


@pytest.fixture(scope="session", autouse=True)
def _cache_of_this_worker(worker_id: str) -> None:
    """Give each xdist worker a Valkey database of its own (2 to 15), because clearing empties a whole database."""
    number = 2 + int(worker_id.removeprefix("gw")) if worker_id.startswith("gw") else 15
    base = settings.CACHES["default"]["LOCATION"].rsplit("/", 1)[0]
    settings.CACHES["default"]["LOCATION"] = f"{base}/{number}"
    caches.close_all()
    if hasattr(caches._connections, "default"):
        del caches._connections.default


@pytest.fixture(scope="session", autouse=True)
def _bucket_of_this_worker(worker_id: str) -> None:
    """Give each xdist worker a bucket of its own, and the processes its tests start the same one."""
    settings.S3_BUCKET = os.environ["S3_BUCKET"] = f"zhengtong-{worker_id}"


@pytest.fixture(autouse=True)
def _clean_cache(_cache_of_this_worker: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Counters of one test (lockout, rate limits), and what a process remembers, do not reach the next.

    Inside a test nothing fades by itself, so that statement counts are the same on a slow machine.
    """
    monkeypatch.setattr(remembered, "LIFETIME", 3600.0)
    forget_centres()
    forget_streams()
    yield
    cache.clear()


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    """The handler of ``case.progressed.v1`` for one test."""
    with recording() as recorder:
        yield recorder
