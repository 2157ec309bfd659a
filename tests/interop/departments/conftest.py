"""Departments that really answer, and a city that may ask them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from zt_interop.departments.testing import COMPANY_CHECK, IDENTITY_CHECK, Offices, grant, offices_in


@pytest.fixture
def offices(world, tmp_path) -> Iterator[Offices]:
    """Both departments, their services registered; the city holds a grant for each."""
    with offices_in(tmp_path) as offices:
        offices.register(IDENTITY_CHECK)
        offices.register(COMPANY_CHECK)
        grant(world.city, IDENTITY_CHECK, "result")
        grant(world.city, COMPANY_CHECK, "name", "status", "legal_representative")
        yield offices
