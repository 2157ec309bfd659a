"""The cast of zt_platform.cases.testing on one Monday, and centres whose rows carry the same primary keys, so that a mix-up
between them cannot go unnoticed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import BigAutoField

from zt_platform.cases.testing import MONDAY, Town, make_town
from zt_platform.workcalendar import queries
from zt_tenants import clock
from zt_tenants.clock import now
from zt_tenants.context import enter, operating
from zt_tenants.models import Centre

_TENANT_APPS = ("organisation", "catalogue", "cases", "storage", "interop_log")


@pytest.fixture
def monday() -> Iterator[datetime]:
    """The business clock stands on Monday, 2 March 2026, 9:30 in China."""
    with clock.at(MONDAY):
        yield now()


@pytest.fixture
def town(world, monday) -> Town:
    """The cast inside a transaction that is rolled back."""
    return make_town(world.city, world.county, world.other_county)


@pytest.fixture
def committed_town(committed_world, monday) -> Town:
    """The cast with real commits."""
    return make_town(committed_world.city, committed_world.county, committed_world.other_county)


@pytest.fixture
def the_published_calendar_afterwards() -> Iterator[None]:
    """The calendar is remembered per process: a rolled back override must not be."""
    queries._built.clear()
    yield
    queries._built.clear()


@pytest.fixture
def same_keys(world) -> None:
    """Start the keys of every centre's tables at 1 again (sequences outlive the rollback of the test before)."""
    for centre in world.all:
        _restart_keys(centre)


def _restart_keys(centre: Centre) -> None:
    tables = [
        model._meta.db_table
        for model in apps.get_models()
        if model._meta.app_label in _TENANT_APPS and isinstance(model._meta.pk, BigAutoField)
    ]
    with operating(), enter(centre), connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval(sequence.name::regclass, 1, false) FROM unnest(%s::text[]) AS given(table_name),"
            " LATERAL (SELECT pg_get_serial_sequence(given.table_name, 'id') AS name) AS sequence"
            " WHERE sequence.name IS NOT NULL",
            [tables],
        )
