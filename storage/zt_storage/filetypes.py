"""What kinds of file are taken, and telling them by their content instead of by their name.

A file is believed only when its format begins at offset 0, ends as the format ends, and holds no second format that
another reader would open (a *polyglot*: an image with a ZIP archive behind it, a picture that a PDF reader opens).
"""

from __future__ import annotations

import struct
import zipfile
from dataclasses import dataclass
from typing import IO

import puremagic

from zt_storage.errors import RejectReason

PDF = "application/pdf"
JPEG = "image/jpeg"
PNG = "image/png"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
OFD = "application/ofd"
TEXT = "text/plain"
JSON = "application/json"

EXTENSIONS: dict[str, str] = {"pdf": PDF, "jpg": JPEG, "jpeg": JPEG, "png": PNG, "docx": DOCX, "ofd": OFD}
"""What applicants and clerks may upload, by extension (OFD: GB/T 33190)."""

ALIASES: dict[str, str] = {"image/jpg": JPEG, "image/pjpeg": JPEG, "image/x-png": PNG, "application/x-pdf": PDF}
UNKNOWN_TYPES = frozenset({"", "application/octet-stream", "application/zip", "application/x-zip-compressed"})
"""What browsers say when they do not know the extension."""

SHOWN_INLINE = frozenset({PDF, JPEG, PNG})
"""Types a browser may show instead of saving: none of them runs script in the page's origin."""

HEAD_BYTES = 4096
TAIL_BYTES = 22 + 65_535
"""The longest end-of-central-directory record of a ZIP file (APPNOTE 4.3.16)."""

_END_OF_DIRECTORY = b"PK\x05\x06"
_ZIP64_LOCATOR = b"PK\x06\x07"
_MAX_ZIP_ENTRIES = 5_000
_MAX_ZIP_DIRECTORY = 2 * 1024 * 1024
_PDF_HEADER_WINDOW = 1024
"""Lenient PDF readers accept the header anywhere in the first 1,024 bytes."""


def normalised_type(content_type: str, file_name: str) -> str:
    """The media type meant by a browser's announcement: aliases folded, unknown ones told by the extension."""
    plain = content_type.split(";", 1)[0].strip().lower()
    if plain in UNKNOWN_TYPES:
        return EXTENSIONS.get(file_name.rpartition(".")[2].lower(), plain)
    return ALIASES.get(plain, plain)


@dataclass(frozen=True, slots=True)
class Content:
    """What was seen of an object while it streamed past: its ends, and, for ZIP containers, a seekable copy."""

    size: int
    head: bytes
    tail: bytes
    archive: IO[bytes] | None = None


def check_content(content: Content, content_type: str) -> RejectReason | None:
    """Why this content is not the announced type, or None when it is.

    Types without a signature of their own (text, JSON: server-made only) are checked for decodability of their ends.
    """
    if content_type in (TEXT, JSON):
        return None if b"\x00" not in content.head + content.tail else RejectReason.TYPE
    if content_type == PDF:
        return _check_pdf(content)
    if content_type in (JPEG, PNG):
        return _check_image(content, content_type)
    if content_type in (DOCX, OFD):
        return _check_archive(content, content_type)
    return RejectReason.TYPE


def _check_pdf(content: Content) -> RejectReason | None:
    if not content.head.startswith(b"%PDF-") or not _puremagic_agrees(content.head, PDF):
        return RejectReason.TYPE
    if b"%%EOF" not in content.tail[-1024:]:
        return RejectReason.DAMAGED
    return RejectReason.DOUBLE if _ends_as_zip(content) else None


def _check_image(content: Content, content_type: str) -> RejectReason | None:
    if content_type == PNG:
        starts = content.head.startswith(b"\x89PNG\r\n\x1a\n") and content.head[12:16] == b"IHDR"
        complete = content.tail.endswith(b"IEND\xaeB`\x82")
    else:
        starts = content.head.startswith(b"\xff\xd8\xff")
        # Cameras pad behind the end marker with zeros; anything else behind it is not part of the picture.
        complete = content.tail.rstrip(b"\x00").endswith(b"\xff\xd9")
    if not starts or not _puremagic_agrees(content.head, content_type):
        return RejectReason.TYPE
    if _ends_as_zip(content) or b"%PDF-" in content.head[:_PDF_HEADER_WINDOW]:
        return RejectReason.DOUBLE
    return None if complete else RejectReason.DAMAGED


def _puremagic_agrees(head: bytes, content_type: str) -> bool:
    """Whether puremagic's table of signatures names this type for these first bytes, too."""
    try:
        found = puremagic.magic_string(head)
    except puremagic.PureError:
        return False
    return any(candidate.mime_type == content_type for candidate in found)


def _ends_as_zip(content: Content) -> bool:
    """Whether a ZIP reader, which looks from the end, would open this: a directory record that ends with the file."""
    position = content.tail.rfind(_END_OF_DIRECTORY)
    while position >= 0:
        record = content.tail[position:]
        if len(record) >= 22 and struct.unpack_from("<H", record, 20)[0] == len(record) - 22:
            return True
        position = content.tail.rfind(_END_OF_DIRECTORY, 0, position)
    return False


def _check_archive(content: Content, content_type: str) -> RejectReason | None:
    if not content.head.startswith(b"PK\x03\x04"):
        return RejectReason.TYPE
    if b"%PDF-" in content.head[:_PDF_HEADER_WINDOW]:
        return RejectReason.DOUBLE
    if content.archive is None or not _directory_is_plain(content):
        return RejectReason.DAMAGED
    try:
        with zipfile.ZipFile(content.archive) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return RejectReason.DAMAGED
    names = {entry.filename for entry in entries}
    if any(entry.flag_bits & 0x1 for entry in entries):
        return RejectReason.DAMAGED  # encrypted: nobody at the window could read it
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        return RejectReason.MACRO
    wanted = {"OFD.xml"} if content_type == OFD else {"[Content_Types].xml", "word/document.xml"}
    return None if wanted <= names else RejectReason.TYPE


def _directory_is_plain(content: Content) -> bool:
    """Whether the archive fills the file exactly, and its directory is small enough to be read into memory.

    Nothing before the first entry, nothing behind the last record, no ZIP64 (which would let the directory's size
    differ from the one checked here).
    """
    position = content.tail.rfind(_END_OF_DIRECTORY)
    if position < 0 or len(content.tail) - position < 22:
        return False
    if content.tail[max(0, position - 20) : position].startswith(_ZIP64_LOCATOR):
        return False
    numbers: tuple[int, int, int, int] = struct.unpack_from("<HIIH", content.tail, position + 10)
    entries, directory_size, directory_at, comment = numbers
    record_at = content.size - len(content.tail) + position
    return (
        comment == len(content.tail) - position - 22
        and 0 < entries <= _MAX_ZIP_ENTRIES
        and directory_size <= _MAX_ZIP_DIRECTORY
        and directory_at + directory_size == record_at
    )
