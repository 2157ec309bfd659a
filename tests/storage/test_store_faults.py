"""A store that does not answer is a transient error; wrong rights are a permanent one."""

from __future__ import annotations

import socket

import pytest

from zt_storage import objects
from zt_storage.copies import copy_in, manifest
from zt_storage.errors import StorageRefused, StorageUnavailable
from zt_storage.filetypes import TEXT
from zt_storage.models import Attachment
from zt_storage.uploads import put_bytes
from zt_tenants.context import enter


@pytest.fixture
def closed_port() -> int:
    """A loopback port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_ready_store(bucket):
    assert objects.ready()
    objects.ensure_bucket()


def test_a_store_that_is_down_is_transient(settings, closed_port):
    settings.S3_ENDPOINT = f"127.0.0.1:{closed_port}"
    assert not objects.ready()
    with pytest.raises(StorageUnavailable) as failed:
        objects.put("c/1/att/x", b"x", "text/plain")
    assert failed.value.transient


def test_wrong_rights_are_permanent(settings):
    settings.S3_SECRET_KEY = "wrong"
    with pytest.raises(StorageRefused):
        objects.put("c/1/att/x", b"x", "text/plain")


def test_a_copy_that_fails_leaves_no_row_and_succeeds_later(world, bucket, settings, closed_port):
    with enter(world.city):
        line = manifest([put_bytes(data=b"x", file_name="a.txt", content_type=TEXT)])[0]
    working = settings.S3_ENDPOINT
    with enter(world.county):
        settings.S3_ENDPOINT = f"127.0.0.1:{closed_port}"
        with pytest.raises(StorageUnavailable):
            copy_in(source_centre_code=world.city.code, manifest=line)
        assert not Attachment.objects.exists()
        settings.S3_ENDPOINT = working
        assert copy_in(source_centre_code=world.city.code, manifest=line).is_verified


def test_an_endpoint_may_be_a_url(settings):
    settings.S3_PUBLIC_ENDPOINT = "https://files.example.gov.cn"
    form = objects.post_form("incoming/1/x", size=1, content_type="image/png", seconds=60)
    assert form.url == f"https://files.example.gov.cn/{settings.S3_BUCKET}"
    assert objects.get_url("c/1/att/x", seconds=60, disposition="inline", content_type="image/png").startswith(
        f"https://files.example.gov.cn/{settings.S3_BUCKET}/c/1/att/x?"
    )
