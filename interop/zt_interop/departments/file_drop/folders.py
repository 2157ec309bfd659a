"""The folders of a service that delivers files, and putting a finished delivery away in them."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.conf import settings

from zt_interop.departments.file_drop.manifest import SUFFIX
from zt_interop.departments.file_drop.problems import Problem, report_json, report_text
from zt_interop.departments.file_drop.writing import sync_folder, write_whole
from zt_interop.departments.models import DataService
from zt_tenants.errors import InvalidInput

MANIFEST: Final = "manifest"
"""A delivery's manifest in its folder under ``working``."""


@dataclass(frozen=True, slots=True)
class Folders:
    """The folders of one service."""

    root: Path

    @classmethod
    def of(cls, service: DataService) -> Folders:
        """Under ``ZT_FILE_DROP``, made if missing. Raises InvalidInput when the registered name leads elsewhere."""
        base = Path(settings.ZT_FILE_DROP).resolve()
        root = (base / service.endpoint).resolve()
        if root.parent != base:
            raise InvalidInput(
                field="endpoint", zh="文件夹名称不得含路径。", en="The folder must be a plain name under ZT_FILE_DROP."
            )
        folders = cls(root)
        for folder in (folders.incoming, folders.working, folders.done, folders.quarantine):
            folder.mkdir(parents=True, exist_ok=True, mode=0o770)
        return folders

    @property
    def incoming(self) -> Path:
        """Where the department writes."""
        return self.root / "incoming"

    @property
    def working(self) -> Path:
        """What is being picked up, a folder each."""
        return self.root / "working"

    @property
    def done(self) -> Path:
        """Manifests of what was taken."""
        return self.root / "done"

    @property
    def quarantine(self) -> Path:
        """What was not taken, with reports."""
        return self.root / "quarantine"


def put_away(place: Path, work: Path, *, keep_data: bool = False, report: Sequence[Problem] = ()) -> None:
    """Move a finished delivery out of ``working``; what was applied leaves its manifest behind and no data."""
    if report:
        write_whole(work / "report.txt", _bytes_of_text(report_text(work.name, report)))
        write_whole(work / "report.json", _bytes_of_text(report_json(work.name, report)))
    if keep_data:
        work.rename(_free_name(place, work.name))
    else:
        for path in work.iterdir():
            if path.name != MANIFEST:
                _delete(path)
        (work / MANIFEST).rename(_free_name(place, work.name + SUFFIX))
        work.rmdir()
    sync_folder(place)


def _free_name(place: Path, name: str) -> Path:
    wanted, number = place / name, 1
    while wanted.exists():
        number += 1
        wanted = place / f"{name}~{number}"
    return wanted


def _bytes_of_text(text: str) -> bytes:
    """A text as UTF-8, also when it quotes a file's name that is none (written by a system that speaks GB18030)."""
    return text.encode(errors="backslashreplace")


def _delete(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
