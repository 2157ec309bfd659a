"""The operations pages of one centre: its streams, what is parked or refused, and the acts of its administrators."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zt_interop.handling import proposal_of
from zt_interop.queue.models import MessageState
from zt_interop.stream_pages import StreamWish, stream_totals
from zt_platform.accounts.errors import SignInRequired
from zt_platform.accounts.sessions import actor_for_request
from zt_platform.exports import asked_for
from zt_platform.link_values import row_number
from zt_platform.operations import commands, queries
from zt_platform.operations.asking import Asked
from zt_platform.operations.portal_page import all_streams, circuit_lines, stream_context
from zt_platform.organisation.roles import Role
from zt_tenants.centres import centres_by_code
from zt_tenants.context import current_centre
from zt_tenants.errors import DomainError, InvalidInput, NotFound, NotPermitted
from zt_tenants.language import bi
from zt_tenants.models import Centre, Level

PAGE = 50
LONGEST_DATA = 200_000
MOST_FOUND = 300


@require_GET
def home(request: HttpRequest) -> HttpResponseBase:
    """The centre's streams both ways, its parked and refused messages, and what it would not take."""
    actor = actor_for_request(request)
    actor.require(*queries.READERS)
    here, asked = current_centre(), Asked.of(request)
    wish = asked.wish(_codes_of, source=here.code)
    if export := asked_for(request):
        return export.of(all_streams(wish))
    received = queries.received_streams(actor)
    parked, more_parked = _page(request, "parked", queries.parked(actor), "pk", ascending=True)
    refused, more_refused = _page(request, "refused", queries.refused(actor), "position", ascending=False)
    province = here.level == Level.PROVINCE
    shown = stream_context(asked, wish)
    others = {row.source_code for row in [*received[:PAGE], *parked]} | {row.stream.destination_code for row in refused}
    context = {
        **shown,
        "centres": {**shown["centres"], **centres_by_code(others)},
        "here": here,
        "totals": stream_totals(StreamWish(source_code=here.code)),
        "received": received[:PAGE],
        "received_count": len(received),
        "missing": sum(row.missing for row in received),
        "unapplied": sum(row.unapplied for row in received),
        "parked": parked,
        "more_parked": more_parked,
        "refused": refused,
        "more_refused": more_refused,
        "not_taken": queries.not_taken(actor)[:20],
        "circuits": circuit_lines() if province else [],
        "may_resume": province and actor.has(Role.CENTRE_ADMIN),
    }
    return render(request, "operations/centre.html", context)


def _codes_of(text: str) -> list[str]:
    meant = Q(code__startswith=text) | Q(name__icontains=text)
    return list(Centre.objects.filter(meant).values_list("code", flat=True)[:MOST_FOUND])


def _page(request: HttpRequest, name: str, rows: Any, key: str, *, ascending: bool) -> tuple[list[Any], str]:
    """One page of a list behind the key that the address names, and the address of the next."""
    after = row_number(request.GET.get(name, ""))
    if after is not None:
        rows = rows.filter(**{f"{key}__{'gt' if ascending else 'lt'}": after})
    found = list(rows[: PAGE + 1])
    return found[:PAGE], f"?{name}={getattr(found[PAGE - 1], key)}" if len(found) > PAGE else ""


@require_http_methods(["GET", "POST"])
def parked(request: HttpRequest, inbox_id: int) -> HttpResponse:
    """A parked message; POST tries it and all that wait behind it again."""
    actor = actor_for_request(request)
    if request.method == "POST":
        applied = commands.replay(actor=actor, inbox_id=inbox_id)
        if applied:
            messages.success(request, bi("已处理{n}条报文。", "{n} messages took effect.", n=applied))
        else:
            messages.warning(request, bi("仍未能处理，原因见下。", "It could not be handled again; see why below."))
        still = queries.parked(actor).filter(pk=inbox_id).exists()
        return redirect(reverse("messages:parked", args=[inbox_id]) if still else reverse("messages:home"))
    found = queries.parked_message(actor, inbox_id)
    context = {
        "message": found,
        "traceparent": queries.trace_of(found),
        "may_act": actor.has(Role.CENTRE_ADMIN),
        "centres": centres_by_code([found.source_code]),
    }
    return render(request, "operations/parked.html", context)


@require_http_methods(["GET", "POST"])
def refused(request: HttpRequest, event_id: UUID) -> HttpResponse:
    """A refused message; POST repairs it and sends it again, or proposes or confirms its closing."""
    actor = actor_for_request(request)
    wrong: DomainError | None = None
    if request.method == "POST":
        try:
            return _act(request, event_id)
        except (SignInRequired, NotPermitted, NotFound):
            raise
        except DomainError as refusal:
            wrong = refusal
    found = queries.refused_message(actor, event_id)
    context = {
        "message": found,
        "proposal": proposal_of(found),
        "own_proposal": (proposal_of(found) or {}).get("account") == str(actor.account_id),
        "may_act": actor.has(Role.CENTRE_ADMIN),
        "failed": {wrong.field or "reason": [wrong.text()]} if wrong else {},
        "given": request.POST,
        "centres": centres_by_code([found.stream.destination_code]),
    }
    return render(request, "operations/refused.html", context, status=422 if wrong else 200)


def _act(request: HttpRequest, event_id: UUID) -> HttpResponse:
    actor, given = actor_for_request(request), request.POST
    reason = given.get("reason", "")
    if given.get("act") == "close":
        message = commands.close(actor=actor, event_id=event_id, reason=reason)
        if message.state == MessageState.CLOSED:
            messages.success(request, bi("已结案，不再发送。", "Closed; it is not sent again."))
            return redirect(reverse("messages:home"))
        messages.success(request, bi("已提出结案，须由另一人确认。", "Proposed; somebody else must confirm it."))
        return redirect(reverse("messages:refused", args=[event_id]))
    commands.repair(actor=actor, event_id=event_id, reason=reason, data=_data(given.get("data", "")))
    messages.success(request, bi("已重新排队发送，编号不变。", "It is on its way again under the same id."))
    return redirect(reverse("messages:home"))


def _data(text: str) -> dict[str, Any] | None:
    """Corrected data as typed; None when nothing was."""
    if not text.strip():
        return None
    try:
        found = json.loads(text) if len(text) <= LONGEST_DATA else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise InvalidInput(
            field="data",
            zh='更正内容须是一个JSON对象，例如 {{"step": "REVIEWED"}}；留空则按原内容重发。',
            en="Corrected data are one JSON object; leave it empty to send the message as it was.",
        )
    return found


@require_POST
def resume(request: HttpRequest) -> HttpResponse:
    """Try a destination that did not answer again at once."""
    waiting = commands.resume(
        actor=actor_for_request(request),
        destination_code=request.POST.get("destination", "")[:12],
        reason=request.POST.get("reason", ""),
    )
    messages.success(request, bi("已恢复，{n}条流水随即重试。", "Resumed; {n} streams are tried at once.", n=waiting))
    return redirect(reverse("messages:home"))
