"""The page of the centres' keys: how long each still lasts, so that nobody is surprised by an end (Y-04)."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from zt_platform.accounts.sessions import supervisor_for_request
from zt_platform.exports import Table, asked_for
from zt_platform.supervision import queries
from zt_platform.supervision.queries import KeyList, KeyState
from zt_platform.supervision.scope import scope_for
from zt_tenants.clock import CHINA, now
from zt_tenants.language import bi

PAGE_ROWS = 200


@require_GET
def keys(request: HttpRequest) -> HttpResponseBase:
    """The keys of a centre and of all below it; filters, page and table are in the URL."""
    scope = scope_for(supervisor_for_request(request))
    code = request.GET.get("centre") or scope.root.code
    state, text = request.GET.get("state", ""), request.GET.get("q", "").strip()[:60]
    found = queries.keys(scope, code=code, state=state, text=text, at=now())
    export = asked_for(request)
    if export:
        return export.of(_table(found))
    chosen = {name: value for name, value in (("centre", code), ("state", state), ("q", text)) if value}
    first = _page_of(request.GET.get("page", ""), len(found.rows))
    shown = found.rows[first * PAGE_ROWS : (first + 1) * PAGE_ROWS]
    context = {
        "scope": scope,
        "here": scope.centre(code),
        "path": scope.path(code),
        "rows": shown,
        "counts": {each.value: count for each, count in found.counts.items()},
        "total": len(found.rows),
        "first": first * PAGE_ROWS + 1,
        "last": first * PAGE_ROWS + len(shown),
        "states": KeyState.choices,
        "state": state,
        "text": text,
        "csv_url": f"?{urlencode({**chosen, 'csv': 1})}",
        "newer_url": f"?{urlencode({**chosen, 'page': first})}" if first else "",
        "older_url": f"?{urlencode({**chosen, 'page': first + 2})}"
        if (first + 1) * PAGE_ROWS < len(found.rows)
        else "",
    }
    return render(request, "supervision/keys.html", context)


def _page_of(text: str, rows: int) -> int:
    """The page that a URL names, from 0; nonsense is the first, what lies behind the end is the last."""
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        return 0
    return min(max(int(text) - 1, 0), max(rows - 1, 0) // PAGE_ROWS)


def _table(found: KeyList) -> Table:
    header = [
        bi("状态", "State"),
        bi("中心", "Centre"),
        bi("代码", "Code"),
        bi("用途", "Usage"),
        bi("套件", "Suite"),
        bi("密钥", "Key"),
        bi("有效期起", "Valid from"),
        bi("有效期至", "Valid until"),
        bi("剩余天数", "Days left"),
    ]
    rows = [
        [
            row.state.label,
            row.centre.name,
            row.centre.code,
            row.usage.label,
            row.term.suite if row.term else "",
            row.term.kid if row.term else "",
            f"{row.term.not_before.astimezone(CHINA):%Y-%m-%d}" if row.term else "",
            f"{row.term.not_after.astimezone(CHINA):%Y-%m-%d}" if row.term else "",
            row.days if row.term else "",
        ]
        for row in found.rows
    ]
    return Table(bi("密钥有效期", "keys"), header, rows)
