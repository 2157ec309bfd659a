"""The page of what draws a supervisor's eye: broken rules, orders and cards, everything out of the ordinary."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from zt_platform.accounts.sessions import supervisor_for_request
from zt_platform.exports import Table, asked_for
from zt_platform.supervision import queries
from zt_platform.supervision.flags import Flag, flag_of
from zt_platform.supervision.models import CaseStep
from zt_platform.supervision.scope import Scope, scope_for
from zt_tenants.clock import CHINA
from zt_tenants.language import bi

PAGE_ROWS = 50
EXPORT_ROWS = 10_000


@require_GET
def flags(request: HttpRequest) -> HttpResponseBase:
    """Flagged steps of a centre and of all below it; filter, page and table are in the URL."""
    scope = scope_for(supervisor_for_request(request))
    code, flag = request.GET.get("centre") or scope.root.code, request.GET.get("flag", "")
    found = queries.flagged_steps(scope, centre=code, flag=flag if flag in Flag.values else "")
    if export := asked_for(request):
        return export.of(_table(scope, found[:EXPORT_ROWS]))
    page = Paginator(found, PAGE_ROWS).get_page(request.GET.get("page"))
    chosen = {"centre": code, **({"flag": flag} if flag else {})}
    context = {
        "scope": scope,
        "here": scope.centre(code),
        "path": scope.path(code),
        "rows": [(step, flag_of(step.step).label, scope.centres.get(step.centre_code)) for step in page],
        "total": page.paginator.count,
        "shown": bi("第{n}页，共{m}页", "page {n} of {m}", n=page.number, m=page.paginator.num_pages),
        "flags": Flag.choices,
        "flag": flag,
        "csv_url": f"?{urlencode({**chosen, 'csv': 1})}",
        "newer_url": f"?{urlencode({**chosen, 'page': page.number - 1})}" if page.has_previous() else "",
        "older_url": f"?{urlencode({**chosen, 'page': page.number + 1})}" if page.has_next() else "",
    }
    return render(request, "supervision/flags.html", context)


def _table(scope: Scope, steps: Iterable[CaseStep]) -> Table:
    header = [
        bi("时间", "Time"),
        bi("情形", "What"),
        bi("办件编号", "Tracking number"),
        bi("中心", "Centre"),
        bi("部门", "Department"),
    ]
    rows = (
        [
            f"{step.occurred_at.astimezone(CHINA):%Y-%m-%d %H:%M}",
            str(flag_of(step.step).label),
            step.tracking_number,
            scope.centres[step.centre_code].name if step.centre_code in scope.centres else step.centre_code,
            step.department,
        ]
        for step in steps
    )
    return Table(bi("违规和特别情形", "flags"), header, rows)
