"""The HTTP endpoint: reads a request, guards it, executes it, answers JSON.

* GET serves queries, POST everything; a mutation over GET is refused.
* A body must be JSON: a form of another site cannot send that without a preflight, which is never granted. Where a session
  cookie comes along, Django's CSRF token is demanded as well.
* Requests that are refused as a whole answer 4xx; what fails inside an execution answers 200 with typed errors.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt, ensure_csrf_cookie
from graphql import ExecutionResult, execute

from zt_graphql.context import GatewayContext
from zt_graphql.documents import DocumentStore, InvalidDocument, Prepared
from zt_graphql.errors import (
    ContentTypeRefused,
    CsrfRefused,
    IntrospectionRefused,
    MethodRefused,
    RequestRefused,
    RequestTooLarge,
    UnknownOperation,
    answer,
    domain_answer,
)
from zt_graphql.limits import LIMITS, check_cost
from zt_graphql.schema import policies, schema
from zt_platform.actors import ActorKind
from zt_platform.web.security import allow
from zt_tenants.telemetry.instruments import GRAPHQL_COST, GRAPHQL_OPERATIONS
from zt_tenants.telemetry.tracing import span

_NUL = "\\u0000"
"""As JSON and GraphQL write it. PostgreSQL cannot store it, and no text of a person contains it."""


@lru_cache(maxsize=1)
def documents() -> DocumentStore:
    """This process's prepared documents."""
    return DocumentStore(schema.graphql_schema, limits=LIMITS)


class _CsrfCheck(CsrfViewMiddleware):
    """Django's check, answering its reason instead of a page."""

    def _reject(self, request: HttpRequest, reason: str) -> str:
        return reason


def _check_csrf(request: HttpRequest) -> None:
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return
    check = _CsrfCheck(lambda _request: HttpResponse())
    check.process_request(request)
    if check.process_view(request, lambda _request: HttpResponse(), (), {}) is not None:
        raise CsrfRefused


def _object(raw: Any) -> dict[str, Any]:
    if raw in (None, ""):
        return {}
    if isinstance(raw, str):
        try:
            raw = json.loads(raw)
        except ValueError as wrong:
            raise RequestRefused from wrong
    if not isinstance(raw, dict):
        raise RequestRefused
    return raw


def _asked(request: HttpRequest) -> tuple[str, dict[str, Any], str | None]:
    """Query, variables and operation name of a request."""
    if request.method == "GET":
        asked: dict[str, Any] = request.GET.dict()
    else:
        if request.content_type != "application/json":
            raise ContentTypeRefused
        if int(request.META.get("CONTENT_LENGTH") or 0) > LIMITS.body_bytes:
            raise RequestTooLarge(limit=LIMITS.body_bytes)
        try:
            text = request.body.decode()
            if _NUL in text:
                raise RequestRefused
            asked = _object(text)
        except RequestDataTooBig as large:
            raise RequestTooLarge(limit=LIMITS.body_bytes) from large
        except UnicodeDecodeError as wrong:
            raise RequestRefused from wrong
    query, name = asked.get("query"), asked.get("operationName") or None
    if not isinstance(query, str) or not query.strip() or not (name is None or isinstance(name, str)):
        raise RequestRefused
    if len(query) > LIMITS.query_characters:
        raise RequestTooLarge(limit=LIMITS.query_characters)
    return query, _object(asked.get("variables")), name


@method_decorator([csrf_exempt, ensure_csrf_cookie], name="dispatch")
class GatewayView(View):
    """``/graphql`` of the portal or of a centre."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer a request; every refusal is JSON."""
        try:
            if request.method not in {"GET", "POST"}:
                raise MethodRefused
            if request.method == "POST":
                _check_csrf(request)
            elif settings.DEBUG and "query" not in request.GET and request.accepts("text/html"):
                return self._graphiql(request)
            return self._answer(request)
        except RequestRefused as refused:
            response = JsonResponse({"errors": [domain_answer(refused)]}, status=refused.status)
            if refused.status == MethodRefused.status:
                response["Allow"] = "GET, POST"
            return response
        except InvalidDocument as invalid:
            return JsonResponse({"errors": [answer(error) for error in invalid.errors]}, status=400)

    def _answer(self, request: HttpRequest) -> HttpResponse:
        query, variables, asked_name = _asked(request)
        prepared = documents().prepare(query)
        try:
            name = prepared.operation_name(asked_name)
        except KeyError as unknown:
            raise UnknownOperation from unknown
        context = GatewayContext(request)
        self._check(prepared, name, variables, context)
        kind = "mutation" if prepared.shapes[name].is_mutation else "query"
        with span(f"graphql {kind}"):
            result = execute(
                schema.graphql_schema,
                prepared.document,
                context_value=context,
                variable_values=variables,
                operation_name=name,
            )
        return self._response(result, kind=kind)

    def _check(self, prepared: Prepared, name: str | None, variables: dict[str, Any], context: GatewayContext) -> None:
        shape = prepared.shapes[name]
        if shape.is_mutation and context.request.method == "GET":
            raise MethodRefused
        if shape.introspects and not settings.DEBUG and not _is_staff(context):
            raise IntrospectionRefused
        cost = check_cost(
            prepared.operations[name],
            schema=schema.graphql_schema,
            policies=policies,
            fragments=prepared.fragments,
            variables=variables,
            limits=LIMITS,
        )
        GRAPHQL_COST.observe(cost)

    @staticmethod
    def _response(result: Any, *, kind: str) -> HttpResponse:
        if not isinstance(result, ExecutionResult):
            raise TypeError("a resolver answered an awaitable: the gateway executes synchronously")
        GRAPHQL_OPERATIONS.labels(kind, "ERRORS" if result.errors else "OK").inc()
        body: dict[str, Any] = {}
        if result.errors:
            body["errors"] = [answer(error) for error in result.errors]
        refused = result.data is None and all(error.path is None for error in result.errors or ())
        if not refused:
            body["data"] = result.data
        return JsonResponse(body, status=400 if refused else 200, json_dumps_params={"ensure_ascii": False})

    @staticmethod
    def _graphiql(request: HttpRequest) -> HttpResponse:
        response = render(request, "zt_graphql/graphiql.html")
        allow(response, "style-src", "'unsafe-inline'")
        allow(response, "font-src", "data:")
        return response


def _is_staff(context: GatewayContext) -> bool:
    actor = context.actor_or_none
    return actor is not None and actor.kind is ActorKind.STAFF
