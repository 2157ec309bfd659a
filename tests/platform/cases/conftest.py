"""The cast of the case tests (zt_platform.cases.testing) on the business clock of one Monday."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from browsers import Browsers

from zt_platform.cases.testing import MONDAY, Town, make_town
from zt_tenants import clock
from zt_tenants.clock import now


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
def browsers() -> Browsers:
    """Browsers of applicants, staff and nobody."""
    return Browsers()
