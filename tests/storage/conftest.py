"""Sample files, and a browser that sends a form to the real S3 server."""

from __future__ import annotations

import io
import struct
import uuid
import zipfile
import zlib
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
import urllib3

from zt_storage import objects
from zt_storage.models import Attachment
from zt_storage.uploads import UploadLimits, UploadTicket, confirm_upload, open_upload
from zt_tenants.context import enter

ALL_TYPES = UploadLimits(max_size=64 * 1024 * 1024, extensions=("pdf", "jpg", "jpeg", "png", "docx", "ofd"))


def _png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def _zip(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return buffer.getvalue()


@pytest.fixture(scope="session")
def samples() -> SimpleNamespace:
    """One small file of each kind, and some that lie about themselves."""
    pdf = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj<<>>endobj\ntrailer<<>>\nstartxref\n0\n%%EOF\n"
    jpeg = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffdb") + b"q" * 64 + b"\xff\xd9"
    docx = _zip("[Content_Types].xml", "word/document.xml")
    return SimpleNamespace(
        pdf=pdf,
        jpeg=jpeg,
        png=_png(),
        docx=docx,
        ofd=_zip("OFD.xml", "Doc_0/Document.xml"),
        macro=_zip("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"),
        png_and_zip=_png() + docx,
        pdf_and_zip=pdf + docx,
        jpeg_and_pdf=jpeg[:22] + pdf + b"\xff\xd9",
        program=b"MZ\x90\x00" + b"\0" * 200,
        page=b"<html><script>alert(1)</script></html>" + pdf,
    )


@pytest.fixture(scope="session")
def bucket() -> None:
    """The bucket exists."""
    objects.ensure_bucket()


@pytest.fixture
def city(world, bucket) -> Iterator[SimpleNamespace]:
    """Inside the city's centre."""
    with enter(world.city):
        yield world.city


def browser_sends(ticket: UploadTicket, data: bytes, **changed: str) -> int:
    """Post a ticket's form as a browser does; the status of the answer. ``changed`` overrides form fields."""
    fields = {**ticket.fields, **changed}
    pool = urllib3.PoolManager(retries=False, timeout=20)
    try:
        form = [*fields.items(), ("file", ("身份证.pdf", data, fields["Content-Type"]))]
        return pool.request("POST", ticket.url, fields=form).status
    finally:
        pool.clear()


def fetch(url: str) -> tuple[int, dict[str, str], bytes]:
    """Follow a signed link: status, headers, content."""
    pool = urllib3.PoolManager(retries=False, timeout=20)
    try:
        answer = pool.request("GET", url)
        return answer.status, dict(answer.headers), answer.data
    finally:
        pool.clear()


@pytest.fixture
def owner() -> uuid.UUID:
    """An applicant's account."""
    return uuid.uuid4()


@pytest.fixture
def announce(owner: uuid.UUID) -> Callable[..., UploadTicket]:
    """Open an upload of the owner; by default with the true size."""

    def _announce(data: bytes, file_name: str, *, size: int | None = None, content_type: str = "") -> UploadTicket:
        return open_upload(
            file_name=file_name,
            size=len(data) if size is None else size,
            content_type=content_type,
            owner_account_id=owner,
            limits=ALL_TYPES,
        )

    return _announce


@pytest.fixture
def send() -> Callable[..., int]:
    """Post a ticket's form."""
    return browser_sends


@pytest.fixture
def follow() -> Callable[[str], tuple[int, dict[str, str], bytes]]:
    """Follow a signed link."""
    return fetch


@pytest.fixture
def upload(announce: Callable[..., UploadTicket], owner: uuid.UUID) -> Callable[[bytes, str], Attachment]:
    """The whole road: announce, send, confirm."""

    def _upload(data: bytes, file_name: str) -> Attachment:
        ticket = announce(data, file_name)
        assert browser_sends(ticket, data) == 204
        return confirm_upload(attachment_id=ticket.attachment_id, owner_account_id=owner)

    return _upload
