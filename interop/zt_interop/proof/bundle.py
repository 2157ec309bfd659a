"""The proof bundle: a ZIP file with ``proof.json`` (canonical JSON), a page for people, and optionally the attachments.

The same content gives the same bytes. A bundle comes from anybody, so reading one is bounded before anything is
unpacked: number and names of members, packed and unpacked size, depth of the JSON.
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any, Final

from zt_interop.canonical import canonical_bytes, parse_canonical, refuse_dense
from zt_interop.errors import MessageRefused
from zt_interop.proof.errors import BundleInvalid

FORMAT: Final = "zt-proof"
VERSION: Final = 1
MAX_PROOF_BYTES: Final = 64 * 1024 * 1024
"""Of ``proof.json`` unpacked."""
MAX_PROOF_VALUES: Final = 1_000_000
MAX_FILES: Final = 1000
_PROOF, _README, _FILES = "proof.json", "README.txt", "files/"
_FILE: Final = re.compile(r"files/[0-9a-f]{64}")
_STAMP: Final = (1980, 1, 1, 0, 0, 0)
_CHUNK: Final = 1024 * 1024
_ABOUT: Final = """政通 · 办件证明包

proof.json 里是本办件跨中心往来的每一份签名报文、回执、密钥声明和日志见证。
核验(不需要联网，也不需要数据库)：

    zhengtong proof verify 本文件

不用政通的程序也能核验，步骤见 docs/proof.md。

Zhengtong · proof of a case

proof.json holds every signed message about the case, with receipts, key statements and witnessed heads of the log.
It is checked offline by the command above, or without our programs by the steps of docs/proof.md.
"""


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle that was opened; nothing in it is believed yet. ``files`` maps each packed attachment to its digest as
    computed, by the digest in its name."""

    proof: dict[str, Any]
    files: Mapping[str, str]


def write_bundle(proof: dict[str, Any], target: IO[bytes], *, files: Mapping[str, bytes] | None = None) -> None:
    """Write a bundle; ``files`` are attachments by their SHA-256."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        _put(archive, _PROOF, canonical_bytes(proof))
        _put(archive, _README, _ABOUT.encode())
        for digest in sorted(files or {}):
            _put(archive, _FILES + digest, (files or {})[digest])


def _put(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, _STAMP)
    entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
    archive.writestr(entry, content)


def read_bundle(source: IO[bytes] | bytes, *, limit: int = MAX_PROOF_BYTES) -> Bundle:
    """Open a bundle, bounded in memory whatever it claims; attachments are digested, not kept.

    ``limit`` are the bytes of ``proof.json``: whoever opens bundles of strangers beside other work takes fewer.

    Raises:
        BundleInvalid: it is no ZIP file, has members it should not have, is too large, or its JSON is not canonical.
    """
    stream: IO[bytes] = io.BytesIO(source) if isinstance(source, bytes) else source
    try:
        with zipfile.ZipFile(stream) as archive:
            members = _checked_members(archive)
            content = _read(archive, members[_PROOF], limit)
            files = {
                name.removeprefix(_FILES): _digest(archive, info)
                for name, info in members.items()
                if name.startswith(_FILES)
            }
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, zlib.error) as broken:
        raise BundleInvalid(detail_zh="不是完好的ZIP文件", detail_en="not a sound ZIP file") from broken
    return Bundle(proof=_parsed(content), files=files)


def _checked_members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    infos = archive.infolist()
    members = {info.filename: info for info in infos}
    odd = [name for name in members if name not in (_PROOF, _README) and not _FILE.fullmatch(name)]
    if odd or len(members) != len(infos) or len(members) > MAX_FILES + 2 or _PROOF not in members:
        raise BundleInvalid(detail_zh="成员与规定不符", detail_en="it does not have the members it should")
    return members


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limit: int) -> bytes:
    with archive.open(info) as stream:
        content = stream.read(limit + 1)
    if len(content) > limit:
        raise BundleInvalid(detail_zh=f"内容超过{limit}字节", detail_en=f"more than {limit} bytes unpacked")
    return content


def _digest(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> str:
    digest, read = hashlib.sha256(), 0
    with archive.open(info) as stream:
        while chunk := stream.read(_CHUNK):
            read += len(chunk)
            if read > info.file_size:
                raise BundleInvalid(detail_zh="成员比声明的大", detail_en="a member is larger than it says")
            digest.update(chunk)
    return digest.hexdigest()


def _parsed(content: bytes) -> dict[str, Any]:
    try:
        refuse_dense(content, most=MAX_PROOF_VALUES)
        proof, is_canonical = parse_canonical(content)
    except MessageRefused as problem:
        raise BundleInvalid(detail_zh=problem.zh_text, detail_en=problem.en_text) from problem
    if not is_canonical or not isinstance(proof, dict):
        raise BundleInvalid(detail_zh="proof.json不是规范化的JSON", detail_en="proof.json is not canonical JSON")
    if proof.get("format") != FORMAT or proof.get("version") != VERSION:
        raise BundleInvalid(detail_zh=f"不是{FORMAT}第{VERSION}版", detail_en=f"not {FORMAT} version {VERSION}")
    return proof
