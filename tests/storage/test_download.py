"""Papers of the platform's own, and signed links that keep Chinese names."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from zt_storage import objects
from zt_storage.errors import DigestMismatch, FileTypeNotAccepted, ObjectMissing, UploadRejected
from zt_storage.filetypes import TEXT
from zt_storage.models import Attachment
from zt_storage.uploads import download_url, put_bytes, read_bytes
from zt_tenants.context import enter
from zt_tenants.errors import NotFound


def test_a_made_paper_is_verified_at_once(city):
    text = "准予行政许可决定书".encode()
    attachment = put_bytes(data=text, file_name="准予许可决定书.txt", content_type=TEXT)
    assert attachment.is_verified
    assert read_bytes(Attachment.objects.get(id=attachment.id)) == text


def test_a_made_paper_is_checked_like_an_upload(city, samples):
    with pytest.raises(UploadRejected):
        put_bytes(data=samples.program, file_name="a.pdf", content_type="application/pdf")
    with pytest.raises(FileTypeNotAccepted):
        put_bytes(data=b"<html>", file_name="a.html", content_type="text/html")
    assert not Attachment.objects.exists()


def test_the_link_saves_the_file_under_its_chinese_name(city, samples, follow):
    attachment = put_bytes(data=samples.pdf, file_name="《食品经营许可证》申请表.pdf", content_type="application/pdf")
    status, headers, content = follow(download_url(attachment))
    assert (status, content) == (200, samples.pdf)
    assert headers["Content-Type"] == "application/pdf"
    assert headers["Content-Disposition"].startswith("attachment; ")
    assert f"filename*=UTF-8''{quote('《食品经营许可证》申请表.pdf', safe='')}" in headers["Content-Disposition"]
    assert headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(("sample", "shown"), [("pdf", "inline"), ("png", "inline"), ("docx", "attachment")])
def test_only_harmless_types_are_shown_in_the_page(city, upload, samples, follow, sample, shown):
    attachment = upload(getattr(samples, sample), f"材料.{sample}")
    _, headers, _ = follow(download_url(attachment, inline=True))
    assert headers["Content-Disposition"].startswith(f"{shown};")


def test_a_link_is_for_one_object_only(city, samples, follow):
    first = put_bytes(data=samples.pdf, file_name="a.pdf", content_type="application/pdf")
    second = put_bytes(data=samples.pdf, file_name="b.pdf", content_type="application/pdf")
    status, _, _ = follow(download_url(first).replace(first.object_key, second.object_key))
    assert status == 403


def test_an_attachment_object_of_one_centre_is_useless_in_another(world, bucket, samples):
    with enter(world.city):
        attachment = put_bytes(data=samples.pdf, file_name="a.pdf", content_type="application/pdf")
    with enter(world.county):
        for use in (download_url, read_bytes):
            with pytest.raises(NotFound):
                use(attachment)
        assert not Attachment.objects.filter(object_key=attachment.object_key).exists()


def test_the_same_id_in_two_centres_is_two_files(world, bucket, samples):
    for centre, data in ((world.city, b"city"), (world.county, b"county")):
        with enter(centre):
            attachment = put_bytes(data=data, file_name="a.txt", content_type=TEXT)
            Attachment.objects.filter(id=attachment.id).update(id=900_001)
    for centre, data in ((world.city, b"city"), (world.county, b"county")):
        with enter(centre):
            assert read_bytes(Attachment.objects.get(id=900_001)) == data


def test_altered_and_lost_bytes_are_noticed(city, samples):
    attachment = put_bytes(data=samples.pdf, file_name="a.pdf", content_type="application/pdf")
    objects.put(attachment.object_key, b"%PDF-other", "application/pdf")
    with pytest.raises(DigestMismatch):
        read_bytes(attachment)
    objects.remove(attachment.object_key)
    objects.remove(attachment.object_key)
    with pytest.raises(ObjectMissing):
        read_bytes(attachment)
