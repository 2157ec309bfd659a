"""Large files: sent in parts of 8 MiB, which can be resumed after a broken line, a reload or a new session (L-01).

The road of a large file: :func:`open_large_upload` announces it, or finds the one that was begun before;
:func:`announce_parts` takes the SHA-256 of parts and hands out signed addresses for them; the browser sends each straight
to the store; :func:`settle_upload` puts them together and has the whole checked as every upload is
(:func:`zt_storage.uploads.confirm_upload`), in the request when it is small, else by a worker. Which parts there are is
asked from the store, never believed from the browser. What is not finished within a day is given up by a timer.
"""

from __future__ import annotations

import logging
import re
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from django.core.cache import cache
from django.db import transaction
from django.db.models import QuerySet

from zt_storage import object_parts
from zt_storage.errors import (
    PartDiffers,
    StorageRefused,
    StorageUnavailable,
    TooManyLargeUploads,
    UploadBeingChecked,
    UploadNotArrived,
    UploadRejected,
)
from zt_storage.filetypes import normalised_type
from zt_storage.models import Attachment, AttachmentState
from zt_storage.names import clean_file_name, new_upload_key
from zt_storage.parts import PART_BYTES, announced, assemble, complete_parts, part_bytes_of, part_count, part_size
from zt_storage.uploads import (
    MAX_FILE_BYTES,
    UploadLimits,
    check_limits,
    confirm_upload,
    remove_quietly,
    settled,
)
from zt_tenants.clock import now
from zt_tenants.context import current_centre, on_commit
from zt_tenants.errors import InvalidInput, NotFound
from zt_tenants.timers import DueTimer, cancel, schedule

log = logging.getLogger(__name__)

MAX_LARGE_UPLOADS: Final = 5
"""Unfinished at one time, of one account in one centre."""
MAX_PARTS_AT_ONCE: Final = 16
PART_SECONDS: Final = 15 * 60
"""How long the address of a part can be used; afterwards the browser asks for a new one."""
KEPT_FOR: Final = timedelta(days=1)
CHECKED_AT_ONCE_BYTES = 64 * 1024 * 1024
"""Larger files are read by a worker, because the request would wait too long."""
TIMER_KIND: Final = "storage.unfinished"
_LEASE_SECONDS: Final = 300
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class KnownPart:
    """A part that was announced: its number from 1, its SHA-256 in hex, and whether the store has it."""

    number: int
    sha256: str
    arrived: bool


@dataclass(frozen=True, slots=True)
class LargeUpload:
    """How the upload of one large file stands; ``expires_at`` is when it is given up."""

    attachment_id: int
    file_name: str
    size: int
    part_bytes: int
    part_count: int
    parts: tuple[KnownPart, ...]
    expires_at: datetime

    @property
    def arrived_bytes(self) -> int:
        """How much of the file is in the store."""
        last = self.size - (self.part_count - 1) * self.part_bytes
        return sum(last if one.number == self.part_count else self.part_bytes for one in self.parts if one.arrived)

    @property
    def arrived_percent(self) -> int:
        """The same in percent, rounded down."""
        return self.arrived_bytes * 100 // self.size


@dataclass(frozen=True, slots=True)
class PartTicket:
    """A signed address: PUT exactly ``size`` bytes of the part there before ``expires_at``."""

    number: int
    size: int
    url: str
    expires_at: datetime


def open_large_upload(
    *,
    file_name: str,
    size: int,
    content_type: str,
    owner_account_id: uuid.UUID,
    limits: UploadLimits,
    purpose: str,
) -> LargeUpload:
    """Announce a file that will be sent in parts, or find the same one (name, size, ``purpose``) where it was left.

    Raises:
        InvalidInput: no name. FileTooLarge, FileTypeNotAccepted: outside the limits.
        TooManyLargeUploads: the account has several under way. StorageUnavailable, StorageRefused.
    """
    name = clean_file_name(file_name)
    media_type = normalised_type(content_type, name)
    check_limits(name, size, media_type, limits, at_most=MAX_FILE_BYTES)
    own = _unfinished_of(owner_account_id)
    begun = own.filter(purpose=purpose, file_name=name, declared_size=size, declared_type=media_type).first()
    if begun is not None:
        return state_of(begun)
    if own.count() >= MAX_LARGE_UPLOADS:
        raise TooManyLargeUploads(limit=MAX_LARGE_UPLOADS)
    key = new_upload_key()
    upload_id = object_parts.begin(key, media_type)
    with transaction.atomic():
        attachment = Attachment.objects.create(
            object_key=key,
            file_name=name,
            declared_size=size,
            declared_type=media_type,
            owner_account_id=owner_account_id,
            purpose=purpose,
            multipart={"upload_id": upload_id, "part_bytes": PART_BYTES, "digests": {}},
            created_at=now(),
        )
        schedule(kind=TIMER_KIND, subject=_subject(attachment.pk), due_at=attachment.created_at + KEPT_FOR)
    return _state(attachment, ())


