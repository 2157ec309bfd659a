"""Measuring an object: one pass over its bytes gives size, SHA-256 and what is needed to know its real type."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from zt_storage import objects
from zt_storage.filetypes import HEAD_BYTES, TAIL_BYTES, Content

_SPOOL_BYTES = 1024 * 1024
"""Archives larger than this are inspected on disk, not in memory."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Size in bytes, SHA-256 in hex, and the ends of the content."""

    size: int
    sha256: str
    content: Content


@contextmanager
def measured(key: str, *, at_most: int) -> Iterator[Measured]:
    """Stream an object once and measure it; memory stays bounded whatever its size.

    Reading stops once more than ``at_most`` bytes came: the size then shown is only known to be too large.

    Raises:
        ObjectMissing, StorageUnavailable, StorageRefused.
    """
    digest = hashlib.sha256()
    size, head, tail = 0, b"", b""
    with ExitStack() as stack:
        archive: tempfile.SpooledTemporaryFile[bytes] | None = None
        for chunk in objects.chunks(key):
            digest.update(chunk)
            size += len(chunk)
            if len(head) < HEAD_BYTES:
                head = (head + chunk)[:HEAD_BYTES]
            tail = (tail + chunk)[-TAIL_BYTES:]
            if archive is None and size == len(chunk) and chunk.startswith(b"PK"):
                archive = stack.enter_context(tempfile.SpooledTemporaryFile(max_size=_SPOOL_BYTES))
            if archive is not None:
                archive.write(chunk)
            if size > at_most:
                break
        if archive is not None:
            archive.seek(0)
        content = Content(size=size, head=head, tail=tail, archive=archive)
        yield Measured(size=size, sha256=digest.hexdigest(), content=content)
