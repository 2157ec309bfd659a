"""The passphrase cipher: parts of a long file open in their place only, all of them, with the same words."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from zt_tenants.archive import container
from zt_tenants.archive.errors import ArchivePassphrase, ArchiveUnreadable
from zt_tenants.vault import PassphraseCipher, SealBroken


@pytest.fixture(scope="module")
def cipher() -> PassphraseCipher:
    return PassphraseCipher("一二三")


def test_a_part_opens_in_its_own_place_only(cipher: PassphraseCipher) -> None:
    part = cipher.seal_part(b"rows", number=3, last=False)
    assert cipher.open_part(part, number=3, last=False) == b"rows"
    for number, last in ((2, False), (3, True)):
        with pytest.raises(SealBroken):
            cipher.open_part(part, number=number, last=last)
    with pytest.raises(SealBroken):
        cipher.open_part(b"", number=3, last=False)


def test_the_same_words_open_however_they_were_typed(cipher: PassphraseCipher) -> None:
    composed, decomposed = PassphraseCipher("é"), "e\u0301"
    part = composed.seal_part(b"x", number=0, last=True)
    assert PassphraseCipher(decomposed, salt=composed.salt).open_part(part, number=0, last=True) == b"x"
    assert cipher.salt != composed.salt


def test_a_long_sealed_file_streams_and_its_parts_cannot_change_places(tmp_path: Path) -> None:
    file = tmp_path / "long.zt"
    data = bytes(range(256)) * 4096 * 3
    with container.writing(file, passphrase="words") as archive:
        archive.writestr(zipfile.ZipInfo("rows"), data)
    with container.reading(file, passphrase="words") as archive:
        assert b"".join(container.chunks(archive, "rows")) == data
    sealed = file.read_bytes()
    head, part = len(container.MAGIC) + 16, container.PART_BYTES + PassphraseCipher.TAG_BYTES
    first, second, rest = sealed[head : head + part], sealed[head + part : head + 2 * part], sealed[head + 2 * part :]
    for changed, error in (
        (second + first + rest, ArchivePassphrase),  # nothing opens at all, as with other words
        (first + rest, ArchiveUnreadable),
        (first + second, ArchiveUnreadable),
        (first, ArchiveUnreadable),
        (first + second + rest + b"x", ArchiveUnreadable),
    ):
        file.write_bytes(sealed[:head] + changed)
        with pytest.raises(error), container.reading(file, passphrase="words"):
            pytest.fail("opened")


def test_a_block_that_fails_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="midway"), container.writing(tmp_path / "a.zt", passphrase=None) as archive:
        archive.writestr("rows", b"x")
        raise RuntimeError("midway")
    assert list(tmp_path.iterdir()) == []
