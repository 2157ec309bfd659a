"""What people see when something cannot be done: every page says what to do next.

One mapper for all pages: :class:`DomainErrorPages` turns a :class:`DomainError` that a view lets through into a page
(or, for scripts that asked for JSON, into ``{"code", "error"}``). The last resort, the 500 page, needs no database,
no session and no template context.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from django.contrib import messages
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme

from zt_platform.accounts.errors import SignInRequired, TooManyTries
from zt_platform.web.outage import RETRY_AFTER_SECONDS, outage_behind
from zt_storage.errors import ObjectMissing
from zt_tenants.errors import Conflict, DomainError, NotFound, NotPermitted
from zt_tenants.language import bi
from zt_tenants.telemetry.instruments import REFUSED_ANSWERS
from zt_tenants.urls import portal_url

_STATUS: list[tuple[type[DomainError], int]] = [
    (SignInRequired, 401),
    (TooManyTries, 429),
    (NotFound, 404),
    (ObjectMissing, 404),
    (NotPermitted, 403),
    (Conflict, 409),
]


def status_of(error: DomainError) -> int:
    """The HTTP status that says what kind of refusal this is (RFC 9110); 503 for what may pass by itself."""
    if error.transient:
        return 503
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 400)


def wants_json(request: HttpRequest) -> bool:
    """Whether a script asked, not a person."""
    return request.headers.get("Accept", "").startswith("application/json")


class DomainErrorPages:
    """Middleware: a domain error becomes a designed page, a JSON answer, or the way to sign-in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and "text/html" in request.headers.get("Accept", ""):
            return _not_allowed(request, response["Allow"])
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Map what a view let through; anything that is not a DomainError stays an error of ours."""
        if not isinstance(error, DomainError):
            return None
        REFUSED_ANSWERS.labels("page", error.code).inc()
        status = status_of(error)
        if wants_json(request):
            told = {"code": error.code, "error": error.text(), "field": error.field}
            return _with_retry(JsonResponse(told, status=status), error)
        if isinstance(error, SignInRequired):
            return _to_sign_in(request)
        return page_for(request, error)


def page_for(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The page that says what a domain error means and what to do next."""
    status = status_of(error)
    return _with_retry(_page(request, status=status, title=_title(status), text=error.text()), error)


def page_before(request: HttpRequest) -> str:
    """The page that the reader can be led back to: this one, or the one a form was sent from (RFC 9110, 10.1.3).

    "" when a form came from nowhere that this site knows.
    """
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    referer = request.headers.get("Referer", "")
    ours = {request.get_host()}
    if not url_has_allowed_host_and_scheme(referer, allowed_hosts=ours, require_https=request.is_secure()):
        return ""
    parts = urlsplit(referer)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """Sign-in, and back: whose session ended while a form was open is told that the form did not go through."""
    before = page_before(request)
    if request.method not in ("GET", "HEAD"):
        text = bi(
            "登录已过期，刚才的提交没有保存。请登录后再提交一次。",
            "Your session has ended and what you sent was not saved. Sign in and send it again.",
        )
        messages.warning(request, text)
    query = f"?{urlencode({'next': before})}" if before else ""
    return redirect(f"{portal_url('sign-in')}{query}")


def _not_allowed(request: HttpRequest, allowed: str) -> HttpResponse:
    """405: an address that only takes forms, opened by a link, a reload or the way back from sign-in."""
    title = bi("请从页面上的按钮进入", "Use the button on the page")
    text = bi(
        "这个地址只接收表单，不能直接打开，什么都没有改动。请回到原来的页面，再点一次按钮。",
        "This address only takes forms and cannot be opened by itself; nothing was changed. Go back to the page.",
    )
    response = _page(request, status=405, title=title, text=text)
    response["Allow"] = allowed
    return response


def _title(status: int) -> str:
    match status:
        case 403:
            return bi("这里您不能进", "You cannot go in here")
        case 404:
            return bi("没有找到", "Not found")
        case 409:
            return bi("刚刚有人改过了", "Somebody was faster")
        case 429:
            return bi("试得太多了，请歇一会儿", "Too many attempts")
        case 503:
            return bi("系统正在恢复", "The system is recovering")
        case _:
            return bi("这一步没有办成", "That did not work")


def _page(request: HttpRequest, *, status: int, title: str, text: str) -> HttpResponse:
    again = page_before(request) if status in _PASSING else ""
    context = {"status": status, "error_title": title, "error_text": text, "again_url": again}
    return render(request, "web/error.html", context, status=status)


_PASSING = (409, 413, 429, 503)
"""Refusals after which the same page is worth a second look."""


def _with_retry(response: HttpResponse, error: DomainError | None = None) -> HttpResponse:
    """An outage, and a limit on tries, say when to come back (RFC 9110, 10.2.3; RFC 6585, 4)."""
    if response.status_code == 503:
        response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    if isinstance(error, TooManyTries):
        response["Retry-After"] = str(error.data["minutes"] * 60)
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the request itself is broken; 413 when it is more than a form may hold."""
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        text = bi(
            "一次提交的内容太多，没有保存。请减少文字，或者把长的内容作为附件上传。",
            "This was more than one form may hold and was not saved. Shorten it, or upload the long part as a file.",
        )
        return _page(request, status=413, title=bi("内容太大了", "Too much at once"), text=text)
    text = bi("浏览器发来的内容不完整，请返回上一页再试一次。", "What arrived was incomplete; go back and try again.")
    return _page(request, status=400, title=_title(400), text=text)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403 outside the domain."""
    del exception
    text = bi("您没有打开这一页的权限。", "You may not open this page.")
    return _page(request, status=403, title=_title(403), text=text)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 of the CSRF check: almost always a page that was open for too long."""
    del reason
    text = bi(
        "这一页打开得太久，已经失效。请返回上一页，刷新后再提交。",
        "This page was open for too long. Go back, reload it and send again.",
    )
    return _page(request, status=403, title=bi("页面已过期", "The page has expired"), text=text)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: a wrong address."""
    del exception
    text = bi(
        "地址可能抄错了，或者这一页已经搬走。可以从首页搜索您要办的事。",
        "The address may be mistyped or the page has moved. Search from the home page.",
    )
    return _page(request, status=404, title=_title(404), text=text)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault; 503 when a server is away. A page that depends on nothing that may be broken."""
    outage = outage_behind(sys.exc_info()[1])
    if outage is None:
        return HttpResponse(render_to_string("web/500.html"), status=500)
    response: HttpResponse = HttpResponse(render_to_string("web/503.html", {"again": page_before(request)}), status=503)
    if wants_json(request) or request.path.endswith("/graphql"):
        told = {"message": outage.text(), "extensions": {"code": outage.code, "field": None, "data": {}}}
        response = JsonResponse({"code": outage.code, "error": outage.text(), "errors": [told]}, status=503)
    return _with_retry(response)
