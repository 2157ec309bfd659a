"""The cast of joint handling, made once a module; what a test changes is undone after it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from joint_cast import Cast, make_cast

from zt_platform.cases.testing import MONDAY
from zt_tenants import clock


@pytest.fixture(scope="module")
def _module_cast(_session_world, django_db_blocker, rolled_back) -> Iterator[Cast]:
    """The cast, made once a module in a transaction that is rolled back after it."""
    with django_db_blocker.unblock(), rolled_back(), clock.at(MONDAY):
        yield make_cast(_session_world)


@pytest.fixture
def cast(_module_cast, rolled_back) -> Iterator[Cast]:
    """The cast on Monday, 2 March 2026, 9:30 in China; what a test changes is undone after it."""
    with rolled_back(), clock.at(MONDAY):
        yield _module_cast
