"""Whether every recorded file is in the store, and what brings back one that is not: an operator's work."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from zt_platform.papers.commands import drawn_again
from zt_platform.papers.models import Paper, PaperState
from zt_storage.missing import bring_from_source, missing_files
from zt_storage.models import Attachment
from zt_tenants.centres import centre_by_code
from zt_tenants.context import enter
from zt_tenants.models import Centre


@dataclass(frozen=True, slots=True)
class LostFile:
    """A recorded file that is not in the store; ``brought_back`` when it was a moment ago."""

    centre_code: str
    file_name: str
    sha256: str
    size: int
    brought_back: bool = False


def check_files(codes: Collection[str] = (), *, repair: bool = False) -> list[LostFile]:
    """The lost files of these centres (all that are open and run here, by default).

    With ``repair`` those come back that can: papers are drawn again, copies are taken from the centre they came from. Papers
    that were never made are not lost; a timer makes them.

    Raises:
        UnknownCentre, StorageUnavailable, StorageRefused.
    """
    centres = [centre_by_code(code) for code in codes] or list(Centre.objects.open().here().order_by("code"))
    return [lost for centre in centres for lost in _lost_at(centre, repair)]


def _lost_at(centre: Centre, repair: bool) -> list[LostFile]:
    with enter(centre):
        missing = missing_files()
        papers = {paper.attachment_id: paper for paper in Paper.objects.filter(attachment__in=missing)}
        lost = []
        for file in missing:
            paper = papers.get(file.pk)
            if paper is not None and paper.state == PaperState.PENDING:
                continue
            back = repair and _brought_back(file, paper)
            lost.append(LostFile(centre.code, file.file_name, file.sha256, file.size or 0, back))
        return lost


def _brought_back(file: Attachment, paper: Paper | None) -> bool:
    return drawn_again(paper) if paper is not None else bring_from_source(file)
