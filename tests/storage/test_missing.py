"""Files that somebody took out of the store: found by a listing, put back by their digest, and by nothing else."""

from __future__ import annotations

import pytest

from zt_storage import objects
from zt_storage.copies import copy_in, manifest
from zt_storage.errors import StorageUnavailable
from zt_storage.filetypes import TEXT
from zt_storage.missing import Presence, bring_from_source, missing_files, presence, put_back
from zt_storage.models import Attachment
from zt_storage.uploads import put_bytes, read_bytes
from zt_tenants.context import enter

pytestmark = pytest.mark.req("Y-11")


def _stored(data: bytes) -> Attachment:
    return put_bytes(data=data, file_name="a.txt", content_type=TEXT)


def test_nothing_is_missing_where_everything_is(city) -> None:
    files = [_stored(b"one"), _stored(b"two")]
    assert missing_files() == []
    assert [presence(file) for file in files] == [Presence.THERE] * 2


def test_a_wiped_and_a_truncated_file_are_found(city) -> None:
    kept, wiped, cut = _stored(b"kept"), _stored(b"wiped"), _stored(b"cut short")
    objects.remove(wiped.object_key)
    objects.put(cut.object_key, b"cut", TEXT)
    assert missing_files() == [wiped, cut]
    assert [presence(file) for file in (kept, wiped, cut)] == [Presence.THERE, Presence.MISSING, Presence.MISSING]


def test_only_the_very_bytes_are_put_back_and_only_where_they_are_missing(city) -> None:
    wiped, same, kept = _stored(b"wiped"), _stored(b"wiped"), _stored(b"kept")
    objects.remove(wiped.object_key)
    assert put_back(b"wiped!") == []
    assert put_back(b"kept") == []
    assert put_back(b"wiped") == [wiped]
    assert [read_bytes(file) for file in (wiped, same, kept)] == [b"wiped", b"wiped", b"kept"]
    assert put_back(b"wiped") == []


def test_a_neighbours_missing_file_is_not_ours_to_put_back(world, bucket) -> None:
    with enter(world.city):
        wiped = _stored(b"wiped")
        objects.remove(wiped.object_key)
    with enter(world.county):
        _stored(b"ours")
        assert missing_files() == []
        assert put_back(b"wiped") == []
    with enter(world.city):
        assert missing_files() == [wiped]


def test_a_copy_comes_again_from_the_centre_it_came_from(world, bucket) -> None:
    with enter(world.city):
        original = _stored(b"sent over")
        [line] = manifest([original])
    with enter(world.county):
        copied = copy_in(source_centre_code=world.city.code, manifest=line)
        objects.remove(copied.object_key)
        assert bring_from_source(copied)
        assert read_bytes(copied) == b"sent over"

    objects.put(original.object_key, b"something", TEXT)
    with enter(world.county):
        objects.remove(copied.object_key)
        assert not bring_from_source(copied), "the source holds other bytes now"
        objects.remove(original.object_key)
        assert not bring_from_source(copied), "the source is gone, too"
        assert presence(copied) is Presence.MISSING
        assert not bring_from_source(_stored(b"own"))


def test_files_under_a_former_code_are_looked_for_there(city) -> None:
    file = _stored(b"old")
    key = file.object_key.replace(f"c/{city.code}/", "c/349999/")
    objects.put(key, b"old", TEXT)
    Attachment.objects.filter(pk=file.pk).update(object_key=key)
    assert missing_files() == []
    objects.remove(key)
    assert [one.object_key for one in missing_files()] == [key]


def test_a_store_that_does_not_answer_is_not_an_empty_one(city, settings) -> None:
    file = _stored(b"x")
    settings.S3_ENDPOINT = "127.0.0.1:1"
    assert presence(file) is Presence.UNKNOWN
    with pytest.raises(StorageUnavailable):
        missing_files()
