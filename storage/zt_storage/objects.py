"""The object store: the one module that speaks to S3, through the minio SDK.

Its errors are ours (transient ones apart from permanent ones), every call has a time limit and few retries, and a
missing object is an answer (``None``), not a failure. Keys are made elsewhere (:mod:`zt_storage.names`).
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from urllib.parse import urlsplit

import urllib3
from django.conf import settings
from minio import Minio
from minio.commonconfig import ENABLED, ComposeSource, CopySource, Filter
from minio.datatypes import PostPolicy
from minio.error import InvalidResponseError, MinioException, S3Error, ServerError
from minio.lifecycleconfig import AbortIncompleteMultipartUpload, Expiration, LifecycleConfig, Rule

from zt_storage.errors import ObjectMissing, StorageRefused, StorageUnavailable

CHUNK_BYTES = 256 * 1024
RANGE_BYTES = 256 * 1024 * 1024
"""Larger objects are copied range by range, so that no single call outlasts its time limit."""
LANDING_PREFIX = "incoming/"
_CONNECT_SECONDS = 3
_READ_SECONDS = 20
_QUICK_SECONDS = 3
"""For an answer that somebody waits for and can do without."""
_RETRIES = 2
_TRANSIENT_CODES = frozenset(
    {
        "SlowDown",
        "InternalError",
        "ServiceUnavailable",
        "RequestTimeout",
        "RequestTimeTooSkewed",  # a clock is wrong, the store's or ours; that passes when it is put right
        "OperationAborted",
        "XMinioServerNotInitialized",
    }
)
_MISSING_CODES = frozenset({"NoSuchKey", "NoSuchObject", "NotFound"})


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    """What the store says about an object: size in bytes and the type it was sent with."""

    size: int
    content_type: str


@dataclass(frozen=True, slots=True)
class PostForm:
    """A form that lets a browser write exactly one object: where to send it and the fields before the file."""

    url: str
    fields: dict[str, str]
    expires_at: datetime


@lru_cache(maxsize=8)
def _client(
    process: int, endpoint: str, access_key: str, secret_key: str, secure: bool, region: str, quickly: bool
) -> Minio:
    """One client a process: the connections of its pool must not be shared with forked children."""
    retries = urllib3.Retry(
        total=0 if quickly else _RETRIES,
        backoff_factor=0.2,
        status_forcelist=[500, 502, 503, 504],
        allowed_methods=None,  # S3's writes are idempotent, POST forms are not sent from here
    )
    limit = urllib3.Timeout(connect=_CONNECT_SECONDS, read=_QUICK_SECONDS if quickly else _READ_SECONDS)
    pool = urllib3.PoolManager(timeout=limit, retries=retries, maxsize=10)
    return Minio(endpoint, access_key, secret_key, secure=secure, region=region, http_client=pool)


def _client_for(endpoint: str, *, quickly: bool = False) -> Minio:
    """A client for an endpoint given as ``host:port`` or as a URL (whose scheme then decides about TLS)."""
    secure = bool(settings.S3_SECURE)
    if "://" in endpoint:
        parts = urlsplit(endpoint)
        endpoint, secure = parts.netloc, parts.scheme == "https"
    region = getattr(settings, "S3_REGION", "") or "us-east-1"
    return _client(os.getpid(), endpoint, settings.S3_ACCESS_KEY, settings.S3_SECRET_KEY, secure, region, quickly)


def inside() -> Minio:
    """The store as this process reaches it."""
    return _client_for(settings.S3_ENDPOINT)


def public() -> Minio:
    """Signs URLs with the host name that browsers use; makes no call itself, because the region is given."""
    return _client_for(settings.S3_PUBLIC_ENDPOINT or settings.S3_ENDPOINT)


@contextmanager
def translated(key: str = "") -> Iterator[None]:
    """Turn the SDK's and the HTTP pool's errors into ours."""
    try:
        yield
    except S3Error as error:
        if error.code in _MISSING_CODES:
            raise ObjectMissing(key=key) from error
        if error.code in _TRANSIENT_CODES:
            raise StorageUnavailable(reason=str(error.code)) from error
        raise StorageRefused(reason=str(error.code)) from error
    except (ServerError, InvalidResponseError, urllib3.exceptions.HTTPError, OSError) as error:
        raise StorageUnavailable(reason=type(error).__name__) from error
    except MinioException as error:
        raise StorageRefused(reason=type(error).__name__) from error


def ensure_bucket() -> None:
    """Make the bucket if it is absent and let the landing area empty itself after a day. Safe to repeat.

    Raises:
        StorageUnavailable, StorageRefused.
    """
    client, bucket = inside(), settings.S3_BUCKET
    with translated():
        if not client.bucket_exists(bucket):
            try:
                client.make_bucket(bucket)
            except S3Error as error:
                if error.code not in ("BucketAlreadyOwnedByYou", "BucketAlreadyExists"):
                    raise
        landing = Rule(
            ENABLED,
            rule_filter=Filter(prefix=LANDING_PREFIX),
            rule_id="landing-area",
            expiration=Expiration(days=1),
            abort_incomplete_multipart_upload=AbortIncompleteMultipartUpload(days_after_initiation=2),
        )
        client.set_bucket_lifecycle(bucket, LifecycleConfig([landing]))


def ready() -> bool:
    """Whether the store answers and the bucket exists; one quick try, for health checks."""
    try:
        with translated():
            return bool(_client_for(settings.S3_ENDPOINT, quickly=True).bucket_exists(settings.S3_BUCKET))
    except (StorageUnavailable, StorageRefused):
        return False


def stat(key: str, *, quickly: bool = False) -> ObjectInfo | None:
    """Size and sent type of an object, or None when there is none; ``quickly``: one try of a few seconds.

    Raises:
        StorageUnavailable, StorageRefused.
    """
    try:
        with translated(key):
            found = _client_for(settings.S3_ENDPOINT, quickly=quickly).stat_object(settings.S3_BUCKET, key)
    except ObjectMissing:
        return None
    return ObjectInfo(size=int(found.size or 0), content_type=found.content_type or "")


def put(key: str, data: bytes, content_type: str) -> None:
    """Write a small object in one piece.

    Raises:
        StorageUnavailable, StorageRefused.
    """
    with translated(key):
        inside().put_object(settings.S3_BUCKET, key, io.BytesIO(data), len(data), content_type=content_type)


def chunks(key: str) -> Iterator[bytes]:
    """The bytes of an object, piece by piece, in memory that does not grow with it.

    Raises:
        ObjectMissing, StorageUnavailable, StorageRefused.
    """
    with translated(key):
        response = inside().get_object(settings.S3_BUCKET, key)
        try:
            yield from response.stream(CHUNK_BYTES)
        finally:
            # Closing first: a connection with unread bytes must not go back to the pool.
            response.close()
            response.release_conn()


def read_range(key: str, *, first: int, size: int) -> bytes:
    """So many bytes of an object from an offset on; fewer where it ends before.

    Raises:
        ObjectMissing, StorageUnavailable, StorageRefused.
    """
    with translated(key):
        response = inside().get_object(settings.S3_BUCKET, key, offset=first, length=size)
        try:
            return bytes(response.read())
        finally:
            response.close()
            response.release_conn()


def sizes(prefix: str) -> dict[str, int]:
    """The objects below a prefix with their sizes in bytes.

    Raises:
        StorageUnavailable, StorageRefused.
    """
    with translated(prefix):
        found = inside().list_objects(settings.S3_BUCKET, prefix=prefix, recursive=True)
        return {str(each.object_name): int(each.size or 0) for each in found}


def compose(keys: Sequence[str], target_key: str) -> None:
    """Make one object of several, in this order, inside the store; all but the last have at least 5 MiB.

    Raises:
        ObjectMissing, StorageUnavailable, StorageRefused.
    """
    bucket = settings.S3_BUCKET
    with translated(target_key):
        inside().compose_object(bucket, target_key, [ComposeSource(bucket, key) for key in keys])


def copy(source_key: str, target_key: str) -> None:
    """Copy an object inside the store; the bytes do not travel through this process.

    Raises:
        ObjectMissing (the source), StorageUnavailable, StorageRefused.
    """
    bucket = settings.S3_BUCKET
    found = stat(source_key)
    if found is None:
        raise ObjectMissing(key=source_key)
    if found.size <= RANGE_BYTES:
        with translated(source_key):
            inside().copy_object(bucket, target_key, CopySource(bucket, source_key))
        return
    ranges = [(first, min(RANGE_BYTES, found.size - first)) for first in range(0, found.size, RANGE_BYTES)]
    with translated(source_key):
        inside().compose_object(
            bucket, target_key, [ComposeSource(bucket, source_key, offset=at, length=size) for at, size in ranges]
        )


def remove(key: str) -> None:
    """Remove an object; one that is gone already is fine.

    Raises:
        StorageUnavailable, StorageRefused.
    """
    try:
        with translated(key):
            inside().remove_object(settings.S3_BUCKET, key)
    except ObjectMissing:
        return


def post_form(key: str, *, size: int, content_type: str, seconds: int) -> PostForm:
    """A signed form for writing exactly this key, this many bytes and this type, for so many seconds.

    The store itself enforces the three conditions (S3 POST policy). The expiry follows the computer's clock and not
    the business clock, because the store compares it with its own.
    """
    expires_at = datetime.now(UTC) + timedelta(seconds=seconds)
    policy = PostPolicy(settings.S3_BUCKET, expires_at)
    policy.add_equals_condition("key", key)
    policy.add_equals_condition("Content-Type", content_type)
    policy.add_content_length_range_condition(size, size)
    client = public()
    fields = {str(name): str(value) for name, value in client.presigned_post_policy(policy).items()}
    return PostForm(
        url=f"{public_origin()}/{settings.S3_BUCKET}",
        fields={"key": key, "Content-Type": content_type, **fields},
        expires_at=expires_at,
    )


def get_url(key: str, *, seconds: int, disposition: str, content_type: str) -> str:
    """A signed URL that reads one object for so many seconds, with the headers to be sent along."""
    headers: dict[str, str | list[str] | tuple[str]] = {
        "response-content-disposition": disposition,
        "response-content-type": content_type,
        "response-cache-control": "private, no-store",
    }
    return str(
        public().presigned_get_object(
            settings.S3_BUCKET, key, expires=timedelta(seconds=seconds), response_headers=headers
        )
    )


def public_origin() -> str:
    """The origin that browsers send files to: it belongs in the Content-Security-Policy."""
    endpoint: str = settings.S3_PUBLIC_ENDPOINT or settings.S3_ENDPOINT
    if "://" in endpoint:
        return endpoint.rstrip("/")
    return f"{'https' if settings.S3_SECURE else 'http'}://{endpoint}"
