"""Copies between centres: what a message lists, and taking it over in the centre that received the message.

Nothing here reads another centre's tables. The sender names its objects by key, size and digest in a signed message;
the receiver copies them inside the store and believes only its own measurement.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any, Final

from django.db import IntegrityError, transaction

from zt_storage import objects
from zt_storage.errors import DigestMismatch, ManifestRefused, StorageUnavailable
from zt_storage.filetypes import EXTENSIONS, JSON, TEXT, check_content
from zt_storage.inspection import measured
from zt_storage.models import Attachment, AttachmentState
from zt_storage.names import clean_file_name, key_is_or_was_of, landing_area_of, new_object_key
from zt_storage.uploads import MAX_FILE_BYTES, remove_quietly, require_verified
from zt_tenants.clock import now
from zt_tenants.context import current_centre
from zt_tenants.errors import DomainError
from zt_tenants.faults import crash_point

PART_BYTES: Final = 8 * 1024 * 1024
"""Of a file that is fetched from elsewhere; what one process holds of it in memory. S3 wants 5 MiB at least."""
MAX_FETCHED_BYTES: Final = 4 * 1024 * 1024 * 1024
"""What a centre takes over from another one; uploads by people have a smaller limit of their own."""
ReadPart = Callable[[int, int], bytes]

_SHA256 = re.compile(r"[0-9a-f]{64}")
_TAKEN_TYPES = frozenset({*EXTENSIONS.values(), TEXT, JSON})


@dataclass(frozen=True, slots=True)
class AttachmentManifest:
    """One line of a material manifest: where the bytes lie at the sender, and what they must be."""

    key: str
    file_name: str
    size: int
    sha256: str
    content_type: str

    def to_payload(self) -> dict[str, Any]:
        """The line as JSON."""
        return asdict(self)

    @classmethod
    def from_payload(cls, payload: dict[str, Any]) -> AttachmentManifest:
        """The line from JSON.

        Raises:
            ManifestRefused: a field is missing or of the wrong kind.
        """
        try:
            line = cls(**{name: payload[name] for name in cls.__dataclass_fields__})
        except (KeyError, TypeError) as error:
            raise ManifestRefused(reason="missing field") from error
        texts = (line.key, line.file_name, line.sha256, line.content_type)
        if not all(isinstance(text, str) for text in texts) or type(line.size) is not int:
            raise ManifestRefused(reason="wrong kind of field")
        return line


def manifest(attachments: Iterable[Attachment]) -> list[AttachmentManifest]:
    """The manifest of checked attachments of the current centre, in the given order.

    Raises:
        NotFound: one of them was not checked, or is not of this centre.
    """
    lines = []
    for attachment in attachments:
        require_verified(attachment)
        lines.append(
            AttachmentManifest(
                key=attachment.object_key,
                file_name=attachment.file_name,
                size=attachment.size or 0,
                sha256=attachment.sha256,
                content_type=attachment.content_type,
            )
        )
    return lines


def copy_in(*, source_centre_code: str, manifest: AttachmentManifest) -> Attachment:
    """Take one attachment of another centre over into the current one: copy inside the store, then measure the copy.

    ``source_centre_code`` is the sender's code as its signature proved it: a manifest may name only keys of that
    centre. Idempotent per (source key, digest): a repeated message gets the attachment made the first time. Copies
    bytes, so call it outside a transaction (a handler's ``prepare``).

    Raises:
        ManifestRefused: a foreign key, a wrong digest or type in the manifest. ObjectMissing: the source is gone.
        DigestMismatch: the bytes are not the promised ones. StorageUnavailable: transient. StorageRefused.
    """
    _check_line(source_centre_code, manifest, at_most=MAX_FILE_BYTES)
    attachment = copied_before(manifest)
    if attachment is not None:
        return attachment
    own_key = new_object_key()
    objects.copy(manifest.key, own_key)
    return _checked_and_recorded(own_key, source_centre_code, manifest)


def fetch_in(*, source_centre_code: str, manifest: AttachmentManifest, read_part: ReadPart) -> Attachment:
    """Take one attachment of a centre elsewhere over into the current one: part by part, then measure the whole.

    ``read_part(first, last)`` brings a range, both ends included. Parts lie in the landing area until all are there, so
    whoever was interrupted goes on behind the last one; at most one part is in memory. Idempotent as :func:`copy_in`.

    Raises:
        ManifestRefused, DigestMismatch, StorageUnavailable, StorageRefused: as :func:`copy_in`.
        Exception: whatever ``read_part`` raises; what had come stays for the next try.
    """
    _check_line(source_centre_code, manifest, at_most=MAX_FETCHED_BYTES)
    attachment = copied_before(manifest)
    if attachment is not None:
        return attachment
    keys = _fetch_parts(manifest, read_part)
    own_key = new_object_key()
    objects.compose(keys, own_key)
    try:
        attachment = _checked_and_recorded(own_key, source_centre_code, manifest)
    except StorageUnavailable:
        raise  # the parts are as good as before
    except DomainError:
        _remove_all(keys)
        raise
    _remove_all(keys)
    return attachment


def _fetch_parts(line: AttachmentManifest, read_part: ReadPart) -> list[str]:
    """Bring what is missing; the keys of all parts in their order."""
    area = landing_area_of(line.key, line.sha256)
    there = objects.sizes(area)
    keys = []
    for number, first in enumerate(range(0, line.size, PART_BYTES)):
        last = min(first + PART_BYTES, line.size) - 1
        key = f"{area}{number:06d}"
        if there.get(key) != last - first + 1:
            objects.put(key, read_part(first, last), "application/octet-stream")
            crash_point("fetch_after_part")
        keys.append(key)
    return keys


def _remove_all(keys: Iterable[str]) -> None:
    for key in keys:
        remove_quietly(key)


def _checked_and_recorded(own_key: str, source_centre_code: str, line: AttachmentManifest) -> Attachment:
    try:
        _check_copy(own_key, line)
        crash_point("copy_before_record")
        with transaction.atomic():
            return _record(own_key, source_centre_code, line)
    except IntegrityError:
        # The same message is being handled twice at once: the other handler's copy is as good.
        remove_quietly(own_key)
        return Attachment.objects.get(source_key=line.key, sha256=line.sha256)
    except DomainError:
        remove_quietly(own_key)
        raise


def is_as_recorded(attachment: Attachment) -> bool:
    """Whether the bytes under an attachment's key are those that were recorded.

    Raises:
        ObjectMissing, StorageUnavailable, StorageRefused.
    """
    with measured(attachment.object_key, at_most=attachment.size or 0) as found:
        return (found.size, found.sha256) == (attachment.size, attachment.sha256)


def copied_before(line: AttachmentManifest) -> Attachment | None:
    """The current centre's own copy of a line, if it was taken over already."""
    return Attachment.objects.filter(source_key=line.key, sha256=line.sha256).first()


def _check_line(source_centre_code: str, line: AttachmentManifest, *, at_most: int) -> None:
    if source_centre_code == current_centre().code:
        raise ManifestRefused(reason="own centre")
    if not key_is_or_was_of(line.key, source_centre_code):
        raise ManifestRefused(reason="key outside the sender's area")
    if not _SHA256.fullmatch(line.sha256):
        raise ManifestRefused(reason="digest")
    if not 0 < line.size <= at_most:
        raise ManifestRefused(reason="size")
    if line.content_type not in _TAKEN_TYPES:
        raise ManifestRefused(reason="content type")


def _check_copy(own_key: str, line: AttachmentManifest) -> None:
    with measured(own_key, at_most=line.size) as found:
        if found.size != line.size or found.sha256 != line.sha256:
            raise DigestMismatch(file_name=line.file_name)
        if check_content(found.content, line.content_type) is not None:
            raise ManifestRefused(reason="content is not of the listed type")


def _record(own_key: str, source_centre_code: str, line: AttachmentManifest) -> Attachment:
    moment = now()
    return Attachment.objects.create(
        object_key=own_key,
        file_name=clean_file_name(line.file_name),
        declared_size=line.size,
        declared_type=line.content_type,
        size=line.size,
        sha256=line.sha256,
        content_type=line.content_type,
        state=AttachmentState.VERIFIED,
        source_centre_code=source_centre_code,
        source_key=line.key,
        created_at=moment,
        verified_at=moment,
    )
