"""Binding a file of papers (案卷): cover sheet, contents, then every part from a page of its own (F-17).

What is bound is a print-out for the archive and for the table: not signed and no paper of the register. Each official
paper in it carries its own code; of every other file the contents give the digest that was measured when it came.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import typst

from zt_platform.papers.content import Snapshot
from zt_platform.papers.rendering import fonts, paper_data, templates_beside_files, typeset

EMBEDDABLE: Final = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}
"""Media types whose pages are bound, with the ending by which typst knows them."""
MOST_BYTES: Final = 96 * 1024 * 1024
"""So much is bound of files; a sheet stands for what comes after."""
MOST_PAGES: Final = 400
"""Of one file; a longer one is printed by itself."""


@dataclass(frozen=True, slots=True)
class TablePart:
    """Rows on pages of their own: the form as it was filled in, the course of the case."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class PaperPart:
    """An official paper of this centre; ``remark`` for the contents, such as that it was revoked."""

    snapshot: Snapshot
    remark: str = ""

    @property
    def title(self) -> str:
        """What it is."""
        return self.snapshot.title.zh


@dataclass(frozen=True, slots=True)
class FilePart:
    """A file: its pages where they can be shown, else a sheet that names it.

    ``write`` puts the bytes where it is told; what it raises of ``unavailable`` means that there is nothing to bind.
    """

    title: str
    number: str
    dated: str
    file_name: str
    content_type: str
    size: int
    sha256: str
    write: Callable[[Path], None]
    unavailable: tuple[type[Exception], ...] = ()
    remark: str = ""


Part = TablePart | PaperPart | FilePart


@dataclass(frozen=True, slots=True)
class CoverSheet:
    """The front of a file: its title, who keeps it, its facts in order, when and by whom it was printed."""

    title: str
    keeper: str
    facts: Sequence[tuple[str, str]]
    printed: str


def bind(cover: CoverSheet, parts: Sequence[Part]) -> bytes:
    """The whole file as one PDF, A4. Held in memory: some 100 MB at the most."""
    with templates_beside_files() as root:
        (root / "files").mkdir()
        room = MOST_BYTES
        bound = []
        for index, part in enumerate(parts):
            data, used = _bound(part, root, index, room)
            room -= used
            bound.append(data)
        shown = {
            "title": cover.title,
            "keeper": cover.keeper,
            "facts": [list(fact) for fact in cover.facts],
            "printed": cover.printed,
            "parts": bound,
        }
        return typeset("file", shown, root)


def _bound(part: Part, root: Path, index: int, room: int) -> tuple[dict[str, Any], int]:
    """A part as the template reads it, and how many bytes of files it takes."""
    if isinstance(part, TablePart):
        rows = [list(row) for row in part.rows]
        return {"form": "table", "title": part.title, "header": list(part.header), "rows": rows, **_NAMELESS}, 0
    if isinstance(part, PaperPart):
        snapshot = part.snapshot
        named = {"number": snapshot.number, "dated": snapshot.issued_on, "remark": part.remark}
        return {"form": "paper", "title": part.title, "paper": paper_data(snapshot), **named}, 0
    name = f"files/{index}.{EMBEDDABLE.get(part.content_type, '')}"
    pages, why_not = _pages_of(part, root, name, room)
    data = {
        "form": "file" if pages else "sheet",
        "title": part.title,
        "number": part.number,
        "dated": part.dated,
        "remark": part.remark,
        "file_name": part.file_name,
        "size": f"{part.size:,}",
        "sha256": part.sha256,
        "path": name,
        "pages": pages,
        "why": why_not,
    }
    return data, part.size if pages else 0


_NAMELESS: Final = {"number": "", "dated": "", "remark": ""}


def _pages_of(part: FilePart, root: Path, name: str, room: int) -> tuple[int, str]:
    """How many pages of a file are bound, and why none are."""
    if part.content_type not in EMBEDDABLE:
        return 0, "这种格式的文件不能装入，请在办件页面另行打开。"
    if part.size > room:
        return 0, "全卷文件过大，这一份请在办件页面另行打印。"
    try:
        part.write(root / name)
    except part.unavailable:
        return 0, "文件存储中没有取到这份文件，原件摘要见下。"
    pages = pages_in(root, name)
    if pages > MOST_PAGES:
        return 0, f"这份文件超过{MOST_PAGES}页，请在办件页面另行打印。"
    return pages, "" if pages else "这份文件打不开，请在办件页面查看原件。"


def pages_in(root: Path, name: str) -> int:
    """The pages of a PDF, 1 for a picture; 0 when it cannot be read, :data:`MOST_PAGES` + 1 when there are more.

    Asked of the reader that will draw them, which says of one page whether it is there: doubling, then halving.
    """
    probe = typst.Compiler(str(root / "probe.typ"), root=str(root), font_paths=fonts())

    def is_there(page: int) -> bool:
        try:
            probe.compile(format="pdf", sys_inputs={"path": name, "page": str(page)})
        except typst.TypstError:
            return False
        return True

    if not is_there(1):
        return 0
    if not name.endswith(".pdf"):
        return 1
    there, beyond = 1, 2
    while beyond <= MOST_PAGES and is_there(beyond):
        there, beyond = beyond, beyond * 2
    if beyond > MOST_PAGES:
        beyond = MOST_PAGES + 1
        if is_there(beyond):
            return beyond
    while beyond - there > 1:
        middle = (there + beyond) // 2
        there, beyond = (middle, beyond) if is_there(middle) else (there, middle)
    return there
