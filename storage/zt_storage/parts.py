"""The parts of a file that is sent in parts: which there are, what was announced of them, and putting them together."""

from __future__ import annotations

from zt_storage import object_parts, objects
from zt_storage.errors import ObjectMissing, UploadNotArrived
from zt_storage.models import Attachment

PART_BYTES = 8 * 1024 * 1024
"""Of every part but the last. S3 wants 5 MiB at least, and 10,000 parts at most."""


def part_bytes_of(attachment: Attachment) -> int:
    """Bytes of every part but the last; 0 for a file that comes in one piece."""
    return int(attachment.multipart["part_bytes"]) if attachment.multipart else 0


def part_count(attachment: Attachment) -> int:
    """How many parts there are."""
    return -(-attachment.declared_size // part_bytes_of(attachment))


def part_size(attachment: Attachment, number: int) -> int:
    """Bytes of one part, ``number`` from 1."""
    each = part_bytes_of(attachment)
    return min(each, attachment.declared_size - (number - 1) * each)


def announced(attachment: Attachment) -> dict[int, str]:
    """The SHA-256 of the parts as their sender announced them, by number."""
    digests = attachment.multipart["digests"] if attachment.multipart else {}
    return {int(number): str(digest) for number, digest in digests.items()}


def announced_digests(attachment: Attachment) -> tuple[str, ...]:
    """The same in the order of the parts."""
    return tuple(digest for _, digest in sorted(announced(attachment).items()))


def complete_parts(attachment: Attachment) -> list[object_parts.ArrivedPart] | None:
    """The announced parts that the store holds in full; None when the upload is put together, or gone.

    Raises:
        StorageUnavailable, StorageRefused.
    """
    if not attachment.multipart:
        return None
    found = object_parts.arrived(attachment.object_key, attachment.multipart["upload_id"])
    if found is None:
        return None
    wanted = announced(attachment)
    whole = {one.number: one for one in found if one.number in wanted and one.size == part_size(attachment, one.number)}
    return [whole[number] for number in sorted(whole)]  # of a part sent twice the later


def assemble(attachment: Attachment) -> None:
    """Put the parts together in the landing area; nothing to do for a file in one piece, or when it was done before.

    Raises:
        UploadNotArrived: parts are missing. StorageUnavailable, StorageRefused.
    """
    if not attachment.multipart:
        return
    there = complete_parts(attachment)
    if there is None:
        if objects.stat(attachment.object_key) is None:
            raise UploadNotArrived(file_name=attachment.file_name)
        return
    if len(there) < part_count(attachment):
        raise UploadNotArrived(file_name=attachment.file_name)
    try:
        object_parts.finish(attachment.object_key, attachment.multipart["upload_id"], there)
    except ObjectMissing:
        if objects.stat(attachment.object_key) is None:
            raise
