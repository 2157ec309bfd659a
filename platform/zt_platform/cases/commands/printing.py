"""Printing the papers of a case: the act of a batch that leaves who printed what in the record, and moves nothing."""

from __future__ import annotations

from zt_platform.actors import Actor
from zt_platform.cases import queries
from zt_platform.cases.commands.holding import WORKERS
from zt_platform.cases.errors import NothingToPrint
from zt_platform.cases.foreign_papers import foreign_papers_of
from zt_platform.cases.models import Case
from zt_platform.papers.queries import papers_of


def print_papers(*, actor: Actor, case_id: int, expected_version: int | None = None) -> Case:
    """A case whose papers the actor takes to the printer; which version he looked at does not matter.

    Raises CaseNotFound, NotPermitted, NothingToPrint (there is no paper about it, here or told of by the other centre).
    """
    del expected_version
    actor.require(*WORKERS)
    case = queries.case_for(actor, case_id)
    told = any(not paper.void for paper in foreign_papers_of(case))
    if not told and not any(paper.revoked_at is None for paper in papers_of(case.tracking_number or "")):
        raise NothingToPrint
    return case
