"""From a snapshot to PDF/A-3b (ISO 19005-3) or to pictures for a preview: typst over the templates beside this file.

The same snapshot always gives the same bytes: fonts are those of one package (embedded, system fonts off), the document's
date is the paper's own, and nothing is read but the snapshot. One compiler a thread: it keeps fonts and parsed templates
from paper to paper, and typst's own cache is shared between them.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pylopdf_fonts_zh_cn
import segno
import typst

from zt_platform.papers.content import DEEMED, Snapshot, acting_for_sentence

PDF = "application/pdf"
TEMPLATES = Path(__file__).parent / "typst"
_PREVIEW_PPI = 110.0
_A_PAGE = re.compile(rb"/Type\s*/Page(?![a-zA-Z])")
"""A page of a PDF file as this platform writes it: its page objects stand in the open."""
_of_thread = threading.local()


@lru_cache(maxsize=1)
def fonts() -> typst.Fonts:
    """The fonts of one package and no others, so that every machine sets the same pages."""
    folder = Path(pylopdf_fonts_zh_cn.__file__).parent
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder)])


def _compiler() -> typst.Compiler:
    compiler: typst.Compiler | None = getattr(_of_thread, "compiler", None)
    if compiler is None:
        compiler = typst.Compiler(str(TEMPLATES / "paper.typ"), root=str(TEMPLATES), font_paths=fonts())
        _of_thread.compiler = compiler
    return compiler


def pdf(snapshot: Snapshot) -> bytes:
    """The paper as PDF/A-3b; equal snapshots give equal bytes."""
    made: Any = _compiler().compile(format="pdf", sys_inputs=_inputs(snapshot), pdf_standards=["a-3b"])
    return bytes(made)


def pictures(snapshot: Snapshot) -> list[bytes]:
    """The pages as PNG, for reading a paper before it is signed."""
    made: Any = _compiler().compile(format="png", sys_inputs=_inputs(snapshot), ppi=_PREVIEW_PPI)
    return [bytes(page) for page in (made if isinstance(made, list) else [made])]


@dataclass(frozen=True, slots=True)
class Cover:
    """The first page of a bundle: its title, whose it is, when and by whom it was printed, heads of columns, a note.

    ``missing`` stands where the file of another centre's paper is lost.
    """

    title: str
    centre: str
    printed: str
    columns: tuple[str, str, str, str, str]
    note: str
    missing: str


@dataclass(frozen=True, slots=True)
class Copy:
    """A paper that another centre made, as the file it sent; None where this centre's store has lost it."""

    title: str
    issuer: str
    number: str
    tracking_number: str
    file: bytes | None = field(repr=False)


def bundle(cover: Cover, papers: Sequence[Snapshot | Copy]) -> bytes:
    """Several papers as one PDF for the printer: contents with page numbers, then each paper from a page of its own.

    What another centre made is put in page by page as it made it. The bundle is no paper itself: not archived, not
    signed; each of its papers carries its own code.
    """
    with templates_beside_files() as root:
        data = {**asdict(cover), "papers": [_in_bundle(one, root, place) for place, one in enumerate(papers)]}
        return typeset("bundle", data, root)


@contextmanager
def templates_beside_files() -> Iterator[Path]:
    """The templates in a folder to which files can be added: the compiler reads nothing outside of its root."""
    with TemporaryDirectory(prefix="zt-print-") as folder:
        root = Path(folder) / "typst"
        shutil.copytree(TEMPLATES, root)
        yield root


def typeset(template: str, data: Mapping[str, Any], root: Path = TEMPLATES) -> bytes:
    """A print-out that is no paper of the register, from a template of this app and what it shows (JSON)."""
    compiler = typst.Compiler(str(root / f"{template}.typ"), root=str(root), font_paths=fonts())
    made: Any = compiler.compile(format="pdf", sys_inputs={"data": json.dumps(data, ensure_ascii=False)})
    return bytes(made)


def _in_bundle(paper: Snapshot | Copy, root: Path, place: int) -> dict[str, Any]:
    if isinstance(paper, Snapshot):
        return paper_data(paper)
    pages = len(_A_PAGE.findall(paper.file or b""))
    name = f"copy-{place}.pdf" if pages else ""
    if name:
        (root / name).write_bytes(paper.file or b"")
    return {
        "title": [paper.title, ""],
        "issuer": paper.issuer,
        "number": paper.number,
        "tracking_number": paper.tracking_number,
        "copy": name,
        "pages": pages,
    }


def data_address(picture: bytes) -> str:
    """A PNG as an address of its own: a preview is nobody's file and is stored nowhere."""
    return f"data:image/png;base64,{base64.b64encode(picture).decode()}"


def digest(data: bytes) -> str:
    """SHA-256, hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def _inputs(snapshot: Snapshot) -> dict[str, str]:
    return {"data": json.dumps(paper_data(snapshot), ensure_ascii=False)}


def paper_data(snapshot: Snapshot) -> dict[str, Any]:
    """A paper as the templates read it."""
    year, month, day = (int(part) for part in snapshot.issued_on.split("-"))
    return {
        **snapshot.to_json(),
        "date_zh": snapshot.date_zh,
        "date": [year, month, day],
        "deemed_text": list(DEEMED) if snapshot.deemed else None,
        "acting_for_text": list(acting_for_sentence(snapshot)) if snapshot.acting_for else None,
        "qr": _qr(snapshot.verify_url) if snapshot.verify_url else "",
        "track_qr": _qr(snapshot.track_url) if snapshot.track_url else "",
    }


@lru_cache(maxsize=256)
def _qr(address: str) -> str:
    """Drawing one takes longer than the page around it, and the papers of one act name the same case."""
    drawn = BytesIO()
    segno.make(address, error="m", micro=False).save(drawn, kind="svg", border=0, xmldecl=False, svgns=True)
    return drawn.getvalue().decode()
