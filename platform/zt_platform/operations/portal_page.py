"""The operations page of the province (and of a city): what stands, where, since when, and whom to tell."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from zt_interop.circuit import CircuitStatus
from zt_interop.queue.models import Channel
from zt_interop.stream_pages import (
    MOST_ROWS,
    StreamFilter,
    StreamOrder,
    StreamRow,
    StreamWish,
    open_circuits,
    stream_page,
    stream_totals,
)
from zt_platform.accounts.sessions import supervisor_for_request
from zt_platform.exports import Table, asked_for
from zt_platform.operations import queries
from zt_platform.operations.asking import Asked, matches
from zt_platform.operations.picture import hours_option
from zt_platform.operations.tables import streams_table
from zt_platform.supervision.scope import Scope, scope_for
from zt_tenants.centres import centres_by_code, short_name_of
from zt_tenants.clock import now
from zt_tenants.models import Centre, Level


@require_GET
def home(request: HttpRequest) -> HttpResponseBase:
    """All streams from and to the centres of a scope, the circuits, and for the province the rest of the deployment."""
    scope = scope_for(supervisor_for_request(request))
    asked = Asked.of(request)
    codes = None if _all(scope) else list(scope.centres)
    wish = asked.wish(lambda text: [one.code for one in scope.centres.values() if matches(one, text)], codes=codes)
    if export := asked_for(request):
        return export.of(all_streams(wish))
    return render(request, "operations/portal.html", {**stream_context(asked, wish), **_context(scope, codes)})


def all_streams(wish: StreamWish) -> Table:
    """All streams of a wish, for taking along; no more than ten thousand."""
    rows = stream_page(replace(wish, after=""), limit=MOST_ROWS).rows
    return streams_table(rows, centres_of(rows))


def centres_of(rows: Iterable[StreamRow]) -> dict[str, Centre]:
    """The centres at both ends of streams, by code; one statement."""
    return centres_by_code({code for row in rows for code in (row.stream.source_code, row.stream.destination_code)})


def stream_context(asked: Asked, wish: StreamWish) -> dict[str, Any]:
    """What the list of streams shows; here and at a centre."""
    page = stream_page(wish)
    return {
        "asked": asked,
        "streams": page.rows,
        "filters": StreamFilter.choices,
        "orders": StreamOrder.choices,
        "channels": Channel.choices,
        "csv_url": asked.url(csv="1"),
        "newer_url": asked.url() if asked.after else "",
        "older_url": asked.url(after=page.next) if page.next else "",
        "read_at": now(),
        "centres": centres_of(page.rows),
    }


def _context(scope: Scope, codes: list[str] | None) -> dict[str, Any]:
    whole = _all(scope)
    return {
        "scope": scope,
        "here": scope.root,
        "path": [scope.root],
        "totals": stream_totals(StreamWish(codes=codes)),
        "circuits": circuit_lines(codes),
        "parked": queries.parked_by_centre(scope),
        "deployment": queries.deployment() if whole else None,
        "hours": hours_option(queries.last_hours()) if whole else None,
    }


def circuit_lines(codes: Collection[str] | None = None) -> list[tuple[CircuitStatus, str]]:
    """The destinations that did not answer lately, with their names."""
    found = open_circuits(codes)
    centres = centres_by_code({status.destination_code for status in found}) if found else {}
    return [(status, short_name_of(status.destination_code, centres)) for status in found]


def _all(scope: Scope) -> bool:
    return scope.root.level == Level.PROVINCE
