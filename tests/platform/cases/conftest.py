"""Who looks at the pages of the case tests."""

from __future__ import annotations

import pytest
from browsers import Browsers

from zt_platform.cases.models import Case
from zt_platform.cases.testing import Town


@pytest.fixture
def browsers() -> Browsers:
    """Browsers of applicants, staff and nobody."""
    return Browsers()


@pytest.fixture
def accepted(town: Town) -> Case:
    """A case of the city, accepted on Monday, 2 March 2026: due on the 11th, by law on the 30th."""
    return town.city.accept(town.city.submitted(town.zhang))
