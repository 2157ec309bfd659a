"""PDF files for the printer: the papers of marked cases, from the page of the batch; the whole file of one case."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from zt_platform.accounts.sessions import actor_for_request
from zt_platform.audit.commands import record_reading
from zt_platform.audit.models import AuditRecord
from zt_platform.cases import queries
from zt_platform.cases.case_file import bound_file
from zt_platform.cases.commands.batch_runs import PRINT
from zt_platform.cases.errors import CaseNotFound
from zt_platform.cases.queries.prints import printed_papers, volumes_of, with_content
from zt_platform.organisation.roles import Role
from zt_platform.papers.rendering import PDF, Cover, bundle
from zt_storage.names import content_disposition
from zt_tenants.clock import CHINA
from zt_tenants.context import current_centre
from zt_tenants.errors import NotFound
from zt_tenants.language import bi


@dataclass(frozen=True, slots=True)
class VolumeLine:
    """One file to be opened: its number, how many papers are in it, its address."""

    number: int
    papers: int
    url: str


def volume_lines(batch: AuditRecord, results: dict[int, AuditRecord]) -> list[VolumeLine]:
    """The files of a batch of printing; none for other batches."""
    if batch.data["slug"] != PRINT:
        return []
    return [
        VolumeLine(
            number, len(papers), reverse("workbench:batch-volume", kwargs={"batch_id": batch.pk, "volume": number})
        )
        for number, papers in enumerate(volumes_of(printed_papers(batch, results)), start=1)
    ]


@never_cache
@require_GET
def volume(request: HttpRequest, batch_id: int, volume: int) -> HttpResponse:
    """One volume of one's own batch as PDF: contents, then each paper from a page of its own."""
    batch, results = queries.batch_of(actor_for_request(request), batch_id)
    if batch.data["slug"] != PRINT:
        raise Http404
    volumes = volumes_of(printed_papers(batch, results))
    if not 1 <= volume <= len(volumes):
        raise NotFound
    papers = with_content(volumes[volume - 1])
    name = bi("文书合订打印件", "Papers")
    title = f"{name}（{volume}/{len(volumes)}）" if len(volumes) > 1 else name
    data = bundle(_cover(title, batch), papers)
    answer = HttpResponse(data, content_type=PDF)
    answer.headers["Content-Disposition"] = content_disposition(f"{name}-{batch_id}-{volume}.pdf", inline=True)
    return answer


@never_cache
@require_GET
def case_file(request: HttpRequest, case_id: int) -> HttpResponse:
    """The file of a case as one PDF, for staff of the centre (F-17): recorded as read. A draft has none."""
    actor = actor_for_request(request)
    actor.require(*Role.values)  # the applicant reads his papers one by one; the file holds inner ones too
    case = queries.case_for(actor, case_id)
    if not case.tracking_number:
        raise CaseNotFound
    record_reading(actor, case_id=case_id, tracking_number=case.tracking_number, purpose="打印案卷")
    answer = HttpResponse(bound_file(actor, case), content_type=PDF)
    name = f"{bi('案卷', 'File')}-{case.tracking_number}.pdf"
    answer.headers["Content-Disposition"] = content_disposition(name, inline=True)
    return answer


def _cover(title: str, batch: AuditRecord) -> Cover:
    printed = batch.at.astimezone(CHINA)
    return Cover(
        title=title,
        centre=current_centre().name,
        printed=f"{printed:%Y-%m-%d %H:%M}　{batch.actor_name}",
        columns=(
            bi("序号", "No."),
            bi("文书", "Paper"),
            bi("文号", "Number"),
            bi("办件编号", "Case"),
            bi("页", "Page"),
        ),
        note=bi(
            "含本中心签发的和其他中心发来的文书，已撤销的除外。打印件供窗口使用，真伪以各文书二维码核验为准。",
            "What this centre issued and other centres sent, but for what was revoked. Each is verified by its own code.",
        ),
        missing=bi(
            "这份文书的文件暂时取不到，请在办件页单独打开打印。",
            "The file of this paper is not at hand; open and print it on the page of the case.",
        ),
    )
