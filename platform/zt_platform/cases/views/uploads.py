"""Uploads of the wizard, for ``upload.js``: a ticket, the check after the upload, taking a file out again. JSON only."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from zt_platform.accounts.sessions import actor_for_request, applicant_for_request
from zt_platform.actors import Actor
from zt_platform.cases.commands import intake
from zt_platform.cases.presentation import file_row
from zt_platform.organisation.roles import Role
from zt_tenants.errors import InvalidInput


def _whole(text: str, field: str) -> int:
    try:
        return int(text)
    except ValueError as wrong:
        raise InvalidInput(field=field) from wrong


def _opened(request: HttpRequest, actor: Actor, case_id: int) -> HttpResponse:
    ticket = intake.open_material_upload(
        actor=actor,
        case_id=case_id,
        material_code=request.POST.get("material", ""),
        file_name=request.POST.get("file_name", ""),
        size=_whole(request.POST.get("size", ""), "size"),
        content_type=request.POST.get("content_type", ""),
    )
    return JsonResponse({"attachment_id": ticket.attachment_id, "url": ticket.url, "fields": dict(ticket.fields)})


def _confirmed(request: HttpRequest, actor: Actor, case_id: int) -> HttpResponse:
    kept = intake.attach_material(
        actor=actor,
        case_id=case_id,
        material_code=request.POST.get("material", ""),
        attachment_id=_whole(request.POST.get("attachment_id", ""), "attachment_id"),
    )
    row = file_row(kept)
    return JsonResponse(
        {"id": row.id, "file_name": row.file_name, "size": row.size, "url": row.url, "thumbnail_url": row.thumbnail_url}
    )


def _removed(request: HttpRequest, actor: Actor, case_id: int) -> HttpResponse:
    file = _whole(request.POST.get("file", ""), "file")
    intake.detach_material(actor=actor, case_id=case_id, case_material_id=file)
    return JsonResponse({"removed": True})


@require_POST
def open_upload(request: HttpRequest, case_id: int) -> HttpResponse:
    """A form (address and fields) with which the browser posts one file straight to the object store."""
    return _opened(request, applicant_for_request(request), case_id)


@require_POST
def confirm_upload(request: HttpRequest, case_id: int) -> HttpResponse:
    """Read the uploaded file back, check size, digest and real type, and make it part of the application."""
    return _confirmed(request, applicant_for_request(request), case_id)


@require_POST
def remove_upload(request: HttpRequest, case_id: int) -> HttpResponse:
    """Take a file out of the application."""
    return _removed(request, applicant_for_request(request), case_id)


@require_POST
def at_counter(request: HttpRequest, case_id: int, step: str) -> HttpResponse:
    """The same three steps for a clerk who scans papers at the window: ``open``, ``confirm``, ``remove``."""
    actor = actor_for_request(request)
    actor.require(Role.WINDOW_CLERK)
    return {"open": _opened, "confirm": _confirmed, "remove": _removed}[step](request, actor, case_id)
