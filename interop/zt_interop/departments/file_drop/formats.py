"""Reading the records of a data file: CSV, JSON or XML, in UTF-8 or GB18030. Pure; bounded in every direction.

A file is read whole into memory once (its size is bounded before) and what is parsed are the bytes whose digest was
checked. Archives are not taken, so nothing can unfold; XML by defusedxml without a DTD, entities or references.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from typing import Any, Final
from xml.sax import ContentHandler, SAXException
from xml.sax.xmlreader import AttributesImpl

import defusedxml
import defusedxml.sax

from zt_interop.canonical import parse_strict
from zt_interop.departments.file_drop.problems import Problem, Unreadable
from zt_interop.errors import MessageRefused

MOST_FILE_BYTES: Final = 32 * 1024 * 1024
MOST_RECORDS: Final = 100_000
MOST_FIELD_CHARACTERS: Final = 10_000
ENCODINGS: Final = ("utf-8", "gb18030")
_ARCHIVES: Final = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"Rar!", b"7z\xbc\xaf")
_DECLARATION: Final = re.compile(r"\A\s*<\?xml[^>]{0,200}\?>")
Record = tuple[int, dict[str, Any]]


def records_of(data: bytes, *, name: str, format: str, encoding: str) -> Iterator[Record]:
    """The records of a file with their line (in JSON: their number).

    Raises:
        Unreadable: with the place and the way out.
    """
    if data.startswith(_ARCHIVES):
        raise Unreadable(
            Problem("不接受压缩文件，请投递原文件。", "Archives are not taken; deliver the plain file.", name)
        )
    text = _decoded(data, name, encoding)
    readers: dict[str, Callable[[str, str], Iterator[Record]]] = {"csv": _csv, "json": _json, "xml": _xml}
    for number, record in enumerate(readers[format](text, name), start=1):
        if number > MOST_RECORDS:
            zh = f"一个文件不得超过{MOST_RECORDS}条记录，请分成几个文件。"
            raise Unreadable(Problem(zh, f"More than {MOST_RECORDS} records; split the file.", name, record[0]))
        yield record


def _decoded(data: bytes, name: str, encoding: str) -> str:
    if encoding.lower() not in ENCODINGS:
        zh = f"不支持编码“{encoding}”，请使用 UTF-8 或 GB18030。"
        raise Unreadable(Problem(zh, f"The encoding “{encoding}” is not known; use UTF-8 or GB18030.", name))
    try:
        text = data.decode("utf-8-sig" if encoding.lower() == "utf-8" else "gb18030")
    except UnicodeDecodeError as wrong:
        line = data.count(b"\n", 0, wrong.start) + 1
        zh = f"内容不是{encoding}编码，请核对清单中的编码。"
        raise Unreadable(Problem(zh, f"Not {encoding}; check the manifest's encoding.", name, line)) from wrong
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise Unreadable(Problem("含有空字符(NUL)，请删除。", "A NUL character; remove it.", name, line))
    return text


def _csv(text: str, name: str) -> Iterator[Record]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(reader, None)
        if not header or len(set(header)) != len(header):
            raise Unreadable(
                Problem("第一行应是不重复的字段名。", "The first line must be field names, each once.", name, 1)
            )
        for row in reader:
            if not row:
                continue
            if len(row) != len(header):
                zh = f"应有{len(header)}列，实有{len(row)}列。"
                en = f"{len(header)} columns are expected, there are {len(row)}."
                raise Unreadable(Problem(zh, en, name, reader.line_num))
            filled = {field: value for field, value in zip(header, row, strict=True) if value != ""}
            yield reader.line_num, filled
    except csv.Error as wrong:
        raise Unreadable(
            Problem("不是规范的CSV，请检查引号。", "Not proper CSV; check the quotes.", name, reader.line_num)
        ) from wrong


def _json(text: str, name: str) -> Iterator[Record]:
    try:
        found = parse_strict(text.encode())
    except (MessageRefused, UnicodeEncodeError) as wrong:
        detail = wrong.en_text if isinstance(wrong, MessageRefused) else "a lone surrogate"
        raise Unreadable(
            Problem("不是规范的JSON(数字只用整数，键不重复)。", f"Not the JSON that is taken: {detail}", name)
        ) from wrong
    if not isinstance(found, list):
        raise Unreadable(Problem("JSON应是记录的数组。", "The JSON must be an array of records.", name))
    for number, record in enumerate(found, start=1):
        if not isinstance(record, dict):
            raise Unreadable(Problem("记录应是对象。", "A record must be an object.", name, number))
        yield number, record


class _Records(ContentHandler):
    """``<records><record><field>text</field>…</record>…</records>``, nothing else."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.found: list[Record] = []
        self._name = name
        self._path: list[str] = []
        self._record: dict[str, Any] = {}
        self._text: list[str] = []
        self._length = 0
        self._line = 0

    def _wrong(self, zh: str, en: str) -> Unreadable:
        return Unreadable(Problem(zh, en, self._name, self._locator.getLineNumber()))  # type: ignore[attr-defined]

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 - the library's name
        expected = ("records", "record")
        depth = len(self._path)
        if depth > len(expected) or (depth < len(expected) and name != expected[depth]):
            raise self._wrong("应为 records/record/字段 三层。", "Three levels are expected: records/record/field.")
        if attrs.getLength():
            raise self._wrong("不接受属性，请改为子元素。", "Attributes are not taken; use elements.")
        if depth == 1:
            self._record, self._line = {}, self._locator.getLineNumber()  # type: ignore[attr-defined]
            if len(self.found) > MOST_RECORDS:
                raise self._wrong("记录过多，请分成几个文件。", "Too many records; split the file.")
        if depth == len(expected) and name in self._record:
            raise self._wrong(f"字段“{name[:60]}”重复。", f"The field “{name[:60]}” occurs twice.")
        self._path.append(name)
        self._text, self._length = [], 0

    def characters(self, content: str) -> None:
        if len(self._path) < 3:
            if content.strip():
                raise self._wrong("字段之外有文字。", "There is text outside a field.")
            return
        self._length += len(content)
        if self._length > MOST_FIELD_CHARACTERS:
            raise self._wrong("字段过长。", "A field is too long.")
        self._text.append(content)

    def endElement(self, name: str) -> None:  # noqa: N802 - the library's name
        if len(self._path) == 3 and (value := "".join(self._text).strip()):
            self._record[name] = value
        if len(self._path) == 2:
            self.found.append((self._line, self._record))
        self._path.pop()


def _xml(text: str, name: str) -> Iterator[Record]:
    handler = _Records(name)
    body = _DECLARATION.sub("", text, count=1)
    removed = text[: len(text) - len(body)].count("\n")
    try:
        defusedxml.sax.parseString(("\n" * removed + body).encode(), handler, forbid_dtd=True)
    except SAXException as wrong:
        line = wrong.getLineNumber() if hasattr(wrong, "getLineNumber") else None
        raise Unreadable(Problem("不是规范的XML。", "Not well-formed XML.", name, line)) from wrong
    except (defusedxml.DefusedXmlException, UnicodeEncodeError) as wrong:
        raise Unreadable(
            Problem("不接受DTD、实体和外部引用。", "DTDs, entities and references are not taken.", name)
        ) from wrong
    yield from handler.found
