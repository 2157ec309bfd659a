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
    """Size in bytes, SHA-256 in hex, the ends of the content, and the SHA-256 of each part where parts were asked for."""

    size: int
    sha256: str
    content: Content
    parts: tuple[str, ...] = ()


class _PartDigests:
    """SHA-256 of consecutive parts of one size, fed in pieces of any size."""

    def __init__(self, part_bytes: int) -> None:
        self._part_bytes = part_bytes
        self._filled = 0
        self._digest = hashlib.sha256()
        self._done: list[str] = []

    def update(self, chunk: bytes) -> None:
        rest = memoryview(chunk)
        while rest:
            taken = rest[: self._part_bytes - self._filled]
            self._digest.update(taken)
            self._filled += len(taken)
            rest = rest[len(taken) :]
            if self._filled == self._part_bytes:
                self._close()

    def _close(self) -> None:
        self._done.append(self._digest.hexdigest())
        self._digest, self._filled = hashlib.sha256(), 0

    def finished(self) -> tuple[str, ...]:
        """All of them; the last may be shorter."""
        if self._filled:
            self._close()
        return tuple(self._done)


@contextmanager
def measured(key: str, *, at_most: int, part_bytes: int = 0) -> Iterator[Measured]:
    """Stream an object once and measure it, with ``part_bytes`` also each part; memory stays bounded whatever its size.

    Reading stops once more than ``at_most`` bytes came: the size then shown is only known to be too large.

    Raises:
        ObjectMissing, StorageUnavailable, StorageRefused.
    """
    digest = hashlib.sha256()
    size, head, tail = 0, b"", b""
    parts = _PartDigests(part_bytes) if part_bytes else None
    with ExitStack() as stack:
        archive: tempfile.SpooledTemporaryFile[bytes] | None = None
        for chunk in objects.chunks(key):
            digest.update(chunk)
            if parts is not None:
                parts.update(chunk)
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
        yield Measured(
            size=size, sha256=digest.hexdigest(), content=content, parts=parts.finished() if parts is not None else ()
        )
