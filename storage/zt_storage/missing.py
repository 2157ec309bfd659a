"""Files that are recorded and not in the store any more: found, named, and put back by their digest.

Somebody emptied a folder of the bucket, a disk died, a backup was restored that is older than the database: the record still
says what the bytes were. Whoever has them (a backup, the other centre, the applicant) can bring them; only the same bytes
are taken.
"""

from __future__ import annotations

import hashlib
from enum import Enum

from zt_storage import objects
from zt_storage.copies import is_as_recorded
from zt_storage.errors import ObjectMissing, StorageRefused, StorageUnavailable
from zt_storage.models import Attachment, AttachmentState
from zt_storage.uploads import remove_quietly


class Presence(Enum):
    """Whether the bytes of a recorded file are where they should be."""

    THERE = "THERE"
    MISSING = "MISSING"
    UNKNOWN = "UNKNOWN"
    """The store does not answer, or not to us."""


def presence(attachment: Attachment) -> Presence:
    """Ask the store for one file, once and for a few seconds at most: for a page that is about to show it."""
    try:
        found = objects.stat(attachment.object_key, quickly=True)
    except (StorageUnavailable, StorageRefused):
        return Presence.UNKNOWN
    return Presence.THERE if found is not None and found.size == attachment.size else Presence.MISSING


def missing_files() -> list[Attachment]:
    """The checked files of the current centre whose bytes are gone, or of another size than was measured.

    One listing for each code that the centre has had. A file that is announced and not stored yet is among them.

    Raises:
        StorageUnavailable, StorageRefused.
    """
    recorded = list(Attachment.objects.filter(state=AttachmentState.VERIFIED))
    prefixes = {file.object_key.rpartition("/")[0] + "/" for file in recorded}
    there: dict[str, int] = {}
    for prefix in sorted(prefixes):
        there.update(objects.sizes(prefix))
    return [file for file in recorded if there.get(file.object_key) != file.size]


def put_back(data: bytes) -> list[Attachment]:
    """Write bytes under the keys of the current centre's missing files that have their digest; those files.

    Raises:
        StorageUnavailable, StorageRefused.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    wanted = [file for file in missing_files() if file.sha256 == sha256]
    for file in wanted:
        objects.put(file.object_key, data, file.content_type)
    return wanted


def bring_from_source(attachment: Attachment) -> bool:
    """Copy a missing file again from the centre of this store that it was copied from; whether its bytes are back.

    Raises:
        StorageUnavailable, StorageRefused.
    """
    if not attachment.source_key:
        return False
    try:
        objects.copy(attachment.source_key, attachment.object_key)
    except ObjectMissing:
        return False  # it lies elsewhere, or is gone there, too
    if is_as_recorded(attachment):
        return True
    remove_quietly(attachment.object_key)
    return False
