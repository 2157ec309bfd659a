"""Uploads: announced here, sent by the browser straight to the store, checked here before use (L-01).

The road of a file: :func:`open_upload` hands out a form that may write one key in the landing area;
:func:`confirm_upload` copies what arrived to a key that nobody can write, measures the copy, and believes only that.
Checking the landing area itself would leave a gap: the form stays valid for minutes and could exchange the bytes
after the check.
"""

from __future__ import annotations

import hashlib
import logging
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from io import BytesIO
from pathlib import Path

from django.db import transaction

from zt_storage import objects
from zt_storage.errors import (
    DigestMismatch,
    FileTooLarge,
    FileTypeNotAccepted,
    ObjectMissing,
    RejectReason,
    StorageRefused,
    StorageUnavailable,
    TooManyOpenUploads,
    UploadNotArrived,
    UploadRejected,
)
from zt_storage.filetypes import (
    EXTENSIONS,
    HEAD_BYTES,
    JSON,
    SHOWN_INLINE,
    TAIL_BYTES,
    TEXT,
    Content,
    check_content,
    normalised_type,
)
from zt_storage.inspection import Measured, measured
from zt_storage.models import Attachment, AttachmentState
from zt_storage.names import clean_file_name, content_disposition, key_is_or_was_of, new_object_key, new_upload_key
from zt_storage.parts import announced_digests, assemble, part_bytes_of
from zt_tenants.clock import now
from zt_tenants.context import current_centre, on_commit
from zt_tenants.errors import InvalidInput, NotFound
from zt_tenants.faults import crash_point
from zt_tenants.telemetry.instruments import UPLOADED_BYTES, UPLOADS

log = logging.getLogger(__name__)

MEBIBYTE = 1024 * 1024
TICKET_SECONDS = 15 * 60
MAX_OPEN_UPLOADS = 40
MAX_LINK_SECONDS = 3600
MAX_FILE_BYTES = 2_000 * MEBIBYTE
"""The platform's ceiling, whatever a material allows; below 2³¹, so that GraphQL's Int can say it."""
MAX_POSTED_BYTES = 200 * MEBIBYTE
"""Of a file sent by one form or made here; larger ones are sent in parts (:mod:`zt_storage.large_uploads`)."""


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """What a material accepts: bytes at most, and file types by extension."""

    max_size: int = 20 * MEBIBYTE
    extensions: tuple[str, ...] = ("pdf", "jpg", "jpeg", "png")

    @property
    def content_types(self) -> frozenset[str]:
        """The media types of the extensions; extensions the platform does not know are left out."""
        return frozenset(
            EXTENSIONS[wanted] for wanted in (e.lower().lstrip(".") for e in self.extensions) if wanted in EXTENSIONS
        )


@dataclass(frozen=True, slots=True)
class UploadTicket:
    """A form for one upload: send ``fields`` and then the file (field ``file``) to ``url`` before ``expires_at``."""

    attachment_id: int
    url: str
    fields: dict[str, str]
    expires_at: datetime


def open_upload(
    *, file_name: str, size: int, content_type: str, owner_account_id: uuid.UUID | None, limits: UploadLimits
) -> UploadTicket:
    """Announce a file of the current centre and get the form with which the browser sends it.

    ``size`` is in bytes and binding: the store takes exactly so many.

    Raises:
        InvalidInput: no name. FileTooLarge, FileTypeNotAccepted: outside the limits.
        TooManyOpenUploads: the account left too many uploads unfinished.
    """
    name = clean_file_name(file_name)
    media_type = normalised_type(content_type, name)
    check_limits(name, size, media_type, limits, at_most=MAX_POSTED_BYTES)
    _check_open_uploads(owner_account_id)
    attachment = Attachment.objects.create(
        object_key=new_upload_key(),
        file_name=name,
        declared_size=size,
        declared_type=media_type,
        owner_account_id=owner_account_id,
        created_at=now(),
    )
    form = objects.post_form(attachment.object_key, size=size, content_type=media_type, seconds=TICKET_SECONDS)
    return UploadTicket(attachment_id=attachment.id, url=form.url, fields=form.fields, expires_at=form.expires_at)


def check_limits(name: str, size: int, media_type: str, limits: UploadLimits, *, at_most: int) -> None:
    """Whether a file may be announced. Raises InvalidInput (empty), FileTooLarge, FileTypeNotAccepted."""
    if size < 1:
        raise InvalidInput(
            field="file", zh="文件是空的，请选择另一份文件。", en="The file is empty; choose another one."
        )
    most = min(limits.max_size, at_most)
    if size > most:
        raise FileTooLarge(field="file", limit_mib=f"{most / MEBIBYTE:.4g}")
    by_extension = EXTENSIONS.get(name.rpartition(".")[2].lower())
    if media_type not in limits.content_types or by_extension != media_type:
        raise FileTypeNotAccepted(field="file", accepted="、".join(limits.extensions))