def _unfinished_of(owner_account_id: uuid.UUID) -> QuerySet[Attachment]:
    return Attachment.objects.filter(
        owner_account_id=owner_account_id,
        state=AttachmentState.PENDING,
        multipart__isnull=False,
        created_at__gt=now() - KEPT_FOR,
    )


def _subject(attachment_id: int) -> str:
    return f"upload:{attachment_id}"


def state_of(attachment: Attachment) -> LargeUpload:
    """How an unfinished upload stands: what was announced, and what of it the store has.

    Raises:
        StorageUnavailable, StorageRefused.
    """
    there = complete_parts(attachment)
    if there is None:
        return _state(attachment, range(1, part_count(attachment) + 1))  # put together, only not checked yet
    return _state(attachment, [one.number for one in there])


def _state(attachment: Attachment, there: Collection[int]) -> LargeUpload:
    return LargeUpload(
        attachment_id=attachment.pk,
        file_name=attachment.file_name,
        size=attachment.declared_size,
        part_bytes=part_bytes_of(attachment),
        part_count=part_count(attachment),
        parts=tuple(
            KnownPart(number, digest, number in there) for number, digest in sorted(announced(attachment).items())
        ),
        expires_at=attachment.created_at + KEPT_FOR,
    )


def unfinished_uploads(*, owner_account_id: uuid.UUID, purposes: str) -> list[tuple[str, LargeUpload]]:
    """What an account began and did not finish for purposes that begin with ``purposes``: each with its purpose.

    A store that does not answer shows nothing as arrived; the next part will tell.
    """
    found = _unfinished_of(owner_account_id).filter(purpose__startswith=purposes).order_by("id")
    return [(one.purpose, _state_or_nothing(one)) for one in found]


def _state_or_nothing(attachment: Attachment) -> LargeUpload:
    try:
        return state_of(attachment)
    except (StorageUnavailable, StorageRefused) as away:
        log.warning("the parts of upload %s cannot be listed (%s)", attachment.pk, away.code)
        return _state(attachment, ())


def announce_parts(*, attachment_id: int, owner_account_id: uuid.UUID, digests: Mapping[int, str]) -> list[PartTicket]:
    """Say the SHA-256 (hex) of parts, and get the addresses to which they are sent; repeatable.

    Raises:
        NotFound: no such unfinished upload of this account here. InvalidInput: none or too many parts, a number outside
        the file, no digest. PartDiffers: announced otherwise before.
    """
    if not 0 < len(digests) <= MAX_PARTS_AT_ONCE:
        raise InvalidInput(
            field="parts",
            zh=f"每次请登记1至{MAX_PARTS_AT_ONCE}段。",
            en=f"Announce 1 to {MAX_PARTS_AT_ONCE} parts at a time.",
        )
    with transaction.atomic():
        attachment = _unfinished_of(owner_account_id).filter(pk=attachment_id).select_for_update().first()
        if attachment is None or attachment.multipart is None:
            raise NotFound
        known = announced(attachment)
        for number, digest in digests.items():
            _check_part(attachment, number, digest, known)
        if not known.keys() >= digests.keys():
            attachment.multipart["digests"] = {str(number): each for number, each in {**known, **digests}.items()}
            attachment.save(update_fields=["multipart"])
    upload_id, expires_at = attachment.multipart["upload_id"], now() + timedelta(seconds=PART_SECONDS)
    return [
        PartTicket(
            number=number,
            size=part_size(attachment, number),
            url=object_parts.part_url(attachment.object_key, upload_id, number, seconds=PART_SECONDS),
            expires_at=expires_at,
        )
        for number in sorted(digests)
    ]


def _check_part(attachment: Attachment, number: int, digest: str, known: Mapping[int, str]) -> None:
    if not 1 <= number <= part_count(attachment):
        raise InvalidInput(field="parts", zh="段号超出文件范围。", en="There is no part with this number.")
    if not _SHA256.fullmatch(digest):
        raise InvalidInput(field="parts", zh="缺少该段的SHA-256摘要。", en="The part's SHA-256 is missing.")
    if known.get(number, digest) != digest:
        raise PartDiffers(field="parts", number=number)


