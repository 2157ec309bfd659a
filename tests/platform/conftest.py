"""Two centres whose rows carry the same primary keys, so that a mix-up between them cannot go unnoticed."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import BigAutoField

from zt_tenants.context import enter, operating
from zt_tenants.models import Centre

_TENANT_APPS = ("organisation", "catalogue", "cases", "storage", "interop_log")


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
