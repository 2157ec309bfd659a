"""Leaving a delivery in a folder as a department does it: whole files only, the manifest last.

Each file is written under a temporary name, fsynced, renamed, and the folder fsynced: whoever reads the folder sees a
file complete or not at all, also after a power cut.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from uuid import UUID

from zt_interop.canonical import sha256_hex
from zt_interop.departments.file_drop.manifest import SUFFIX, DataFile, Manifest
from zt_interop.signed import Signer
from zt_tenants.clock import now
from zt_tenants.uuid7 import uuid7


def write_whole(path: Path, data: bytes) -> None:
    """Put a file in place whole or not at all; durable when this returns."""
    fresh = path.with_name(f".{path.name}.tmp")
    with fresh.open("wb") as sink:
        sink.write(data)
        sink.flush()
        os.fsync(sink.fileno())
    fresh.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make renames in a folder durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_delivery(
    incoming: Path,
    files: Mapping[str, tuple[bytes, int]],
    *,
    service: str,
    signer: Signer,
    as_of: datetime,
    encoding: str = "utf-8",
    manifest_id: UUID | None = None,
) -> UUID:
    """Deliver files (ending such as ``1.csv`` → bytes and number of records); the id of the manifest."""
    delivery_id = manifest_id or uuid7()
    listed = []
    incoming.mkdir(parents=True, exist_ok=True)
    for ending, (data, records) in files.items():
        name = f"{delivery_id}-{ending}"
        write_whole(incoming / name, data)
        listed.append(DataFile(name, ending.rsplit(".", 1)[-1], encoding, len(data), sha256_hex(data), records))
    manifest = Manifest(delivery_id, service, as_of, tuple(listed))
    write_whole(incoming / f"{delivery_id}{SUFFIX}", manifest.signed_by(signer, at=now()))
    return delivery_id
