"""The real wall: log-ins, connections out of a small pool."""

from __future__ import annotations

import pytest

from zt_tenants.backend.pool import close_pools


@pytest.fixture
def logging_in(committed_world, settings) -> object:
    """A committed world with four connections to a process and no patience."""
    settings.ZT_CONNECTIONS = 4
    settings.ZT_CONNECTION_WAIT = 0.3
    close_pools()
    return committed_world
