"""Pages of data services at a centre: services and grants, and the log of calls."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zt_interop.departments.models import DataService, Grant
from zt_interop.departments.registry import GrantsWanted
from zt_interop.log.models import DataCall
from zt_platform.accounts.errors import SignInRequired
from zt_platform.accounts.sessions import actor_for_request
from zt_platform.exchange import commands, queries
from zt_platform.exchange.forms import GrantForm
from zt_platform.exports import Table, asked_for, moment_cell
from zt_platform.link_values import row_number
from zt_platform.organisation.roles import Role
from zt_tenants.centres import centres_by_code
from zt_tenants.clock import today
from zt_tenants.context import current_centre
from zt_tenants.errors import DomainError
from zt_tenants.finding import matching_centres
from zt_tenants.language import bi, in_chinese
from zt_tenants.models import Level

PAGE = 50
MOST_MATCHES = 2000
"""Centres that a filter by name may mean; a province has fewer."""
MOST_ROWS = 5000
"""Of a table as CSV; older calls are reached over GraphQL."""


@require_http_methods(["GET", "POST"])
def grants(request: HttpRequest) -> HttpResponse:
    """Services and grants; the province's administrators open new ones here."""
    actor = actor_for_request(request)
    held = queries.data_grants_page(actor, _wanted(request), most=PAGE + 1)
    services = queries.data_services(actor)
    form = _grant_form(request, services)
    if request.method == "POST" and form.is_valid():
        try:
            opened = commands.open_data_grant(
                actor=actor,
                service_code=form.cleaned_data["service"],
                centre_code=form.cleaned_data["centre_code"],
                terms=form.terms(),
            )
        except SignInRequired:
            raise
        except DomainError as wrong:
            form.refuse(wrong)
        else:
            messages.success(request, bi("已授权给{code}。", "Granted to {code}.", code=opened.centre_code))
            return redirect(reverse("exchange:grants"))
    context = {
        "services": services,
        "grants": held[:PAGE],
        "centres": centres_by_code(grant.centre_code for grant in held),
        **_paging(request, held),
        "may_grant": actor.has(Role.CENTRE_ADMIN) and current_centre().level == Level.PROVINCE,
        "form": form,
        "today": today(),
        "chosen": next((one for one in services if one.code == request.GET.get("service")), None),
    }
    return render(request, "exchange/grants.html", context, status=422 if form.errors else 200)


def _grant_form(request: HttpRequest, services: Sequence[DataService]) -> GrantForm:
    """The form for the service that the address or the sent form names."""
    named = request.POST.get("service") or request.GET.get("service")
    chosen = next((one for one in services if one.code == named), None)
    return GrantForm(chosen, request.POST if request.method == "POST" else None)


def _wanted(request: HttpRequest) -> GrantsWanted:
    """What the filters above the table ask for."""
    given, text = request.GET, request.GET.get("q", "").strip()[:40]
    try:
        before = UUID(given["before"]) if given.get("before") else None
    except ValueError:
        before = None
    return GrantsWanted(
        service_code=given.get("of", "")[:64],
        centre_codes=[centre.code for centre in matching_centres(text)[:MOST_MATCHES]] if text else None,
        in_force={"live": True, "ended": False}.get(given.get("state", "")),
        before=before,
    )


def _paging(request: HttpRequest, held: Sequence[Grant]) -> dict[str, str]:
    """Where older and the newest grants are, with the filters kept."""
    kept = {name: request.GET[name] for name in ("of", "q", "state") if request.GET.get(name)}
    older = f"?{urlencode({**kept, 'before': held[PAGE - 1].id})}#grants" if len(held) > PAGE else ""
    newest = f"?{urlencode(kept)}#grants" if request.GET.get("before") else ""
    return {"older_url": older, "newer_url": newest}


@require_POST
def revoke(request: HttpRequest, grant_id: UUID) -> HttpResponse:
    """End a grant at once."""
    actor = actor_for_request(request)
    commands.revoke_data_grant(actor=actor, grant_id=grant_id, reason=request.POST.get("reason", ""))
    messages.success(request, bi("授权已撤销，立即生效。", "The grant is revoked."))
    return redirect(reverse("exchange:grants"))


@require_safe
def calls(request: HttpRequest) -> HttpResponseBase:
    """The log of calls, newest first; ``?csv=1`` or ``?xlsx=1`` as a table."""
    found = queries.data_calls(actor_for_request(request))
    export = asked_for(request)
    if export is not None:
        return export.of(_table(list(found[:MOST_ROWS])))
    before = row_number(request.GET.get("before", ""))
    if before is not None:
        found = found.filter(id__lt=before)
    rows = list(found[: PAGE + 1])
    context = {
        "calls": rows[:PAGE],
        "older_url": f"?before={rows[PAGE - 1].pk}" if len(rows) > PAGE else "",
        "newer_url": request.path if before else "",
    }
    return render(request, "exchange/calls.html", context)


def _table(rows: list[DataCall]) -> Table:
    header = [
        bi("时间", "Time"),
        bi("服务", "Service"),
        bi("查询人", "Asked by"),
        bi("办件编号", "Case"),
        bi("目的", "Purpose"),
        bi("字段", "Fields"),
        bi("状态", "State"),
        bi("结果", "Verdict"),
        bi("原因", "Reason"),
    ]
    lines = [
        [
            moment_cell(call.asked_at),
            call.service_code,
            call.actor_name,
            call.subject,
            call.purpose,
            " ".join(call.fields),
            call.get_state_display(),
            call.verdict or call.status,
            call.reason_zh if in_chinese() else call.reason_en,
        ]
        for call in rows
    ]
    return Table(bi("数据查询日志", "data-calls"), header, lines)
