"""Objects that arrive in parts: begun here, sent by a browser to signed addresses, put together or given up here.

S3's multipart upload. The SDK signs the addresses; for beginning, listing, finishing and giving up it offers only methods
with a leading underscore, which are called in this module alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from minio.datatypes import Part
from minio.error import S3Error

from zt_storage.errors import ObjectMissing
from zt_storage.objects import inside, public, translated

_GONE = "NoSuchUpload"
_OLDEST = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ArrivedPart:
    """A part that the store holds; ``number`` from 1, ``size`` in bytes."""

    number: int
    size: int
    etag: str


def begin(key: str, content_type: str) -> str:
    """Open a multipart upload for a key; its id.

    Raises:
        StorageUnavailable, StorageRefused.
    """
    with translated(key):
        return str(inside()._create_multipart_upload(settings.S3_BUCKET, key, {"Content-Type": content_type}))


def part_url(key: str, upload_id: str, number: int, *, seconds: int) -> str:
    """A signed address to which a browser may PUT one part for so many seconds."""
    query: dict[str, str | list[str] | tuple[str]] = {"uploadId": upload_id, "partNumber": str(number)}
    return str(
        public().get_presigned_url(
            "PUT", settings.S3_BUCKET, key, expires=timedelta(seconds=seconds), extra_query_params=query
        )
    )


def arrived(key: str, upload_id: str) -> list[ArrivedPart] | None:
    """The parts that the store holds, by number and time. None: no such upload (any more).

    Of a part that was sent twice some stores list both, with times in whole seconds: the caller picks.

    Raises:
        StorageUnavailable, StorageRefused.
    """
    with translated(key):
        try:
            found = sorted(_listed(key, upload_id), key=lambda part: (part.part_number, part.last_modified or _OLDEST))
        except S3Error as error:
            if error.code == _GONE:
                return None
            raise
    return [ArrivedPart(int(part.part_number), int(part.size or 0), str(part.etag)) for part in found]


def _listed(key: str, upload_id: str) -> Iterator[Part]:
    marker = None
    while True:
        page = inside()._list_parts(settings.S3_BUCKET, key, upload_id, max_parts=1000, part_number_marker=marker)
        yield from page.parts
        if not page.is_truncated or not page.parts:
            return
        marker = str(page.parts[-1].part_number)


def finish(key: str, upload_id: str, parts: Sequence[ArrivedPart]) -> None:
    """Put the parts together, in this order, as one object.

    Raises:
        ObjectMissing: no such upload (any more). StorageUnavailable, StorageRefused.
    """
    with translated(key):
        try:
            inside()._complete_multipart_upload(
                settings.S3_BUCKET, key, upload_id, [Part(one.number, one.etag) for one in parts]
            )
        except S3Error as error:
            if error.code == _GONE:
                raise ObjectMissing(key=key) from error
            raise


def give_up(key: str, upload_id: str) -> None:
    """Drop an upload and its parts; one that is gone already is fine.

    Raises:
        StorageUnavailable, StorageRefused.
    """
    with translated(key):
        try:
            inside()._abort_multipart_upload(settings.S3_BUCKET, key, upload_id)
        except S3Error as error:
            if error.code != _GONE:
                raise
