"""Files are told by their content; one that could be opened as two formats is refused."""

from __future__ import annotations

import io

import pytest

from zt_storage.errors import RejectReason
from zt_storage.filetypes import (
    DOCX,
    HEAD_BYTES,
    JPEG,
    OFD,
    PDF,
    PNG,
    TAIL_BYTES,
    TEXT,
    Content,
    check_content,
    normalised_type,
)


def _check(data: bytes, content_type: str) -> RejectReason | None:
    content = Content(size=len(data), head=data[:HEAD_BYTES], tail=data[-TAIL_BYTES:], archive=io.BytesIO(data))
    return check_content(content, content_type)


@pytest.mark.req("L-01")
@pytest.mark.parametrize(
    ("sample", "content_type"), [("pdf", PDF), ("jpeg", JPEG), ("png", PNG), ("docx", DOCX), ("ofd", OFD)]
)
def test_a_true_file_passes(samples, sample, content_type):
    assert _check(getattr(samples, sample), content_type) is None


@pytest.mark.parametrize(
    ("sample", "content_type", "reason"),
    [
        ("program", PDF, RejectReason.TYPE),
        ("page", PDF, RejectReason.TYPE),
        ("jpeg", PNG, RejectReason.TYPE),
        ("docx", OFD, RejectReason.TYPE),
        ("ofd", DOCX, RejectReason.TYPE),
        ("macro", DOCX, RejectReason.MACRO),
        ("png_and_zip", PNG, RejectReason.DOUBLE),
        ("pdf_and_zip", PDF, RejectReason.DOUBLE),
        ("jpeg_and_pdf", JPEG, RejectReason.DOUBLE),
        ("pdf", "application/x-msdownload", RejectReason.TYPE),
    ],
)
def test_a_file_that_lies_is_refused_with_its_reason(samples, sample, content_type, reason):
    assert _check(getattr(samples, sample), content_type) is reason


@pytest.mark.parametrize(("sample", "content_type"), [("pdf", PDF), ("jpeg", JPEG), ("png", PNG), ("docx", DOCX)])
def test_a_file_that_was_cut_off_is_damaged(samples, sample, content_type):
    assert _check(getattr(samples, sample)[:-12], content_type) is RejectReason.DAMAGED


@pytest.mark.parametrize("junk", [b"junk", b"\0" * 8])
def test_an_archive_with_something_before_or_behind_it_is_refused(samples, junk):
    assert _check(samples.docx + junk, DOCX) is RejectReason.DAMAGED
    assert _check(junk + samples.docx, DOCX) is RejectReason.TYPE


def test_an_archive_that_a_pdf_reader_would_open_is_refused(samples):
    assert _check(samples.docx + b"%PDF-1.4", DOCX) is RejectReason.DOUBLE


def test_text_with_null_bytes_is_no_text():
    assert _check("准予许可".encode(), TEXT) is None
    assert _check(b"a\0b", TEXT) is RejectReason.TYPE


@pytest.mark.parametrize(
    ("announced", "file_name", "meant"),
    [
        ("image/jpg", "照片.jpg", JPEG),
        ("application/pdf; charset=binary", "a.pdf", PDF),
        ("", "公文.OFD", OFD),
        ("application/octet-stream", "申请表.docx", DOCX),
        ("text/html", "a.html", "text/html"),
    ],
)
def test_what_browsers_announce_is_understood(announced, file_name, meant):
    assert normalised_type(announced, file_name) == meant