def settle_upload(*, attachment_id: int, owner_account_id: uuid.UUID | None) -> Attachment:
    """The checked attachment of an upload that has arrived, of either kind; the same answer each time.

    A large file is read by a worker: until it has done so the answer is UploadBeingChecked, and asking again rings the
    worker again if the first one was lost.

    Raises:
        NotFound, UploadNotArrived, UploadRejected, UploadBeingChecked, StorageUnavailable, StorageRefused.
    """
    attachment = Attachment.objects.filter(id=attachment_id, owner_account_id=owner_account_id).first()
    large = (
        attachment is not None and attachment.multipart is not None and attachment.declared_size > CHECKED_AT_ONCE_BYTES
    )
    if attachment is not None and attachment.state != AttachmentState.PENDING:
        return settled(attachment)
    if attachment is None or not large:
        return confirm_upload(attachment_id=attachment_id, owner_account_id=owner_account_id)
    assemble(attachment)
    _ring(attachment)
    raise UploadBeingChecked(file_name=attachment.file_name)


def _lease(attachment_id: int) -> str:
    return f"checking-upload:{current_centre().code}:{attachment_id}"


def _ring(attachment: Attachment) -> None:
    """Ring a worker, unless one is at it; if nobody can be rung, the next call tries again."""
    from zt_storage.tasks import check_upload  # the task module imports this one

    lease = _lease(attachment.pk)
    if not cache.add(lease, 1, timeout=_LEASE_SECONDS):
        return
    try:
        owner = str(attachment.owner_account_id)
        check_upload.apply_async(args=[current_centre().code, attachment.pk, owner], retry=False, ignore_result=True)
    except Exception as error:
        log.warning("doorbell of upload %s not rung (%s)", attachment.pk, error)
        cache.delete(lease)


def check_large(*, attachment_id: int, owner_account_id: uuid.UUID) -> None:
    """The worker's part: check one large file; what becomes of it stands in its row. Outside any transaction.

    Raises:
        StorageUnavailable: transient; the next call of :func:`settle_upload` rings again.
    """
    try:
        confirm_upload(attachment_id=attachment_id, owner_account_id=owner_account_id)
    except (UploadRejected, UploadNotArrived, NotFound) as refused:
        log.info("upload %s was not taken (%s)", attachment_id, refused.code)
    finally:
        cache.delete(_lease(attachment_id))


def abort_upload(*, attachment_id: int, owner_account_id: uuid.UUID) -> None:
    """Give an unfinished upload up: its row, its parts, its timer.

    Raises:
        NotFound: no such unfinished upload of this account here.
    """
    with transaction.atomic():
        found = _unfinished_of(owner_account_id).filter(pk=attachment_id).select_for_update().first()
        if found is None:
            raise NotFound
        cancel(subject=_subject(found.pk), kinds=[TIMER_KIND])
        _give_up([found])


def give_up_uploads(*, purposes: str) -> int:
    """Give up what is unfinished, whoever began it, for purposes that begin with ``purposes``; how many there were."""
    with transaction.atomic():
        unfinished = Attachment.objects.filter(
            purpose__startswith=purposes, state=AttachmentState.PENDING, multipart__isnull=False
        )
        found = list(unfinished.select_for_update().order_by("pk"))
        for one in found:
            cancel(subject=_subject(one.pk), kinds=[TIMER_KIND])
        _give_up(found)
    return len(found)


def give_up_due(due: Sequence[DueTimer]) -> None:
    """What the timers do: give up what is still unfinished after a day; one look-up for all of them."""
    wanted = [int(timer.subject.partition(":")[2]) for timer in due]
    unfinished = Attachment.objects.filter(pk__in=wanted, state=AttachmentState.PENDING).select_for_update()
    _give_up(list(unfinished.order_by("pk")))


def _give_up(attachments: Sequence[Attachment]) -> None:
    Attachment.objects.filter(pk__in=[one.pk for one in attachments]).delete()
    for one in attachments:
        upload_id = one.multipart["upload_id"] if one.multipart else ""
        on_commit(partial(_drop_parts, one.object_key, upload_id))


def _drop_parts(key: str, upload_id: str) -> None:
    """Also the whole, should it have been put together; if the store is away its own rule does it a day later."""
    try:
        object_parts.give_up(key, upload_id)
    except (StorageUnavailable, StorageRefused) as error:
        log.warning("left the parts of %s behind (%s)", key, error.code)
    remove_quietly(key)
