"""Checking an archive before anything is written: digests, row counts, and whether this release can take it."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
import zlib
from collections.abc import Iterator

from zt_tenants.archive import container
from zt_tenants.archive.errors import ArchiveNewer, ArchiveUnreadable
from zt_tenants.archive.export import ATTACHMENT_LIST, ObjectLine
from zt_tenants.archive.manifest import MAX_BYTES, NAME, Manifest
from zt_tenants.models import SchemaStep

_SHA256 = re.compile(r"[0-9a-f]{64}")
_LINE_BYTES = 4096


def read_manifest(archive: zipfile.ZipFile) -> Manifest:
    """The manifest, at most 8 MiB.

    Raises:
        ArchiveUnreadable, ArchiveNewer.
    """
    text = b""
    for piece in container.chunks(archive, NAME):
        text += piece
        if len(text) > MAX_BYTES:
            raise ArchiveUnreadable(detail=f"{NAME} is too large")
    return Manifest.from_json(text)


def check(archive: zipfile.ZipFile) -> Manifest:
    """Read the whole archive once and compare it with its manifest and with this release.

    Raises:
        ArchiveUnreadable: something is missing, cut off or altered. ArchiveNewer: made by a newer release.
    """
    try:
        manifest = read_manifest(archive)
        _check_steps(manifest)
        for folder, parts in (("tables", manifest.tables), ("shared", manifest.shared)):
            for part in parts:
                _check_entry(archive, f"{folder}/{part.table}", rows=part.rows, sha256=part.sha256)
        _check_entry(archive, ATTACHMENT_LIST, rows=manifest.attachments, sha256=manifest.attachments_sha256)
        if manifest.attachments_included:
            _check_objects(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise ArchiveUnreadable(detail=str(error) or "cut off") from error
    return manifest


def _check_steps(manifest: Manifest) -> None:
    """Equal or older: the archive's steps must be the first ones here, in the same order."""
    here = [f"{app}.{name}" for app, name in SchemaStep.objects.values_list("app_label", "name")]
    if manifest.schema_ordinal != len(manifest.steps):
        raise ArchiveUnreadable(detail="schema steps")
    if here[: len(manifest.steps)] != list(manifest.steps):
        unknown = next((step for step in manifest.steps if step not in here), "")
        raise ArchiveNewer(detail=unknown or "schema steps in another order")


def _check_entry(archive: zipfile.ZipFile, entry: str, *, rows: int, sha256: str) -> None:
    digest, lines = hashlib.sha256(), 0
    for piece in container.chunks(archive, entry):
        digest.update(piece)
        lines += piece.count(b"\n")
    if digest.hexdigest() != sha256:
        raise ArchiveUnreadable(detail=f"{entry}: digest")
    if lines != rows:
        raise ArchiveUnreadable(detail=f"{entry}: {lines} rows instead of {rows}")


def object_lines(archive: zipfile.ZipFile) -> Iterator[ObjectLine]:
    """The list of attachments.

    Raises:
        ArchiveUnreadable: a line is not one.
    """
    with archive.open(ATTACHMENT_LIST) as listing:
        while text := listing.readline(_LINE_BYTES):
            try:
                said = json.loads(text)
                line = ObjectLine(str(said["key"]), int(said["size"]), str(said["sha256"]), str(said["content_type"]))
            except (ValueError, KeyError, TypeError) as error:
                raise ArchiveUnreadable(detail=ATTACHMENT_LIST) from error
            if not _SHA256.fullmatch(line.sha256):
                raise ArchiveUnreadable(detail=ATTACHMENT_LIST)
            yield line


def _check_objects(archive: zipfile.ZipFile) -> None:
    checked: set[str] = set()
    for line in object_lines(archive):
        if line.sha256 in checked:
            continue
        checked.add(line.sha256)
        digest, size = hashlib.sha256(), 0
        for piece in container.chunks(archive, f"objects/{line.sha256}"):
            digest.update(piece)
            size += len(piece)
        if digest.hexdigest() != line.sha256 or size != line.size:
            raise ArchiveUnreadable(detail=f"attachment {line.key}")
