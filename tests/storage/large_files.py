"""A large file that is made as it is needed, and a browser that sends it in parts to the real S3 server."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import urllib3

from zt_storage.large_uploads import LargeUpload, PartTicket, announce_parts, open_large_upload
from zt_storage.uploads import MAX_FILE_BYTES, UploadLimits

LIMITS = UploadLimits(max_size=MAX_FILE_BYTES, extensions=("pdf",))
_HEAD, _TAIL = b"%PDF-1.7\n", b"\n%%EOF\n"


@dataclass(frozen=True, slots=True)
class LargeFile:
    """A PDF of any size whose blocks of one MiB all differ; never whole in memory."""

    size: int
    name: str = "规划总图.pdf"
    seed: str = "a"

    def part(self, number: int, part_bytes: int) -> bytes:
        """The bytes of one part, ``number`` from 1."""
        first = (number - 1) * part_bytes
        last = min(first + part_bytes, self.size)
        block, step = bytearray(), 1024 * 1024
        for at in range(first - first % step, last, step):
            block += hashlib.sha256(f"{self.seed}{at}".encode()).digest() * (step // 32)
        data = block[first % step :][: last - first]
        if first == 0:
            data[: len(_HEAD)] = _HEAD
        if last == self.size:
            data[-len(_TAIL) :] = _TAIL
        return bytes(data)

    def digests(self, numbers: Sequence[int], part_bytes: int) -> dict[int, str]:
        """SHA-256 of some parts."""
        return {number: hashlib.sha256(self.part(number, part_bytes)).hexdigest() for number in numbers}

    def sha256(self) -> str:
        """Of the whole."""
        digest = hashlib.sha256()
        for block in self._blocks():
            digest.update(block)
        return digest.hexdigest()

    def _blocks(self) -> Iterator[bytes]:
        each = 8 * 1024 * 1024
        for number in range(1, -(-self.size // each) + 1):
            yield self.part(number, each)


def opened(
    file: LargeFile, owner: uuid.UUID, *, purpose: str = "case:1/plan", limits: UploadLimits = LIMITS
) -> LargeUpload:
    """Announce the file."""
    return open_large_upload(
        file_name=file.name,
        size=file.size,
        content_type="application/pdf",
        owner_account_id=owner,
        limits=limits,
        purpose=purpose,
    )


def announced(upload: LargeUpload, owner: uuid.UUID, digests: Mapping[int, str]) -> list[PartTicket]:
    """Say the digests of parts."""
    return announce_parts(attachment_id=upload.attachment_id, owner_account_id=owner, digests=digests)


def put(ticket: PartTicket, data: bytes) -> int:
    """Send one part as a browser does; the status of the answer."""
    pool = urllib3.PoolManager(retries=False, timeout=30)
    try:
        return pool.request("PUT", ticket.url, body=data).status
    finally:
        pool.clear()


def send_parts(file: LargeFile, upload: LargeUpload, owner: uuid.UUID, numbers: Sequence[int]) -> list[int]:
    """Announce and send some parts; the statuses of the answers."""
    statuses = []
    for number in numbers:
        [ticket] = announced(upload, owner, file.digests([number], upload.part_bytes))
        statuses.append(put(ticket, file.part(number, upload.part_bytes)))
    return statuses
