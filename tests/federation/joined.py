"""Two sites that have joined by the product's own commands, as docs/federation.md tells operators."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sites import CITY, COUNTY, PROVINCE, Federation, Site


@contextmanager
def joined(upper: Site, lower: Site, folder: Path) -> Iterator[Federation]:
    """The province with one city, and a county elsewhere; both are gone afterwards."""
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
            if site.wire is not None:
                site.wire.close()
            shutil.rmtree(site.home, ignore_errors=True)
