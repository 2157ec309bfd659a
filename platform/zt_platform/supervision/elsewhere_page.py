"""The page of the centres that run in other deployments: whether the way there is open, and how long their keys last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from zt_interop.certificates import URGENT_DAYS, WARNING_DAYS
from zt_interop.elsewhere import Way, WayState, ways_to
from zt_platform.accounts.sessions import supervisor_for_request
from zt_platform.supervision.scope import scope_for
from zt_tenants.clock import now
from zt_tenants.language import bi
from zt_tenants.models import Transport

_WORDS: Final = {
    WayState.SILENT: ("red", bi("没有应答", "No answer")),
    WayState.FAILING: ("yellow", bi("重试中", "Trying again")),
    WayState.UNUSED: ("warning", bi("尚无往来", "Nothing sent yet")),
    WayState.OPEN: ("green", bi("通畅", "Open")),
}


@dataclass(frozen=True, slots=True)
class _Row:
    way: Way
    light: str
    state: str
    host: str
    certificate_light: str


@require_GET
def elsewhere(request: HttpRequest) -> HttpResponse:
    """The centres elsewhere of a centre and all below it."""
    scope = scope_for(supervisor_for_request(request))
    code = request.GET.get("centre") or scope.root.code
    centres = [scope.centre(found) for found in scope.below(code)]
    away = [centre for centre in centres if centre.transport == Transport.HTTPS]
    rows = [_row(way) for way in ways_to(away, at=now())]
    context = {"scope": scope, "here": scope.centre(code), "path": scope.path(code), "rows": rows}
    return render(request, "supervision/elsewhere.html", context)


def _row(way: Way) -> _Row:
    light, state = _WORDS[way.state]
    return _Row(way, light, state, urlsplit(way.centre.endpoint).netloc, _certificate_light(way))


def _certificate_light(way: Way) -> str:
    if way.certificate_until is None:
        return ""
    days = (way.certificate_until - now()).days
    return "red" if days < URGENT_DAYS else "amber" if days < WARNING_DAYS else ""
