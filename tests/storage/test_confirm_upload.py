"""After the upload: size, digest and real type are measured on a copy nobody else can write."""

from __future__ import annotations

import hashlib
import tracemalloc
import uuid

import pytest

from zt_storage import objects
from zt_storage.errors import RejectReason, UploadNotArrived, UploadRejected
from zt_storage.filetypes import PDF
from zt_storage.models import Attachment, AttachmentState
from zt_storage.names import key_belongs_to
from zt_storage.uploads import confirm_upload, download_url, read_bytes
from zt_tenants.context import enter
from zt_tenants.errors import NotFound

pytestmark = pytest.mark.req("L-01")


@pytest.mark.parametrize("sample", ["pdf", "jpeg", "png", "docx", "ofd"])
def test_a_good_file_is_verified_and_measured(city, upload, samples, sample):
    data = getattr(samples, sample)
    attachment = upload(data, f"营业执照 副本.{sample}")
    assert attachment.state == AttachmentState.VERIFIED
    assert (attachment.size, attachment.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert attachment.content_type == attachment.declared_type
    assert key_belongs_to(attachment.object_key, city.code)
    assert attachment.verified_at is not None
    assert read_bytes(attachment) == data


def test_confirming_again_gives_the_same_answer(city, upload, owner, samples):
    attachment = upload(samples.pdf, "a.pdf")
    again = confirm_upload(attachment_id=attachment.id, owner_account_id=owner)
    assert (again.object_key, again.verified_at) == (attachment.object_key, attachment.verified_at)


def test_what_did_not_arrive_stays_awaited(city, announce, owner, samples):
    ticket = announce(samples.pdf, "a.pdf")
    with pytest.raises(UploadNotArrived):
        confirm_upload(attachment_id=ticket.attachment_id, owner_account_id=owner)
    assert Attachment.objects.get(id=ticket.attachment_id).state == AttachmentState.PENDING


@pytest.mark.parametrize(
    ("sample", "file_name", "reason"),
    [
        ("program", "a.pdf", RejectReason.TYPE),
        ("jpeg", "a.png", RejectReason.TYPE),
        ("png_and_zip", "a.png", RejectReason.DOUBLE),
        ("macro", "a.docx", RejectReason.MACRO),
    ],
)
def test_a_lying_file_is_rejected_and_removed(
    city, announce, send, owner, samples, sample, file_name, reason, django_capture_on_commit_callbacks
):
    data = getattr(samples, sample)
    ticket = announce(data, file_name)
    assert send(ticket, data) == 204
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(UploadRejected) as refused:
        confirm_upload(attachment_id=ticket.attachment_id, owner_account_id=owner)
    assert refused.value.reason is reason
    attachment = Attachment.objects.get(id=ticket.attachment_id)
    assert (attachment.state, attachment.reject_reason) == (AttachmentState.REJECTED, reason)
    assert (attachment.sha256, attachment.size) == ("", None)
    assert objects.stat(ticket.fields["key"]) is None
    with pytest.raises(NotFound):
        download_url(attachment)
    with pytest.raises(UploadRejected):
        confirm_upload(attachment_id=ticket.attachment_id, owner_account_id=owner)


def test_an_object_of_another_size_than_announced_is_rejected(city, announce, owner, samples):
    ticket = announce(samples.pdf, "a.pdf", size=len(samples.pdf) - 1)
    objects.put(ticket.fields["key"], samples.pdf, PDF)  # as if the store had not enforced the policy
    with pytest.raises(UploadRejected) as refused:
        confirm_upload(attachment_id=ticket.attachment_id, owner_account_id=owner)
    assert refused.value.reason is RejectReason.SIZE


def test_the_ticket_cannot_exchange_the_file_after_the_check(city, announce, send, owner, samples):
    ticket = announce(samples.pdf, "a.pdf")
    send(ticket, samples.pdf)
    attachment = confirm_upload(attachment_id=ticket.attachment_id, owner_account_id=owner)
    assert send(ticket, b"X" * len(samples.pdf)) == 204  # the form is still valid, but only for the landing area
    assert read_bytes(attachment) == samples.pdf


def test_the_landing_area_is_cleared(city, announce, send, owner, samples, django_capture_on_commit_callbacks):
    ticket = announce(samples.pdf, "a.pdf")
    send(ticket, samples.pdf)
    with django_capture_on_commit_callbacks(execute=True):
        confirm_upload(attachment_id=ticket.attachment_id, owner_account_id=owner)
    assert objects.stat(ticket.fields["key"]) is None


def test_somebody_elses_upload_is_not_found(city, announce, send, samples):
    ticket = announce(samples.pdf, "a.pdf")
    send(ticket, samples.pdf)
    for stranger in (uuid.uuid4(), None):
        with pytest.raises(NotFound):
            confirm_upload(attachment_id=ticket.attachment_id, owner_account_id=stranger)
    assert Attachment.objects.get(id=ticket.attachment_id).state == AttachmentState.PENDING


def test_the_neighbour_centre_does_not_find_it(world, bucket, announce, send, owner, samples):
    with enter(world.city):
        ticket = announce(samples.pdf, "a.pdf")
        send(ticket, samples.pdf)
    with enter(world.county), pytest.raises(NotFound):
        confirm_upload(attachment_id=ticket.attachment_id, owner_account_id=owner)
    with enter(world.city):
        assert Attachment.objects.get(id=ticket.attachment_id).state == AttachmentState.PENDING


def test_memory_stays_bounded_for_a_large_file(city, announce, send, owner):
    large = b"%PDF-1.7\n" + b"%" * (24 * 1024 * 1024) + b"\n%%EOF\n"
    ticket = announce(large, "大文件.pdf")
    assert send(ticket, large) == 204
    tracemalloc.start()
    try:
        attachment = confirm_upload(attachment_id=ticket.attachment_id, owner_account_id=owner)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert attachment.size == len(large)
    assert peak < 6 * 1024 * 1024
