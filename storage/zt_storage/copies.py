"""Copies between centres: what a message lists, and taking it over in the centre that received the message.

Nothing here reads another centre's tables. The sender names its objects by key, size and digest in a signed message;
the receiver copies them inside the store and believes only its own measurement.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from django.db import IntegrityError, transaction

from zt_storage import objects
from zt_storage.errors import DigestMismatch, ManifestRefused
from zt_storage.filetypes import EXTENSIONS, JSON, TEXT, check_content
from zt_storage.inspection import measured
from zt_storage.models import Attachment, AttachmentState
from zt_storage.names import clean_file_name, key_is_or_was_of, new_object_key
from zt_storage.uploads import MAX_FILE_BYTES, remove_quietly, require_verified
from zt_tenants.clock import now
from zt_tenants.context import current_centre
from zt_tenants.errors import DomainError

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
    _check_line(source_centre_code, manifest)
    made_before = Attachment.objects.filter(source_key=manifest.key, sha256=manifest.sha256)
    attachment = made_before.first()
    if attachment is not None:
        return attachment
    own_key = new_object_key()
    objects.copy(manifest.key, own_key)
    try:
        _check_copy(own_key, manifest)
        with transaction.atomic():
            return _record(own_key, source_centre_code, manifest)
    except IntegrityError:
        # The same message is being handled twice at once: the other handler's copy is as good.
        remove_quietly(own_key)
        return made_before.get()
    except DomainError:
        remove_quietly(own_key)
        raise


def _check_line(source_centre_code: str, line: AttachmentManifest) -> None:
    if source_centre_code == current_centre().code:
        raise ManifestRefused(reason="own centre")
    if not key_is_or_was_of(line.key, source_centre_code):
        raise ManifestRefused(reason="key outside the sender's area")
    if not _SHA256.fullmatch(line.sha256):
        raise ManifestRefused(reason="digest")
    if not 0 < line.size <= MAX_FILE_BYTES:
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
