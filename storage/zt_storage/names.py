"""File names and object keys.

Names keep their Chinese; keys never contain a name, so that nothing a person typed reaches the object store's paths.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
import uuid
from urllib.parse import quote

from zt_tenants.centres import was_code_of
from zt_tenants.context import current_centre
from zt_tenants.errors import InvalidInput

MAX_NAME = 200
_KEY = re.compile(r"c/(?P<code>[0-9A-Za-z]{1,12})/att/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def clean_file_name(file_name: str) -> str:
    """The last part of a path, in NFC, without control and format characters, at most 200 characters.

    Format characters (Unicode category Cf) hold the direction marks that make ``fdp.exe`` read as ``exe.pdf``.

    Raises:
        InvalidInput: nothing is left.
    """
    last = re.split(r"[/\\]", file_name)[-1]
    shown = "".join(c for c in last if unicodedata.category(c)[0] != "C")
    clean = unicodedata.normalize("NFC", shown).strip().strip(".").strip()
    if not clean:
        raise InvalidInput(field="file_name", zh="请给文件起一个名字。", en="The file needs a name.")
    if len(clean) <= MAX_NAME:
        return clean
    stem, dot, extension = clean.rpartition(".")
    if not dot or len(extension) > 10:
        return clean[:MAX_NAME]
    return f"{stem[: MAX_NAME - len(extension) - 1]}.{extension}"


def content_disposition(file_name: str, *, inline: bool) -> str:
    """The header that keeps a Chinese name (RFC 6266 with the extended notation of RFC 8187, once RFC 5987)."""
    extension = file_name.rpartition(".")[2]
    fallback = f"file.{extension}" if extension.isascii() and extension.isalnum() and "." in file_name else "file"
    kind = "inline" if inline else "attachment"
    return f"{kind}; filename=\"{fallback}\"; filename*=UTF-8''{quote(file_name, safe='')}"


def new_upload_key() -> str:
    """A fresh key in the current centre's landing area, which the store empties by itself after a day."""
    return f"incoming/{current_centre().code}/{uuid.uuid4()}"


def landing_area_of(source_key: str, sha256: str) -> str:
    """Where the parts of one file from elsewhere wait in the current centre's landing area: the same at every try."""
    name = hashlib.sha256(f"{source_key} {sha256}".encode()).hexdigest()[:32]
    return f"incoming/{current_centre().code}/fetch-{name}/"


def new_object_key() -> str:
    """A fresh key of the current centre. Keys are never written twice: what was checked cannot be exchanged."""
    return f"{centre_prefix(current_centre().code)}{uuid.uuid4()}"


def centre_prefix(code: str) -> str:
    """Where the attachments of a centre lie."""
    return f"c/{code}/att/"


def key_belongs_to(key: str, code: str) -> bool:
    """Whether ``key`` is an attachment's key of the centre with this code: exactly, not by prefix alone."""
    match = _KEY.fullmatch(key)
    return match is not None and match["code"] == code


def key_is_or_was_of(key: str, code: str) -> bool:
    """:func:`key_belongs_to`, also under a former code: keys are written once and keep the code the centre had then."""
    match = _KEY.fullmatch(key)
    return match is not None and (match["code"] == code or was_code_of(match["code"], code))
