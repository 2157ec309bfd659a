"""The text of a PDF file as a reader would copy it, by nothing but zlib: enough for what typst writes.

Each font's ToUnicode map is read, glyph codes of the content streams are looked up in it, in the order of the page.
"""

from __future__ import annotations

import re
import zlib

_OBJECT = re.compile(rb"(\d+) 0 obj(.*?)endobj", re.DOTALL)
_PAGE = re.compile(rb"/Type/Page/Resources (\d+) 0 R.*?/Contents (\d+) 0 R", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*?)\nendstream", re.DOTALL)
_FONT = re.compile(rb"/(\w+) [\d.]+ Tf")
_OCTAL = re.compile(rb"[0-7]{1,3}")
_ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def pdf_text(data: bytes) -> str:
    """All text of all pages; without the pages of other files that are bound in."""
    objects = {int(number): body for number, body in _OBJECT.findall(data)}
    fonts = {content: _fonts(objects[resources]) for content, resources in _pages(objects)}
    maps = {font: _unicode_map(objects, font) for names in fonts.values() for font in names.values()}
    return "".join(
        _shown(_inflated(body), {name: maps[font] for name, font in fonts.get(number, {}).items()})
        for number, body in objects.items()
        if _is_content(body)
    )


def _pages(objects: dict[int, bytes]) -> list[tuple[int, int]]:
    """Content and resources of every page: a bound file brings fonts under the names that the others have."""
    found = (_PAGE.search(body) for body in objects.values())
    return [(int(page[2]), int(page[1])) for page in found if page]


def _inflated(body: bytes) -> bytes:
    found = _STREAM.search(body)
    if not found:
        return b""
    return zlib.decompressobj().decompress(found[1]) if b"FlateDecode" in body[: found.start()] else found[1]


def _is_content(body: bytes) -> bool:
    drawn = _try(body) if b"stream" in body and b"/Length1" not in body and b"/Subtype" not in body else b""
    return all(operator in drawn for operator in (b"BT", b" Tf", b" Tm"))


def _try(body: bytes) -> bytes:
    try:
        return _inflated(body)
    except zlib.error:
        return b""


def _fonts(resources: bytes) -> dict[bytes, int]:
    found: dict[bytes, int] = {}
    for block in re.findall(rb"/Font\s*<<(.*?)>>", resources, re.DOTALL):
        found.update({name: int(number) for name, number in re.findall(rb"/(\w+) (\d+) 0 R", block)})
    return found


def _unicode_map(objects: dict[int, bytes], font: int) -> dict[int, str]:
    named = re.search(rb"/ToUnicode (\d+) 0 R", objects[font])
    if not named:
        return {}
    table = _inflated(objects[int(named[1])])
    return {
        int(code, 16): bytes.fromhex(text.decode()).decode("utf-16-be")
        for block in re.findall(rb"beginbfchar(.*?)endbfchar", table, re.DOTALL)
        for code, text in re.findall(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block)
    }


def _shown(content: bytes, maps: dict[bytes, dict[int, str]]) -> str:
    text: list[str] = []
    current: dict[int, str] = {}
    at = 0
    while at < len(content):
        font = _FONT.match(content, at)
        if font:
            current, at = maps.get(font[1], {}), font.end()
            continue
        raw, at = _string(content, at)
        text += [current.get(int.from_bytes(raw[start : start + 2], "big"), "") for start in range(0, len(raw), 2)]
    return "".join(text)


def _string(content: bytes, at: int) -> tuple[bytes, int]:
    """The string that begins at a place, if one does, and where to go on."""
    if content[at : at + 1] == b"<" and content[at : at + 2] != b"<<":
        end = content.index(b">", at)
        return bytes.fromhex(content[at + 1 : end].decode()), end + 1
    if content[at : at + 1] != b"(":
        return b"", at + (2 if content[at : at + 2] == b"<<" else 1)
    raw, depth, at = bytearray(), 1, at + 1
    while depth:
        byte = content[at : at + 1]
        if byte == b"\\":
            octal = _OCTAL.match(content, at + 1)
            raw += (
                bytes([int(octal[0], 8)]) if octal else _ESCAPED.get(content[at + 1 : at + 2], content[at + 1 : at + 2])
            )
            at += 1 + (len(octal[0]) if octal else 1)
            continue
        depth += {b"(": 1, b")": -1}.get(byte, 0)
        raw += byte if depth else b""
        at += 1
    return bytes(raw), at
