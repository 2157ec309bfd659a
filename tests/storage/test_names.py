"""Chinese names survive; paths, control characters and direction tricks do not."""

from __future__ import annotations

import pytest

from zt_storage.names import clean_file_name, content_disposition, key_belongs_to
from zt_tenants.errors import InvalidInput


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("身份证(正反面).pdf", "身份证(正反面).pdf"),
        ("C:\\用户\\营业执照.jpg", "营业执照.jpg"),
        ("../../etc/passwd", "passwd"),
        ("gpj.\u202efdp.exe", "gpj.fdp.exe"),
        ("a\x00b\nc.pdf", "abc.pdf"),
        ("𠮷野家 合同.docx", "𠮷野家 合同.docx"),
        ("长" * 300 + ".pdf", "长" * 196 + ".pdf"),
    ],
)
def test_clean_file_name(given, kept):
    assert clean_file_name(given) == kept


@pytest.mark.parametrize("given", ["", " . ", "/", "\u202e"])
def test_a_name_of_nothing_is_refused(given):
    with pytest.raises(InvalidInput):
        clean_file_name(given)


def test_content_disposition_carries_the_chinese_name():
    header = content_disposition('公 "函".pdf', inline=False)
    assert header == "attachment; filename=\"file.pdf\"; filename*=UTF-8''%E5%85%AC%20%22%E5%87%BD%22.pdf"
    assert content_disposition("无后缀", inline=True).startswith('inline; filename="file"; ')


KEY = "c/340100/att/0192f0c1-2b3c-7d4e-8f50-123456789abc"


@pytest.mark.parametrize(
    ("key", "code", "belongs"),
    [
        (KEY, "340100", True),
        (KEY, "340123", False),
        (KEY, "3401", False),
        (f"{KEY}/../x", "340100", False),
        (f" {KEY}", "340100", False),
        ("c/340100/att/../../340123/att/x", "340100", False),
        ("incoming/340100/0192f0c1-2b3c-7d4e-8f50-123456789abc", "340100", False),
        ("", "", False),
    ],
)
def test_a_key_belongs_to_exactly_one_centre(key, code, belongs):
    assert key_belongs_to(key, code) is belongs
