"""What a bundle says of attachments, held against the signed messages and the packed files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from zt_interop.envelope import Event
from zt_interop.proof.bundle import Bundle
from zt_interop.proof.report import Part, Report, Verdict


def check_attachments(listed: list[dict[str, Any]], bundle: Bundle, events: Iterable[Event], report: Report) -> None:
    """Check packed files against their digests, and say which digests a signed message names, and by which name."""
    shown = list(events)
    said = b"\n".join(event.canonical() for event in shown)
    signed_files = [file for event in shown for file in _files_in(event.data)]
    known = {file["sha256"]: file["file_name"] for file in listed}
    for name, found in sorted(bundle.files.items()):
        if name not in known or name != found:
            report.add(
                Part.ATTACHMENT,
                known.get(name, name),
                Verdict.BROKEN,
                f"文件内容与摘要不符：应为{name}，实为{found}。",
                f"The file is not the one of its digest: {name} expected, {found} found.",
            )
    for file in listed:
        same = [each for each in signed_files if each["sha256"] == file["sha256"]]
        if any(each.get("size", file["size"]) != file["size"] for each in same):
            zh, en = "大小与签名报文不符。", "Its size is not the one in the signed message."
            report.add(Part.ATTACHMENT, file["file_name"], Verdict.BROKEN, zh, en)
            continue
        named = bool(same) or file["sha256"].encode() in said
        report.add(
            Part.ATTACHMENT,
            file["file_name"],
            Verdict.HOLDS if named else Verdict.NOTE,
            "签名报文写明了它的摘要。" if named else "所示报文没有写明它的摘要。",
            "A signed message names its digest." if named else "No message shown here names its digest.",
        )
        _note_name(file, {str(each.get("file_name", "")) for each in same} - {""}, report)
        if bundle.files and file["sha256"] not in bundle.files:
            zh, en = "文件本身未随包附上。", "The file itself is not in the bundle."
            report.add(Part.ATTACHMENT, file["file_name"], Verdict.NOTE, zh, en)


def _note_name(file: dict[str, Any], names: set[str], report: Report) -> None:
    """Note when the signed messages call the file otherwise: the list's own words are signed by nobody."""
    if names and file["file_name"] not in names:
        called = "、".join(sorted(names))
        zh, en = f"签名报文中它的名称是“{called}”。", f"The signed messages call it “{called}”."
        report.add(Part.ATTACHMENT, file["file_name"], Verdict.NOTE, zh, en)


def _files_in(value: Any) -> Iterator[dict[str, Any]]:
    """Every file that a payload names: an object with a digest."""
    if isinstance(value, dict):
        if isinstance(value.get("sha256"), str):
            yield value
        for member in value.values():
            yield from _files_in(member)
    elif isinstance(value, list):
        for member in value:
            yield from _files_in(member)
