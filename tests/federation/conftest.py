"""Two complete sites: the province with one city, and a county that runs elsewhere and has joined."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from joined import joined
from sites import Federation, Site
from wire import Wire, make_authority

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder starts two sites, and shares them."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.federation)


@pytest.fixture(scope="session")
def federation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Federation]:
    """Joined by the product's own commands, as docs/federation.md tells operators."""
    folder = tmp_path_factory.mktemp("federation")
    authority = make_authority(folder)
    upper = Site("province", Wire(folder / "site.pem"), authority)
    lower = Site("county", Wire(folder / "site.pem"), authority)
    with joined(upper, lower, folder) as federation:
        yield federation
