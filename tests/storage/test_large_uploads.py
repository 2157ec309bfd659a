"""Large files come in parts: resumed by what the store has, refused when a part is another, given up after a day."""

from __future__ import annotations

import hashlib
import tracemalloc
import uuid
from datetime import timedelta

import pytest
from large_files import LIMITS, LargeFile, announced, opened, put, send_parts

from zt_storage import large_uploads, object_parts, objects
from zt_storage.errors import (
    FileTooLarge,
    PartDiffers,
    RejectReason,
    TooManyLargeUploads,
    UploadBeingChecked,
    UploadNotArrived,
    UploadRejected,
)
from zt_storage.large_uploads import (
    KEPT_FOR,
    MAX_LARGE_UPLOADS,
    MAX_PARTS_AT_ONCE,
    TIMER_KIND,
    abort_upload,
    give_up_due,
    settle_upload,
    unfinished_uploads,
)
from zt_storage.models import Attachment, AttachmentState
from zt_storage.names import key_belongs_to
from zt_storage.parts import PART_BYTES, complete_parts
from zt_storage.uploads import MAX_FILE_BYTES, UploadLimits, confirm_upload
from zt_tenants.clock import at, now
from zt_tenants.context import enter
from zt_tenants.errors import InvalidInput, NotFound
from zt_tenants.models import Timer
from zt_tenants.timers import DueTimer

pytestmark = pytest.mark.req("L-01")
MIB = 1024 * 1024
THREE_PARTS = LargeFile(2 * PART_BYTES + 5_000)


def _parts_in_the_store(attachment_id: int) -> list[object_parts.ArrivedPart]:
    found = Attachment.objects.get(pk=attachment_id)
    assert found.multipart is not None
    there = complete_parts(found)
    assert there is not None
    return there


def test_24_mib_in_parts_become_one_checked_file_with_bounded_memory(city, owner):
    file = LargeFile(24 * MIB + 777)
    upload = opened(file, owner)
    assert (upload.part_count, upload.part_bytes, upload.parts) == (4, PART_BYTES, ())
    assert send_parts(file, upload, owner, [3, 1, 4, 2]) == [200] * 4  # in any order
    tracemalloc.start()
    taken = settle_upload(attachment_id=upload.attachment_id, owner_account_id=owner)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (taken.state, taken.size, taken.sha256) == (AttachmentState.VERIFIED, file.size, file.sha256())
    assert taken.multipart is None
    assert key_belongs_to(taken.object_key, city.code)
    assert peak < 4 * MIB, f"{peak / MIB:.1f} MiB of memory for a file of 24 MiB"
    again = settle_upload(attachment_id=upload.attachment_id, owner_account_id=owner)
    assert again.object_key == taken.object_key


def test_opening_the_same_file_again_goes_on_where_it_was_left(city, owner):
    upload = opened(THREE_PARTS, owner)
    send_parts(THREE_PARTS, upload, owner, [1])
    announced(upload, owner, THREE_PARTS.digests([2], PART_BYTES))  # announced, but the line broke
    resumed = opened(THREE_PARTS, owner)
    assert resumed.attachment_id == upload.attachment_id
    assert [(one.number, one.arrived) for one in resumed.parts] == [(1, True), (2, False)]
    assert {one.number: one.sha256 for one in resumed.parts} == THREE_PARTS.digests([1, 2], PART_BYTES)
    assert (resumed.arrived_bytes, resumed.arrived_percent) == (PART_BYTES, 49)
    assert send_parts(THREE_PARTS, resumed, owner, [2, 3]) == [200, 200]
    assert settle_upload(attachment_id=upload.attachment_id, owner_account_id=owner).size == THREE_PARTS.size


def test_another_file_or_purpose_is_another_upload(city, owner):
    upload = opened(THREE_PARTS, owner)
    others = [
        opened(THREE_PARTS, owner, purpose="case:2/plan"),
        opened(LargeFile(THREE_PARTS.size + 1), owner),
        opened(LargeFile(THREE_PARTS.size, name="别的.pdf"), owner),
        opened(THREE_PARTS, uuid.uuid4()),
    ]
    assert len({upload.attachment_id, *(one.attachment_id for one in others)}) == 5


def test_a_part_sent_again_after_a_lost_answer_counts_once(city, owner):
    upload = opened(THREE_PARTS, owner)
    send_parts(THREE_PARTS, upload, owner, [1, 2, 2, 3, 1])
    assert [one.number for one in opened(THREE_PARTS, owner).parts if one.arrived] == [1, 2, 3]
    taken = settle_upload(attachment_id=upload.attachment_id, owner_account_id=owner)
    assert taken.sha256 == THREE_PARTS.sha256()


