"""Uploads of the wizard, for ``upload.js``: a ticket, the check after the upload, taking a file out again. JSON only.

A large file has three more steps: ``large`` announces it or finds it where it was left, ``parts`` gives the addresses of
parts, ``abort`` gives it up. ``confirm`` is the same for both and answers 202 while a worker still reads the file.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from zt_platform.accounts.sessions import actor_for_request, applicant_for_request
from zt_platform.actors import Actor
from zt_platform.cases.commands import materials
from zt_platform.cases.presentation import file_row
from zt_platform.organisation.roles import Role
from zt_storage.errors import UploadBeingChecked
from zt_tenants.errors import InvalidInput


def _whole(text: str, field: str) -> int:
    try:
        return int(text)
    except ValueError as wrong:
        raise InvalidInput(field=field) from wrong


def _opened(request: HttpRequest, actor: Actor, case_id: int) -> HttpResponse:
    ticket = materials.open_material_upload(
        actor=actor,
        case_id=case_id,
        material_code=request.POST.get("material", ""),
        file_name=request.POST.get("file_name", ""),
        size=_whole(request.POST.get("size", ""), "size"),
        content_type=request.POST.get("content_type", ""),
    )
    return JsonResponse({"attachment_id": ticket.attachment_id, "url": ticket.url, "fields": dict(ticket.fields)})


def _confirmed(request: HttpRequest, actor: Actor, case_id: int) -> HttpResponse:
    try:
        kept = materials.attach_material(
            actor=actor,
            case_id=case_id,
            material_code=request.POST.get("material", ""),
            attachment_id=_whole(request.POST.get("attachment_id", ""), "attachment_id"),
        )
    except UploadBeingChecked as wait:
        return JsonResponse({"checking": True, "text": wait.text()}, status=202)
    row = file_row(kept)
    return JsonResponse(
        {"id": row.id, "file_name": row.file_name, "size": row.size, "url": row.url, "thumbnail_url": row.thumbnail_url}
    )


def _removed(request: HttpRequest, actor: Actor, case_id: int) -> HttpResponse:
    file = _whole(request.POST.get("file", ""), "file")
    materials.detach_material(actor=actor, case_id=case_id, case_material_id=file)
    return JsonResponse({"removed": True})


def _large(request: HttpRequest, actor: Actor, case_id: int) -> HttpResponse:
    upload = materials.open_large_material_upload(
        actor=actor,
        case_id=case_id,
        material_code=request.POST.get("material", ""),
        file_name=request.POST.get("file_name", ""),
        size=_whole(request.POST.get("size", ""), "size"),
        content_type=request.POST.get("content_type", ""),
    )
    return JsonResponse(
        {
            "attachment_id": upload.attachment_id,
            "part_bytes": upload.part_bytes,
            "part_count": upload.part_count,
            "parts": [{"number": one.number, "sha256": one.sha256, "arrived": one.arrived} for one in upload.parts],
        }
    )


def _parts(request: HttpRequest, actor: Actor, case_id: int) -> HttpResponse:
    """``part`` is repeated: number and SHA-256, joined by a tilde."""
    del case_id  # whose upload it is, and that it is unfinished, is asked of the upload itself
    pairs = [text.partition("~") for text in request.POST.getlist("part")]
    tickets = materials.announce_material_parts(
        actor=actor,
        attachment_id=_whole(request.POST.get("attachment_id", ""), "attachment_id"),
        digests={_whole(number, "parts"): digest for number, _, digest in pairs},
    )
    return JsonResponse({"parts": [{"number": one.number, "size": one.size, "url": one.url} for one in tickets]})


def _aborted(request: HttpRequest, actor: Actor, case_id: int) -> HttpResponse:
    del case_id
    upload = _whole(request.POST.get("attachment_id", ""), "attachment_id")
    materials.abort_material_upload(actor=actor, attachment_id=upload)
    return JsonResponse({"aborted": True})


_STEPS = {
    "open": _opened,
    "confirm": _confirmed,
    "remove": _removed,
    "large": _large,
    "parts": _parts,
    "abort": _aborted,
}


@require_POST
def of_applicant(request: HttpRequest, case_id: int, step: str) -> HttpResponse:
    """A step of an upload to one's own application."""
    return _STEPS[step](request, applicant_for_request(request), case_id)


@require_POST
def at_counter(request: HttpRequest, case_id: int, step: str) -> HttpResponse:
    """The same steps for a clerk who scans papers at the window."""
    actor = actor_for_request(request)
    actor.require(Role.WINDOW_CLERK)
    return _STEPS[step](request, actor, case_id)


def upload_urls(name: str, case_id: int) -> dict[str, str]:
    """The addresses of the steps for ``upload_row.html``: ``open_url``, ``large_url``, …; ``name`` is the URL's."""
    return {f"{step}_url": reverse(name, kwargs={"case_id": case_id, "step": step}) for step in _STEPS}
