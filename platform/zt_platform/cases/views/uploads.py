"""Uploads of the wizard, for ``upload.js``: a ticket, the check after the upload, taking a file out again. JSON only."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from zt_platform.accounts.sessions import applicant_for_request
from zt_platform.cases.commands import intake
from zt_platform.cases.presentation import file_row
from zt_tenants.errors import InvalidInput


def _whole(text: str, field: str) -> int:
    try:
        return int(text)
    except ValueError as wrong:
        raise InvalidInput(field=field) from wrong


@require_POST
def open_upload(request: HttpRequest, case_id: int) -> HttpResponse:
    """A form (address and fields) with which the browser posts one file straight to the object store."""
    ticket = intake.open_material_upload(
        actor=applicant_for_request(request),
        case_id=case_id,
        material_code=request.POST.get("material", ""),
        file_name=request.POST.get("file_name", ""),
        size=_whole(request.POST.get("size", ""), "size"),
        content_type=request.POST.get("content_type", ""),
    )
    return JsonResponse({"attachment_id": ticket.attachment_id, "url": ticket.url, "fields": dict(ticket.fields)})


@require_POST
def confirm_upload(request: HttpRequest, case_id: int) -> HttpResponse:
    """Read the uploaded file back, check size, digest and real type, and make it part of the application."""
    kept = intake.attach_material(
        actor=applicant_for_request(request),
        case_id=case_id,
        material_code=request.POST.get("material", ""),
        attachment_id=_whole(request.POST.get("attachment_id", ""), "attachment_id"),
    )
    row = file_row(kept)
    return JsonResponse(
        {"id": row.id, "file_name": row.file_name, "size": row.size, "url": row.url, "thumbnail_url": row.thumbnail_url}
    )


@require_POST
def remove_upload(request: HttpRequest, case_id: int) -> HttpResponse:
    """Take a file out of the application."""
    intake.detach_material(
        actor=applicant_for_request(request),
        case_id=case_id,
        case_material_id=_whole(request.POST.get("file", ""), "file"),
    )
    return JsonResponse({"removed": True})
