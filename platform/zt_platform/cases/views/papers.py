"""The official papers of a case: for the clerk and for the applicant who has signed in. The file is made when it is opened
first, if nobody has made it before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from zt_platform.accounts.sessions import actor_for_request, applicant_for_request
from zt_platform.audit.commands import record_reading
from zt_platform.cases import queries
from zt_platform.cases.models import Case
from zt_platform.papers.commands import rendered
from zt_platform.papers.errors import PaperNotFound
from zt_platform.papers.kinds import PaperKind
from zt_platform.papers.models import Paper
from zt_platform.papers.queries import paper_of, papers_of
from zt_storage.models import Attachment
from zt_storage.uploads import download_url
from zt_tenants.language import bi
from zt_tenants.urls import portal_url

_SEALED_FIRST = frozenset({PaperKind.GRANT.value, PaperKind.DENIAL.value, PaperKind.CERTIFICATE.value})
"""Before the case is completed the decision is nobody's to take away."""


@dataclass(frozen=True, slots=True)
class PaperLine:
    """One line of the list; ``url`` is empty where the reader may not open it."""

    label: str
    number: str
    issued_on: date | None
    url: str
    verify_url: str = ""
    download_url: str = ""
    revoked: bool = False


def lines_for_staff(case: Case) -> list[PaperLine]:
    """All papers about a case, those between centre and departments too, and what the other centre decided."""
    issued = papers_of(case.tracking_number or "", internal=True)
    own = [
        _line(paper, reverse("workbench:paper", kwargs={"case_id": case.pk, "paper_id": paper.pk})) for paper in issued
    ]
    return own + _copied(case, issued)


def lines_for_applicant(case: Case) -> list[PaperLine]:
    """The papers addressed to the applicant; a decision only once it was completed."""
    issued = [paper for paper in papers_of(case.tracking_number or "") if _is_out(case, paper)]
    number = case.tracking_number or ""
    own = [_line(paper, reverse("cases:paper", kwargs={"number": number, "paper_id": paper.pk})) for paper in issued]
    return own + (_copied(case, issued) if case.completed_at else [])


def lines_without_links(papers: list[Paper], *, completed: bool) -> list[PaperLine]:
    """For whoever knows number and telephone digits: that there are papers, and where anybody can verify them."""
    return [_line(paper, "") for paper in papers if completed or paper.kind not in _SEALED_FIRST]


@never_cache
@require_GET
def for_staff(request: HttpRequest, case_id: int, paper_id: int) -> HttpResponse:
    """The file of a paper, for staff of the centre. Raises CaseNotFound, PaperNotFound, StorageUnavailable."""
    actor = actor_for_request(request)
    case = queries.case_for(actor, case_id)
    paper = paper_of(case.tracking_number or "", paper_id, internal=True)
    purpose = f"文书 {paper.number or PaperKind(paper.kind).value}"
    record_reading(actor, case_id=case_id, tracking_number=case.tracking_number or "", purpose=purpose)
    return _opened(request, paper)


@never_cache
@require_GET
def for_applicant(request: HttpRequest, number: str, paper_id: int) -> HttpResponse:
    """The file of a paper, for the applicant. Raises CaseNotFound, PaperNotFound, StorageUnavailable."""
    case = queries.case_by_number(applicant_for_request(request), number)
    paper = paper_of(case.tracking_number or "", paper_id)
    if not _is_out(case, paper):
        raise PaperNotFound
    return _opened(request, paper)


def _opened(request: HttpRequest, paper: Paper) -> HttpResponse:
    """To the file in the store: shown in the browser, or with ``?download`` kept as a file."""
    return redirect(download_url(rendered(paper), inline="download" not in request.GET))


def _is_out(case: Case, paper: Paper) -> bool:
    return case.completed_at is not None or paper.kind not in _SEALED_FIRST


def _line(paper: Paper, url: str) -> PaperLine:
    return PaperLine(
        label=str(PaperKind(paper.kind).label),
        number=paper.number,
        issued_on=paper.issued_on,
        url=url,
        download_url=f"{url}?download=1" if url else "",
        verify_url=portal_url("verify-code", code=paper.code),
        revoked=paper.revoked_at is not None,
    )


def _copied(case: Case, issued: list[Paper]) -> list[PaperLine]:
    """Decision and certificate that another centre issued and this one holds a copy of."""
    if any(paper.kind in _SEALED_FIRST for paper in issued):
        return []
    certificate = getattr(case, "certificate", None)
    copies: list[tuple[str, str, Attachment | None]] = [
        (bi("决定书", "Decision"), case.decision_number, case.decision_paper)
    ]
    file = case.temporary_permit.get("paper")
    permit = Attachment.objects.filter(pk=file).first() if file else None
    if permit is not None:
        copies.append((bi("临时许可证", "Temporary permit"), case.temporary_permit["number"], permit))
    if certificate is not None and certificate.paper_id != case.decision_paper_id:
        copies.append((certificate.name, certificate.number, certificate.paper))
    return [
        PaperLine(
            label=label,
            number=number,
            issued_on=None,
            url=download_url(file, inline=True),
            download_url=download_url(file),
        )
        for label, number, file in copies
        if file is not None
    ]
