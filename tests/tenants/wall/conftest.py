"""The real wall: log-ins, connections out of the pool."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection

from zt_tenants.backend.pool import close_pools


@pytest.fixture
def logging_in(committed_world, settings) -> Iterator[object]:
    """A committed world in which every role logs in by itself, as in production."""
    connection.close()
    settings.ZT_WALL = "login"
    settings.ZT_CONNECTIONS = 4
    settings.ZT_CONNECTION_WAIT = 0.3
    close_pools()
    yield committed_world
    connection.close()
    close_pools()
    settings.ZT_WALL = "session"
