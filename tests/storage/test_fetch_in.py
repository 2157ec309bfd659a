"""A file of a centre elsewhere comes part by part: resumable, measured, never whole in memory."""

from __future__ import annotations

import dataclasses
import hashlib
import tracemalloc

import pytest

from zt_storage import objects
from zt_storage.copies import MAX_FETCHED_BYTES, PART_BYTES, AttachmentManifest, fetch_in
from zt_storage.errors import DigestMismatch, ManifestRefused
from zt_storage.models import Attachment
from zt_storage.names import key_belongs_to, landing_area_of
from zt_tenants.context import enter

pytestmark = pytest.mark.req("C-06")
KEY = "c/340100/att/6f1c5a9e-0000-4000-8000-000000000001"


class Elsewhere:
    """A file that is made as it is asked for; counts what was asked."""

    def __init__(self, size: int, *, breaks_at: int = -1) -> None:
        self.size = size
        self.breaks_at = breaks_at
        self.asked: list[tuple[int, int]] = []

    def byte_block(self, first: int, last: int) -> bytes:
        """Content that differs from block to block, with a PDF's head and tail."""
        block = bytearray()
        for start in range(first - first % 64, last + 1, 64):
            block += hashlib.sha512(str(start).encode()).digest()
        data = block[first % 64 :][: last - first + 1]
        head, tail = b"%PDF-1.4\n", b"\n%%EOF\n"
        if first < len(head):
            data[: len(head) - first] = head[first : first + len(data)]
        if last >= self.size - len(tail):
            data[-len(tail) :] = tail
        return bytes(data)

    def line(self) -> AttachmentManifest:
        digest = hashlib.sha256()
        for first in range(0, self.size, PART_BYTES):
            digest.update(self.byte_block(first, min(first + PART_BYTES, self.size) - 1))
        return AttachmentManifest(KEY, "规划图.pdf", self.size, digest.hexdigest(), "application/pdf")

    def read(self, first: int, last: int) -> bytes:
        if len(self.asked) == self.breaks_at:
            raise ConnectionError("the line broke")
        self.asked.append((first, last))
        return self.byte_block(first, last)


def test_a_file_of_several_parts_becomes_one_of_our_own(world, bucket) -> None:
    far = Elsewhere(PART_BYTES + 5_000)
    with enter(world.county):
        taken = fetch_in(source_centre_code=world.city.code, manifest=far.line(), read_part=far.read)

        assert far.asked == [(0, PART_BYTES - 1), (PART_BYTES, PART_BYTES + 4_999)]
        assert key_belongs_to(taken.object_key, world.county.code)
        assert (taken.size, taken.sha256, taken.source_centre_code) == (far.size, far.line().sha256, "340100")
        assert hashlib.sha256(b"".join(objects.chunks(taken.object_key))).hexdigest() == far.line().sha256
        assert objects.sizes(landing_area_of(KEY, far.line().sha256)) == {}

        again = fetch_in(source_centre_code=world.city.code, manifest=far.line(), read_part=far.read)
        assert again == taken
        assert len(far.asked) == 2


def test_after_a_break_it_goes_on_behind_the_last_part(world, bucket) -> None:
    far = Elsewhere(2 * PART_BYTES + 100, breaks_at=2)
    with enter(world.county):
        with pytest.raises(ConnectionError):
            fetch_in(source_centre_code=world.city.code, manifest=far.line(), read_part=far.read)
        assert not Attachment.objects.exists()

        far.breaks_at = -1
        fetch_in(source_centre_code=world.city.code, manifest=far.line(), read_part=far.read)

    assert [first for first, _ in far.asked] == [0, PART_BYTES, 2 * PART_BYTES]


def test_other_bytes_than_promised_leave_nothing_behind(world, bucket) -> None:
    far = Elsewhere(3_000)
    line = dataclasses.replace(far.line(), sha256="0" * 64)
    with enter(world.county):
        before = objects.sizes(f"c/{world.county.code}/")
        with pytest.raises(DigestMismatch):
            fetch_in(source_centre_code=world.city.code, manifest=line, read_part=far.read)

        assert not Attachment.objects.exists()
        assert objects.sizes(landing_area_of(KEY, line.sha256)) == {}
        assert objects.sizes(f"c/{world.county.code}/") == before


@pytest.mark.parametrize(
    "wrong",
    [{"size": 0}, {"size": MAX_FETCHED_BYTES + 1}, {"key": "c/341700/att/x"}, {"content_type": "text/html"}],
)
def test_a_wrong_line_is_refused_before_anything_is_asked(world, bucket, wrong) -> None:
    far = Elsewhere(3_000)
    with enter(world.county), pytest.raises(ManifestRefused):
        fetch_in(
            source_centre_code=world.city.code, manifest=dataclasses.replace(far.line(), **wrong), read_part=far.read
        )
    assert far.asked == []


def test_memory_holds_a_part_and_not_the_file(world, bucket) -> None:
    far = Elsewhere(64 * 1024 * 1024)
    line = far.line()
    tracemalloc.start()
    try:
        with enter(world.county):
            fetch_in(source_centre_code=world.city.code, manifest=line, read_part=far.read)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(far.asked) == 8
    assert peak < 4 * PART_BYTES
