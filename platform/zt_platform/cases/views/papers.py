"""The official papers of a case: for the clerk and for the applicant who has signed in. The file is made when it is opened
first, if nobody has made it before.
"""

from __future__ import annotations

from collections.abc import Sequence
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
from zt_platform.cases.foreign_papers import ForeignPaper, foreign_papers_of
from zt_platform.cases.models import Case
from zt_platform.cases.queries.official_papers import (
    FOREIGN_SEALED_FIRST,
    OfficialPaper,
    is_out,
    papers_in_house,
    papers_out,
)
from zt_platform.papers.commands import drawn_again, rendered
from zt_platform.papers.errors import PaperNotFound
from zt_platform.papers.kinds import PaperKind
from zt_platform.papers.models import Paper
from zt_platform.papers.queries import paper_of
from zt_storage.errors import ObjectMissing
from zt_storage.missing import Presence, presence
from zt_storage.models import Attachment
from zt_storage.uploads import download_url
from zt_tenants.language import bi


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
    issuer: str = ""
    """The other centre, where that one issued it."""
    code: str = ""
    """For the print-out, where nothing can be pressed."""


def lines_for_staff(case: Case) -> list[PaperLine]:
    """All papers about a case by day: this centre's, those to its departments too, and what the other centre issued."""
    found = papers_in_house(case)

    def url(paper: OfficialPaper) -> str:
        if paper.elsewhere:
            return reverse("workbench:foreign-paper", kwargs={"case_id": case.pk, "code": paper.code})
        return reverse("workbench:paper", kwargs={"case_id": case.pk, "paper_id": paper.own_key})

    return [_line(paper, url(paper)) for paper in found] + _copied(case, found)


def lines_for_applicant(case: Case) -> list[PaperLine]:
    """The papers addressed to the applicant, whichever centre issued them; a decision only once it was completed."""
    found, number = papers_out(case), case.tracking_number or ""

    def url(paper: OfficialPaper) -> str:
        if paper.elsewhere:
            return reverse("cases:foreign-paper", kwargs={"number": number, "code": paper.code})
        return reverse("cases:paper", kwargs={"number": number, "paper_id": paper.own_key})

    return [_line(paper, url(paper)) for paper in found] + (_copied(case, found) if case.completed_at else [])


def lines_without_links(papers: Sequence[OfficialPaper]) -> list[PaperLine]:
    """For whoever knows number and telephone digits: that there are papers, and where anybody can verify them."""
    return [_line(paper, "") for paper in papers]


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
    if not is_out(case, paper.kind):
        raise PaperNotFound
    return _opened(request, paper)


@never_cache
@require_GET
def foreign_for_staff(request: HttpRequest, case_id: int, code: str) -> HttpResponse:
    """This centre's copy of a paper of the other centre, for staff. Raises CaseNotFound, PaperNotFound."""
    actor = actor_for_request(request)
    case = queries.case_for(actor, case_id)
    paper = _foreign(case, code)
    purpose = f"文书 {paper.number}"
    record_reading(actor, case_id=case_id, tracking_number=case.tracking_number or "", purpose=purpose)
    return _opened_copy(request, paper)


@never_cache
@require_GET
def foreign_for_applicant(request: HttpRequest, number: str, code: str) -> HttpResponse:
    """The copy of a paper of the other centre, for the applicant. Raises CaseNotFound, PaperNotFound."""
    case = queries.case_by_number(applicant_for_request(request), number)
    paper = _foreign(case, code)
    if not is_out(case, paper.kind, elsewhere=True):
        raise PaperNotFound
    return _opened_copy(request, paper)


def _foreign(case: Case, code: str) -> ForeignPaper:
    found = next((paper for paper in foreign_papers_of(case) if paper.code == code), None)
    if found is None:
        raise PaperNotFound
    return found


def _opened_copy(request: HttpRequest, paper: ForeignPaper) -> HttpResponse:
    file = Attachment.objects.get(pk=paper.file)
    return redirect(download_url(file, inline="download" not in request.GET))


def _opened(request: HttpRequest, paper: Paper) -> HttpResponse:
    """To the file in the store: shown in the browser, or with ``?download`` kept as a file.

    A file that the store has lost is drawn again. Raises ObjectMissing when this release draws another one.
    """
    file = rendered(paper)
    if presence(file) is Presence.MISSING and not drawn_again(paper):
        raise ObjectMissing(key=file.object_key)
    return redirect(download_url(file, inline="download" not in request.GET))


def _line(paper: OfficialPaper, url: str) -> PaperLine:
    return PaperLine(
        label=paper.label,
        number=paper.number,
        issued_on=paper.issued_on,
        url=url,
        download_url=f"{url}?download=1" if url else "",
        verify_url=paper.verify_url,
        revoked=paper.void,
        issuer=paper.centre_name if paper.elsewhere else "",
        code=paper.code,
    )


def _copied(case: Case, listed: Sequence[OfficialPaper]) -> list[PaperLine]:
    """Decision and certificate of another centre whose release did not tell of papers: copies without a code to verify."""
    if FOREIGN_SEALED_FIRST & {paper.kind for paper in listed}:
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
