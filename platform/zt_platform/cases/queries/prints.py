"""What a batch of printing puts into its volumes: the papers of its cases that this centre had issued when it began."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from zt_platform.audit.models import AuditRecord
from zt_platform.papers.kinds import INTERNAL
from zt_platform.papers.models import Paper

PAPERS_A_VOLUME: Final = 60
"""So many are set in a few seconds."""


def printed_papers(batch: AuditRecord, results: Mapping[int, AuditRecord]) -> list[Paper]:
    """In the order of the marked cases, then as they were issued; without their content; one statement.

    Left out: what passes between the centre and its departments, and what was revoked. The batch and its results are
    those of :func:`zt_platform.cases.queries.batch_of`, whose reader is checked there.
    """
    done = [
        number for case_id, _, number in batch.data["cases"] if case_id in results and results[case_id].data["done"]
    ]
    found = Paper.objects.filter(subject__in=done, issued_at__lte=batch.at, revoked_at__isnull=True)
    outgoing = found.exclude(kind__in=[kind.value for kind in INTERNAL]).defer("content")
    place = {number: index for index, number in enumerate(done)}
    return sorted(outgoing, key=lambda paper: (place[paper.subject], paper.pk))


def volumes_of(papers: list[Paper]) -> list[list[Paper]]:
    """The papers in volumes of :data:`PAPERS_A_VOLUME`."""
    return [papers[first : first + PAPERS_A_VOLUME] for first in range(0, len(papers), PAPERS_A_VOLUME)]


def with_content(papers: list[Paper]) -> list[Paper]:
    """The same papers with what they say, in the same order; one statement."""
    whole = {paper.pk: paper for paper in Paper.objects.filter(pk__in=[paper.pk for paper in papers])}
    return [whole[paper.pk] for paper in papers]
