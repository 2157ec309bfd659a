"""Who works on a case: claim, give back, hand over (one case or all of them), and notes between colleagues."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from zt_platform.accounts.sessions import actor_for_request
from zt_platform.cases import commands, queries
from zt_platform.cases.commands.holding import HANDS_OVER, WORKERS
from zt_platform.cases.numbers import grouped
from zt_platform.link_values import seen_version
from zt_platform.organisation.queries import colleagues
from zt_tenants.errors import DomainError, InvalidInput
from zt_tenants.language import bi


def _back(case_id: int) -> HttpResponse:
    return redirect(reverse("workbench:case", kwargs={"case_id": case_id}))


def _account(request: HttpRequest, name: str) -> UUID:
    try:
        return UUID(request.POST.get(name, ""))
    except ValueError as wrong:
        raise InvalidInput(field=name, zh="请选择同事。", en="Choose a colleague.") from wrong


@require_POST
def claim(request: HttpRequest, case_id: int) -> HttpResponse:
    """Take a case, or (``release``) give it back."""
    actor = actor_for_request(request)
    giving = "release" in request.POST
    act = commands.release_case if giving else commands.claim_case
    queries.case_for(actor, case_id)
    try:
        act(actor=actor, case_id=case_id, expected_version=seen_version(request))
    except DomainError as refused:
        messages.warning(request, refused.text())
    else:
        said = bi("已退回公共队列。", "Given back to the queue.") if giving else bi("已认领。", "Claimed.")
        messages.success(request, said)
    return _back(case_id)


@require_http_methods(["GET", "POST"])
def assign(request: HttpRequest, case_id: int) -> HttpResponse:
    """Hand one case to a colleague."""
    actor = actor_for_request(request)
    actor.require(*WORKERS)
    case = queries.case_for(actor, case_id)
    refused: DomainError | None = None
    if request.method == "POST":
        try:
            commands.assign_case(
                actor=actor,
                case_id=case_id,
                to_account_id=_account(request, "to_account_id"),
                note=request.POST.get("note", ""),
                expected_version=seen_version(request),
            )
        except DomainError as error:
            refused = error
        else:
            messages.success(request, bi("已交办。", "Handed over."))
            return _back(case_id)
    context = {
        "case": case,
        "number": grouped(case.tracking_number or ""),
        "title": bi("交给同事办理", "Hand to a colleague"),
        "colleagues": [one for one in colleagues(actor) if one.account_id != case.holder_account_id],
        "case_url": reverse("workbench:case", kwargs={"case_id": case_id}),
        **_typed(request, refused),
    }
    return render(request, "workbench/assign.html", context, status=422 if refused else 200)


@require_http_methods(["GET", "POST"])
def hand_over(request: HttpRequest) -> HttpResponse:
    """Hand all cases that one holds to a colleague: one's own, or as head or administrator somebody else's."""
    actor = actor_for_request(request)
    actor.require(*WORKERS)
    refused: DomainError | None = None
    if request.method == "POST":
        try:
            to = _account(request, "to_account_id")
            given = request.POST.get("from_account_id", "")
            of = _account(request, "from_account_id") if given else actor.account_id
            moved = commands.hand_over_all(
                actor=actor, from_account_id=of or to, to_account_id=to, note=request.POST.get("note", "")
            )
        except DomainError as error:
            refused = error
        else:
            messages.success(request, bi("已交接{n}件。", "{n} cases handed over.", n=moved))
            return redirect(reverse("workbench:queue"))
    context = {
        "title": bi("工作交接", "Hand over all cases"),
        "colleagues": [one for one in colleagues(actor) if one.account_id != actor.account_id],
        "from_others": colleagues(actor) if actor.has(*HANDS_OVER) else [],
        "held": queries.queue_counts(actor).held,
        "own_id": actor.account_id,
        "chosen_from": request.POST.get("from_account_id", ""),
        **_typed(request, refused),
    }
    return render(request, "workbench/assign.html", context, status=422 if refused else 200)


def _typed(request: HttpRequest, refused: DomainError | None) -> dict[str, Any]:
    """What was filled in, kept when it was refused."""
    field = refused.field if refused and refused.field else "to_account_id"
    return {
        "errors": {field: [refused.text()]} if refused else {},
        "chosen": request.POST.get("to_account_id", ""),
        "note": request.POST.get("note", ""),
        "queue_url": reverse("workbench:queue"),
    }


@require_POST
def note(request: HttpRequest, case_id: int) -> HttpResponse:
    """Leave a note for colleagues."""
    actor = actor_for_request(request)
    queries.case_for(actor, case_id)
    try:
        commands.note_case(actor=actor, case_id=case_id, note=request.POST.get("note", ""))
    except InvalidInput as refused:
        messages.warning(request, refused.text())
    return redirect(reverse("workbench:case", kwargs={"case_id": case_id}) + "#internal")
