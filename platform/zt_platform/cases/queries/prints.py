"""What a batch of printing puts into its volumes: the papers that its cases had when it began, whoever issued them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from zt_platform.audit.models import AuditRecord
from zt_platform.cases.foreign_papers import ForeignPaper, foreign_papers_of
from zt_platform.cases.models import Case
from zt_platform.cases.numbers import grouped
from zt_platform.papers.content import Snapshot
from zt_platform.papers.kinds import INTERNAL
from zt_platform.papers.models import Paper
from zt_platform.papers.queries import MAX_PAPER_BYTES
from zt_platform.papers.rendering import Copy
from zt_storage.errors import ObjectMissing
from zt_storage.models import Attachment
from zt_storage.uploads import read_bytes

PAPERS_A_VOLUME: Final = 60
"""So many are set in a few seconds."""
TOLD: Final = "told"
"""In the result of a printed case: the codes of the other centre's papers that were there then."""


@dataclass(frozen=True, slots=True)
class PrintedPaper:
    """One paper to be printed, of a case: this centre's own, by its key, or what the other centre told of."""

    tracking_number: str
    own_key: int | None = None
    told: ForeignPaper | None = None


def told_then(case: Case) -> dict[str, list[str]]:
    """What the result of a printed case remembers of the other centre's papers: those that count at this moment."""
    return {TOLD: [paper.code for paper in foreign_papers_of(case) if not paper.void]}


def printed_papers(batch: AuditRecord, results: Mapping[int, AuditRecord]) -> list[PrintedPaper]:
    """In the order of the marked cases, then this centre's as they were issued and the other's as they came; two statements.

    Left out: what passes between the centre and its departments, and what was revoked. The batch and its results are
    those of :func:`zt_platform.cases.queries.batch_of`, whose reader is checked there.
    """
    done = {
        case_id: number
        for case_id, _, number in batch.data["cases"]
        if case_id in results and results[case_id].data["done"]
    }
    found = Paper.objects.filter(subject__in=done.values(), issued_at__lte=batch.at, revoked_at__isnull=True)
    outgoing = found.exclude(kind__in=[kind.value for kind in INTERNAL]).order_by("pk").values_list("subject", "pk")
    papers = [PrintedPaper(number, own_key=pk) for number, pk in outgoing]
    for case in Case.objects.filter(pk__in=done).only("foreign_papers"):
        then = set(results[case.pk].data.get(TOLD, []))
        counting = [paper for paper in foreign_papers_of(case) if paper.code in then and not paper.void]
        papers += [PrintedPaper(done[case.pk], told=paper) for paper in counting]
    place = {number: index for index, number in enumerate(done.values())}
    return sorted(papers, key=lambda paper: place[paper.tracking_number])


def volumes_of(papers: list[PrintedPaper]) -> list[list[PrintedPaper]]:
    """The papers in volumes of :data:`PAPERS_A_VOLUME`."""
    return [papers[first : first + PAPERS_A_VOLUME] for first in range(0, len(papers), PAPERS_A_VOLUME)]


def with_content(papers: Sequence[PrintedPaper]) -> list[Snapshot | Copy]:
    """The same papers with what they say, in the same order; two statements, and a reading of each of the other centre's.

    Raises StorageUnavailable, StorageRefused.
    """
    own = {paper.pk: paper for paper in Paper.objects.filter(pk__in=[one.own_key for one in papers if one.own_key])}
    files = Attachment.objects.in_bulk([one.told.file for one in papers if one.told])
    return list(_contents(papers, own, files))


def _contents(
    papers: Sequence[PrintedPaper], own: Mapping[int, Paper], files: Mapping[int, Attachment]
) -> Iterable[Snapshot | Copy]:
    for one in papers:
        if one.told is None:
            yield own[one.own_key or 0].snapshot
            continue
        told = one.told
        yield Copy(
            title=told.title,
            issuer=told.centre_name,
            number=told.number,
            tracking_number=grouped(one.tracking_number),
            file=_bytes_of(files.get(told.file)),
        )


def _bytes_of(file: Attachment | None) -> bytes | None:
    """What the store has of a copy; None when it has lost it or it is none of our papers: a page of the bundle says so."""
    if file is None or (file.size or 0) > MAX_PAPER_BYTES:
        return None
    try:
        return read_bytes(file)
    except ObjectMissing:
        return None
