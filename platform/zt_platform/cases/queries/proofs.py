"""The proof of a case: what crossed between centres about it, taken out of this centre's message log."""

from __future__ import annotations

import io
from typing import Any

from zt_interop.proof.bundle import write_bundle
from zt_interop.proof.collect import Attachment, proof_of
from zt_platform.actors import Actor
from zt_platform.cases.foreign_papers import foreign_papers_of
from zt_platform.cases.models import Case
from zt_platform.cases.queries.pages import case_by_number, case_for
from zt_platform.papers.kinds import INTERNAL
from zt_platform.papers.models import Paper
from zt_storage.models import Attachment as StoredFile
from zt_storage.uploads import read_bytes


def proof_of_case(actor: Actor, *, case_id: int, redact: bool = False, with_files: bool = False) -> bytes:
    """The proof bundle of a case the actor may see, as a file (ZIP); ``with_files`` packs the attachments too.

    Raises:
        CaseNotFound: not the actor's, or there is none.
        NothingLogged: nothing about the case has left or reached this centre yet.
    """
    return _bundle(case_for(actor, case_id), redact=redact, with_files=with_files)


def proof_of_number(actor: Actor, tracking_number: str, *, redact: bool = False, with_files: bool = False) -> bytes:
    """As :func:`proof_of_case`, by the number people know."""
    return _bundle(case_by_number(actor, tracking_number), redact=redact, with_files=with_files)


def _bundle(case: Case, *, redact: bool, with_files: bool) -> bytes:
    files = _files(case)
    proof: dict[str, Any] = proof_of(
        case.tracking_number or "",
        attachments=[Attachment(file.sha256, file.size or 0, file.file_name) for file in files],
        supervised_since=case.drafted_at,
        redact=redact,
    )
    target = io.BytesIO()
    write_bundle(proof, target, files={file.sha256: read_bytes(file) for file in files} if with_files else None)
    return target.getvalue()


def _files(case: Case) -> list[StoredFile]:
    """The case's verified files, one of each content: what was handed in, what was decided, and every paper that crossed."""
    found = [material.attachment for material in case.materials.select_related("attachment")]
    if case.decision_paper is not None:
        found.append(case.decision_paper)
    found += StoredFile.objects.filter(pk__in=[paper.file for paper in foreign_papers_of(case)])
    told = Paper.objects.filter(subject=case.tracking_number or "", attachment__isnull=False).exclude(told_to="")
    found += StoredFile.objects.filter(pk__in=told.exclude(kind__in=INTERNAL).values("attachment"))
    return list({file.sha256: file for file in found if file.sha256}.values())