def _check_open_uploads(owner_account_id: uuid.UUID | None) -> None:
    if owner_account_id is None:
        return
    open_since = now() - timedelta(seconds=TICKET_SECONDS)
    unfinished = Attachment.objects.filter(
        owner_account_id=owner_account_id, state=AttachmentState.PENDING, created_at__gte=open_since
    ).count()
    if unfinished >= MAX_OPEN_UPLOADS:
        raise TooManyOpenUploads(limit=MAX_OPEN_UPLOADS, minutes=TICKET_SECONDS // 60)


def confirm_upload(*, attachment_id: int, owner_account_id: uuid.UUID | None) -> Attachment:
    """Check what arrived: size, real type; record size and SHA-256. Repeating it gives the same answer.

    Of a file sent in parts each part must be what its sender announced, too.

    ``owner_account_id`` is the account that opened the upload; another one's is not found, nor is a neighbour
    centre's. Best called outside a transaction: a rejection is remembered only when it commits.

    Raises:
        NotFound, UploadNotArrived (nothing there yet), UploadRejected (with its reason; the object is removed),
        StorageUnavailable (transient), StorageRefused.
    """
    attachment = Attachment.objects.filter(id=attachment_id, owner_account_id=owner_account_id).first()
    if attachment is None:
        raise NotFound
    if attachment.state != AttachmentState.PENDING:
        return settled(attachment)
    landing_key, own_key = attachment.object_key, new_object_key()
    try:
        assemble(attachment)
        objects.copy(landing_key, own_key)
    except (ObjectMissing, UploadNotArrived) as error:
        attachment = _read_again(attachment)
        if attachment.state != AttachmentState.PENDING:
            return settled(attachment)  # somebody else confirmed it meanwhile and cleared the landing area
        raise UploadNotArrived(file_name=attachment.file_name) from error
    wanted = False
    try:
        with measured(own_key, at_most=attachment.declared_size, part_bytes=part_bytes_of(attachment)) as found:
            reason = _reject_reason(attachment, found)
        crash_point("upload_after_copy")
        settled_here = _settle(attachment, own_key, found, reason)
        wanted = settled_here and reason is None
    finally:
        if not wanted:
            remove_quietly(own_key)
    if settled_here:
        _count(found, reason)
        on_commit(lambda: remove_quietly(landing_key))
    return settled(_read_again(attachment))


def _read_again(attachment: Attachment) -> Attachment:
    """As it stands now. Raises NotFound: it was given up meanwhile."""
    found = Attachment.objects.filter(id=attachment.id).first()
    if found is None:
        raise NotFound
    return found


def _count(found: Measured, reason: RejectReason | None) -> None:
    UPLOADS.labels(reason.value if reason else AttachmentState.VERIFIED.value).inc()
    if reason is None:
        UPLOADED_BYTES.inc(found.size)


def _reject_reason(attachment: Attachment, found: Measured) -> RejectReason | None:
    if found.size != attachment.declared_size:
        return RejectReason.SIZE
    if found.parts != announced_digests(attachment):
        return RejectReason.DAMAGED
    return check_content(found.content, attachment.declared_type)


def _settle(attachment: Attachment, own_key: str, found: Measured, reason: RejectReason | None) -> bool:
    """Write the outcome by a conditional update; False when another confirmation was first."""
    pending = Attachment.objects.filter(id=attachment.id, state=AttachmentState.PENDING)
    if reason is not None:
        return pending.update(state=AttachmentState.REJECTED, reject_reason=reason, multipart=None) == 1
    return (
        pending.update(
            state=AttachmentState.VERIFIED,
            object_key=own_key,
            size=found.size,
            sha256=found.sha256,
            content_type=attachment.declared_type,
            verified_at=now(),
            multipart=None,
        )
        == 1
    )


def settled(attachment: Attachment) -> Attachment:
    """An attachment that was checked. Raises UploadRejected when it was refused."""
    if attachment.state == AttachmentState.REJECTED:
        raise UploadRejected(reason=RejectReason(attachment.reject_reason), file_name=attachment.file_name)
    return attachment


def remove_quietly(key: str) -> None:
    """Remove what is no longer needed; if that fails nothing is wrong but a few bytes."""
    try:
        objects.remove(key)
    except (StorageUnavailable, StorageRefused) as error:
        log.warning("left an unneeded object behind: %s (%s)", key, error.code)


def free_files(attachment_ids: Collection[int]) -> int:
    """Forget files of the current centre that nothing refers to any more: their rows now, their bytes after the commit.

    Returns:
        How many there were.

    Raises:
        ProtectedError: something still refers to one of them; none is forgotten.
    """
    with transaction.atomic():
        found = list(Attachment.objects.filter(pk__in=attachment_ids).select_for_update().order_by("pk"))
        Attachment.objects.filter(pk__in=[one.pk for one in found]).delete()
        for one in found:
            on_commit(partial(remove_quietly, one.object_key))
    return len(found)


def put_bytes(
    *, data: bytes, file_name: str, content_type: str, owner_account_id: uuid.UUID | None = None
) -> Attachment:
    """Store a file made by the platform in the current centre.

    The content is checked like an upload; besides the upload types, plain text and JSON are taken.

    Raises:
        InvalidInput, FileTooLarge, FileTypeNotAccepted, UploadRejected, StorageUnavailable, StorageRefused.
    """
    name, media_type = _checked_content(data, file_name, content_type)
    key = new_object_key()
    objects.put(key, data, media_type)
    return _record_own(key, data, name, media_type, owner_account_id)


def announce_bytes(*, data: bytes, file_name: str, content_type: str) -> Attachment:
    """Record a file that the platform has made and will store by :func:`store_bytes`: key, size and digest are known,
    so that a transaction can name them without waiting for the store.

    Raises:
        InvalidInput, FileTooLarge, FileTypeNotAccepted, UploadRejected.
    """
    name, media_type = _checked_content(data, file_name, content_type)
    return _record_own(new_object_key(), data, name, media_type, None)


def store_bytes(attachment: Attachment, data: bytes) -> None:
    """Write the bytes of an announced file; writing the same again changes nothing.

    Raises:
        NotFound: not of this centre. DigestMismatch: other bytes than were announced. StorageUnavailable, StorageRefused.
    """
    require_verified(attachment)
    if hashlib.sha256(data).hexdigest() != attachment.sha256:
        raise DigestMismatch(file_name=attachment.file_name)
    objects.put(attachment.object_key, data, attachment.content_type)


def _checked_content(data: bytes, file_name: str, content_type: str) -> tuple[str, str]:
    name = clean_file_name(file_name)
    media_type = normalised_type(content_type, name)
    if len(data) > MAX_POSTED_BYTES:
        raise FileTooLarge(field="file", limit_mib=MAX_POSTED_BYTES // MEBIBYTE)
    if media_type not in {*EXTENSIONS.values(), TEXT, JSON}:
        raise FileTypeNotAccepted(field="file", accepted="、".join([*EXTENSIONS, "txt", "json"]))
    content = Content(size=len(data), head=data[:HEAD_BYTES], tail=data[-TAIL_BYTES:], archive=BytesIO(data))
    reason = check_content(content, media_type)
    if reason is not None:
        raise UploadRejected(reason=reason, file_name=name)
    return name, media_type


def _record_own(key: str, data: bytes, name: str, media_type: str, owner_account_id: uuid.UUID | None) -> Attachment:
    moment = now()
    return Attachment.objects.create(
        object_key=key,
        file_name=name,
        declared_size=len(data),
        declared_type=media_type,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        content_type=media_type,
        state=AttachmentState.VERIFIED,
        owner_account_id=owner_account_id,
        created_at=moment,
        verified_at=moment,
    )


def require_verified(attachment: Attachment) -> None:
    """Refuse an attachment that was not checked, or whose bytes are not the current centre's.

    The second cannot happen through :mod:`zt_tenants.context`; it is a wall behind the wall.

    Raises:
        NotFound.
    """
    if not attachment.is_verified or not key_is_or_was_of(attachment.object_key, current_centre().code):
        raise NotFound


def download_url(attachment: Attachment, *, seconds: int = 300, inline: bool = False) -> str:
    """A signed link to a checked attachment of the current centre, valid for at most an hour.

    The browser saves it under its (Chinese) name; ``inline`` shows pictures and PDF in the page instead.

    Raises:
        NotFound: not checked, or not of this centre.
    """
    require_verified(attachment)
    shown = inline and attachment.content_type in SHOWN_INLINE
    return objects.get_url(
        attachment.object_key,
        seconds=max(1, min(seconds, MAX_LINK_SECONDS)),
        disposition=content_disposition(attachment.file_name, inline=shown),
        content_type=attachment.content_type,
    )


def write_to(attachment: Attachment, target: Path) -> None:
    """Write the content of a checked attachment to a file of this host, its digest compared, in memory that does not grow.

    Raises:
        NotFound, ObjectMissing, DigestMismatch, StorageUnavailable, StorageRefused.
    """
    require_verified(attachment)
    digest = hashlib.sha256()
    with target.open("wb") as file:
        for piece in objects.chunks(attachment.object_key):
            digest.update(piece)
            file.write(piece)
    if digest.hexdigest() != attachment.sha256:
        raise DigestMismatch(file_name=attachment.file_name)


def read_bytes(attachment: Attachment) -> bytes:
    """The whole content of a checked attachment, its digest compared. For small papers: it is held in memory.

    Raises:
        NotFound, ObjectMissing, DigestMismatch, StorageUnavailable, StorageRefused.
    """
    require_verified(attachment)
    data = b"".join(objects.chunks(attachment.object_key))
    if hashlib.sha256(data).hexdigest() != attachment.sha256:
        raise DigestMismatch(file_name=attachment.file_name)
    return data
