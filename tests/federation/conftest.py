"""Two complete sites: the province with one city, and a county that runs elsewhere and has joined."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sites import CITY, COUNTY, PROVINCE, Federation, Site
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
    try:
        upper.start()
        upper.run("province", "load", PROVINCE, "--centre", CITY)
        invitation = str(folder / "invitation")
        shown = upper.run("federation", "export-invitation", COUNTY, "--site", upper.address, "--file", invitation)
        root_key = shown.split()[-1]
        lower.environment["INTEROP_ROOT_KEYS"] = root_key
        lower.start()
        requests, registry = str(folder / "requests"), str(folder / "registry")
        said = lower.run("federation", "join", invitation, "--site", lower.address, "--file", requests)
        fingerprint = said.strip().splitlines()[-1]
        upper.run("federation", "accept", requests, "--fingerprint", fingerprint, "--file", registry)
        lower.run("federation", "complete", registry)
        yield Federation(upper, lower, folder, root_key)
    finally:
        for site in (lower, upper):
            site.stop()
            site.wire.close()
            shutil.rmtree(site.home, ignore_errors=True)
