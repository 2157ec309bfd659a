"""The ticket: one key, exactly the announced size and type, enforced by the store itself."""

from __future__ import annotations

import uuid

import pytest

from zt_storage.errors import FileTooLarge, FileTypeNotAccepted, TooManyOpenUploads
from zt_storage.models import Attachment, AttachmentState
from zt_storage.uploads import MAX_OPEN_UPLOADS, MEBIBYTE, UploadLimits, open_upload
from zt_tenants.errors import InvalidInput

pytestmark = pytest.mark.req("L-01")
LIMITS = UploadLimits(max_size=1 * MEBIBYTE, extensions=("pdf", "jpg"))


def _open(file_name="身份证.pdf", size=100, content_type="application/pdf", owner=None, limits=LIMITS):
    return open_upload(file_name=file_name, size=size, content_type=content_type, owner_account_id=owner, limits=limits)


def test_a_ticket_is_for_a_fresh_key_that_names_centre_but_no_person(city, owner):
    first, second = _open(owner=owner), _open(owner=owner)
    assert first.fields["key"].startswith(f"incoming/{city.code}/")
    assert first.fields["key"] != second.fields["key"]
    attachment = Attachment.objects.get(id=first.attachment_id)
    assert (attachment.state, attachment.file_name) == (AttachmentState.PENDING, "身份证.pdf")
    assert not attachment.is_verified


def test_the_store_takes_what_was_announced(city, announce, send, samples):
    assert send(announce(samples.pdf, "a.pdf"), samples.pdf) == 204


def test_the_store_refuses_another_size_key_or_type(city, announce, send, samples):
    ticket = announce(samples.pdf, "a.pdf")
    assert send(ticket, samples.pdf + b"!") == 400
    assert send(ticket, samples.pdf[:-1]) == 400
    assert send(ticket, samples.pdf, key=f"c/{city.code}/att/{uuid.uuid4()}") == 403
    assert send(ticket, samples.pdf, **{"Content-Type": "text/html"}) == 403


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"size": 0}, InvalidInput),
        ({"size": MEBIBYTE + 1}, FileTooLarge),
        ({"file_name": "a.exe", "content_type": "application/x-msdownload"}, FileTypeNotAccepted),
        ({"file_name": "a.png", "content_type": "image/png"}, FileTypeNotAccepted),
        ({"file_name": "a.exe", "content_type": "application/pdf"}, FileTypeNotAccepted),
        ({"file_name": "a.pdf", "content_type": "image/jpeg"}, FileTypeNotAccepted),
        ({"file_name": "/"}, InvalidInput),
    ],
)
def test_what_the_limits_do_not_allow_gets_no_ticket(city, changed, error):
    with pytest.raises(error):
        _open(**changed)
    assert not Attachment.objects.exists()


def test_one_account_cannot_hoard_tickets(city, owner):
    for _ in range(MAX_OPEN_UPLOADS):
        _open(owner=owner)
    with pytest.raises(TooManyOpenUploads):
        _open(owner=owner)
    _open(owner=uuid.uuid4())
    assert Attachment.objects.filter(owner_account_id=owner).count() == MAX_OPEN_UPLOADS
