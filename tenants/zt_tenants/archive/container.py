"""The file itself: a ZIP, optionally sealed under a passphrase part by part.

Sealed layout: ``ZTSEAL1\\n``, 16 bytes of salt, then parts of 1 MiB (the last one shorter or empty), each followed by its
128-bit tag. Writing streams; reading a sealed file opens it into an unnamed temporary file first, because a ZIP is read
from its end.
"""

from __future__ import annotations

import io
import os
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from zt_tenants.archive.errors import ArchiveNotWritten, ArchivePassphrase, ArchiveUnreadable
from zt_tenants.vault import PASSPHRASE_SALT_BYTES, PassphraseCipher, SealBroken

MAGIC = b"ZTSEAL1\n"
PART_BYTES = 1024 * 1024
CHUNK_BYTES = 256 * 1024


class _SealingWriter(io.RawIOBase):
    """Seals what is written to it into ``sink``; :meth:`finish` writes the last part."""

    def __init__(self, sink: IO[bytes], passphrase: str) -> None:
        self._sink, self._cipher = sink, PassphraseCipher(passphrase)
        self._waiting, self._number = bytearray(), 0
        sink.write(MAGIC + self._cipher.salt)

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._waiting += data
        while len(self._waiting) >= PART_BYTES:
            self._put(bytes(self._waiting[:PART_BYTES]), last=False)
            del self._waiting[:PART_BYTES]
        return len(data)

    def _put(self, part: bytes, *, last: bool) -> None:
        self._sink.write(self._cipher.seal_part(part, number=self._number, last=last))
        self._number += 1

    def finish(self) -> None:
        """Seal what is left; without it the file is recognised as cut."""
        self._put(bytes(self._waiting), last=True)
        self._waiting.clear()


@contextmanager
def writing(target: Path, *, passphrase: str | None) -> Iterator[zipfile.ZipFile]:
    """A ZIP that appears as ``target`` when the block ends well, readable by the owner alone; otherwise nothing stays.

    Raises:
        ArchiveNotWritten: the file system said no.
    """
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as sink:
            sealing = _SealingWriter(sink, passphrase) if passphrase else None
            with zipfile.ZipFile(
                sealing or sink,
                "w",
                zipfile.ZIP_DEFLATED,
                compresslevel=1,
            ) as archive:
                yield archive
            if sealing:
                sealing.finish()
            sink.flush()
            os.fsync(sink.fileno())
        partial.replace(target)
    except OSError as error:
        raise ArchiveNotWritten(detail=error.strerror or type(error).__name__) from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


@contextmanager
def reading(source: Path, *, passphrase: str | None) -> Iterator[zipfile.ZipFile]:
    """The ZIP in a file, unsealed when it is sealed.

    Raises:
        ArchiveUnreadable: no such file, not an archive, cut or altered. ArchivePassphrase: missing or wrong.
    """
    try:
        with source.open("rb") as file, tempfile.TemporaryFile() as opened:
            plain: IO[bytes] = file
            if file.read(len(MAGIC)) == MAGIC:
                _unseal(file, opened, passphrase)
                plain = opened
            plain.seek(0)
            with zipfile.ZipFile(plain) as archive:
                yield archive
    except (zipfile.BadZipFile, EOFError) as error:
        raise ArchiveUnreadable(detail=str(error)) from error
    except OSError as error:
        raise ArchiveUnreadable(detail=error.strerror or type(error).__name__) from error


def _unseal(file: IO[bytes], sink: IO[bytes], passphrase: str | None) -> None:
    salt = file.read(PASSPHRASE_SALT_BYTES)
    if not passphrase:
        raise ArchivePassphrase
    if len(salt) < PASSPHRASE_SALT_BYTES:
        raise ArchiveUnreadable(detail="cut off")
    cipher = PassphraseCipher(passphrase, salt=salt)
    sealed_bytes = PART_BYTES + cipher.TAG_BYTES
    number, part = 0, file.read(sealed_bytes)
    while True:
        following = file.read(sealed_bytes)
        try:
            sink.write(cipher.open_part(part, number=number, last=not following))
        except SealBroken as broken:
            # A whole first part that does not open is most likely another passphrase; later ones prove it right.
            if number == 0 and (following or not _opens_as_more(cipher, part)):
                raise ArchivePassphrase from broken
            raise ArchiveUnreadable(detail="sealed part altered or cut off") from broken
        if not following:
            return
        number, part = number + 1, following


def _opens_as_more(cipher: PassphraseCipher, part: bytes) -> bool:
    """Whether the first part is whole and only what should follow it is missing."""
    try:
        cipher.open_part(part, number=0, last=False)
    except SealBroken:
        return False
    return True


def chunks(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """The content of one entry, piece by piece.

    Raises:
        ArchiveUnreadable: there is no such entry. zipfile.BadZipFile: its check sum is wrong.
    """
    try:
        entry = archive.open(name)
    except KeyError as missing:
        raise ArchiveUnreadable(detail=f"{name} is missing") from missing
    with entry:
        while piece := entry.read(CHUNK_BYTES):
            yield piece
