"""Who looks at the pages of the case tests."""

from __future__ import annotations

import pytest
from browsers import Browsers


@pytest.fixture
def browsers() -> Browsers:
    """Browsers of applicants, staff and nobody."""
    return Browsers()