def test_a_part_of_another_file_is_refused_when_it_is_announced(city, owner):
    upload = opened(THREE_PARTS, owner)
    send_parts(THREE_PARTS, upload, owner, [1])
    other = LargeFile(THREE_PARTS.size, seed="b")
    with pytest.raises(PartDiffers):
        announced(upload, owner, other.digests([1, 2], PART_BYTES))
    assert [one.number for one in opened(THREE_PARTS, owner).parts] == [1]


def test_bytes_that_are_not_what_was_announced_are_rejected_whole(city, owner):
    upload = opened(THREE_PARTS, owner)
    send_parts(THREE_PARTS, upload, owner, [1, 3])
    [ticket] = announced(upload, owner, THREE_PARTS.digests([2], PART_BYTES))
    assert put(ticket, LargeFile(THREE_PARTS.size, seed="b").part(2, PART_BYTES)) == 200
    with pytest.raises(UploadRejected) as refused:
        settle_upload(attachment_id=upload.attachment_id, owner_account_id=owner)
    assert refused.value.reason is RejectReason.DAMAGED
    assert Attachment.objects.get().sha256 == ""


@pytest.mark.parametrize("cut", [0, 1, PART_BYTES - 1])
def test_missing_and_short_parts_have_not_arrived(city, owner, cut):
    upload = opened(THREE_PARTS, owner)
    send_parts(THREE_PARTS, upload, owner, [1, 3])
    if cut:
        [ticket] = announced(upload, owner, THREE_PARTS.digests([2], PART_BYTES))
        put(ticket, THREE_PARTS.part(2, PART_BYTES)[:-cut])
    with pytest.raises(UploadNotArrived):
        settle_upload(attachment_id=upload.attachment_id, owner_account_id=owner)
    assert Attachment.objects.get().state == AttachmentState.PENDING
    send_parts(THREE_PARTS, upload, owner, [2])
    assert settle_upload(attachment_id=upload.attachment_id, owner_account_id=owner).is_verified


def test_the_limits_of_the_material_hold(city, owner):
    with pytest.raises(FileTooLarge):
        opened(THREE_PARTS, owner, limits=UploadLimits(max_size=THREE_PARTS.size - 1, extensions=("pdf",)))
    with pytest.raises(FileTooLarge):
        opened(LargeFile(MAX_FILE_BYTES + 1), owner, limits=UploadLimits(max_size=2**40, extensions=("pdf",)))
    assert not Attachment.objects.exists()


def test_the_content_is_checked_like_any_upload(city, owner, samples):
    zip_behind = LargeFile(PART_BYTES + len(samples.docx))
    upload = opened(zip_behind, owner)
    tail = samples.docx
    send_parts(zip_behind, upload, owner, [1])
    [ticket] = announced(upload, owner, {2: hashlib.sha256(tail).hexdigest()})
    put(ticket, tail)
    with pytest.raises(UploadRejected):
        settle_upload(attachment_id=upload.attachment_id, owner_account_id=owner)


def test_nobody_keeps_many_large_uploads_open(city, owner):
    for number in range(MAX_LARGE_UPLOADS):
        opened(LargeFile(THREE_PARTS.size + number), owner)
    with pytest.raises(TooManyLargeUploads):
        opened(LargeFile(THREE_PARTS.size + 99), owner)
    assert opened(THREE_PARTS, owner).part_count == 3  # the begun one is no further one


@pytest.mark.parametrize(
    "digests",
    [
        {},
        {0: "a" * 64},
        {4: "a" * 64},
        {1: "A" * 64},
        {1: ""},
        dict.fromkeys(range(1, MAX_PARTS_AT_ONCE + 2), "a" * 64),
    ],
)
def test_parts_that_cannot_be_are_refused(city, owner, digests):
    upload = opened(THREE_PARTS, owner)
    with pytest.raises(InvalidInput):
        announced(upload, owner, digests)
    assert opened(THREE_PARTS, owner).parts == ()


def test_strangers_and_neighbours_find_no_upload(world, city, owner):
    upload = opened(THREE_PARTS, owner)
    stranger = uuid.uuid4()
    digests = THREE_PARTS.digests([1], PART_BYTES)
    before = list(Attachment.objects.values())

    def refused(account: uuid.UUID) -> int:
        count = 0
        for call in (
            lambda: announced(upload, account, digests),
            lambda: settle_upload(attachment_id=upload.attachment_id, owner_account_id=account),
            lambda: abort_upload(attachment_id=upload.attachment_id, owner_account_id=account),
        ):
            with pytest.raises(NotFound):
                call()
            count += 1
        return count

    assert refused(stranger) == 3
    with enter(world.other_city):
        assert refused(owner) == 3
        assert unfinished_uploads(owner_account_id=owner, purposes="case:1/") == []
    assert list(Attachment.objects.values()) == before
    assert [one.attachment_id for _, one in unfinished_uploads(owner_account_id=owner, purposes="case:1/")] == [
        upload.attachment_id
    ]


