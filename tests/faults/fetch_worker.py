"""A fetch in a process of its own, for tests that kill it: ``python fetch_worker.py CENTRE LINE FOLDER`` takes one file."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import django

django.setup()

from zt_storage.copies import AttachmentManifest, fetch_in  # noqa: E402
from zt_tenants.context import enter  # noqa: E402

code, line, file = sys.argv[1], json.loads(sys.argv[2]), Path(sys.argv[3])


def read_part(first: int, last: int) -> bytes:
    """From a file that stands for the other side; notes what was asked."""
    with file.with_suffix(".asked").open("a") as asked:
        asked.write(f"{first}\n")
    with file.open("rb") as source:
        source.seek(first)
        return source.read(last - first + 1)


with enter(code):
    fetch_in(source_centre_code="340100", manifest=AttachmentManifest.from_payload(line), read_part=read_part)
