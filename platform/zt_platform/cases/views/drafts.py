"""Throwing one's own draft away, and taking it back for a while."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from zt_platform.accounts.sessions import applicant_for_request
from zt_platform.actors import Actor
from zt_platform.cases import commands, queries
from zt_platform.cases.duties import DISCARDED_KEPT_FOR, kept_until
from zt_platform.cases.errors import CaseNotFound, NotADraft
from zt_platform.cases.meanwhile import CaseChanged
from zt_platform.cases.models import Case
from zt_platform.cases.views.two_pages import seen_by
from zt_platform.cases.vocabulary import Status
from zt_tenants.language import bi
from zt_tenants.urls import portal_url


@require_http_methods(["GET", "POST"])
def discard(request: HttpRequest, case_id: int) -> HttpResponse:
    """What would be gone, and the button; afterwards until when it can be taken back, and the button for that."""
    actor = applicant_for_request(request)
    changed: CaseChanged | None = None
    if request.method == "POST":
        version = seen_by(request)["expected_version"]
        try:
            if request.POST.get("act") == "restore":
                commands.restore_draft(actor=actor, case_id=case_id, expected_version=version)
                messages.success(request, bi("草稿已恢复，可以接着填。", "The draft is back; go on with it."))
                return redirect(reverse("cases:draft-step", kwargs={"case_id": case_id, "step": "form"}))
            commands.discard_draft(actor=actor, case_id=case_id, expected_version=version)
            return redirect(reverse("cases:draft-discard", kwargs={"case_id": case_id}))
        except CaseChanged as refused:
            changed = refused
    case = _draft(actor, case_id)
    context = {
        "case": case,
        "files": len(getattr(case, "current_materials", [])),
        "answers": sum(bool(answer) for answer in case.form.values()),
        "days": DISCARDED_KEPT_FOR.days,
        "until": kept_until(case),
        "errors": {"discard": [changed.text()]} if changed else {},
        "form_url": reverse("cases:draft-step", kwargs={"case_id": case_id, "step": "form"}),
        "my_cases_url": portal_url("my-cases"),
    }
    return render(request, "cases/discard.html", context, status=409 if changed else 200)


def _draft(actor: Actor, case_id: int) -> Case:
    """The actor's own draft, thrown away or not. Raises CaseNotFound, NotADraft."""
    try:
        case = queries.case_for(actor, case_id)
    except CaseNotFound:
        return queries.discarded_draft(actor, case_id)
    if case.status != Status.DRAFT:
        raise NotADraft
    return case
