"""Measures and traces every request, and hands the figures out at ``/metrics/`` to whoever shows the token.

The first middleware, so that nothing is left out. A request is told by its route, as the URL configuration writes it, never
by its path: paths hold numbers of cases and codes of centres, of which there is no end.
"""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any, Final

from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.http.response import HttpResponseBase

from zt_platform.operations.measures import DeploymentMeasures
from zt_tenants.context import outside_centres
from zt_tenants.telemetry.exposition import exposition, may_read
from zt_tenants.telemetry.instruments import REQUEST_SECONDS, REQUEST_STATEMENTS
from zt_tenants.telemetry.tracing import SERVER, Traced, is_on, span
from zt_tenants.wall.access import DatabaseRole

PATH: Final = "/metrics/"
UNMATCHED: Final = "-"
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class MeasuredRequests:
    """Middleware: counts and times, and answers ``/metrics/``; 404 without the token, whatever else is away."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Serve the request and note how long it took and how many statements it needed."""
        if request.path_info == PATH:
            shown = may_read(request.headers.get("Authorization", ""))
            return _figures(request) if shown else HttpResponseNotFound("not found\n", content_type="text/plain")
        statements = _Statements()
        began = perf_counter()
        method = request.method if request.method in _METHODS else "OTHER"
        with span(method, {"http.request.method": method}, kind=SERVER) as traced:
            with connection.execute_wrapper(statements):
                response = self._get_response(request)
            route = route_of(request)
            if is_on():
                _tell(traced, request, response, f"{method} {route}", statements.number)
        REQUEST_SECONDS.labels(route, method, f"{response.status_code // 100}xx").observe(perf_counter() - began)
        REQUEST_STATEMENTS.labels(route).observe(statements.number)
        return response


def _tell(traced: Traced, request: HttpRequest, response: HttpResponseBase, name: str, statements: int) -> None:
    centre = getattr(request, "centre", None)
    traced.rename(name)
    traced.tell(
        {
            "http.route": name.partition(" ")[2],
            "http.response.status_code": response.status_code,
            "zhengtong.centre": centre.code if centre is not None else "",
            "zhengtong.statements": statements,
        }
    )
    if response.status_code >= 500:
        traced.fail(str(response.status_code))


def route_of(request: HttpRequest) -> str:
    """The route a request was resolved to, as the URL configuration writes it; ``-`` for none (files, probes, 404)."""
    match = request.resolver_match
    if match is None:
        return UNMATCHED
    return f"c/<code>/{match.route}" if getattr(request, "centre", None) is not None else f"/{match.route}"


class _Statements:
    """Counts the statements of one request; Django calls it around each."""

    def __init__(self) -> None:
        self.number = 0

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        self.number += 1
        return execute(sql, params, many, context)


def _figures(request: HttpRequest) -> HttpResponse:
    with outside_centres(DatabaseRole.PORTAL):
        body, content_type = exposition(request.headers.get("Accept", ""), also=[DeploymentMeasures()])
    return HttpResponse(body, headers={"Content-Type": content_type, "Cache-Control": "no-store"})