def test_cancelling_leaves_no_row_no_parts_and_no_timer(city, owner, django_capture_on_commit_callbacks):
    upload = opened(THREE_PARTS, owner)
    send_parts(THREE_PARTS, upload, owner, [1])
    row = Attachment.objects.get()
    assert row.multipart is not None
    assert Timer.objects.filter(kind=TIMER_KIND).count() == 1
    with django_capture_on_commit_callbacks(execute=True):
        abort_upload(attachment_id=row.pk, owner_account_id=owner)
    assert not Attachment.objects.exists()
    assert not Timer.objects.filter(kind=TIMER_KIND).exists()
    assert object_parts.arrived(row.object_key, row.multipart["upload_id"]) is None


def test_after_a_day_the_timer_gives_unfinished_uploads_up(city, owner, django_capture_on_commit_callbacks):
    finished, left = opened(THREE_PARTS, owner, purpose="a"), opened(THREE_PARTS, owner, purpose="b")
    send_parts(THREE_PARTS, finished, owner, [1, 2, 3])
    send_parts(THREE_PARTS, left, owner, [1, 2])
    settle_upload(attachment_id=finished.attachment_id, owner_account_id=owner)
    row = Attachment.objects.get(pk=left.attachment_id)
    assert row.multipart is not None
    timers = list(Timer.objects.filter(kind=TIMER_KIND).order_by("subject"))
    assert {timer.due_at for timer in timers} == {left.expires_at, finished.expires_at}
    with at(now() + KEPT_FOR + timedelta(seconds=1)), django_capture_on_commit_callbacks(execute=True):
        give_up_due([DueTimer(timer.id, timer.kind, timer.subject, timer.due_at, {}) for timer in timers])
    assert [one.pk for one in Attachment.objects.all()] == [finished.attachment_id]
    assert object_parts.arrived(row.object_key, row.multipart["upload_id"]) is None
    assert objects.stat(Attachment.objects.get().object_key) is not None


def test_a_large_one_is_read_by_a_worker_while_the_browser_asks_again(city, owner, monkeypatch):
    monkeypatch.setattr(large_uploads, "CHECKED_AT_ONCE_BYTES", MIB)
    upload = opened(THREE_PARTS, owner)
    with pytest.raises(UploadNotArrived):
        settle_upload(attachment_id=upload.attachment_id, owner_account_id=owner)
    send_parts(THREE_PARTS, upload, owner, [1, 2, 3])
    for _ in range(2):
        with pytest.raises(UploadBeingChecked):
            settle_upload(attachment_id=upload.attachment_id, owner_account_id=owner)
    assert opened(THREE_PARTS, owner).arrived_percent == 100  # whoever reloads now need not send anything
    large_uploads.check_large(attachment_id=upload.attachment_id, owner_account_id=owner)
    assert settle_upload(attachment_id=upload.attachment_id, owner_account_id=owner).sha256 == THREE_PARTS.sha256()


def test_a_process_that_dies_after_putting_together_is_made_up_for(city, owner):
    upload = opened(THREE_PARTS, owner)
    send_parts(THREE_PARTS, upload, owner, [1, 2, 3])
    row = Attachment.objects.get()
    found = _parts_in_the_store(row.pk)
    assert row.multipart is not None
    object_parts.finish(row.object_key, row.multipart["upload_id"], found)  # … and then the lights went out
    assert confirm_upload(attachment_id=row.pk, owner_account_id=owner).sha256 == THREE_PARTS.sha256()


def test_a_large_object_is_copied_range_by_range(city, monkeypatch, samples):
    monkeypatch.setattr(objects, "RANGE_BYTES", 5 * MIB)
    data = THREE_PARTS.part(1, 12 * MIB)
    objects.put("incoming/340100/ranges", data, "application/pdf")
    objects.copy("incoming/340100/ranges", "c/340100/att/ranges")
    assert b"".join(objects.chunks("c/340100/att/ranges")) == data


def test_limits_of_this_file_are_those_of_the_platform(city):
    assert LIMITS.max_size == MAX_FILE_BYTES < 2**31
