"""A transfer copies inside the store and believes only its own measurement."""

from __future__ import annotations

import dataclasses

import pytest

from zt_storage import objects
from zt_storage.copies import AttachmentManifest, copy_in, manifest
from zt_storage.errors import DigestMismatch, ManifestRefused, ObjectMissing
from zt_storage.models import Attachment
from zt_storage.names import key_belongs_to
from zt_storage.uploads import put_bytes, read_bytes
from zt_tenants.context import enter
from zt_tenants.errors import NotFound

pytestmark = pytest.mark.req("C-06")


@pytest.fixture
def line(world, bucket, samples) -> AttachmentManifest:
    """One attachment of the city, as its message lists it."""
    with enter(world.city):
        attachment = put_bytes(data=samples.pdf, file_name="营业执照.pdf", content_type="application/pdf")
        return manifest([attachment])[0]


def test_a_manifest_survives_the_message(line):
    assert AttachmentManifest.from_payload(line.to_payload()) == line
    assert set(line.to_payload()) == {"key", "file_name", "size", "sha256", "content_type"}


@pytest.mark.parametrize("broken", [{}, {"key": 1}, {"size": "12"}, {"size": True}, {"sha256": None}])
def test_a_malformed_manifest_is_refused(line, broken):
    payload = {**line.to_payload(), **broken} if broken else {}
    with pytest.raises(ManifestRefused):
        AttachmentManifest.from_payload(payload)


def test_only_checked_attachments_of_the_own_centre_are_listed(world, bucket, announce, samples):
    with enter(world.city):
        ticket = announce(samples.pdf, "a.pdf")
        with pytest.raises(NotFound):
            manifest([Attachment.objects.get(id=ticket.attachment_id)])
        foreign = put_bytes(data=samples.pdf, file_name="a.pdf", content_type="application/pdf")
    with enter(world.county), pytest.raises(NotFound):
        manifest([foreign])


def test_the_receiver_gets_bytes_of_its_own(world, line, samples):
    with enter(world.county):
        copied = copy_in(source_centre_code=world.city.code, manifest=line)
        assert key_belongs_to(copied.object_key, world.county.code)
        assert (copied.file_name, copied.sha256, copied.size) == ("营业执照.pdf", line.sha256, line.size)
        assert (copied.source_centre_code, copied.source_key) == (world.city.code, line.key)
        objects.remove(line.key)
        assert read_bytes(copied) == samples.pdf


def test_a_repeated_message_copies_nothing_twice(world, line):
    with enter(world.county):
        first = copy_in(source_centre_code=world.city.code, manifest=line)
        objects.remove(line.key)
        assert copy_in(source_centre_code=world.city.code, manifest=line) == first
        assert Attachment.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [("sha256", "0" * 64), ("size", 12)],
)
def test_other_bytes_than_promised_are_refused_and_removed(world, line, field, value):
    with enter(world.county):
        with pytest.raises(DigestMismatch):
            copy_in(source_centre_code=world.city.code, manifest=dataclasses.replace(line, **{field: value}))
        assert not Attachment.objects.exists()


def test_bytes_exchanged_at_the_source_are_refused(world, line):
    objects.put(line.key, b"%PDF-1.7 something else %%EOF", "application/pdf")
    with enter(world.county):
        with pytest.raises(DigestMismatch):
            copy_in(source_centre_code=world.city.code, manifest=line)
        assert not Attachment.objects.exists()


def test_a_lost_source_is_reported(world, line):
    objects.remove(line.key)
    with enter(world.county):
        with pytest.raises(ObjectMissing):
            copy_in(source_centre_code=world.city.code, manifest=line)
        assert not Attachment.objects.exists()


def test_a_sender_cannot_name_a_third_centres_object(world, line):
    """The county signs a message that lists the city's key as its own: it must not reach the other city."""
    with enter(world.other_city):
        with pytest.raises(ManifestRefused):
            copy_in(source_centre_code=world.county.code, manifest=line)
        assert not Attachment.objects.exists()


def test_a_sender_cannot_name_the_receivers_own_object(world, line):
    with enter(world.city):
        before = Attachment.objects.count()
        for source in (world.county.code, world.city.code):
            with pytest.raises(ManifestRefused):
                copy_in(source_centre_code=source, manifest=line)
        assert Attachment.objects.count() == before


@pytest.mark.parametrize(
    "changed",
    [
        {"key": "c/{city}/att/../../{county}/att/0192f0c1-2b3c-7d4e-8f50-123456789abc"},
        {"key": "incoming/{city}/0192f0c1-2b3c-7d4e-8f50-123456789abc"},
        {"key": "c/{city}/att/"},
        {"sha256": "ABC"},
        {"size": 0},
        {"size": 10**12},
        {"content_type": "text/html"},
        {"content_type": "image/png"},
    ],
)
def test_a_manifest_that_makes_no_sense_is_refused(world, line, changed):
    filled = {
        name: value.format(city=world.city.code, county=world.county.code) if isinstance(value, str) else value
        for name, value in changed.items()
    }
    with enter(world.county):
        with pytest.raises(ManifestRefused):
            copy_in(source_centre_code=world.city.code, manifest=dataclasses.replace(line, **filled))
        assert not Attachment.objects.exists()
