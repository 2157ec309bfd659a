"""The official papers about a case as one list: this centre's own, and those that the other centre issued.

What a reader may take away is decided here, for the pages, the gateway, tracking and the printer alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from zt_platform.actors import Actor, ActorKind
from zt_platform.cases.foreign_papers import OF_THE_DECISION, ForeignPaper, foreign_papers_of
from zt_platform.cases.models import Case
from zt_platform.papers.kinds import PaperKind
from zt_platform.papers.models import Paper, PaperState
from zt_platform.papers.queries import papers_of
from zt_storage.models import Attachment
from zt_tenants.context import current_centre
from zt_tenants.urls import portal_url

SEALED_FIRST: Final = frozenset({PaperKind.GRANT.value, PaperKind.DENIAL.value, PaperKind.CERTIFICATE.value})
"""Before the case is completed, which seals it, the decision is nobody's to take away."""
FOREIGN_SEALED_FIRST: Final = OF_THE_DECISION | SEALED_FIRST
"""What another centre decided becomes the applicant's with the completion, which seals it where that one only decides."""


_COURSE: Final[Mapping[str, int]] = {
    PaperKind.MATERIALS_RECEIPT: 0,
    PaperKind.GRANT: 2,
    PaperKind.DENIAL: 2,
    PaperKind.CERTIFICATE: 3,
    PaperKind.DELIVERY_RECEIPT: 4,
}
"""What comes first and last of one day: only this centre knows the hours of its own papers."""


@dataclass(frozen=True, slots=True)
class OfficialPaper:
    """One paper about a case. ``centre_name`` issued it; ``elsewhere``: another centre than the one whose list it is.

    ``void``: revoked, or known not to count any more. ``own_key`` is the key of this centre's own paper, None elsewhere.
    ``file_key`` is that of the file here, None while the file is being made. ``verify_url`` is the issuer's page.
    """

    kind: str
    label: str
    number: str
    issued_on: date
    department: str
    centre_code: str
    centre_name: str
    code: str
    verify_url: str
    void: bool
    elsewhere: bool
    own_key: int | None
    file_key: int | None


def papers_in_house(case: Case) -> list[OfficialPaper]:
    """All papers about a case by day, those to this centre's departments too: for its staff. One statement."""
    return _by_day(papers_of(case.tracking_number or "", internal=True), foreign_papers_of(case))


def papers_out(case: Case) -> list[OfficialPaper]:
    """The papers addressed to the applicant, whichever centre issued them; a decision only once it was completed.

    Also what number and telephone digits show of them. One statement.
    """
    own = [paper for paper in papers_of(case.tracking_number or "") if is_out(case, paper.kind)]
    told = [paper for paper in foreign_papers_of(case) if is_out(case, paper.kind, elsewhere=True)]
    return _by_day(own, told)


def papers_for(actor: Actor, case: Case) -> list[OfficialPaper]:
    """What this reader of a case may see of its papers; the case was read through ``case_for``."""
    return papers_out(case) if actor.kind is ActorKind.APPLICANT else papers_in_house(case)


def is_out(case: Case, kind: str, *, elsewhere: bool = False) -> bool:
    """Whether a paper of this kind is the applicant's already; ``elsewhere``: the other centre issued it."""
    return case.completed_at is not None or kind not in (FOREIGN_SEALED_FIRST if elsewhere else SEALED_FIRST)


def may_take_decision(actor: Actor, case: Case) -> bool:
    """Whether the reader may take the files of decision and certificate away: staff at once, the applicant once sealed."""
    return actor.kind is not ActorKind.APPLICANT or case.completed_at is not None


def files_of(file_keys: Sequence[int]) -> dict[int, Attachment]:
    """The files of papers by key; one statement."""
    return Attachment.objects.in_bulk(file_keys)


def _by_day(own: Sequence[Paper], told: Sequence[ForeignPaper]) -> list[OfficialPaper]:
    """Both centres' papers as one list; those of one day in the order of a case's course, then as they came."""
    found = [*map(_own, own), *map(_told, told)]
    return sorted(found, key=lambda paper: (paper.issued_on, _COURSE.get(paper.kind, 1)))


def _own(paper: Paper) -> OfficialPaper:
    centre = current_centre()
    return OfficialPaper(
        kind=paper.kind,
        label=str(PaperKind(paper.kind).label),
        number=paper.number,
        issued_on=paper.issued_on,
        department=paper.department_name,
        centre_code=centre.code,
        centre_name=centre.name,
        code=paper.code,
        verify_url=portal_url("verify-code", code=paper.code),
        void=paper.revoked_at is not None,
        elsewhere=False,
        own_key=paper.pk,
        file_key=paper.attachment_id if paper.state == PaperState.ISSUED else None,
    )


def _told(paper: ForeignPaper) -> OfficialPaper:
    return OfficialPaper(
        kind=paper.kind,
        label=paper.label,
        number=paper.number,
        issued_on=paper.issued_on,
        department=paper.department,
        centre_code=paper.centre_code,
        centre_name=paper.centre_name,
        code=paper.code,
        verify_url=paper.verify_url or portal_url("verify-code", code=paper.code),
        void=paper.void,
        elsewhere=True,
        own_key=None,
        file_key=paper.file,
    )
